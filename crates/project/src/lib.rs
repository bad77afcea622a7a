//! Projects followed at their host: what GitHub says about one as plain data, and judging what changed.
//!
//! Everything here is a pure function over values: no network, no files, no clock. An [`Answer`] is what one look at a
//! project brought; a [`Project`] is what is remembered of it between two looks. Who asks and who keeps the rows is
//! the concern of others.

mod absence;
pub mod cadence;
pub mod links;
pub mod look;
mod packed;
pub mod project;
pub mod ranks;
pub mod reach;
pub mod release;
pub mod rules;
pub mod seen;
pub mod stars;
mod states;

pub use absence::Census;
pub use links::{LinkAnswer, LinkNews, LinkTrouble};
pub use look::{Listings, Outcome, look};
pub use project::{Facts, Project, ProjectId, Reached, Standing};
pub use ranks::{RankRow, RankState};
pub use reach::{NEWEST, Reach, reach};
pub use release::{KnownReleases, Recent};
pub use rules::Rules;
pub use seen::{Answer, Glimpse, Seen, SeenRelease, SeenTag};
pub use stars::{Growth, StarHistory, StarRow};
