//! Releases and tags as stories speak of them.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::project::Repository;
use super::rest;
use super::state::{Release, Tag};

/// A release to be made, where the short verbs do not say enough.
#[derive(Clone, Debug, Default)]
pub struct NewRelease {
    /// The tag; made on a new commit where there is none.
    pub tag: String,
    /// The title.
    pub title: Option<String>,
    /// The notes, Markdown.
    pub notes: String,
    /// Not published yet.
    pub draft: bool,
    /// Not for everybody.
    pub prerelease: bool,
    /// The date of the tagged commit, now where nothing is said: an old one for a release of an old branch.
    pub committed: Option<DateTime<Utc>>,
    /// When it was published; now where nothing is said.
    pub published: Option<DateTime<Utc>>,
}

#[allow(
    clippy::return_self_not_must_use,
    reason = "verbs change the repository; handing it back is for rows of them"
)]
impl Repository {
    /// Publishes a release: a new commit, its tag, and notes.
    pub fn release(&self, tag: &str) -> Self {
        self.add_release(NewRelease { tag: tag.to_owned(), ..notes_of(tag) })
    }

    /// Publishes a release that is not for everybody yet.
    pub fn prerelease(&self, tag: &str) -> Self {
        self.add_release(NewRelease { tag: tag.to_owned(), prerelease: true, ..notes_of(tag) })
    }

    /// Publishes a release of an old branch: its commit is from then.
    pub fn backport(&self, tag: &str, committed: DateTime<Utc>) -> Self {
        self.add_release(NewRelease { tag: tag.to_owned(), committed: Some(committed), ..notes_of(tag) })
    }

    /// Drafts a release; nobody sees it yet, and its tag is made when it is published.
    pub fn draft(&self, tag: &str) -> Self {
        self.add_release(NewRelease { tag: tag.to_owned(), draft: true, ..notes_of(tag) })
    }

    /// Makes a release with everything as given.
    pub fn add_release(&self, new: NewRelease) -> Self {
        let id = self.change_all(|all, index, now| {
            let id = all.state.next_release();
            let repo = &mut all.state.repos[index];
            let created = new.committed.unwrap_or(now);
            if !new.draft && repo.tag(&new.tag).is_none() {
                let commit = repo.commit_to_tag(created);
                repo.pushed = now;
                repo.tags.push(Tag { name: new.tag.clone(), commit, annotated: None });
            }
            let published = (!new.draft).then_some(new.published.unwrap_or(now));
            let NewRelease { tag, title, notes, draft, prerelease, .. } = new;
            let updated = published.unwrap_or(now);
            let release = Release {
                id,
                tag,
                title,
                notes,
                notes_html: None,
                draft,
                prerelease,
                created,
                published,
                updated,
            };
            repo.releases.push(release);
            id
        });
        self.tell_release(id, &["created", "published", "released"]);
        self.clone()
    }

    /// Publishes a draft, now. Its date of creation stays that of its commit: of the draft's where nothing else is known.
    pub fn publish(&self, tag: &str) -> Self {
        let id = self.of_tag(tag, |release, now| {
            (release.draft, release.published, release.updated) = (false, Some(now), now);
        });
        self.change(|repo, now| {
            if repo.tag(tag).is_none() {
                let at = repo
                    .releases
                    .iter()
                    .find(|release| release.id == id)
                    .map_or(now, |release| release.created);
                let commit = repo.commit_to_tag(at);
                repo.tags.push(Tag { name: tag.to_owned(), commit, annotated: None });
            }
        });
        self.tell_release(id, &["published", "released"]);
        self.clone()
    }

    /// A prerelease is for everybody now.
    pub fn promote(&self, tag: &str) -> Self {
        self.edit_release(tag, |release| release.prerelease = false)
    }

    /// Changes a release.
    pub fn edit_release(&self, tag: &str, change: impl FnOnce(&mut Release)) -> Self {
        let id = self.of_tag(tag, |release, now| {
            change(release);
            release.updated = now;
        });
        self.tell_release(id, &["edited"]);
        self.clone()
    }

