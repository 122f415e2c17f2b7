//! A moment, by the cluster's clock. Kubernetes keeps whole seconds; what
//! Rollbook itself measures has milliseconds. On the wire it is RFC 3339 in UTC.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

/// The text is no RFC 3339 time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 time in UTC")]
pub struct NotATime;

impl Time {
    /// The first moment of 1970.
    pub const EPOCH: Self = Self(0);

    /// So many whole seconds after 1970 began.
    pub const fn from_second(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// So many milliseconds after 1970 began.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970 began.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// How long after `earlier` this is; negative where it is before.
    pub const fn since(self, earlier: Self) -> SignedDuration {
        SignedDuration::from_millis(self.0.saturating_sub(earlier.0))
    }

    /// The moment so much later.
    #[must_use]
    pub fn after(self, span: SignedDuration) -> Self {
        let millis = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(millis))
    }

    /// Day and time of day in UTC.
    pub fn civil(self) -> DateTime {
        Offset::UTC.to_datetime(self.timestamp())
    }

    fn timestamp(self) -> Timestamp {
        Timestamp::from_millisecond(self.0).unwrap_or(if self.0 < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        })
    }
}

impl From<Timestamp> for Time {
    fn from(at: Timestamp) -> Self {
        Self(at.as_millisecond())
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.timestamp().fmt(f)
    }
}

impl FromStr for Time {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        utc(text).ok_or(NotATime)
    }
}

/// Reads the one form that [`Time`] is written in: `2026-03-04T09:12:59.945Z`.
/// jiff's own parser reads far more, and its messages alone are a tenth of the
/// browser's module (ADR 0005).
fn utc(text: &str) -> Option<Time> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let [year, month, day] = parts(date, '-')?;
    let [hour, minute, second] = parts(time, ':')?;
    let small = |n: i16| i8::try_from(n).ok();
    let date = Date::new(year, small(month)?, small(day)?).ok()?;
    let clock = jiff::civil::Time::new(small(hour)?, small(minute)?, small(second)?, 0).ok()?;
    let at = Offset::UTC
        .to_timestamp(DateTime::from_parts(date, clock))
        .ok()?;
    Some(Time(at.as_millisecond() + millis(fraction)?))
}

/// Exactly three numbers.
fn parts(text: &str, between: char) -> Option<[i16; 3]> {
    let mut numbers = text.split(between).map(|part| {
        part.bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| part.parse().ok())
            .flatten()
    });
    let found = [numbers.next()??, numbers.next()??, numbers.next()??];
    numbers.next().is_none().then_some(found)
}

/// Digits after the point as whole milliseconds.
fn millis(fraction: &str) -> Option<i64> {
    let digits = fraction
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| fraction.bytes().map(|byte| i64::from(byte - b'0')))?;
    Some(
        digits
            .chain(std::iter::repeat(0))
            .take(3)
            .fold(0, |all, digit| all * 10 + digit),
    )
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn it_is_rfc_3339_with_no_more_digits_than_it_has() {
        let whole: Time = "2026-03-04T09:12:59Z".parse().unwrap();
        let fine: Time = "2026-03-04T09:12:59.945726014Z".parse().unwrap();
        assert_eq!(
            serde_json::to_string(&[whole, fine]).unwrap(),
            r#"["2026-03-04T09:12:59Z","2026-03-04T09:12:59.945Z"]"#
        );
        for text in [
            "yesterday",
            "2026-02-30T00:00:00Z",
            "2026-03-04T24:00:00Z",
            "2026-03-04T09:12Z",
            "2026-03-04T09:12:59:00Z",
            "2026-03-04T09:12:59.x1Z",
            "2026-03-04T+9:12:59Z",
            "2026-03-04T10:12:59+01:00",
        ] {
            assert_eq!(text.parse::<Time>(), Err(NotATime), "{text}");
        }
        assert!(serde_json::from_str::<Time>("3").is_err());
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_is_read_as_jiff_reads_it(millis in -60_000_000_000_000i64..250_000_000_000_000) {
            let at = Time(millis);
            let text = at.to_string();
            proptest::prop_assert_eq!(text.parse::<Time>(), Ok(at));
            let theirs: Timestamp = text.parse().unwrap();
            proptest::prop_assert_eq!(Time::from(theirs), at);
        }
    }

    #[test]
    fn spans_are_counted_both_ways_and_nothing_overflows() {
        let at = Time::from_second(100);
        assert_eq!(at.since(Time::EPOCH), SignedDuration::from_secs(100));
        assert_eq!(Time::EPOCH.since(at), SignedDuration::from_secs(-100));
        assert_eq!(
            at.after(SignedDuration::from_secs(5)),
            Time::from_second(105)
        );
        let far = Time::from_second(i64::MAX);
        assert_eq!(far.after(SignedDuration::from_secs(1)), far);
        assert!(far.to_string().starts_with("9999-"));
    }
}
