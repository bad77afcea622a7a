//! A repository, its owner, its tags and its commits.

use serde_json::{Map, Value, json};

use super::super::answer::Answer;
use super::super::state::State;
use super::super::{ids, licenses};
use super::paging::Cut;
use super::{Ask, moment};

/// Addresses that follow from a repository's own, with what stands behind them.
const ADDRESSES: [(&str, &str); 37] = [
    ("archive_url", "/{archive_format}{/ref}"),
    ("assignees_url", "/assignees{/user}"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("branches_url", "/branches{/branch}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("comments_url", "/comments{/number}"),
    ("commits_url", "/commits{/sha}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("contents_url", "/contents/{+path}"),
    ("contributors_url", "/contributors"),
    ("deployments_url", "/deployments"),
    ("downloads_url", "/downloads"),
    ("events_url", "/events"),
    ("forks_url", "/forks"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("hooks_url", "/hooks"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("issue_events_url", "/issues/events{/number}"),
    ("issues_url", "/issues{/number}"),
    ("keys_url", "/keys{/key_id}"),
    ("labels_url", "/labels{/name}"),
    ("languages_url", "/languages"),
    ("merges_url", "/merges"),
    ("milestones_url", "/milestones{/number}"),
    ("notifications_url", "/notifications{?since,all,participating}"),
    ("pulls_url", "/pulls{/number}"),
    ("releases_url", "/releases{/id}"),
    ("stargazers_url", "/stargazers"),
    ("statuses_url", "/statuses/{sha}"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("tags_url", "/tags"),
    ("teams_url", "/teams"),
    ("trees_url", "/git/trees{/sha}"),
    ("url", ""),
];

/// What is the same everywhere.
const SWITCHES: [(&str, bool); 9] = [
    ("has_issues", true),
    ("has_projects", true),
    ("has_downloads", true),
    ("has_wiki", true),
    ("has_pages", false),
    ("has_discussions", false),
    ("allow_forking", true),
    ("is_template", false),
    ("web_commit_signoff_required", false),
];

/// A repository's page.
pub(super) fn repository(state: &State, ask: &Ask<'_>, index: usize) -> Answer {
    let modified = state.repos[index].updated.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    Answer::json(200, &json(state, ask.api, index, true)).with("last-modified", modified)
}

/// A repository as REST and web hooks show it; the whole or what lists show.
pub(in super::super) fn json(state: &State, api: &str, index: usize, whole: bool) -> Value {
    let repo = &state.repos[index];
    let base = format!("{api}/repos/{}", repo.full_name);
    let html = repo.html_url();
    let mut out = json!({
        "id": repo.id,
        "node_id": repo.node_id(),
        "name": repo.name(),
        "full_name": repo.full_name,
        "private": repo.private,
        "owner": owner_json(state, api, repo.owner),
        "html_url": html,
        "description": repo.description,
        "fork": repo.fork,
        "created_at": moment(repo.created),
        "updated_at": moment(repo.updated),
        "pushed_at": moment(repo.pushed),
        "git_url": format!("git://github.com/{}.git", repo.full_name),
        "ssh_url": format!("git@github.com:{}.git", repo.full_name),
        "clone_url": format!("{html}.git"),
        "svn_url": html,
        "homepage": repo.homepage,
        "size": 108,
        "stargazers_count": repo.stars,
        "watchers_count": repo.stars,
        "language": repo.language,
        "forks_count": repo.forks,
        "mirror_url": null,
        "archived": repo.archived.is_some(),
        "disabled": repo.disabled,
        "license": repo.license.as_deref().map(licenses::json),
        "topics": repo.topics,
        "visibility": if repo.private { "private" } else { "public" },
        "forks": repo.forks,
        "watchers": repo.stars,
        "default_branch": repo.default_branch(),
    });
    let addresses =
        ADDRESSES.iter().map(|(name, rest)| ((*name).to_owned(), Value::from(format!("{base}{rest}"))));
    let fields = out.as_object_mut().expect("it was made as an object");
    fields.extend(addresses.collect::<Map<_, _>>());
    fields.extend(SWITCHES.map(|(name, on)| (name.to_owned(), on.into())));
    fields.extend(["open_issues", "open_issues_count"].map(|name| (name.to_owned(), 0.into())));
    if whole {
        fields.insert("network_count".to_owned(), repo.forks.into());
        fields.insert("subscribers_count".to_owned(), (repo.stars / 40).into());
    }
    out
}

/// An owner as `/users/LOGIN` and `/user` show it.
pub(super) fn owner(state: &State, ask: &Ask<'_>, index: usize) -> Value {
    let mut out = owner_json(state, ask.api, index);
    for (name, value) in [
        ("name", Value::from(state.owners[index].login.as_str())),
        ("public_repos", 1.into()),
        ("public_gists", 0.into()),
        ("followers", 0.into()),
        ("following", 0.into()),
        ("created_at", "2012-01-01T00:00:00Z".into()),
        ("updated_at", "2024-01-01T00:00:00Z".into()),
    ] {
        out[name] = value;
    }
    out
}

/// An owner within something else.
pub(in super::super) fn owner_json(state: &State, api: &str, index: usize) -> Value {
    let owner = &state.owners[index];
    let base = format!("{api}/users/{}", owner.login);
    json!({
        "login": owner.login,
        "id": owner.id,
        "node_id": owner.node_id(),
        "avatar_url": format!("https://avatars.githubusercontent.com/u/{}?v=4", owner.id),
        "gravatar_id": "",
        "url": base,
        "html_url": format!("https://github.com/{}", owner.login),
        "followers_url": format!("{base}/followers"),
        "following_url": format!("{base}/following{{/other_user}}"),
        "gists_url": format!("{base}/gists{{/gist_id}}"),
        "starred_url": format!("{base}/starred{{/owner}}{{/repo}}"),
        "subscriptions_url": format!("{base}/subscriptions"),
        "organizations_url": format!("{base}/orgs"),
        "repos_url": format!("{base}/repos"),
        "events_url": format!("{base}/events{{/privacy}}"),
        "received_events_url": format!("{base}/received_events"),
        "type": if owner.organization { "Organization" } else { "User" },
        "site_admin": false,
    })
}

/// Tags by name, last first; their dates are nowhere to be seen.
pub(super) fn tags(state: &State, ask: &Ask<'_>, index: usize) -> Answer {
    let repo = &state.repos[index];
    let base = format!("{}/repos/{}", ask.api, repo.full_name);
    let cut = Cut::of(ask);
    let mut tags: Vec<_> = repo.tags.iter().collect();
    tags.sort_by(|a, b| b.name.cmp(&a.name));
    let items = cut.take(tags.iter()).map(|tag| {
        let sha = ids::hex(&tag.commit.oid);
        json!({
            "name": tag.name,
            "zipball_url": format!("{base}/zipball/refs/tags/{}", tag.name),
            "tarball_url": format!("{base}/tarball/refs/tags/{}", tag.name),
            "commit": { "sha": sha, "url": format!("{base}/commits/{sha}") },
            "node_id": ids::git_node_id("REF", repo.id, &format!("refs/tags/{}", tag.name)),
        })
    });
    let items = items.collect();
    cut.answer(ask, tags.len(), repo.id, "tags", items)
}

/// Commits, newest first, of a branch and a path.
pub(super) fn commits(state: &State, ask: &Ask<'_>, index: usize) -> Answer {
    let repo = &state.repos[index];
    if repo.git.is_none() {
        return Answer::error(409, "Git Repository is empty.");
    }
    let Some(from) = repo.resolve(ask.value("sha").as_deref()) else { return Answer::not_found() };
    let base = format!("{}/repos/{}", ask.api, repo.full_name);
    let path = ask.value("path");
    let cut = Cut::of(ask);
    let total = repo.history(from, path.as_deref()).count();
    let items = cut.take(repo.history(from, path.as_deref())).map(|version| {
        let sha = ids::hex(&version.oid);
        let person =
            json!({ "name": "A Maintainer", "email": "maintainer@example.org", "date": moment(version.at) });
        let author = owner_json(state, ask.api, repo.owner);
        json!({
            "sha": sha,
            "node_id": ids::git_node_id("C", repo.id, &sha),
            "commit": {
                "author": person,
                "committer": person,
                "message": version.message,
                "tree": { "sha": sha, "url": format!("{base}/git/trees/{sha}") },
                "url": format!("{base}/git/commits/{sha}"),
                "comment_count": 0,
            },
            "url": format!("{base}/commits/{sha}"),
            "html_url": format!("{}/commit/{sha}", repo.html_url()),
            "comments_url": format!("{base}/commits/{sha}/comments"),
            "author": author,
            "committer": author,
            "parents": [],
        })
    });
    let items = items.collect();
    cut.answer(ask, total, repo.id, "commits", items)
}
