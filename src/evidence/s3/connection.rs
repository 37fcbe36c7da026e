//! [`Connection`]: the client of S3 and what its requests run on. Made only where an argument is in S3:
//! without one there is no client, no thread of its own, and no socket.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::ProvideCredentials;
use aws_sdk_s3::types::RequestPayer;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::{Builder, tls};
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;

use super::failure::{Cause, Failure};
use super::settings::{Patience, S3Settings};

/// Where S3 is asked when nobody names a region; a bucket elsewhere is told with its region.
const REGION_OF_NOBODY: &str = "us-east-1";

/// Attempts that the client makes of a request by itself.
const CLIENT_ATTEMPTS: u32 = 3;

/// Bytes that one permit for reading ahead stands for.
pub(super) const ROOM_BYTES: u64 = 1024;

/// One connection to S3 for all arguments and readers.
pub(super) struct Connection {
    /// Always there until it is dropped.
    runtime: Option<Runtime>,
    pub(super) client: Client,
    pub(super) settings: S3Settings,
    /// Room for bytes that nobody asked for yet.
    pub(super) ahead: Arc<Semaphore>,
    /// Room for requests for lists.
    pub(super) lists: Semaphore,
    /// The versions of objects that were read, by bucket and key, until they are asked for.
    pub(super) versions: Mutex<HashMap<(String, String), String>>,
}

impl Connection {
    /// Finds credentials and region. Nothing is asked of S3 yet.
    pub(super) fn open(settings: &S3Settings) -> Result<Arc<Self>, Failure> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(std::thread::available_parallelism().map_or(2, |cores| cores.get().min(8)))
            .thread_name("s3")
            .enable_all()
            .build()
            .map_err(|error| Failure::new(Cause::Other, error.to_string()))?;
        let config = runtime.block_on(configuration(settings))?;
        let mut builder = aws_sdk_s3::config::Builder::from(&config);
        if config.endpoint_url().is_some_and(|endpoint| endpoint.starts_with("http://")) {
            // Without TLS no certificates have to be there.
            builder = builder.http_client(Builder::new().build_http());
        }
        if settings.path_style || config.endpoint_url().is_some() {
            builder = builder.force_path_style(true);
        }
        let room = usize::try_from(settings.transfer.ahead_bytes / ROOM_BYTES).unwrap_or(usize::MAX);
        Ok(Arc::new(Self {
            runtime: Some(runtime),
            client: Client::from_conf(builder.build()),
            settings: settings.clone(),
            versions: Mutex::default(),
            ahead: Arc::new(Semaphore::new(room.min(Semaphore::MAX_PERMITS))),
            lists: Semaphore::new(settings.transfer.lists_at_once.max(1)),
        }))
    }

    /// What requests run on.
    pub(super) fn runtime(&self) -> Option<&Runtime> {
        self.runtime.as_ref()
    }

    /// What a request says about who pays.
    pub(super) fn payer(&self) -> Option<RequestPayer> {
        self.settings.requester_pays.then_some(RequestPayer::Requester)
    }

    /// Whether something that failed for all its attempts failed because nothing can be had from a bucket any more:
    /// then the simplest request fares no better. One that is denied was answered, to credentials that are accepted.
    pub(super) async fn is_lost(&self, bucket: &str, failure: &Failure) -> bool {
        if !failure.may_be_of_all() {
            return false;
        }
        let probe = || async {
            let request = self.client.list_objects_v2().bucket(bucket).max_keys(1).set_request_payer(self.payer());
            request.send().await.map_err(|error| Failure::of(&error))
        };
        self.patiently(probe).await.is_err_and(|failure| failure.may_be_of_all())
    }

    /// Repeats a request for as long as its failures may pass.
    pub(super) async fn patiently<T, F>(&self, mut request: impl FnMut() -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let mut attempts = Attempts::default();
        loop {
            match request().await {
                Ok(answer) => return Ok(answer),
                Err(failure) => attempts.after(failure, &self.settings.patience).await?,
            }
        }
    }
}

/// Not waited for: what is still under way nobody will ask for.
impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// Attempts that came to nothing, one after the other.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    made: u32,
}

impl Attempts {
    /// Forgets them: something was had.
    pub(super) fn forget(&mut self) {
        self.made = 0;
    }

    /// Waits before the next attempt.
    ///
    /// # Errors
    /// The failure, where another attempt would not help or there were enough.
    pub(super) async fn after(&mut self, failure: Failure, patience: &Patience) -> Result<(), Failure> {
        let allowed = match failure.cause {
            Cause::Throttled => patience.throttled_attempts,
            _ => patience.attempts,
        };
        self.made = self.made.saturating_add(1);
        if !failure.may_pass() || self.made >= allowed {
            return Err(failure);
        }
        tokio::time::sleep(self.pause(patience)).await;
        Ok(())
    }

    /// Between half of it and all of it, so that those who failed together do not come back together.
    fn pause(&self, patience: &Patience) -> Duration {
        let doubled = 2_u32.saturating_pow(self.made.saturating_sub(1).min(16));
        let longest = patience.pause.saturating_mul(doubled).min(patience.longest_pause);
        let share = u32::try_from(RandomState::new().hash_one(self.made) % 128).unwrap_or_default();
        longest.saturating_mul(128_u32.saturating_add(share)) / 256
    }
}

/// Everything that is found as other AWS tools find it, under what the settings state.
async fn configuration(settings: &S3Settings) -> Result<SdkConfig, Failure> {
    let patience = &settings.patience;
    let http = Builder::new().tls_provider(tls::Provider::Rustls(CryptoMode::Ring)).build_https();
    let retry = RetryConfig::standard()
        .with_max_attempts(CLIENT_ATTEMPTS)
        .with_initial_backoff(patience.pause)
        .with_max_backoff(patience.longest_pause);
    let timeout = TimeoutConfig::builder().connect_timeout(patience.connect).read_timeout(patience.stall).build();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .retry_config(retry)
        .timeout_config(timeout)
        // Readers have a time limit of their own between two pieces of an answer.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    if let Some(profile) = &settings.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(region) = &settings.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(endpoint) = &settings.endpoint {
        loader = loader.endpoint_url(endpoint);
    }
    if settings.is_unsigned {
        loader = loader.no_credentials();
    }
    let mut config = loader.load().await;
    if config.region().is_none() {
        config = config.into_builder().region(Region::from_static(REGION_OF_NOBODY)).build();
    }
    if !settings.is_unsigned {
        let provider = config.credentials_provider();
        let provider = provider.ok_or_else(|| Failure::new(Cause::NoCredentials, "none are configured"))?;
        provider.provide_credentials().await.map_err(|error| Failure::of_credentials(&error))?;
    }
    Ok(config)
}
