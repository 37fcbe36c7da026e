//! Points in time as milliseconds since 1970, and the spellings AWS gives them.
//!
//! Nothing here asks the clock: every instant comes from the arguments or from the story.

pub(crate) const MINUTE: i64 = 60_000;
pub(crate) const HOUR: i64 = 60 * MINUTE;
pub(crate) const DAY: i64 = 24 * HOUR;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Instant(pub(crate) i64);

/// The same instant taken apart; years to milliseconds, UTC.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Civil {
    pub(crate) year: i64,
    pub(crate) month: i64,
    pub(crate) day: i64,
    pub(crate) hour: i64,
    minute: i64,
    second: i64,
    millisecond: i64,
}

impl Instant {
    /// Midnight of a civil date.
    pub(crate) const fn midnight(year: i64, month: i64, day: i64) -> Self {
        let shifted = if month <= 2 { year - 1 } else { year };
        let era = shifted.div_euclid(400);
        let year_of_era = shifted - era * 400;
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Self((era * 146_097 + day_of_era - 719_468) * DAY)
    }

    /// A civil date and time of day to the minute.
    pub(crate) const fn at(year: i64, month: i64, day: i64, hour: i64, minute: i64) -> Self {
        Self::midnight(year, month, day).plus(hour * HOUR + minute * MINUTE)
    }

    /// Reads `2025-12-15`.
    pub(crate) fn parse_date(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '-').map(|part| part.parse::<i64>().ok());
        let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
        ((1..=12).contains(&month) && (1..=31).contains(&day)).then(|| Self::midnight(year, month, day))
    }

    pub(crate) const fn plus(self, milliseconds: i64) -> Self {
        Self(self.0 + milliseconds)
    }

    pub(crate) fn civil(self) -> Civil {
        let (days, rest) = (self.0.div_euclid(DAY), self.0.rem_euclid(DAY));
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        Civil {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month,
            day: day_of_year - (153 * month_from_march + 2) / 5 + 1,
            hour: rest / HOUR,
            minute: rest % HOUR / MINUTE,
            second: rest % MINUTE / 1000,
            millisecond: rest % 1000,
        }
    }

    /// `2026-02-03T03:16:35.314Z`, as in configuration items and findings.
    pub(crate) fn milliseconds(self) -> String {
        let Civil { year, month, day, hour, minute, second, millisecond } = self.civil();
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millisecond:03}Z")
    }

    /// `2026-02-03T03:16:35` with `zone` behind it.
    pub(crate) fn seconds(self, zone: &str) -> String {
        let Civil { year, month, day, hour, minute, second, .. } = self.civil();
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{zone}")
    }

    /// `20260203T031635Z`, as in the names of delivered files.
    pub(crate) fn compact(self) -> String {
        let Civil { year, month, day, hour, minute, second, .. } = self.civil();
        format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
    }

    /// `2026/2/3`: the folders of AWS Config, month and day unpadded.
    pub(crate) fn config_folder(self) -> String {
        let Civil { year, month, day, .. } = self.civil();
        format!("{year}/{month}/{day}")
    }

    /// `2026/02/03/23`: the folders of Firehose, padded.
    pub(crate) fn firehose_folder(self) -> String {
        let Civil { year, month, day, hour, .. } = self.civil();
        format!("{year:04}/{month:02}/{day:02}/{hour:02}")
    }

    /// The day this instant falls in, counted from 1970.
    pub(crate) const fn day_number(self) -> i64 {
        self.0.div_euclid(DAY)
    }
}
