//! Times and durations for people. Absolute times are UTC, as in the cluster;
//! durations are rounded down to what still matters.

use domain::time::Time;
use jiff::SignedDuration;

use crate::i18n::Lang;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// `4 Mar 09:12 UTC`, with the year where it is not the year of `now`.
pub fn absolute(lang: Lang, at: Time, now: Time) -> String {
    let civil = at.civil();
    let this_year = now.civil().year() == civil.year();
    let (day, hour, minute) = (civil.day(), civil.hour(), civil.minute());
    let month = usize::try_from(civil.month() - 1)
        .ok()
        .and_then(|m| MONTHS.get(m))
        .unwrap_or(&"");
    let year = civil.year();
    match (lang, this_year) {
        (Lang::En, true) => format!("{day} {month} {hour:02}:{minute:02} UTC"),
        (Lang::En, false) => format!("{day} {month} {year} {hour:02}:{minute:02} UTC"),
        (Lang::Zh, true) => format!("{}月{day}日 {hour:02}:{minute:02} UTC", civil.month()),
        (Lang::Zh, false) => format!(
            "{year}年{}月{day}日 {hour:02}:{minute:02} UTC",
            civil.month()
        ),
    }
}

/// `4 Mar 09:12:59`, with the year where it is not the year of `now`.
pub fn to_second(lang: Lang, at: Time, now: Time) -> String {
    format!("{} {}", day(lang, at, now), clock(at))
}

/// `4 Mar`, with the year where it is not the year of `now`.
pub fn day(lang: Lang, at: Time, now: Time) -> String {
    let whole = absolute(lang, at, now);
    let day = whole.trim_end_matches(" UTC").rsplit_once(' ');
    day.map_or("", |(day, _)| day).to_owned()
}

/// From one time to another: the day once where it is the same, seconds where
/// minutes would not tell them apart.
pub fn from_to(lang: Lang, from: Time, to: Time, now: Time) -> String {
    let same_day = from.civil().date() == to.civil().date();
    let short = span(from, to).as_secs() < 600;
    let first = absolute(lang, from, now);
    let day = day(lang, from, now);
    match (same_day, short) {
        (true, true) => lang.between(&format!("{day} {}", clock(from)), &clock(to)),
        (true, false) => lang.between(first.trim_end_matches(" UTC"), &clock(to)[..5]),
        (false, _) => lang.between(
            first.trim_end_matches(" UTC"),
            absolute(lang, to, now).trim_end_matches(" UTC"),
        ),
    }
}

/// `03:12:40`, of the UTC day.
pub fn clock(at: Time) -> String {
    let civil = at.civil();
    format!(
        "{:02}:{:02}:{:02}",
        civil.hour(),
        civil.minute(),
        civil.second()
    )
}

/// From `since` to `now`, never negative: clocks differ by a little.
pub fn span(since: Time, now: Time) -> SignedDuration {
    now.since(since).max(SignedDuration::ZERO)
}

/// How long something lasted: as [`duration`], and never nothing.
pub fn lasted(lang: Lang, span: SignedDuration) -> String {
    if span < SignedDuration::from_secs(1) {
        return lang.under_a_second().to_owned();
    }
    duration(lang, span)
}

/// `18 s`, `25 min`, `5 h 12 min`, `12 d 18 h`, `98 d`.
pub fn duration(lang: Lang, span: SignedDuration) -> String {
    let seconds = span.as_secs().max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    let (d, h, min, s) = match lang {
        Lang::En => ("d", "h", "min", "s"),
        Lang::Zh => ("天", "小时", "分钟", "秒"),
    };
    let two = |a: i64, unit: &str, b: i64, small: &str| {
        if b == 0 {
            format!("{a} {unit}")
        } else {
            format!("{a} {unit} {b} {small}")
        }
    };
    match () {
        () if seconds < 60 => format!("{seconds} {s}"),
        () if minutes < 60 => format!("{minutes} {min}"),
        () if hours < 24 => two(hours, h, minutes % 60, min),
        () if days < 30 => two(days, d, hours % 24, h),
        () => format!("{days} {d}"),
    }
}

