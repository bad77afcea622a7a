//! Releases as everybody sees them: drafts are for those who may push, and nobody here may.

use serde_json::{Value, json};

use super::super::answer::Answer;
use super::super::ids::{self, Node};
use super::super::notes;
use super::super::state::{Release, Repo, State};
use super::paging::Cut;
use super::{Ask, moment, repository};

/// Newest first, by the date of the tagged commit.
pub(super) fn list(state: &State, ask: &Ask<'_>, index: usize) -> Answer {
    let repo = &state.repos[index];
    let cut = Cut::of(ask);
    let shown = || repo.releases.iter().rev().filter(|release| !release.draft);
    let items = cut.take(shown()).map(|release| json(state, ask.api, index, release, ask.media())).collect();
    cut.answer(ask, shown().count(), repo.id, "releases", items)
}

pub(super) fn latest(state: &State, ask: &Ask<'_>, index: usize) -> Answer {
    let repo = &state.repos[index];
    one(state, ask, index, repo.latest().map(|found| &repo.releases[found]))
}

pub(super) fn by_tag(state: &State, ask: &Ask<'_>, index: usize, tag: &str) -> Answer {
    let mut releases = state.repos[index].releases.iter().rev();
    one(state, ask, index, releases.find(|release| release.tag == tag && !release.draft))
}

pub(super) fn by_id(state: &State, ask: &Ask<'_>, index: usize, id: &str) -> Answer {
    let Ok(id) = id.parse::<u64>() else { return Answer::not_found() };
    let mut releases = state.repos[index].releases.iter();
    one(state, ask, index, releases.find(|release| release.id == id && !release.draft))
}

fn one(state: &State, ask: &Ask<'_>, index: usize, release: Option<&Release>) -> Answer {
    release.map_or_else(Answer::not_found, |release| {
        Answer::json(200, &json(state, ask.api, index, release, ask.media()))
    })
}

/// A release as REST and web hooks show it.
pub(in super::super) fn json(
    state: &State,
    api: &str,
    index: usize,
    release: &Release,
    media: &str,
) -> Value {
    let repo = &state.repos[index];
    let base = format!("{api}/repos/{}", repo.full_name);
    let (id, tag) = (release.id, &release.tag);
    let mut out = json!({
        "url": format!("{base}/releases/{id}"),
        "assets_url": format!("{base}/releases/{id}/assets"),
        "upload_url": format!("{api}/repos/{}/releases/{id}/assets{{?name,label}}", repo.full_name),
        "html_url": html_url(repo, release),
        "id": id,
        "author": repository::owner_json(state, api, repo.owner),
        "node_id": ids::node_id(Node::Release { repository: repo.id, release: id }),
        "tag_name": tag,
        "target_commitish": repo.default_branch(),
        "name": release.title,
        "draft": release.draft,
        "immutable": false,
        "prerelease": release.prerelease,
        "created_at": moment(release.created),
        "updated_at": moment(release.updated),
        "published_at": release.published.map(moment),
        "assets": [],
        "tarball_url": format!("{base}/tarball/{tag}"),
        "zipball_url": format!("{base}/zipball/{tag}"),
    });
    if media == "html" {
        out["body_html"] = notes::html(release).into();
    } else {
        out["body"] = release.notes.as_str().into();
    }
    out
}

fn html_url(repo: &Repo, release: &Release) -> String {
    format!("{}/releases/tag/{}", repo.html_url(), release.tag)
}
