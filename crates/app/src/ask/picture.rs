//! What there is to see in an answer, as a picture for chats: stars over time, and the way through rankings.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use whimbrel_charts::{DigestPicture, Growth, Mover};
use whimbrel_commands::AnswerPainter;
use whimbrel_fanout::Upload;
use whimbrel_lookup::{Answer, PlotLine};

/// Draws answers.
pub(crate) fn painter() -> Arc<AnswerPainter> {
    Arc::new(draw)
}

fn draw(answer: &Answer, now: DateTime<Utc>) -> Option<Upload> {
    let lines = |ranks: bool| {
        answer.charts.iter().filter(move |plot| plot.ranks == ranks).flat_map(|plot| &plot.lines)
    };
    let moments =
        |line: &PlotLine| line.points.iter().map(|point| (point.at, point.value)).collect::<Vec<_>>();
    let counted: Vec<_> = lines(false).map(|line| (line, moments(line))).collect();
    let growth: Vec<Growth<'_>> =
        counted.iter().map(|(line, points)| Growth { name: &line.name, instead: "", points }).collect();
    let movers: Vec<Mover<'_>> = lines(true).filter_map(mover).collect();
    let picture = DigestPicture { title: &answer.title, movers: &movers, growth: &growth, until: now };
    Some(Upload { name: "chart.png".to_owned(), alt: picture.alt()?, png: picture.png()? })
}

/// From the first rank in a ranking to the last.
fn mover(line: &PlotLine) -> Option<Mover<'_>> {
    let rank = |value: u64| u32::try_from(value).ok();
    let (first, last) = (line.points.first()?, line.points.last()?);
    Some(Mover {
        name: &line.name,
        instead: "",
        ranking: "",
        from: rank(first.value)?,
        to: rank(last.value)?,
    })
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use whimbrel_lookup::{Plot, Point};

    use super::*;

    #[test]
    fn stars_and_ranks_are_drawn_and_told() {
        let begin = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let line = |name: &str, values: [u64; 2]| PlotLine {
            name: name.to_owned(),
            points: (0..)
                .zip(values)
                .map(|(day, value)| Point { at: begin + TimeDelta::days(day), value })
                .collect(),
        };
        let plot = |ranks: bool, line: PlotLine| Plot { title: String::new(), ranks, lines: vec![line] };
        let answer = Answer {
            title: "History of etcd".to_owned(),
            charts: vec![plot(false, line("etcd-io/etcd", [10, 30])), plot(true, line("Awesome Go", [5, 2]))],
            ..Answer::default()
        };
        let drawn = draw(&answer, begin + TimeDelta::days(2)).unwrap();
        assert!(drawn.png.starts_with(b"\x89PNG"));
        assert_eq!(drawn.alt, "Ranks: Awesome Go from 5 to 2. Stars: etcd-io/etcd +20 to 30.");
        assert_eq!(draw(&Answer::default(), begin), None);
    }
}