/// `5 min` as `kubectl get` prints ages: `18s`, `25m`, `5h12m`, `12d`.
pub fn kubectl_age(span: SignedDuration) -> String {
    let seconds = span.as_secs().max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    let pair = |a: i64, unit: char, b: i64, small: char| {
        if b == 0 {
            format!("{a}{unit}")
        } else {
            format!("{a}{unit}{b}{small}")
        }
    };
    // The steps of apimachinery's HumanDuration.
    match () {
        () if seconds < 120 => format!("{seconds}s"),
        () if minutes < 10 => pair(minutes, 'm', seconds % 60, 's'),
        () if minutes < 180 => format!("{minutes}m"),
        () if hours < 8 => pair(hours, 'h', minutes % 60, 'm'),
        () if hours < 48 => format!("{hours}h"),
        () if days < 8 => pair(days, 'd', hours % 24, 'h'),
        () if days < 730 => format!("{days}d"),
        () if days < 365 * 8 => pair(days / 365, 'y', days % 365, 'd'),
        () => format!("{}y", days / 365),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn absolute_times_name_the_year_only_when_needed() {
        let at: Time = "2026-03-04T09:12:59Z".parse().unwrap();
        let now: Time = "2026-11-23T00:00:00Z".parse().unwrap();
        let later: Time = "2027-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(absolute(Lang::En, at, now), "4 Mar 09:12 UTC");
        assert_eq!(absolute(Lang::En, at, later), "4 Mar 2026 09:12 UTC");
        assert_eq!(absolute(Lang::Zh, at, now), "3月4日 09:12 UTC");
        assert_eq!(clock(at), "09:12:59");
        assert_eq!(to_second(Lang::En, at, now), "4 Mar 09:12:59");
        assert_eq!(day(Lang::Zh, at, later), "2026年3月4日");
    }

    #[test]
    fn spans_name_the_day_once_and_seconds_where_they_tell() {
        let now: Time = "2026-11-23T00:00:00Z".parse().unwrap();
        let say = |lang, from: &str, to: &str| {
            from_to(lang, from.parse().unwrap(), to.parse().unwrap(), now)
        };
        let from = "2026-03-04T09:12:59Z";
        assert_eq!(
            say(Lang::En, from, "2026-03-04T09:13:02Z"),
            "4 Mar 09:12:59 to 09:13:02"
        );
        assert_eq!(
            say(Lang::En, from, "2026-03-04T10:13:02Z"),
            "4 Mar 09:12 to 10:13"
        );
        assert_eq!(
            say(Lang::En, from, "2026-03-05T09:13:02Z"),
            "4 Mar 09:12 to 5 Mar 09:13"
        );
        assert_eq!(
            say(Lang::Zh, from, "2026-03-04T10:13:02Z"),
            "3月4日 09:12 至 10:13"
        );
    }

    #[test]
    fn durations_keep_two_units_at_most() {
        let say = |seconds| duration(Lang::En, SignedDuration::from_secs(seconds));
        assert_eq!(say(-5), "0 s");
        assert_eq!(say(59), "59 s");
        assert_eq!(say(60), "1 min");
        assert_eq!(say(3600), "1 h");
        assert_eq!(say(3600 * 5 + 720), "5 h 12 min");
        assert_eq!(say(86_400 * 12 + 3600 * 18), "12 d 18 h");
        assert_eq!(say(86_400 * 98), "98 d");
        assert_eq!(duration(Lang::Zh, SignedDuration::from_mins(25)), "25 分钟");
    }

    #[test]
    fn ages_read_as_in_kubectl() {
        let say = |seconds| kubectl_age(SignedDuration::from_secs(seconds));
        assert_eq!(say(119), "119s");
        assert_eq!(say(120), "2m");
        assert_eq!(say(125), "2m5s");
        assert_eq!(say(60 * 170), "170m");
        assert_eq!(say(3600 * 5 + 60), "5h1m");
        assert_eq!(say(3600 * 30), "30h");
        assert_eq!(say(86_400 * 3), "3d");
        assert_eq!(say(86_400 * 400), "400d");
        assert_eq!(say(86_400 * 800), "2y70d");
    }

    #[test]
    fn spans_are_never_negative() {
        let at: Time = "2026-03-04T09:12:59Z".parse().unwrap();
        let before: Time = "2026-03-04T09:12:00Z".parse().unwrap();
        assert_eq!(span(at, before), SignedDuration::ZERO);
    }
}
