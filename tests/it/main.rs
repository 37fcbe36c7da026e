//! The one integration test binary: drives the real program on temporary folders.
//!
//! Nothing here calls the library. What goes in are files as AWS and its tools write them, made by
//! [`fixtures`]; what comes out are exit statuses, screens and result files, read back by [`harness`].
//! The modules are marked as test code one by one, so that lints treat their helpers as tests too.

#[cfg(test)]
mod harness;
#[cfg(test)]
mod fixtures;

#[cfg(test)]
mod spec_identity;
#[cfg(test)]
mod spec_presence;
#[cfg(test)]
mod spec_rules;
#[cfg(test)]
mod spec_findings;
#[cfg(test)]
mod spec_time;
#[cfg(test)]
mod spec_coverage;
#[cfg(test)]
mod spec_scope;
#[cfg(test)]
mod spec_population;
#[cfg(test)]
mod spec_catalog;
#[cfg(test)]
mod spec_reperformed;
#[cfg(test)]
mod spec_account_evidence;
#[cfg(test)]
mod spec_explain;
#[cfg(test)]
mod negative_space;
#[cfg(test)]
mod negative_bundles;
#[cfg(test)]
mod hostile_names;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod sample_data;
#[cfg(test)]
mod queries;
#[cfg(test)]
mod sampling;
#[cfg(test)]
mod screens;
#[cfg(test)]
mod lake;
#[cfg(test)]
mod verify;
#[cfg(test)]
mod incremental;
#[cfg(test)]
#[cfg(unix)]
mod crash;
#[cfg(test)]
#[expect(dead_code, reason = "tests of the module that reads S3 use the rest")]
mod s3_server;
#[cfg(test)]
mod s3;
#[cfg(test)]
#[cfg(target_os = "linux")]
mod s3_sockets;
#[cfg(test)]
mod public_shapes;
#[cfg(test)]
mod tidy;

#[cfg(test)]
mod oracle;
#[cfg(test)]
mod differential;
