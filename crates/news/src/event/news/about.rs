//! What a piece of news is about: its kind, its entry or project, its sections.

use whimbrel_catalog::EntryKey;

use super::{News, Subject};
use crate::event::project::{Facts, Project, Release};
use crate::kind::Kind;

impl News {
    /// Its kind.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Added { .. } => Kind::Added,
            Self::Removed { .. } => Kind::Removed,
            Self::Restored { .. } => Kind::Restored,
            Self::Moved { .. } => Kind::Moved,
            Self::Renamed { .. } => Kind::Renamed,
            Self::Edited { .. } => Kind::Edited,
            Self::SectionRenamed { .. } => Kind::SectionRenamed,
            Self::Released { .. } => Kind::Released,
            Self::ReleasePromoted { .. } => Kind::ReleasePromoted,
            Self::ReleasesBackfilled { .. } => Kind::ReleasesBackfilled,
            Self::RanksMoved { .. } => Kind::RanksMoved,
            Self::EnteredTop { .. } => Kind::EnteredTop,
            Self::LeftTop { .. } => Kind::LeftTop,
            Self::Milestone { .. } => Kind::Milestone,
            Self::Archived { .. } => Kind::Archived,
            Self::Unarchived { .. } => Kind::Unarchived,
            Self::ProjectRenamed { .. } => Kind::ProjectRenamed,
            Self::Gone { .. } => Kind::Gone,
            Self::Back { .. } => Kind::Back,
            Self::LicenseChanged { .. } => Kind::LicenseChanged,
            Self::LinkDead { .. } => Kind::LinkDead,
            Self::LinkBack { .. } => Kind::LinkBack,
            Self::Followed { .. } => Kind::Followed,
            Self::Reshaped { .. } => Kind::Reshaped,
            Self::Stale { .. } => Kind::Stale,
            Self::Recovered { .. } => Kind::Recovered,
        }
    }

    /// The one entry or project it is about, if it is about one.
    pub fn subject(&self) -> Option<&Subject> {
        match self {
            Self::Added { subject, .. }
            | Self::Removed { subject, .. }
            | Self::Restored { subject, .. }
            | Self::Moved { subject, .. }
            | Self::Renamed { subject, .. }
            | Self::Edited { subject, .. }
            | Self::EnteredTop { subject, .. }
            | Self::LeftTop { subject, .. }
            | Self::Milestone { subject, .. }
            | Self::LinkDead { subject, .. }
            | Self::LinkBack { subject, .. } => Some(subject),
            _ => self.project().map(|project| &project.subject),
        }
    }

    /// The project it is about, for news that comes from the project itself.
    pub fn project(&self) -> Option<&Project> {
        match self {
            Self::Released { project, .. }
            | Self::ReleasePromoted { project, .. }
            | Self::ReleasesBackfilled { project, .. }
            | Self::Archived { project, .. }
            | Self::Unarchived { project }
            | Self::ProjectRenamed { project, .. }
            | Self::Gone { project, .. }
            | Self::Back { project, .. }
            | Self::LicenseChanged { project, .. } => Some(project),
            _ => None,
        }
    }

    /// The release it is about.
    pub fn release(&self) -> Option<&Release> {
        match self {
            Self::Released { release, .. } | Self::ReleasePromoted { release, .. } => Some(release),
            _ => None,
        }
    }

    /// What is known about the project it is about; `None` for news that carries no such facts.
    pub fn facts(&self) -> Option<&Facts> {
        match self {
            Self::Added { facts, .. } => Some(facts),
            _ => self.project().map(|project| &project.facts),
        }
    }

    /// What the catalog says about the entry; empty when it says nothing or the news is about no entry.
    pub fn description(&self) -> &str {
        match self {
            Self::Added { description, .. }
            | Self::Removed { description, .. }
            | Self::Restored { description, .. }
            | Self::Moved { description, .. }
            | Self::Renamed { description, .. }
            | Self::Edited { description, .. } => description,
            _ => "",
        }
    }

    /// See [`Event::section_paths`](crate::Event::section_paths).
    pub(crate) fn section_paths(&self) -> Vec<&[String]> {
        match self {
            Self::Moved { subject, old_section_path, .. } => vec![&subject.section_path, old_section_path],
            Self::SectionRenamed { section_path, old_section_path, .. } => {
                vec![section_path, old_section_path]
            }
            Self::RanksMoved { scope_path, .. } => vec![scope_path],
            _ => self.subject().map(|subject| subject.section_path.as_slice()).into_iter().collect(),
        }
    }

    /// See [`Event::projects`](crate::Event::projects).
    pub fn projects(&self) -> Vec<EntryKey> {
        let mut keys: Vec<_> =
            self.subject().map(|subject| EntryKey::from_stored(&subject.key)).into_iter().collect();
        match self {
            Self::Renamed { old_key, .. } | Self::ProjectRenamed { old_key, .. } => {
                keys.push(EntryKey::from_stored(old_key));
            }
            Self::RanksMoved { movers, .. } => {
                keys.extend(movers.iter().filter_map(|mover| EntryKey::from_url(&mover.url)));
            }
            _ => {}
        }
        keys.retain(|key| !key.as_str().is_empty());
        keys.dedup();
        keys
    }
}
