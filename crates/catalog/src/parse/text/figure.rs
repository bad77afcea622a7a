//! Numbers and dates as catalogs print them: `24.8k`, `1,234`, `2023-04-05T10:14:44Z`, `★ 297`.

use chrono::NaiveDate;

use super::is_symbol;
use crate::change::Metric;

/// What a column of this header measures, when it is one of the metrics everybody prints.
pub(crate) fn metric_of(header: &str) -> Option<Metric> {
    let words = super::label(header).to_lowercase();
    match words.as_str() {
        "star" | "stars" | "stargazers" | "github stars" | "starred" | "star count" | "stars count" => {
            Some(Metric::Stars)
        }
        "fork" | "forks" | "github forks" | "forked" | "fork count" | "forks count" => Some(Metric::Forks),
        "updated" | "last updated" | "last update" | "last commit" | "last commits" | "last push"
        | "last pushed" | "pushed" | "pushed at" | "updated at" | "last activity" | "activity"
        | "last modified" | "latest commit" | "recently updated" | "更新" | "最近更新" | "更新时间" => {
            Some(Metric::Updated)
        }
        // headers that are one sign, such as a star
        "" if header.contains(['★', '⭐', '☆', '🌟']) => Some(Metric::Stars),
        "" if header.contains(['🍴', '⑂', '🔱']) => Some(Metric::Forks),
        _ => None,
    }
}

/// True for the header of a column of rank numbers.
pub(crate) fn is_rank_header(header: &str) -> bool {
    matches!(
        header.trim().to_lowercase().trim_end_matches('.'),
        "#" | "rank"
            | "ranking"
            | "no"
            | "nr"
            | "num"
            | "number"
            | "pos"
            | "position"
            | "№"
            | "排名"
            | "序号"
    )
}

/// The date generators print when they could not reach a project.
pub(crate) fn is_unset_date(cell: &str) -> bool {
    let cell = cell.trim();
    cell.starts_with("0001-01-01") || cell.starts_with("0000-00-00")
}

/// A cell as a number; a date gives seconds since 1970. `None` for everything else.
pub(crate) fn value(cell: &str) -> Option<f64> {
    let cell = cell.trim_matches(|c: char| c.is_whitespace() || is_symbol(c) || c == '+' || c == '~');
    number(cell).or_else(|| date(cell))
}

/// `970`, `24.8k`, `1,234`, `1.2M`.
fn number(text: &str) -> Option<f64> {
    if !text.as_bytes().first()?.is_ascii_digit() || text.len() > 24 {
        return None;
    }
    let (digits, factor) = match text.as_bytes()[text.len() - 1] {
        b'k' | b'K' => (&text[..text.len() - 1], 1e3),
        b'm' | b'M' => (&text[..text.len() - 1], 1e6),
        b'b' | b'B' | b'g' | b'G' => (&text[..text.len() - 1], 1e9),
        _ => (text, 1.0),
    };
    let digits = digits.trim_end();
    let value: f64 = if digits.contains([',', '_', '\u{202f}', '\'']) {
        let groups = |part: &str| part.len() == 3 && part.bytes().all(|b| b.is_ascii_digit());
        let (whole, rest) = digits.split_once('.').unwrap_or((digits, "0"));
        let mut parts = whole.split([',', '_', '\u{202f}', '\'']);
        let first = parts.next()?;
        if first.len() > 3 || !parts.all(groups) {
            return None;
        }
        let plain: String = whole.chars().filter(char::is_ascii_digit).collect();
        format!("{plain}.{rest}").parse().ok()?
    } else if digits.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        digits.parse().ok()?
    } else {
        return None;
    };
    // 24.8 * 1000.0 is 24800.000000000004: a shown value has at most a few digits, so rounding is exact
    Some(if factor > 1.0 { (value * factor).round() } else { value })
}

/// `2023-04-05`, `2023/04/05`, with or without a time behind it.
fn date(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    if bytes.len() < 8 || bytes.len() > 35 || !bytes[..4].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let mark = bytes[4];
    if !matches!(mark, b'-' | b'/' | b'.') {
        return None;
    }
    let end = text.find(['T', ' ', 't']).unwrap_or(text.len());
    let mut parts = text[..end].split(char::from(mark));
    let year = parts.next()?.parse().ok()?;
    let (month, day) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let day = NaiveDate::from_ymd_opt(year, month, day).filter(|_| parts.next().is_none())?;
    let midnight = day.and_hms_opt(0, 0, 0)?.and_utc().timestamp();
    let seconds = match text.get(end + 1..) {
        None | Some("") => 0,
        Some(time) => time_of_day(time)?,
    };
    Some((midnight + seconds) as f64)
}

