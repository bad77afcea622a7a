//! Who runs the program, and what they are told about it: `[admin]`.

use serde::{Deserialize, Serialize};
use whimbrel_fanout::Destination;
use whimbrel_watch::Span;

/// Where alarms go, and when (`[admin]`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct AdminSettings {
    /// The place: `telegram:CHAT`, `telegram:CHAT:TOPIC`, `discord:CHANNEL` or `webhook:NAME`. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) to: Option<Destination>,
    /// How long a place may refuse our messages before that is told. Default `"3d"`.
    pub(crate) parked_after: Span,
    /// Less room than this on the disk of the store is told, in MiB. Default 512.
    pub(crate) disk_free_mib: u64,
    /// People may suggest lists at private addresses too. Default false.
    pub(crate) suggest_private: bool,
}

impl Default for AdminSettings {
    fn default() -> Self {
        Self {
            to: None,
            parked_after: Span::from_secs(3 * 86_400),
            disk_free_mib: 512,
            suggest_private: false,
        }
    }
}
