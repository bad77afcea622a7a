//! Code forges: one repository has many addresses, and its host knows no letter case.
//!
//! The start page of the default branch is the repository itself, so `tree/main`, `blob/master/README.md` and the
//! like are left out. A folder below it stays: `o/r/tree/main/raft` is `o/r/raft`. Where the folder has the name
//! of one of the forge's own pages (`issues`, `wiki` …), the branch stays as `HEAD`, so the two never meet.

use std::borrow::Cow;

/// How a forge lays out its addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Forge {
    /// `owner/repo/tree/<branch>/<path>`
    GitHub,
    /// `group/…/repo/-/tree/<branch>/<path>`
    GitLab,
    /// `owner/repo/src/branch/<branch>/<path>`
    Forgejo,
    /// `owner/repo/src/<branch>/<path>`
    Bitbucket,
    /// `~owner/repo/tree/<branch>/item/<path>`
    SourceHut,
}

/// First parts of paths that are no owners.
const NO_OWNERS: [&str; 42] = [
    "-",
    "about",
    "admin",
    "api",
    "apps",
    "collections",
    "contact",
    "customer-stories",
    "dashboard",
    "enterprise",
    "events",
    "explore",
    "features",
    "gists",
    "groups",
    "help",
    "issues",
    "join",
    "login",
    "logout",
    "marketplace",
    "mine",
    "new",
    "notifications",
    "orgs",
    "pricing",
    "projects",
    "public",
    "pulls",
    "readme",
    "repo",
    "search",
    "security",
    "sessions",
    "settings",
    "site",
    "snippets",
    "sponsors",
    "stars",
    "topics",
    "trending",
    "users",
];

/// Names a forge gives to its own pages of a repository.
const PAGES: [&str; 52] = [
    "actions",
    "activity",
    "archive",
    "blame",
    "blob",
    "branches",
    "browse",
    "commit",
    "commits",
    "community",
    "compare",
    "contributors",
    "deployments",
    "discussions",
    "downloads",
    "edit",
    "find",
    "forks",
    "graphs",
    "insights",
    "issues",
    "item",
    "jobs",
    "labels",
    "log",
    "media",
    "merge_requests",
    "milestones",
    "network",
    "overview",
    "packages",
    "pipelines",
    "projects",
    "pull",
    "pull-requests",
    "pulls",
    "pulse",
    "raw",
    "refs",
    "releases",
    "security",
    "settings",
    "snippets",
    "stargazers",
    "subscription",
    "tags",
    "todo",
    "tree",
    "watchers",
    "wiki",
    "wikis",
    "-",
];

/// Branches that are the default one where they exist.
const DEFAULT_BRANCHES: [&str; 5] = ["main", "master", "HEAD", "trunk", "develop"];

impl Forge {
    /// The forge behind a host in lower case.
    #[inline]
    pub(super) fn of(host: &str) -> Option<Self> {
        Some(match host {
            "github.com" | "gitee.com" => Self::GitHub,
            "gitlab.com" | "salsa.debian.org" | "invent.kde.org" | "framagit.org" => Self::GitLab,
            "codeberg.org" | "gitea.com" | "notabug.org" => Self::Forgejo,
            "bitbucket.org" => Self::Bitbucket,
            "sr.ht" | "git.sr.ht" | "hg.sr.ht" => Self::SourceHut,
            _ if host.starts_with("gitlab.") => Self::GitLab,
            _ if host.starts_with("forgejo.") || host.starts_with("gitea.") => Self::Forgejo,
            _ => return None,
        })
    }

    /// Leaves out the default branch and the README; hands back how many parts name the repository, `None` when
    /// the path lies in no repository.
    pub(super) fn tidy(self, parts: &mut Vec<Cow<'_, str>>) -> Option<usize> {
        if parts.len() < 2 || is_one_of(&NO_OWNERS, &parts[0]) {
            return None;
        }
        let length = if self == Self::GitLab { open_gitlab(parts) } else { 2 };
        while let Some(bare) = strip_git(&parts[length - 1]) {
            parts[length - 1] = bare.to_owned().into();
        }
        self.drop_branch(parts, length);
        Some(length)
    }

