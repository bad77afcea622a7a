//! The part behind `?`: what identifies is kept, what tracks a reader is dropped.

use std::borrow::Cow;

use super::address::{Within, decode};

/// Parameters that say where a reader came from or how the page is shown, on any host.
const TRACKING: [&str; 25] = [
    "ref", "ref_src", "ref_url", "ref_type", "referrer", "source", "platform", "tab", "fbclid", "gclid",
    "dclid", "gbraid", "wbraid", "msclkid", "yclid", "igshid", "mc_cid", "mc_eid", "mkt_tok", "_hsenc",
    "_hsmi", "_ga", "spm", "trk", "cmpid",
];

/// Families of such parameters, by their first letters.
const TRACKING_FAMILIES: [&str; 3] = ["utm_", "mtm_", "pk_"];

struct Parameter<'a> {
    name: Cow<'a, str>,
    value: Option<Cow<'a, str>>,
}

/// Writes the parameters that identify, sorted by name; `added` is one the path stood for.
pub(super) fn append(key: &mut String, host: &str, query: &str, added: Option<(&'static str, String)>) {
    let mut kept: Vec<Parameter<'_>> = Vec::new();
    for parameter in query.split('&') {
        let (name, value) = match parameter.split_once('=') {
            Some((name, value)) => (name, Some(decode(value, Within::Value))),
            None => (parameter, None),
        };
        let name = decode(name, Within::Name);
        let says_nothing = name.is_empty() && value.as_ref().is_none_or(|value| value.is_empty());
        let is_replaced = added.as_ref().is_some_and(|(added, _)| *added == name);
        if !says_nothing && !is_replaced && !is_tracking(host, &name) {
            kept.push(Parameter { name, value });
        }
    }
    if let Some((name, value)) = added {
        kept.push(Parameter { name: name.into(), value: Some(value.into()) });
    }
    kept.sort_by(|a, b| a.name.cmp(&b.name)); // stable: the order of equal names may matter
    for (at, parameter) in kept.iter().enumerate() {
        key.push(if at == 0 { '?' } else { '&' });
        key.push_str(&parameter.name);
        if let Some(value) = &parameter.value {
            key.push('=');
            key.push_str(value);
        }
    }
}

fn is_tracking(host: &str, name: &str) -> bool {
    let is = |known: &str| name.eq_ignore_ascii_case(known);
    let begins = |known: &str| name.get(..known.len()).is_some_and(|start| start.eq_ignore_ascii_case(known));
    if TRACKING.iter().any(|known| is(known)) || TRACKING_FAMILIES.iter().any(|known| begins(known)) {
        return true;
    }
    match host {
        // Where in the video, from which list, shared by whom: the video is the same.
        "youtube.com" => {
            ["t", "start", "index", "feature", "si", "pp", "ab_channel"].iter().any(|known| is(known))
        }
        "x.com" => is("s") || is("t"),
        "play.google.com" => is("hl") || is("gl"),
        // An app is its number; everything else is the shop window.
        "apps.apple.com" => true,
        _ => false,
    }
}
