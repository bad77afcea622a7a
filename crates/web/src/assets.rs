//! The style, the script and the mark: small files that are compiled in.

use std::sync::LazyLock;

use axum::body::Body;
use axum::response::Response;
use chrono::DateTime;
use http::header::{CACHE_CONTROL, LOCATION};
use http::{HeaderMap, Method, StatusCode};

use crate::answer::answer as answer_with;
use crate::links::{MARK, SCRIPT, STYLE, mark_path, script_path, style_path};
use crate::rendered::{Media, Rendered};

static ASSETS: LazyLock<[(String, Rendered); 3]> = LazyLock::new(|| {
    let rendered = |media, text: &str| Rendered::new(media, text.as_bytes(), DateTime::UNIX_EPOCH);
    [
        (format!("/{}", style_path()), rendered(Media::Css, STYLE)),
        (format!("/{}", script_path()), rendered(Media::Script, SCRIPT)),
        (format!("/{}", mark_path()), rendered(Media::Svg, MARK)),
    ]
});

/// Where browsers look for a mark beside documents that cannot name one, such as feeds.
const GUESSED_MARK: &str = "/favicon.ico";

/// The file at this path, if it is one of them.
pub(crate) fn answer(path: &str, method: &Method, headers: &HeaderMap) -> Option<Response> {
    if path == GUESSED_MARK {
        let to = Response::builder().status(StatusCode::TEMPORARY_REDIRECT).header(LOCATION, mark_path());
        return to.header(CACHE_CONTROL, "public, max-age=86400").body(Body::empty()).ok();
    }
    let (_, rendered) = ASSETS.iter().find(|(at, _)| at == path)?;
    Some(answer_with(rendered, method, headers))
}

/// The files with their paths, for sites kept as files.
pub(crate) fn files() -> [(String, &'static str); 3] {
    [(style_path(), STYLE), (script_path(), SCRIPT), (mark_path(), MARK)]
}
