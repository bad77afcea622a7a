//! Sites that have several addresses for one thing.

use std::borrow::Cow;

/// True for hosts that [`alias`] or [`tidy`] may change.
pub(super) fn is_special(host: &str) -> bool {
    canonical(host).is_some()
        || matches!(
            host,
            "youtu.be" | "youtube.com" | "apps.apple.com" | "itunes.apple.com" | "geo.itunes.apple.com"
        )
}

/// The host a site is known by.
pub(super) fn alias(host: Cow<'_, str>) -> Cow<'_, str> {
    match canonical(&host) {
        Some(canonical) => canonical,
        None => host,
    }
}

fn canonical(host: &str) -> Option<Cow<'static, str>> {
    Some(match host {
        "m.youtube.com" | "youtube-nocookie.com" => "youtube.com".into(),
        "twitter.com" | "mobile.twitter.com" | "mobile.x.com" => "x.com".into(),
        "old.reddit.com" | "new.reddit.com" => "reddit.com".into(),
        "dx.doi.org" => "doi.org".into(),
        _ => {
            let language = host.strip_suffix(".m.wikipedia.org")?;
            format!("{language}.wikipedia.org").into()
        }
    })
}

/// Brings a path into the one form its site has for it; hands back a parameter that the path stood for.
pub(super) fn tidy(host: &mut Cow<'_, str>, parts: &mut Vec<Cow<'_, str>>) -> Option<(&'static str, String)> {
    match host.as_ref() {
        "apps.apple.com" | "itunes.apple.com" | "geo.itunes.apple.com" => {
            let id = parts.iter().position(|part| is_app_id(part))?;
            if parts.len() == 1 || parts.iter().any(|part| part == "app") {
                *host = "apps.apple.com".into();
                parts.swap(0, id);
                parts.truncate(1);
            }
            None
        }
        "youtu.be" | "youtube.com" => {
            let at = match (host.as_ref(), parts.first()?.as_ref()) {
                ("youtu.be", _) => 0,
                (_, "embed" | "shorts" | "live" | "v") => 1,
                _ => return None,
            };
            let video = parts.get(at).filter(|part| is_video(part))?.to_string();
            *host = "youtube.com".into();
            *parts = vec!["watch".into()];
            Some(("v", video))
        }
        _ => None,
    }
}

fn is_app_id(part: &str) -> bool {
    part.strip_prefix("id").is_some_and(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()))
}

fn is_video(part: &str) -> bool {
    part != "videoseries" && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}
