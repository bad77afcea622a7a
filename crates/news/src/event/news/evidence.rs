//! Why news was judged to be what it is, in one short sentence made from its own facts.

use whimbrel_catalog::EntryKey;

use super::News;
use crate::fold::fold;

impl News {
    /// What speaks for it. Empty where the facts speak for themselves.
    pub fn evidence(&self) -> String {
        match self {
            Self::Added { in_place_of: Some(gone), .. } => {
                format!(
                    "address not listed before; stands where `{}` stood, which went at the same time",
                    gone.name
                )
            }
            Self::Added { returned: true, .. } => {
                "address was listed before and removed more than 30 days ago".to_owned()
            }
            Self::Added { .. } => "address not listed before, and no entry that went fits it".to_owned(),
            Self::Removed { .. } => "address no longer listed, and no new entry fits it".to_owned(),
            Self::Restored { .. } => "same address as an entry removed within the last 30 days".to_owned(),
            Self::Moved { .. } => {
                "same address, other section, and the old section was not renamed".to_owned()
            }
            Self::Renamed { subject, old_name, old_key, .. } => {
                if same_address(&subject.key, old_key) {
                    "same address, other name".to_owned()
                } else if same_name(&subject.name, old_name) {
                    "same name, other address; the old address is no longer listed".to_owned()
                } else {
                    "other name and address, but the rest of the entry fits only one that went".to_owned()
                }
            }
            Self::Edited { .. } => "same address, other letters or digits in the description".to_owned(),
            Self::SectionRenamed { entries: 1, .. } => {
                "the old heading is gone, its one entry stands under the new one, and both read alike"
                    .to_owned()
            }
            Self::SectionRenamed { entries, .. } => {
                format!("the old heading is gone and most of its entries ({entries}) stand under the new one")
            }
            Self::RanksMoved { movers, .. } => {
                format!("the fewest moves that explain the new order: {}", movers.len())
            }
            Self::EnteredTop { top, .. } => format!("ranked below {top} before"),
            Self::LeftTop { top, .. } => format!("ranked {top} or better before"),
            Self::Milestone { .. } => "value was below it before".to_owned(),
            Self::Released { release, .. } if release.id.starts_with("tag:") => {
                "tag not seen before; the project publishes no releases of its own".to_owned()
            }
            Self::Released { .. } => "neither its id nor its tag was seen before".to_owned(),
            Self::ReleasePromoted { .. } => "the same release was marked as a prerelease before".to_owned(),
            Self::ReleasesBackfilled { .. } => {
                "they came at once, and were dated long before they were seen".to_owned()
            }
            Self::Archived { .. } => "its host marks it as archived".to_owned(),
            Self::Unarchived { .. } => "its host no longer marks it as archived".to_owned(),
            Self::ProjectRenamed { .. } => "its host's id for it is the same, its name is another".to_owned(),
            Self::Gone { .. } => {
                "its host did not know it, and still did not when asked again later".to_owned()
            }
            Self::Back { .. } => "its host knows it again".to_owned(),
            Self::LicenseChanged { .. } => "its host names another licence than before".to_owned(),
            Self::LinkDead { status, .. } => {
                format!("its server answered {status}, and did so again when asked later")
            }
            Self::LinkBack { .. } => "its server answers with the page again".to_owned(),
            Self::Reshaped { .. } | Self::Followed { .. } | Self::Stale { .. } | Self::Recovered { .. } => {
                String::new()
            }
        }
    }
}

/// Whether two keys are one address, whatever names share it.
fn same_address(key: &str, other: &str) -> bool {
    EntryKey::from_stored(key).address() == EntryKey::from_stored(other).address()
}

/// Whether two names are one to a reader: capitals, accents and punctuation aside, `C` and `C++` kept apart.
fn same_name(name: &str, other: &str) -> bool {
    let spelled = |name: &str| -> String {
        fold(name).chars().filter(|c| c.is_alphanumeric() || matches!(c, '+' | '#')).collect()
    };
    spelled(name) == spelled(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::news::Subject;

    #[test]
    fn a_renaming_says_what_stayed() {
        for (name, key, old_name, old_key, evidence) in [
            (
                "etcd",
                "e.org",
                "Etcd",
                "old.org",
                "same name, other address; the old address is no longer listed",
            ),
            (
                "key-value",
                "e.org",
                "Key Value",
                "old.org",
                "same name, other address; the old address is no longer listed",
            ),
            (
                "C++",
                "e.org",
                "C",
                "old.org",
                "other name and address, but the rest of the entry fits only one that went",
            ),
            ("A2", "l.org\ta2", "A", "l.org\ta", "same address, other name"),
            ("A2", "l.org\ta2", "A", "l.org", "same address, other name"),
        ] {
            let news = News::Renamed {
                subject: Subject { name: name.to_owned(), key: key.to_owned(), ..Subject::default() },
                description: String::new(),
                old_name: old_name.to_owned(),
                old_url: String::new(),
                old_key: old_key.to_owned(),
            };
            assert_eq!(news.evidence(), evidence, "{name}, {old_name}");
        }
    }
}
