//! [`Failure`]: what S3, or the way to it, said instead of an answer; whether it may pass; what to do.
//!
//! Nothing that could be a secret is in a message: neither requests nor headers are told, and words of an
//! answer that look like a key or token are left out.

use std::error::Error;
use std::fmt;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use super::super::names::shown;

/// Characters of a message that are told.
const MESSAGE_CHARACTERS_MAX: usize = 300;

/// A word as long as this that is made of nothing but what keys and tokens are made of may be one.
const SECRET_CHARACTERS_MIN: usize = 16;

/// Why there was no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) cause: Cause,
    /// What was said, fit to be shown.
    said: String,
}

/// Kinds of failure, by what can be done about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// Asked too often: passes by waiting.
    Throttled,
    /// The service or the connection broke off: may pass.
    Broken,
    /// The object is no longer the one that was listed.
    Changed,
    /// It may not be done with these credentials.
    Denied,
    /// The credentials are no longer valid.
    Expired,
    /// The credentials are not those of anybody, or do not fit their secret.
    WrongCredentials,
    /// There are no credentials.
    NoCredentials,
    /// The profile cannot be used.
    Profile,
    /// No such object.
    NoObject,
    /// No such bucket.
    NoBucket,
    /// The bucket lies in another region, which S3 may name.
    OtherRegion(Option<String>),
    /// The object is archived and was not restored.
    Archived,
    /// The service cannot be reached at all.
    Unreachable,
    /// Anything else.
    Other,
}

impl Failure {
    pub(super) fn new(cause: Cause, said: impl AsRef<str>) -> Self {
        Self { cause, said: fit(said.as_ref()) }
    }

    /// Why a request had no answer.
    pub(super) fn of<E>(error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        if let SdkError::TimeoutError(_) = error {
            return Self::new(Cause::Broken, "no answer in time");
        }
        if let SdkError::DispatchFailure(failure) = error {
            if failure.is_timeout() {
                return Self::new(Cause::Broken, "no answer in time");
            }
            return match connection_cause(error) {
                _ if is_about_credentials(error) => Self::of_credentials(error),
                // Nothing was sent at all, because there is nowhere to send it.
                _ if is_about_endpoint(error) => Self::new(Cause::Other, innermost(error)),
                cause => Self::new(cause, innermost(error)),
            };
        }
        let Some(response) = error.raw_response() else {
            return if is_about_credentials(error) {
                Self::of_credentials(error)
            } else {
                Self::new(Cause::Other, innermost(error))
            };
        };
        let status = response.status().as_u16();
        let (code, message) = match error.as_service_error() {
            Some(service) => (service.code().unwrap_or_default(), service.message().unwrap_or_default()),
            None => ("", ""),
        };
        if code.is_empty() && response.status().is_success() {
            return Self::new(Cause::Broken, innermost(error));
        }
        let region = response.headers().get("x-amz-bucket-region").map(|region| shown(region).into_owned());
        let said = match (code, message) {
            ("", _) => format!("status {status}"),
            (code, "") => code.to_owned(),
            (code, message) => format!("{code}: {message}"),
        };
        Self::new(answered(status, code, region), said)
    }

