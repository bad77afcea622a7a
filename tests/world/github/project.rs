//! A repository as stories speak of it: verbs that change it and hand it back, so that they can stand in a row.

pub use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::Github;
use super::ids;
use super::shared::Everything;
use super::state::{Block, Repo};

/// A repository at the stand-in.
#[derive(Clone)]
pub struct Repository {
    pub(super) github: Github,
    pub(super) index: usize,
}

#[allow(
    clippy::return_self_not_must_use,
    reason = "verbs change the repository; handing it back is for rows of them"
)]
impl Repository {
    pub(super) fn new(github: Github, index: usize) -> Self {
        Self { github, index }
    }

    /// Its name, `OWNER/NAME`, as it is now.
    pub fn full_name(&self) -> String {
        self.read(|repo| repo.full_name.clone())
    }

    /// Its node id, for ever.
    pub fn node_id(&self) -> String {
        self.read(Repo::node_id)
    }

    /// Its database id, for ever.
    pub fn id(&self) -> u64 {
        self.read(|repo| repo.id)
    }

    /// Its address on the web.
    pub fn url(&self) -> String {
        self.read(Repo::html_url)
    }

    /// So many stars.
    pub fn stars(&self, stars: u64) -> Self {
        let before = self.change(|repo, _| std::mem::replace(&mut repo.stars, stars));
        if before != stars {
            let (action, at) = if stars > before { ("created", Some("now")) } else { ("deleted", None) };
            self.tell("star", Some(action), json!({ "starred_at": at.map(|_| self.now()) }));
        }
        self.clone()
    }

    /// So many forks.
    pub fn forks(&self, forks: u64) -> Self {
        self.with(|repo| repo.forks = forks)
    }

    /// A description.
    pub fn description(&self, text: &str) -> Self {
        self.edit(|repo| repo.description = some(text))
    }

    /// A homepage; none where the text is empty.
    pub fn homepage(&self, url: &str) -> Self {
        self.edit(|repo| repo.homepage = some(url))
    }

    /// The language most of it is written in; none where the text is empty.
    pub fn language(&self, name: &str) -> Self {
        self.with(|repo| repo.language = some(name))
    }

    /// The licence by its SPDX id, `NOASSERTION` for one GitHub does not know; none where the text is empty.
    pub fn license(&self, spdx: &str) -> Self {
        self.with(|repo| repo.license = some(spdx))
    }

    /// Topics.
    pub fn topics(&self, topics: &[&str]) -> Self {
        self.edit(|repo| repo.topics = topics.iter().map(|topic| (*topic).to_owned()).collect())
    }

    /// A fork of another one.
    pub fn is_fork(&self) -> Self {
        self.with(|repo| repo.fork = true)
    }

    /// Made at this moment, and not touched since.
    pub fn created(&self, at: DateTime<Utc>) -> Self {
        self.with(|repo| (repo.created, repo.pushed) = (at, at))
    }

    /// Last pushed to at this moment.
    pub fn pushed(&self, at: DateTime<Utc>) -> Self {
        self.with(|repo| repo.pushed = at)
    }

    /// Without any commit.
    pub fn empty(&self) -> Self {
        self.with(|repo| (repo.empty, repo.git) = (true, None))
    }

    /// Puts a file on the default branch.
    pub fn push(&self, path: &str, text: impl Into<Bytes>) -> Self {
        self.commit(None, &format!("Update {path}"), [(path.to_owned(), Some(text.into()))])
    }

    /// Puts a file on another branch, which begins where the default one stands.
    pub fn push_to(&self, branch: &str, path: &str, text: impl Into<Bytes>) -> Self {
        self.commit(Some(branch), &format!("Update {path}"), [(path.to_owned(), Some(text.into()))])
    }

    /// Removes a file.
    pub fn remove(&self, path: &str) -> Self {
        self.commit(None, &format!("Delete {path}"), [(path.to_owned(), None)])
    }

    /// The git object id of a file on the default branch.
    pub fn blob(&self, path: &str) -> Option<String> {
        self.read(|repo| {
            let git = repo.git.as_ref()?;
            let head = git.head(&git.default_branch)?;
            Some(ids::hex(&git.versions[head].files.get(path)?.oid))
        })
    }

    /// Another default branch, which must be there.
    pub fn default_branch(&self, name: &str) -> Self {
        self.edit(|repo| name.clone_into(&mut repo.git.get_or_insert_default().default_branch))
    }

