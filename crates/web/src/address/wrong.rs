//! Why there is nothing to answer, in words for people.

use http::StatusCode;
use whimbrel_news::Kind;

/// Why there is nothing to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) status: StatusCode,
    /// What is wrong and what would be right, for people.
    pub(crate) text: String,
}

impl Wrong {
    pub(crate) fn missing(text: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, text: text.into() }
    }

    pub(crate) fn query(text: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, text: text.into() }
    }
}

pub(super) fn nothing_here() -> Wrong {
    Wrong::missing(
        "There is nothing at this address. The news, all catalogs and all feeds are on the first page.",
    )
}

pub(super) fn unknown_parameter(name: &str, known: &str) -> Wrong {
    Wrong::query(format!("The parameter `{}` is not known here; known are {known}.", short(name)))
}

pub(super) fn no_catalog(name: &str) -> Wrong {
    let name = short(name);
    Wrong::missing(format!("No catalog `{name}` is followed here; the first page lists those that are."))
}

pub(super) fn unknown_kind(word: &str, status: StatusCode) -> Wrong {
    let names = Kind::ALL.map(Kind::as_str).join(", ");
    Wrong { status, text: format!("`{}` is no kind of news; known are {names}.", short(word)) }
}

/// Enough of a stranger's text to recognise it.
fn short(text: &str) -> String {
    text.chars().take(60).collect()
}