/// `10:14`, `10:14:44Z`, `10:14:44.5+02:00`, in seconds of UTC.
fn time_of_day(text: &str) -> Option<i64> {
    let two = |at: usize| text.get(at..at + 2)?.parse::<i64>().ok();
    let (hour, minute) = (two(0)?, two(3)?);
    let (second, rest) = match text.get(5..6) {
        Some(":") => (two(6)?, text.get(8..)?),
        _ => (0, text.get(5..)?),
    };
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let rest = rest.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit()).trim();
    let offset = match rest {
        "" | "Z" | "z" | "UTC" | "GMT" => 0,
        zone => {
            let sign = if zone.starts_with('-') { -1 } else { 1 };
            let zone = zone.strip_prefix(['+', '-'])?;
            let hours: i64 = zone.get(..2)?.parse().ok()?;
            let minutes: i64 =
                zone[2..].trim_start_matches(':').get(..2).map_or(Some(0), |m| m.parse().ok())?;
            sign * (hours * 3600 + minutes * 60)
        }
    };
    Some(hour * 3600 + minute * 60 + second - offset)
}

/// The text without figures at its end: `Activate ★ 297 ⧗ 1` is `Activate`, `skrub (🥇29 · ⭐ 1.4K)` is `skrub`.
pub(super) fn trim_figures(mut text: &str) -> &str {
    loop {
        text = text.trim_end();
        let Some(last) = text.chars().next_back() else { return text };
        if last == ')' {
            match text.rfind('(').filter(|&open| is_figure_group(&text[open + 1..text.len() - 1])) {
                Some(open) => text = &text[..open],
                None => return text,
            }
        } else if last.is_ascii_digit() || matches!(last, 'k' | 'K' | 'M') {
            let number = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | 'k' | 'K' | 'M');
            let before = text.trim_end_matches(number).trim_end();
            let sign = before.chars().next_back().filter(|&c| is_symbol(c) && c != '\u{a0}' && c != '·');
            let digits = text[before.len()..].bytes().any(|b| b.is_ascii_digit());
            match sign {
                Some(_) if digits => text = before.trim_end_matches(is_symbol),
                _ => return text,
            }
        } else {
            return text;
        }
    }
}

/// The text without a group of figures at its start.
pub(super) fn skip_figures(text: &str) -> &str {
    let rest = text.trim_start();
    match rest.strip_prefix('(').and_then(|inner| inner.split_once(')')) {
        Some((group, rest)) if is_figure_group(group) => rest,
        _ => text,
    }
}

/// `🥇29 · ⭐ 1.4K`: signs and numbers, no words.
fn is_figure_group(group: &str) -> bool {
    let mut signs = false;
    let mut previous_digit = false;
    for c in group.chars() {
        if c.is_alphabetic() && !(previous_digit && matches!(c, 'k' | 'K' | 'M')) {
            return false;
        }
        signs |= is_symbol(c) && c != '·';
        previous_digit = c.is_ascii_digit();
    }
    signs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_dates() {
        for (cell, expected) in [
            ("24.8k", Some(24_800.0)),
            ("4.0k", Some(4_000.0)),
            ("0", Some(0.0)),
            ("970", Some(970.0)),
            ("1,234", Some(1_234.0)),
            ("1,234,567", Some(1_234_567.0)),
            ("1.2M", Some(1_200_000.0)),
            ("⭐ 1.4K", Some(1_400.0)),
            ("1970-01-02", Some(86_400.0)),
            ("1970/01/02", Some(86_400.0)),
            ("1970-01-01T00:00:01Z", Some(1.0)),
            ("1970-01-01 01:00:00+01:00", Some(0.0)),
            ("2023-04-05T10:14:44Z", Some(1_680_689_684.0)),
            ("", None),
            ("-", None),
            ("n/a", None),
            ("1,23", None),
            ("3 of 4", None),
            ("1.2.3", None),
            ("2023-13-05", None),
            ("v1", None),
        ] {
            assert_eq!(value(cell), expected, "{cell}");
        }
    }

    #[test]
    fn figures_leave_names() {
        for (text, bare) in [
            ("Activate ★ 297 ⧗ 1", "Activate"),
            ("skrub (🥇29 · ⭐ 1.4K)", "skrub"),
            ("k3s", "k3s"),
            ("Raft (2014)", "Raft (2014)"),
            ("2048", "2048"),
            ("MP3 ⭐1,204", "MP3"),
        ] {
            assert_eq!(trim_figures(text), bare, "{text}");
        }
        assert_eq!(skip_figures(" (🥈19 ·  ⭐ 210) - text"), " - text");
        assert_eq!(skip_figures("(fast) text"), "(fast) text");
    }

    #[test]
    fn headers() {
        assert_eq!(metric_of("Stars ⭐"), Some(Metric::Stars));
        assert_eq!(metric_of("**Last Updated**".trim_matches('*')), Some(Metric::Updated));
        assert_eq!(metric_of("⭐"), Some(Metric::Stars));
        assert_eq!(metric_of("Starship"), None);
        assert!(is_rank_header("No.") && is_rank_header("#") && !is_rank_header("Notes"));
    }
}
