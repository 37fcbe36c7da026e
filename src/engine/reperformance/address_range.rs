//! [`AddressRange`]: which part of all addresses a range in CIDR notation is.

use std::net::IpAddr;

/// A range of addresses, as far as it matters how much of the world it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AddressRange {
    pub(super) family: Family,
    length: u8,
    /// The first bit of the address.
    is_upper: bool,
}

/// IPv4 or IPv6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Family {
    V4,
    V6,
}

/// One half of all addresses of a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Half {
    Lower,
    Upper,
}

impl AddressRange {
    /// Reads an address, a slash and a length, with blanks wherever; `None` for anything else.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/')?;
        let length: u8 = length.trim().parse().ok()?;
        let (family, length_max, first) = match address.trim().parse().ok()? {
            IpAddr::V4(address) => (Family::V4, 32, address.octets().first().copied()?),
            IpAddr::V6(address) => (Family::V6, 128, address.octets().first().copied()?),
        };
        (length <= length_max).then_some(Self { family, length, is_upper: first >= 0x80 })
    }

    /// Whether it is all of IPv4 or all of IPv6, whatever address it is written with.
    pub(super) fn is_world(self) -> bool {
        self.length == 0
    }

    /// Which half of its family it is; `None` where it is not one.
    pub(super) fn half(self) -> Option<Half> {
        (self.length == 1).then_some(if self.is_upper { Half::Upper } else { Half::Lower })
    }
}
