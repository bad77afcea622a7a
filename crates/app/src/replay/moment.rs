//! Moments as people type them: a date, a date with a time, or how long ago.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use whimbrel_watch::Span;

/// `2026-11-20`, `2026-11-20T10:00:00Z`, or `90d` for so long before now. All in UTC unless the text says otherwise.
pub(crate) fn read(text: &str, now: DateTime<Utc>) -> anyhow::Result<DateTime<Utc>> {
    if let Ok(day) = text.parse::<NaiveDate>() {
        return Ok(day.and_time(NaiveTime::MIN).and_utc());
    }
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Ok(moment.to_utc());
    }
    if let Ok(span) = text.parse::<Span>() {
        return Ok(now.checked_sub_signed(span.as_chrono()).unwrap_or(DateTime::<Utc>::MIN_UTC));
    }
    anyhow::bail!(
        "`{text}` is no moment: write a date such as 2026-11-20, 2026-11-20T10:00:00Z, or 90d for 90 days ago"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read() {
        let now = "2026-11-20T12:00:00Z".parse().unwrap();
        for (text, moment) in [
            ("2026-11-20", "2026-11-20T00:00:00Z"),
            ("2026-11-20T10:00:00+02:00", "2026-11-20T08:00:00Z"),
            ("2d", "2026-11-18T12:00:00Z"),
        ] {
            assert_eq!(read(text, now).unwrap(), moment.parse::<DateTime<Utc>>().unwrap(), "{text}");
        }
        assert!(read("yesterday", now).unwrap_err().to_string().contains("2026-11-20"));
    }
}