    fn drop_branch(self, parts: &mut Vec<Cow<'_, str>>, length: usize) {
        // GitLab's pages stand behind a `-`, which also keeps folders and subgroups apart.
        let view = length + usize::from(self == Self::GitLab);
        let Some(kind) = parts.get(view) else {
            parts.truncate(length);
            return;
        };
        let is_view = match self {
            Self::GitHub | Self::GitLab => matches!(kind.as_ref(), "tree" | "blob" | "raw"),
            Self::Forgejo => matches!(kind.as_ref(), "src" | "raw" | "media"),
            Self::Bitbucket => matches!(kind.as_ref(), "src" | "raw"),
            Self::SourceHut => matches!(kind.as_ref(), "tree" | "browse" | "blob"),
        };
        let is_front = self == Self::Bitbucket && kind == "overview" && parts.len() == view + 1;
        if is_front || (is_view && parts.len() == view + 1) {
            parts.truncate(length);
            return;
        }
        if !is_view {
            return;
        }
        parts[view] = match self {
            Self::Forgejo | Self::Bitbucket => "src".into(),
            Self::GitHub | Self::GitLab | Self::SourceHut => "tree".into(),
        };
        let has_word =
            self == Self::Forgejo && matches!(parts[view + 1].as_ref(), "branch" | "tag" | "commit");
        let branch = view + 1 + usize::from(has_word);
        let Some(name) = parts.get(branch) else {
            parts.truncate(length); // a list of branches is the repository as well
            return;
        };
        let may_be_default = !has_word || parts[branch - 1] == "branch";
        let is_default = may_be_default && is_one_of(&DEFAULT_BRANCHES, name);
        let is_item = self == Self::SourceHut && parts.get(branch + 1).is_some_and(|word| word == "item");
        let mut path = branch + 1 + usize::from(is_item);
        while parts.len() > path && parts.last().is_some_and(|part| is_readme(part)) {
            parts.pop();
        }
        if is_item && parts.len() == path {
            parts.pop();
            path -= 1;
        }
        if !is_default {
            return;
        }
        if parts.len() == path {
            parts.truncate(length);
        } else if self == Self::GitLab || self.is_page(&parts[path]) {
            parts[branch] = "HEAD".into();
        } else {
            parts.drain(length..path);
        }
    }

    fn is_page(self, part: &str) -> bool {
        is_one_of(&PAGES, part) || (part == "src" && matches!(self, Self::Forgejo | Self::Bitbucket))
    }

    /// Owner and name of the repository in the path of a key.
    pub(super) fn repository(self, path: &str) -> Option<(&str, &str)> {
        let (owner, rest) = path.split_once('/')?;
        if owner.is_empty() || is_one_of(&NO_OWNERS, owner) {
            return None;
        }
        if self == Self::GitLab {
            let project = path.split("/-/").next().unwrap_or(path);
            return project.rsplit_once('/');
        }
        let name = rest.split('/').next().unwrap_or_default();
        (!name.is_empty()).then_some((owner, name))
    }
}

/// Tidies a path and puts what names its owner and repository in lower case.
pub(super) fn lower(forge: Forge, parts: &mut Vec<Cow<'_, str>>) {
    if let Some(first) = parts.first_mut() {
        lower_part(first); // before it is looked up
    }
    let length = forge.tidy(parts).unwrap_or(2);
    parts.iter_mut().take(length).for_each(lower_part);
}

fn lower_part(part: &mut Cow<'_, str>) {
    if part.bytes().any(|b| b.is_ascii_uppercase()) {
        part.to_mut().make_ascii_lowercase();
    }
}

/// Where the project's name ends, with a `-` set in front of the forge's pages where an old address has none.
fn open_gitlab(parts: &mut Vec<Cow<'_, str>>) -> usize {
    let has_old_page = parts.get(2).is_some_and(|part| part != "-" && is_one_of(&PAGES, part));
    if has_old_page {
        parts.insert(2, "-".into());
    }
    parts.iter().skip(2).position(|part| part == "-").map_or(parts.len(), |at| at + 2)
}

fn strip_git(name: &str) -> Option<&str> {
    let front = name.len().checked_sub(4).filter(|front| *front > 0)?;
    name.get(front..).filter(|ending| ending.eq_ignore_ascii_case(".git"))?;
    Some(name[..front].trim_end())
}

fn is_readme(part: &str) -> bool {
    let name = part.split('.').next().unwrap_or_default();
    name.eq_ignore_ascii_case("readme")
}

fn is_one_of(names: &[&str], part: &str) -> bool {
    names.contains(&part)
}