    /// Why an answer broke off.
    pub(super) fn broken(error: &(dyn Error + 'static)) -> Self {
        Self::new(Cause::Broken, innermost(error))
    }

    /// Why credentials could not be had.
    pub(super) fn of_credentials(error: &(dyn Error + 'static)) -> Self {
        let texts: Vec<String> = causes(error).map(ToString::to_string).collect();
        let is_profile = texts.iter().any(|text| text.contains("profile") && !text.contains("was not enabled"));
        let is_none = texts.iter().any(|text| text.contains("no providers in chain") || text.contains("not enabled"));
        let said = texts.last().map(String::as_str).unwrap_or_default();
        Self::new(if is_profile && !is_none { Cause::Profile } else { Cause::NoCredentials }, said)
    }

    /// Whether another attempt may help.
    pub(super) fn may_pass(&self) -> bool {
        matches!(self.cause, Cause::Throttled | Cause::Broken)
    }

    /// Whether every other request may fare the same: then nothing need be wrong with what was asked for.
    pub(super) fn may_be_of_all(&self) -> bool {
        matches!(
            self.cause,
            Cause::Throttled
                | Cause::Broken
                | Cause::Expired
                | Cause::WrongCredentials
                | Cause::NoCredentials
                | Cause::Profile
                | Cause::Unreachable
        )
    }

    /// What to do about it. `permission` is what is needed for what was tried.
    fn advice(&self, permission: &str) -> String {
        match &self.cause {
            Cause::Throttled | Cause::Broken => "it was tried several times; run again later".to_owned(),
            Cause::Changed => "run again when nothing writes to it; bytes of two versions are never mixed".to_owned(),
            Cause::Denied => format!("allow `{permission}`, and `kms:Decrypt` where the bucket is encrypted with KMS"),
            Cause::Expired => "get new credentials, for instance with `aws sso login`, and run again".to_owned(),
            Cause::WrongCredentials => "check the credentials, or choose others with --profile".to_owned(),
            Cause::NoCredentials => {
                "choose a profile with --profile, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give \
                 --no-sign-request for a public bucket"
                    .to_owned()
            }
            Cause::Profile => "check the name given with --profile, and the files ~/.aws/config and \
                               ~/.aws/credentials"
                .to_owned(),
            Cause::NoObject => "list what is there, for instance with `aws s3 ls`".to_owned(),
            Cause::NoBucket => "check the bucket's name".to_owned(),
            Cause::OtherRegion(Some(region)) => format!("give --region {region}"),
            Cause::OtherRegion(None) => "give the bucket's region with --region".to_owned(),
            Cause::Archived => "restore it (`aws s3api restore-object`), and run again once that is done".to_owned(),
            Cause::Unreachable => "check the network, --region and --endpoint-url".to_owned(),
            Cause::Other => "check the address and the options for S3".to_owned(),
        }
    }

    /// What was said and what to do, as the end of a sentence.
    pub(super) fn told(&self, permission: &str) -> String {
        let meaning = match &self.cause {
            Cause::Throttled => "S3 is asked too often",
            Cause::Broken => "the answer broke off",
            Cause::Changed => "the object is no longer the one that was listed",
            Cause::Denied => "access is denied",
            Cause::Expired => "the credentials have expired",
            Cause::WrongCredentials => "the credentials are not accepted",
            Cause::NoCredentials => "there are no credentials",
            Cause::Profile => "the profile cannot be used",
            Cause::NoObject => "there is no such object",
            Cause::NoBucket => "there is no such bucket",
            Cause::OtherRegion(_) => "the bucket lies in another region",
            Cause::Archived => "the object is archived and was not restored",
            Cause::Unreachable => "S3 cannot be reached",
            Cause::Other => "S3 refuses",
        };
        format!("{meaning} ({}); {}", self.said, self.advice(permission))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said)
    }
}

/// What an answer with an error means.
fn answered(status: u16, code: &str, region: Option<String>) -> Cause {
    match (status, code) {
        (_, "SlowDown" | "Throttling" | "ThrottlingException" | "RequestLimitExceeded" | "TooManyRequests")
        | (429 | 503, _) => Cause::Throttled,
        (_, "RequestTimeout" | "RequestTimeoutException" | "InternalError") | (500..=599, _) => Cause::Broken,
        (_, "PreconditionFailed") | (412, _) => Cause::Changed,
        (_, "ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired" | "RequestExpired") => Cause::Expired,
        (
            _,
            "InvalidAccessKeyId"
            | "SignatureDoesNotMatch"
            | "InvalidToken"
            | "InvalidClientTokenId"
            | "NotSignedUp"
            | "RequestTimeTooSkewed",
        ) => Cause::WrongCredentials,
        (_, "InvalidObjectState") => Cause::Archived,
        (_, "NoSuchBucket") => Cause::NoBucket,
        (
            _,
            "PermanentRedirect"
            | "TemporaryRedirect"
            | "AuthorizationHeaderMalformed"
            | "IllegalLocationConstraintException",
        )
        | (301 | 307, _) => Cause::OtherRegion(region),
        (_, "NoSuchKey") | (404, _) => Cause::NoObject,
        (401 | 403, _) => Cause::Denied,
        _ => Cause::Other,
    }
}

/// An error and its causes, the outermost first.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| {
        let outer: &'a (dyn Error + 'static) = *error;
        outer.source()
    })
}

/// Whether a request was never sent because there was nothing to sign it with.
fn is_about_credentials(error: &(dyn Error + 'static)) -> bool {
    causes(error).any(<dyn Error>::is::<CredentialsError>)
}

/// Whether region, bucket and endpoint make no address to send a request to.
fn is_about_endpoint(error: &(dyn Error + 'static)) -> bool {
    let words = ["not a valid URI", "Invalid region", "Invalid Configuration", "resolving endpoint", "invalid uri"];
    causes(error).map(ToString::to_string).any(|text| words.iter().any(|words| text.contains(words)))
}

/// A host that nobody has, or where nobody listens, will not answer the next time either; all else may.
fn connection_cause(error: &(dyn Error + 'static)) -> Cause {
    let is_refused = |cause: &(dyn Error + 'static)| {
        let io = cause.downcast_ref::<std::io::Error>();
        io.is_some_and(|io| io.kind() == std::io::ErrorKind::ConnectionRefused)
    };
    let is_told_so = |cause: &(dyn Error + 'static)| {
        let text = cause.to_string();
        ["dns error", "failed to lookup address", "certificate"].iter().any(|words| text.contains(words))
    };
    if causes(error).any(|cause| is_refused(cause) || is_told_so(cause)) { Cause::Unreachable } else { Cause::Broken }
}

/// The last cause of an error, which says what happened; those around it only say where.
fn innermost(error: &(dyn Error + 'static)) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}

/// A text of someone else's, short, on one line, without what may be a key or token.
fn fit(said: &str) -> String {
    let mut text = String::new();
    for word in said.split_whitespace() {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(if may_be_secret(word) { "…" } else { word });
    }
    let short: String = text.chars().take(MESSAGE_CHARACTERS_MAX).collect();
    shown(&short).into_owned()
}

/// Long words of letters and digits alone, as keys, signatures and tokens are; names that S3 tells are
/// ARNs, hosts and codes, which hold other characters or no digit.
fn may_be_secret(word: &str) -> bool {
    let word = word.trim_matches(|c: char| c.is_ascii_punctuation() && c != '=');
    let is_of_keys = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '%' | '&' | '_');
    word.len() >= SECRET_CHARACTERS_MIN && word.chars().all(is_of_keys) && word.contains(|c: char| c.is_ascii_digit())
}
