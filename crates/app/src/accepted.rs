//! Catalogs that people proposed and the operator accepted: in a file of their own beside the state, written by us and
//! read with the configuration. Those that wait to be decided lie beside them.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Context;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use whimbrel_catalog::CatalogId;
use whimbrel_commands::{Listener, Proposal};
use whimbrel_watch::CatalogConfig;

use crate::samples::write_whole;

/// So many wait at most: more is no help to anybody.
pub(crate) const WAITING: usize = 50;

/// What stands above those that are followed.
const HEAD: &str =
    "# Lists that people suggested and that were accepted. To stop following one, take it out here.\n\n";

/// A proposal that waits to be decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Waiting {
    #[serde(flatten)]
    pub(crate) proposal: Proposal,
    /// The operator was asked. Where the program ended before that, the next who proposes it has them asked.
    #[serde(default)]
    pub(crate) asked: bool,
    /// Who is to be told what becomes of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) tell: Vec<Listener>,
    /// It is decided; it stays here until all of them are told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) decided: Option<Decided>,
}

/// What became of a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Decided {
    pub(crate) accepted: bool,
    pub(crate) at: DateTime<Utc>,
}

impl Waiting {
    /// Is it the one of this mark, and not decided?
    pub(crate) fn is_open(&self, mark: u64) -> bool {
        self.decided.is_none() && self.proposal.mark() == mark
    }
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Accepted {
    #[serde(default, rename = "catalog")]
    catalogs: Vec<CatalogConfig>,
}

/// The file of those that are followed.
pub(crate) fn file(state: &Path) -> PathBuf {
    state.join(whimbrel_store::SUGGESTED)
}

/// Those that are followed.
pub(crate) fn read(state: &Path) -> anyhow::Result<Vec<CatalogConfig>> {
    let file = file(state);
    let text = match fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("reading {}", file.display())),
    };
    let read: Accepted = toml::from_str(&text).with_context(|| format!("reading {}", file.display()))?;
    Ok(read.catalogs)
}

/// The configured catalogs, then those that were accepted: what is configured as well is followed as configured.
pub(crate) fn after(mut configured: Vec<CatalogConfig>, state: &Path) -> anyhow::Result<Vec<CatalogConfig>> {
    for one in read(state)? {
        if configured.iter().all(|known| known.id != one.id && known.source != one.source) {
            configured.push(one);
        }
    }
    Ok(configured)
}

/// Follows one more from the next reading on, under its id or one like it that is free. Durable when it returns.
pub(crate) fn accept(state: &Path, proposal: &Proposal, configured: &[CatalogConfig]) -> anyhow::Result<()> {
    let mut catalogs = read(state)?;
    if catalogs.iter().chain(configured).all(|known| known.source != proposal.source) {
        let taken = |id: &str| catalogs.iter().chain(configured).any(|known| known.id.as_str() == id);
        let id = CatalogId::new(&free(&proposal.id, taken)).map_err(anyhow::Error::msg)?;
        catalogs.push(CatalogConfig::new(id, proposal.source.clone()));
    }
    let text = format!("{HEAD}{}", toml::to_string(&Accepted { catalogs })?);
    write_whole(&file(state), text.as_bytes()).context("writing down what is followed")
}

/// This id, or one like it that is not taken.
pub(crate) fn free(id: &str, taken: impl Fn(&str) -> bool) -> String {
    let base: String = id.chars().take(56).collect();
    let base = if base.is_empty() { "list".to_owned() } else { base };
    let others = (2..).map(|number: u32| format!("{base}-{number}"));
    std::iter::once(base.clone()).chain(others).find(|id| !taken(id)).unwrap_or(base)
}

/// Those that wait to be decided.
pub(crate) fn waiting(state: &Path) -> Vec<Waiting> {
    // A file that nobody can read says nothing: what waited can be proposed again.
    fs::read(waiting_file(state)).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
}

/// Writes down what waits, and what is decided and not told. Durable when it returns; of too many the oldest is forgotten.
pub(crate) fn keep_waiting(state: &Path, proposals: &[Waiting]) -> anyhow::Result<()> {
    let (mut decided, mut open): (Vec<&Waiting>, Vec<&Waiting>) =
        proposals.iter().partition(|one| one.decided.is_some());
    for some in [&mut decided, &mut open] {
        some.drain(..some.len().saturating_sub(WAITING));
    }
    decided.append(&mut open);
    write_whole(&waiting_file(state), &serde_json::to_vec(&decided)?)
        .context("writing down what was proposed")
}

fn waiting_file(state: &Path) -> PathBuf {
    state.join(whimbrel_store::SUGGESTIONS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proposal(id: &str) -> Proposal {
        Proposal { id: id.to_owned(), source: format!("https://example.org/{id}"), ..Proposal::default() }
    }

    #[test]
    fn what_was_accepted_is_followed_once_and_after_what_is_configured() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path();
        assert!(read(state).unwrap().is_empty());
        for id in ["one", "two", "one"] {
            accept(state, &proposal(id), &[]).unwrap();
        }
        let ids =
            |catalogs: &[CatalogConfig]| catalogs.iter().map(|one| one.id.to_string()).collect::<Vec<_>>();
        assert_eq!(ids(&read(state).unwrap()), ["one", "two"]);
        let configured = CatalogConfig::new(CatalogId::new("two").unwrap(), "lists/two.md");
        let all = after(vec![configured.clone()], state).unwrap();
        assert_eq!((ids(&all), &all[0]), (vec!["two".to_owned(), "one".to_owned()], &configured));
        let twin = Proposal { source: "https://example.com/one".to_owned(), ..proposal("one") };
        accept(state, &twin, &[configured]).unwrap();
        assert_eq!(ids(&read(state).unwrap()), ["one", "two", "one-2"], "another list of the same name");
        assert!(accept(state, &proposal("No id!"), &[]).is_err());
        fs::write(file(state), "[[catalog]]\nid = 1").unwrap();
        assert!(read(state).is_err());
    }

    #[test]
    fn who_is_told_is_read_back_also_as_it_was_written_before() {
        let at = |at: &str, person: Option<&str>| Listener {
            at: at.parse().unwrap(),
            person: person.map(str::to_owned),
        };
        let tell = vec![at("telegram:7", None), at("discord:8", Some("discord:9"))];
        let one = Waiting { proposal: proposal("one"), asked: true, tell, decided: None };
        let text = serde_json::to_string(&one).unwrap();
        let told = r#""tell":["telegram:7",{"at":"discord:8","person":"discord:9"}]"#;
        assert!(text.contains(told), "{text}");
        assert_eq!(serde_json::from_str::<Waiting>(&text).unwrap(), one);
        assert!(serde_json::from_str::<Waiting>(&text.replace("discord:8", "nowhere")).is_err());
    }

    #[test]
    fn only_so_many_wait() {
        let folder = tempfile::tempdir().unwrap();
        assert!(waiting(folder.path()).is_empty());
        let wait = |number: usize| Waiting {
            proposal: proposal(&number.to_string()),
            asked: true,
            tell: Vec::new(),
            decided: None,
        };
        let many: Vec<Waiting> = (0..WAITING + 5).map(wait).collect();
        keep_waiting(folder.path(), &many).unwrap();
        let kept = waiting(folder.path());
        assert_eq!((kept.len(), kept.last()), (WAITING, many.last()));
    }
}
