//! Licences as GitHub shows them: a key, a name and an SPDX id.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

const NAMES: [(&str, &str); 9] = [
    ("Apache-2.0", "Apache License 2.0"),
    ("MIT", "MIT License"),
    ("BSD-2-Clause", "BSD 2-Clause \"Simplified\" License"),
    ("BSD-3-Clause", "BSD 3-Clause \"New\" or \"Revised\" License"),
    ("GPL-3.0", "GNU General Public License v3.0"),
    ("AGPL-3.0", "GNU Affero General Public License v3.0"),
    ("MPL-2.0", "Mozilla Public License 2.0"),
    ("Unlicense", "The Unlicense"),
    ("NOASSERTION", "Other"),
];

pub(super) fn key(spdx: &str) -> String {
    if spdx == "NOASSERTION" { "other".to_owned() } else { spdx.to_lowercase() }
}

pub(super) fn name(spdx: &str) -> String {
    let known = NAMES.iter().find(|(known, _)| *known == spdx);
    known.map_or_else(|| format!("{spdx} License"), |(_, name)| (*name).to_owned())
}

pub(super) fn node_id(spdx: &str) -> String {
    STANDARD.encode(format!("07:License{}", spdx.bytes().map(u32::from).sum::<u32>()))
}

/// As it stands in a repository.
pub(super) fn json(spdx: &str) -> Value {
    let (key, node_id, name) = (key(spdx), node_id(spdx), name(spdx));
    let url = (spdx != "NOASSERTION").then(|| format!("https://api.github.com/licenses/{key}"));
    json!({ "key": key, "name": name, "spdx_id": spdx, "url": url, "node_id": node_id })
}
