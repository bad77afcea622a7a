//! Asking a server whether a page is there: HEAD, and GET where HEAD is no witness.

use http::{Method, StatusCode, header};
use reqwest::Client;
use url::Url;
use whimbrel_project::LinkAnswer;

use crate::source::net;

/// Redirects followed for one link.
const REDIRECTS: usize = 5;

/// Is the page there?
pub(super) async fn ask(client: &Client, url: &Url, allow_private: bool) -> LinkAnswer {
    match ask_by(client, Method::HEAD, url, allow_private).await {
        // Some servers know HEAD not at all, or answer it as if nothing were there.
        LinkAnswer::Dead(_) | LinkAnswer::Unclear => ask_by(client, Method::GET, url, allow_private).await,
        LinkAnswer::Works => LinkAnswer::Works,
    }
}

async fn ask_by(client: &Client, method: Method, url: &Url, allow_private: bool) -> LinkAnswer {
    let mut url = url.clone();
    for _ in 0..=REDIRECTS {
        let web = matches!(url.scheme(), "http" | "https");
        if !web || (!allow_private && net::names_private_number(&url)) {
            return LinkAnswer::Unclear;
        }
        // Only the head of the answer is read; the connection is closed with the body unread.
        let Ok(response) = client.request(method.clone(), url.clone()).send().await else {
            return LinkAnswer::Unclear;
        };
        let status = response.status();
        if status.is_redirection() {
            let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
            match location.and_then(|location| url.join(location).ok()) {
                Some(next) => url = next,
                None => return LinkAnswer::Unclear,
            }
            continue;
        }
        return match status {
            StatusCode::NOT_FOUND | StatusCode::GONE => LinkAnswer::Dead(status.as_u16()),
            _ if status.is_success() => LinkAnswer::Works,
            _ => LinkAnswer::Unclear,
        };
    }
    LinkAnswer::Unclear
}
