//! A question in the link that opens a chat with a bot: services take 64 characters of `A-Za-z0-9_-` there.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use whimbrel_news::Zone;

use super::{Misread, Question};

/// As much as services hand over to a bot.
const LONGEST: usize = 64;

/// Before the name of one thing …
const SHOW: &str = "show_";

/// … and before any other question.
const ASK: &str = "ask_";

pub(super) fn link(question: &Question) -> Option<String> {
    let (before, text) = match question {
        Question::Show { project } => (SHOW, project.clone()),
        other => (ASK, other.to_string()),
    };
    let link = format!("{before}{}", URL_SAFE_NO_PAD.encode(text.trim_start_matches('/')));
    (link.len() <= LONGEST).then_some(link)
}

pub(super) fn question(link: &str, now: DateTime<Utc>, zone: Zone) -> Option<Result<Question, Misread>> {
    let (before, rest) = [SHOW, ASK].into_iter().find_map(|one| Some((one, link.strip_prefix(one)?)))?;
    let text = URL_SAFE_NO_PAD.decode(rest).ok().and_then(|bytes| String::from_utf8(bytes).ok())?;
    let typed = if before == SHOW { format!("/show {text}") } else { format!("/{text}") };
    Some(Question::parse(&typed, now, zone))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_reads_back() {
        let now = DateTime::UNIX_EPOCH;
        for text in ["/show etcd-io/etcd", "/show \u{e9}tude", "/top awesome-go by growth 10", "/catalogs"] {
            let question = Question::parse(text, now, Zone::UTC).unwrap();
            let link = question.deep_link().unwrap();
            assert!(link.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)), "{link}");
            assert_eq!(Question::from_deep_link(&link, now, Zone::UTC), Some(Ok(question)));
        }
        let long = Question::Show { project: "x".repeat(80) };
        assert_eq!(long.deep_link(), None);
        for strange in ["awesome-go", "show_%", "ask_", "show_\u{e9}", "ask__w"] {
            let read = Question::from_deep_link(strange, now, Zone::UTC);
            assert!(read.is_none_or(|read| read.is_err()), "{strange}");
        }
    }
}
