//! News as plain data: events, filters over them, digests folded from them, the words they are told in, and the
//! time zones they are told by.
//!
//! No I/O and no clock. An [`Event`] is one numbered line of the journal; everything that leaves the program
//! (feeds, pages, messages) is made from events alone.

pub mod digest;
pub mod event;
pub mod filter;
mod fold;
pub mod kind;
pub mod slug;
pub mod wording;
mod zone;

pub use whimbrel_catalog::CatalogId;

pub use digest::{Digest, Period, Span};
pub use event::{
    BadEventId, Dated, Epoch, Event, EventId, Facts, Level, Listed, News, Project, Release, Subject,
    TAG_AUTHORITY,
};
pub use filter::{Filter, FilterError, Kinds, Needs, Packed, Prepared, pattern_in};
pub use fold::fold;
pub use kind::{Group, Kind, UnknownKind};
pub use wording::{Told, tell};
pub use zone::{UnknownZone, Zone, ZoneOffset};
