//! [`S3Settings`]: how S3 is reached and how long it is waited for. Opens nothing.

use std::time::Duration;

/// How S3 is reached. What is not stated is found as other AWS tools find it: environment, profile,
/// role of the machine.
#[derive(Clone, Debug, Default)]
pub struct S3Settings {
    /// The profile whose credentials and region are used.
    pub profile: Option<String>,
    /// The region of the buckets.
    pub region: Option<String>,
    /// Another address of the service; with it, buckets stand in the path.
    pub endpoint: Option<String>,
    /// Requests go unsigned, as public buckets allow.
    pub is_unsigned: bool,
    /// Whoever asks pays for requests and transfer.
    pub requester_pays: bool,
    /// The bucket stands in the path and not in the name of the host.
    pub path_style: bool,
    /// How much is asked for at a time.
    pub transfer: Transfer,
    /// How failures are met.
    pub patience: Patience,
}

/// How much is asked for at a time.
#[derive(Clone, Debug)]
pub struct Transfer {
    /// Bytes of one request for content. Parts of 8 MiB are what S3's own tools ask for.
    pub part_bytes: u64,
    /// Bytes that may be under way or waiting before anybody asked for them, over all readers. Each
    /// reader may hold one part beyond them, the one that it needs next, so that readers that wait for
    /// each other's room cannot stop each other.
    pub ahead_bytes: u64,
    /// Parts of one object that are under way at a time.
    pub parts_ahead: usize,
    /// Requests for lists that are under way at a time.
    pub lists_at_once: usize,
}

impl Default for Transfer {
    fn default() -> Self {
        Self { part_bytes: 8 << 20, ahead_bytes: 64 << 20, parts_ahead: 4, lists_at_once: 32 }
    }
}

/// How failures are met that may pass.
#[derive(Clone, Debug)]
pub struct Patience {
    /// Attempts without any progress before a request or a download is given up.
    pub attempts: u32,
    /// The same where S3 says that it is asked too often: that passes by waiting.
    pub throttled_attempts: u32,
    /// The pause before the second attempt; it doubles with each.
    pub pause: Duration,
    /// No pause is longer.
    pub longest_pause: Duration,
    /// How long nothing may arrive on an open connection.
    pub stall: Duration,
    /// How long a connection may take to open.
    pub connect: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            attempts: 5,
            throttled_attempts: 10,
            pause: Duration::from_millis(300),
            longest_pause: Duration::from_secs(10),
            stall: Duration::from_secs(30),
            connect: Duration::from_secs(10),
        }
    }
}
