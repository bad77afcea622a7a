//! Asking a server whether a page is there: HEAD, and GET where HEAD is no witness. Every step is one request, so that
//! whoever is asked, by a redirect as well, is asked no faster than it likes.

use chrono::{DateTime, Utc};
use http::{Method, StatusCode, header};
use reqwest::Client;
use url::Url;
use whimbrel_project::LinkAnswer;

use crate::source::net;

/// Redirects followed for one link.
const REDIRECTS: usize = 5;

/// One request on the way to an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// Where it goes.
    pub(super) at: Url,
    /// When the link was first asked in this turn; `None` before that.
    pub(super) begun: Option<DateTime<Utc>>,
    by: By,
    /// Redirects that led there.
    hops: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Head,
    Get,
}

/// What a step brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Came {
    Answer(LinkAnswer),
    /// Another request has to be made, when its host may be asked.
    Next(Step),
}

impl Step {
    /// The first one for this address.
    pub(super) fn first(at: Url) -> Self {
        Self { at, begun: None, by: By::Head, hops: 0 }
    }

    /// Makes the request; `link` is the address the whole is about.
    pub(super) async fn take(self, client: &Client, link: &str, allow_private: bool) -> Came {
        let web = matches!(self.at.scheme(), "http" | "https");
        if !web || (!allow_private && net::names_private_number(&self.at)) {
            return self.end(link, LinkAnswer::Unclear);
        }
        let method = match self.by {
            By::Head => Method::HEAD,
            By::Get => Method::GET,
        };
        // Only the head of the answer is read; the connection is closed with the body unread.
        let Ok(response) = client.request(method, self.at.clone()).send().await else {
            return self.end(link, LinkAnswer::Unclear);
        };
        let status = response.status();
        if status.is_redirection() {
            let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
            let next = location.and_then(|location| self.at.join(location).ok());
            return match next.filter(|_| self.hops < REDIRECTS) {
                Some(at) => Came::Next(Self { at, hops: self.hops + 1, ..self }),
                None => self.end(link, LinkAnswer::Unclear),
            };
        }
        let answer = match status {
            StatusCode::NOT_FOUND | StatusCode::GONE => LinkAnswer::Dead(status.as_u16()),
            _ if status.is_success() => LinkAnswer::Works,
            _ => LinkAnswer::Unclear,
        };
        self.end(link, answer)
    }

    /// Some servers know HEAD not at all, or answer it as if nothing were there.
    fn end(self, link: &str, answer: LinkAnswer) -> Came {
        match (self.by, Url::parse(link)) {
            (By::Head, Ok(at)) if answer != LinkAnswer::Works => {
                Came::Next(Self { at, by: By::Get, hops: 0, ..self })
            }
            _ => Came::Answer(answer),
        }
    }
}
