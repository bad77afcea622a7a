//! An event as one line of a terminal: a sign, the name, what happened to it, where.

use whimbrel_news::{Event, News, Subject};

use crate::screen::{Paint, harmless};

/// The line, without an end.
pub(crate) fn line(event: &Event, paint: Paint) -> String {
    match &event.news {
        News::Added { subject, in_place_of, returned, .. } => {
            let back = if *returned { " (listed before)" } else { "" };
            let place = in_place_of.as_ref().map(|gone| format!(" in place of {}", harmless(&gone.name)));
            format!("{} {}{back}{}", paint.good('+'), entry(subject, paint), place.unwrap_or_default())
        }
        News::Restored { subject, .. } => format!("{} {}", paint.good('+'), entry(subject, paint)),
        News::Removed { subject, .. } => format!("{} {}", paint.bad('-'), entry(subject, paint)),
        News::Moved { subject, old_section, .. } => {
            format!("{} {}, from {}", paint.warn('>'), entry(subject, paint), section(old_section))
        }
        News::Renamed { subject, old_name, old_url, .. } => {
            let mut was = Vec::new();
            if *old_name != subject.name {
                was.push(harmless(old_name));
            }
            if *old_url != subject.url {
                was.push(harmless(old_url));
            }
            format!("{} {}, was {}", paint.warn('='), entry(subject, paint), was.join(" at "))
        }
        News::Edited { subject, description, old_description } => format!(
            "{} {}\n      {} {}\n      {} {}",
            paint.warn('~'),
            entry(subject, paint),
            paint.bad('-'),
            harmless(old_description),
            paint.good('+'),
            harmless(description),
        ),
        News::SectionRenamed { section: now, old_section, entries, .. } => {
            format!("{} {} → {} ({entries} entries)", paint.warn('='), section(old_section), section(now))
        }
        News::RanksMoved { metric, scope, movers, .. } => {
            let moves = movers.iter().map(|mover| {
                let passed = if mover.overtook.is_empty() {
                    String::new()
                } else {
                    format!(" past {}", harmless(&mover.overtook.join(", ")))
                };
                format!("\n      {} {} → {}{passed}", harmless(&mover.name), mover.from, mover.to)
            });
            let metric = whimbrel_news::wording::metric(metric);
            format!(
                "{} by {} in {}:{}",
                paint.warn('^'),
                harmless(metric),
                section(scope),
                moves.collect::<String>()
            )
        }
        News::EnteredTop { subject, metric, rank, top, .. } => format!(
            "{} {} is {rank} by {}, now among the first {top}",
            paint.good('^'),
            harmless(&subject.name),
            harmless(whimbrel_news::wording::metric(metric)),
        ),
        News::LeftTop { subject, metric, rank, top, .. } => format!(
            "{} {} is {rank} by {}, no longer among the first {top}",
            paint.bad('v'),
            harmless(&subject.name),
            harmless(whimbrel_news::wording::metric(metric)),
        ),
        News::Milestone { subject, metric, value } => format!(
            "{} {} passed {} {}",
            paint.good('*'),
            harmless(&subject.name),
            crate::screen::grouped(*value),
            harmless(whimbrel_news::wording::metric(metric)),
        ),
        News::Reshaped { detail, .. } => format!("{} {}", paint.warn('!'), harmless(detail)),
        other if other.subject().is_some() => {
            format!("{} {}", paint.faint('·'), harmless(&whimbrel_news::tell(event, "").title))
        }
        other => format!("{} {}", paint.faint('·'), other.kind().title()),
    }
}

/// `name  address  in A / B`.
fn entry(subject: &Subject, paint: Paint) -> String {
    let place = if subject.section.is_empty() {
        String::new()
    } else {
        format!(" in {}", harmless(&subject.section))
    };
    format!("{}  {}{place}", paint.strong(harmless(&subject.name)), paint.faint(harmless(&subject.url)))
}

fn section(path: &str) -> String {
    if path.is_empty() { "the top of the document".to_owned() } else { harmless(path) }
}
