//! Why news was judged to be what it is, in one short sentence made from its own facts.

use super::News;

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
                if subject.key == *old_key {
                    "same address, other name".to_owned()
                } else if subject.name == *old_name {
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
            Self::Reshaped { .. } | Self::Followed { .. } | Self::Stale { .. } | Self::Recovered { .. } => {
                String::new()
            }
        }
    }
}