    /// Another name, `OWNER/NAME`; the old one redirects until somebody else takes it.
    pub fn rename(&self, full_name: &str) -> Self {
        let old = self.full_name();
        let now = self.now();
        {
            let mut all = self.github.shared.lock();
            all.state.rename(self.index, full_name);
            all.state.repos[self.index].updated = now;
        }
        let login = |name: &str| name.split('/').next().unwrap_or_default().to_lowercase();
        if login(&old) == login(full_name) {
            let from = old.split('/').nth(1).unwrap_or_default();
            let changes = json!({ "repository": { "name": { "from": from } } });
            self.tell("repository", Some("renamed"), json!({ "changes": changes }));
        } else {
            let changes = json!({ "owner": { "from": { "user": { "login": login(&old) } } } });
            self.tell("repository", Some("transferred"), json!({ "changes": changes }));
        }
        self.clone()
    }

    /// Goes to another owner, under the same name.
    pub fn transfer(&self, owner: &str) -> Self {
        let old = self.full_name();
        let name = old.split('/').nth(1).unwrap_or_default();
        self.rename(&format!("{owner}/{name}"))
    }

    /// No longer changes.
    pub fn archive(&self) -> Self {
        self.change(|repo, now| repo.archived = Some(now));
        self.told("repository", "archived")
    }

    /// Changes again.
    pub fn unarchive(&self) -> Self {
        self.change(|repo, _| repo.archived = None);
        self.told("repository", "unarchived")
    }

    /// Switched off by GitHub.
    pub fn disable(&self) -> Self {
        self.with(|repo| repo.disabled = true)
    }

    /// Deleted: its name is free and its ids lead nowhere.
    pub fn delete(&self) -> Self {
        self.told("repository", "deleted");
        self.github.shared.lock().state.delete(self.index);
        self.clone()
    }

    /// Restored as it was.
    pub fn restore(&self) -> Self {
        self.github.shared.lock().state.restore(self.index);
        self.told("repository", "created")
    }

    /// Shown to nobody here any more.
    pub fn make_private(&self) -> Self {
        self.told("repository", "privatized");
        self.with(|repo| repo.private = true)
    }

    /// Shown to everybody again.
    pub fn make_public(&self) -> Self {
        self.change(|repo, _| repo.private = false);
        self.told("repository", "publicized")
    }

    /// Blocked by GitHub.
    pub fn block(&self, why: Block) -> Self {
        self.with(|repo| repo.blocked = Some(why))
    }

    /// No longer blocked.
    pub fn unblock(&self) -> Self {
        self.with(|repo| repo.blocked = None)
    }

    /// Sends web hooks of this repository to this address, signed with this secret.
    pub fn hook(&self, url: &str, secret: &str) -> Self {
        self.github.shared.lock().hooks.add(url, secret, Some(self.index));
        self.clone()
    }

    fn commit<const N: usize>(
        &self,
        branch: Option<&str>,
        message: &str,
        changes: [(String, Option<Bytes>); N],
    ) -> Self {
        let (branch, oid) = self.change(|repo, now| {
            let oid = repo.commit(branch, message, changes, now);
            (branch.unwrap_or(repo.default_branch()).to_owned(), ids::hex(&oid))
        });
        self.tell("push", None, json!({ "ref": format!("refs/heads/{branch}"), "after": oid }));
        self.clone()
    }

    fn edit(&self, change: impl FnOnce(&mut Repo)) -> Self {
        self.change(|repo, _| change(repo));
        self.told("repository", "edited")
    }

    fn with(&self, change: impl FnOnce(&mut Repo)) -> Self {
        self.change(|repo, _| change(repo));
        self.clone()
    }

    fn read<T>(&self, read: impl FnOnce(&Repo) -> T) -> T {
        read(&self.github.shared.lock().state.repos[self.index])
    }

    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Repo, DateTime<Utc>) -> T) -> T {
        self.change_all(|all, index, now| change(&mut all.state.repos[index], now))
    }

    pub(super) fn change_all<T>(&self, change: impl FnOnce(&mut Everything, usize, DateTime<Utc>) -> T) -> T {
        let now = self.now();
        let mut all = self.github.shared.lock();
        let out = change(&mut all, self.index, now);
        let repo = &mut all.state.repos[self.index];
        repo.updated = now;
        repo.sort();
        out
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.github.shared.clock.now()
    }

    pub(super) fn tell(&self, event: &str, action: Option<&str>, more: Value) {
        self.github.tell(self.index, event, action, more);
    }

    fn told(&self, event: &str, action: &str) -> Self {
        self.tell(event, Some(action), Value::Null);
        self.clone()
    }
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
