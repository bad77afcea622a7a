//! The picture of a digest: who rose and fell in rankings, whose stars grew.
//!
//! It is drawn for a phone: at a width of 360 points nothing is smaller than 11. Names come from strangers; what the
//! font cannot show is told otherwise, and nothing in them reaches the picture as markup.

pub(crate) mod card;
mod draw;
mod file;
mod letters;

use chrono::{DateTime, Utc};

use crate::scale::whole;

/// Rows of each part; what is more stands in the text of the digest.
const MOST_MOVERS: usize = 8;
const MOST_GROWTH: usize = 6;

/// What a digest shows as a picture. Both parts come in the order they are shown in; of long ones the first rows are.
#[derive(Clone, Debug, PartialEq)]
pub struct DigestPicture<'a> {
    /// What stands above: the period.
    pub title: &'a str,
    /// Who moved in rankings; those who did not are left out.
    pub movers: &'a [Mover<'a>],
    /// Whose stars changed; those without a point are left out.
    pub growth: &'a [Growth<'a>],
    /// The moment the picture is of.
    pub until: DateTime<Utc>,
}

/// Somebody's way through a ranking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mover<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it is called where its name is in letters the picture does not have, such as `owner/repo`; may be empty.
    pub instead: &'a str,
    /// Which ranking, such as `by stars`; shown beside each where there are several.
    pub ranking: &'a str,
    /// Its rank before, from 1.
    pub from: u32,
    /// Its rank now, from 1.
    pub to: u32,
}

/// A project's stars over the time of the digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Growth<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it is called where its name is in letters the picture does not have; may be empty.
    pub instead: &'a str,
    /// What was counted, in the order of time: from the beginning of the period to its end.
    pub points: &'a [(DateTime<Utc>, u64)],
}

impl DigestPicture<'_> {
    /// The picture as PNG, 1200 pixels wide; `None` when there is nothing to show.
    pub fn png(&self) -> Option<Vec<u8>> {
        draw::png(self)
    }

    /// The picture in words, for people who cannot see it; `None` when there is nothing to show.
    pub fn alt(&self) -> Option<String> {
        let mut told = Vec::new();
        let movers = self.shown_movers();
        if !movers.is_empty() {
            let one = movers.iter().map(|mover| {
                format!(
                    "{} from {} to {}",
                    plain(mover.name),
                    whole(mover.from.into()),
                    whole(mover.to.into())
                )
            });
            told.push(format!("Ranks: {}.", one.collect::<Vec<_>>().join("; ")));
        }
        let growth = self.shown_growth();
        if !growth.is_empty() {
            let one = growth.iter().map(|growth| {
                let (name, gained, now) = (plain(growth.name), growth.gained(), whole(growth.now()));
                if gained == 0 {
                    format!("{name} {now}")
                } else {
                    format!("{name} {} to {now}", signed(gained))
                }
            });
            told.push(format!("Stars: {}.", one.collect::<Vec<_>>().join("; ")));
        }
        (!told.is_empty()).then(|| told.join(" "))
    }

    fn shown_movers(&self) -> Vec<&Mover<'_>> {
        self.movers.iter().filter(|mover| mover.from != mover.to).take(MOST_MOVERS).collect()
    }

    fn shown_growth(&self) -> Vec<&Growth<'_>> {
        self.growth.iter().filter(|growth| !growth.points.is_empty()).take(MOST_GROWTH).collect()
    }
}

impl Growth<'_> {
    /// What was counted last.
    fn now(&self) -> u64 {
        self.points.last().map_or(0, |(_, stars)| *stars)
    }

    /// The difference from what was counted first.
    fn gained(&self) -> i128 {
        i128::from(self.now()) - self.points.first().map_or(0, |(_, stars)| i128::from(*stars))
    }
}

/// `+1,204`, `−3`.
fn signed(value: i128) -> String {
    let digits = whole(u64::try_from(value.unsigned_abs()).unwrap_or(u64::MAX));
    if value < 0 { format!("−{digits}") } else { format!("+{digits}") }
}

/// A name for listeners, on one line and of bounded length.
fn plain(name: &str) -> String {
    let words: Vec<_> =
        name.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect();
    words.join(" ").chars().take(80).collect()
}

#[cfg(test)]
mod tests;