    /// Deletes a release; its tag stays.
    pub fn delete_release(&self, tag: &str) -> Self {
        let id = self.of_tag(tag, |_, _| ());
        self.tell_release(id, &["deleted"]);
        self.change(|repo, _| repo.releases.retain(|release| release.id != id));
        self.clone()
    }

    /// Tags a new commit.
    pub fn tag(&self, name: &str) -> Self {
        let now = self.now();
        self.tag_commit(name, now, false)
    }

    /// Tags a new commit with a tag that is an object of its own.
    pub fn annotated_tag(&self, name: &str) -> Self {
        let now = self.now();
        self.tag_commit(name, now, true)
    }

    /// Tags a commit of this date, plainly or with an object of its own.
    pub fn tag_commit(&self, name: &str, committed: DateTime<Utc>, annotated: bool) -> Self {
        self.change(|repo, now| {
            assert!(repo.tag(name).is_none(), "`{name}` is a tag already: move it");
            let commit = repo.commit_to_tag(committed);
            repo.pushed = now;
            repo.tags.push(Tag { name: name.to_owned(), commit, annotated: annotated.then_some(now) });
        });
        self.tell("push", None, json!({ "ref": format!("refs/tags/{name}") }));
        self.clone()
    }

    /// Moves a tag to a new commit, as nightly builds do; a release with it moves along.
    pub fn move_tag(&self, name: &str) -> Self {
        self.change(|repo, now| {
            let known = repo.tag(name).unwrap_or_else(|| panic!("there is no tag `{name}`")).commit;
            let mut commit = repo.commit_to_tag(now);
            if commit.oid == known.oid {
                repo.commit(None, "Build again", [], now);
                commit = repo.commit_to_tag(now);
            }
            repo.pushed = now;
            for tag in repo.tags.iter_mut().filter(|tag| tag.name == name) {
                tag.commit = commit;
            }
        });
        self.tell("push", None, json!({ "ref": format!("refs/tags/{name}"), "forced": true }));
        self.clone()
    }

    /// Deletes a tag; a release with it becomes a draft.
    pub fn delete_tag(&self, name: &str) -> Self {
        self.change(|repo, _| {
            repo.tags.retain(|tag| tag.name != name);
            for release in repo.releases.iter_mut().filter(|release| release.tag == name) {
                (release.draft, release.published) = (true, None);
            }
        });
        self.tell("push", None, json!({ "ref": format!("refs/tags/{name}"), "deleted": true }));
        self.clone()
    }

    /// The node id of a release.
    pub fn release_id(&self, tag: &str) -> String {
        use super::ids::{Node, node_id};
        let release = self.of_tag(tag, |_, _| ());
        node_id(Node::Release { repository: self.id(), release })
    }

    /// Changes the newest release of a tag; its id.
    fn of_tag(&self, tag: &str, change: impl FnOnce(&mut Release, DateTime<Utc>)) -> u64 {
        let now = self.now();
        let mut all = self.github.shared.lock();
        let repo = &mut all.state.repos[self.index];
        let release = repo.releases.iter_mut().rfind(|release| release.tag == tag);
        let release = release.unwrap_or_else(|| panic!("{} has no release `{tag}`", repo.full_name));
        change(release, now);
        release.id
    }

    fn tell_release(&self, id: u64, actions: &[&str]) {
        let told: Vec<_> = {
            let all = self.github.shared.lock();
            if !all.hooks.wanted(self.index) {
                return;
            }
            let releases = &all.state.repos[self.index].releases;
            let Some(release) = releases.iter().find(|release| release.id == id) else { return };
            let json = rest::release_json(&all.state, self.github.shared.api(), self.index, release, "json");
            let fits = |action: &&&str| match **action {
                "published" => !release.draft,
                "released" => !release.draft && !release.prerelease,
                _ => true,
            };
            actions.iter().filter(fits).map(|action| (*action, json.clone())).collect()
        };
        for (action, release) in told {
            self.tell("release", Some(action), json!({ "release": release }));
        }
    }
}

fn notes_of(tag: &str) -> NewRelease {
    let notes = format!("## What's changed\n\n- `{tag}` is faster\n- and **safer**\n");
    NewRelease { title: Some(tag.to_owned()), notes, ..NewRelease::default() }
}
