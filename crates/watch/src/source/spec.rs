//! The text form of a source, read with errors that teach.

use std::fmt;
use std::path::{Path, PathBuf};

use url::Url;

/// Where a catalog lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spec {
    /// A file, or a folder of files; told apart at each look.
    Local(PathBuf),
    /// A file in a local git repository.
    Git {
        /// Folder of the repository, with a working tree or bare.
        repository: PathBuf,
        /// The file, from the root of the repository.
        path: String,
        /// The branch; `None` for the one `HEAD` stands on.
        branch: Option<String>,
    },
    /// A document on the web.
    Web(Url),
    /// A file in a repository on GitHub.
    Github {
        /// Owner of the repository.
        owner: String,
        /// Name of the repository.
        repo: String,
        /// The file; `None` for the README.
        path: Option<String>,
        /// The branch; `None` for the default one.
        branch: Option<String>,
    },
}

/// What is wrong with a source and how to write it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("source `{source_text}`: {problem}")]
pub struct SpecError {
    /// The text as configured.
    pub source_text: String,
    /// What is wrong, and what would be right.
    pub problem: String,
}

impl Spec {
    /// Reads a source; relative paths start at `base_dir`. `http://` is only for whoever allowed private addresses.
    pub fn parse(text: &str, base_dir: &Path, allow_private: bool) -> Result<Self, SpecError> {
        let fail = |problem: &str| SpecError { source_text: text.to_owned(), problem: problem.to_owned() };
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Err(fail(
                "it is empty: write a path, git:REPOSITORY//PATH, https://… or github:OWNER/REPO",
            ));
        }
        match scheme(trimmed) {
            Some(("file", rest)) => local(rest, base_dir).map_err(|problem| fail(&problem)),
            Some(("git", rest)) => git(rest, base_dir).map_err(|problem| fail(&problem)),
            Some(("github", rest)) => github(rest).map_err(|problem| fail(&problem)),
            Some(("https" | "http", _)) => web(trimmed, allow_private).map_err(|problem| fail(&problem)),
            Some((other, _)) => {
                Err(fail(&format!("`{other}:` is not known: there are file:, git:, https:// and github:")))
            }
            None => local(trimmed, base_dir).map_err(|problem| fail(&problem)),
        }
    }

    /// Which kind of source it is, in a word.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Local(_) => "local",
            Self::Git { .. } => "git",
            Self::Web(_) => "web",
            Self::Github { .. } => "github",
        }
    }

    /// True for a git repository on this machine: the one source that knows every version and when it was made.
    pub fn is_git(&self) -> bool {
        matches!(self, Self::Git { .. })
    }

    /// The name a document of this source has when nothing else names it.
    pub fn document_name(&self) -> String {
        let last = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
        match self {
            Self::Local(path) => {
                path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
            }
            Self::Git { path, .. } => last(path),
            Self::Web(url) => last(url.path()),
            Self::Github { path, .. } => path.as_deref().map_or_else(|| "README.md".to_owned(), last),
        }
    }
}

impl fmt::Display for Spec {
    /// For people, without secrets: user name, password and query of an address are left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local(path) => write!(f, "{}", path.display()),
            Self::Git { repository, path, branch } => {
                write!(f, "git:{}//{path}", repository.display())?;
                branch.as_ref().map_or(Ok(()), |branch| write!(f, "@{branch}"))
            }
            Self::Web(url) => f.write_str(&without_secrets(url)),
            Self::Github { owner, repo, path, branch } => {
                write!(f, "github:{owner}/{repo}")?;
                path.as_ref().map_or(Ok(()), |path| write!(f, "/{path}"))?;
                branch.as_ref().map_or(Ok(()), |branch| write!(f, "@{branch}"))
            }
        }
    }
}

/// An address as it may be printed: whatever could be a secret in it is left out.
pub(super) fn without_secrets(url: &Url) -> String {
    let mut url = url.clone();
    // Both fail only for addresses without a host, which are never ours.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    if url.query().is_some() {
        url.set_query(Some("…"));
    }
    url.set_fragment(None);
    url.to_string().replace("%E2%80%A6", "…")
}

/// `scheme:rest`, when the text starts like an address; a path with a colon somewhere is none.
fn scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let like_a_scheme = scheme.len() > 1
        && scheme.starts_with(|c: char| c.is_ascii_lowercase())
        && scheme.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '+');
    like_a_scheme.then_some((scheme, rest))
}

fn local(path: &str, base_dir: &Path) -> Result<Spec, String> {
    let path = path.strip_prefix("//").map_or(path, |rest| rest); // file:///etc is the path /etc
    if path.is_empty() {
        return Err("the path is missing: write file:PATH".to_owned());
    }
    if path.contains('\0') {
        return Err("a path cannot contain a zero byte".to_owned());
    }
    Ok(Spec::Local(base_dir.join(path)))
}

fn git(rest: &str, base_dir: &Path) -> Result<Spec, String> {
    const FORM: &str =
        "write git:REPOSITORY//PATH or git:REPOSITORY//PATH@BRANCH, such as git:../lists//README.md@main";
    if rest.starts_with("//") {
        return Err(format!(
            "repositories on other machines are not read: clone it and name the folder; {FORM}"
        ));
    }
    let (repository, inside) =
        rest.split_once("//").ok_or_else(|| format!("the path in the repository is missing: {FORM}"))?;
    let (path, branch) = with_branch(inside)?;
    let path = path.trim_matches('/');
    let path = path.strip_prefix("./").unwrap_or(path);
    if repository.is_empty() || path.is_empty() {
        return Err(FORM.to_owned());
    }
    check_parts(path)?;
    Ok(Spec::Git { repository: base_dir.join(repository), path: path.to_owned(), branch })
}

fn github(rest: &str) -> Result<Spec, String> {
    const FORM: &str = "write github:OWNER/REPO, github:OWNER/REPO/PATH or github:OWNER/REPO/PATH@BRANCH";
    let (place, branch) = with_branch(rest.trim_start_matches('/'))?;
    let mut parts = place.splitn(3, '/');
    let (owner, repo) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let repo = repo.strip_suffix(".git").unwrap_or(repo);
    let named_well = |name: &str| {
        !name.is_empty()
            && name != "."
            && name != ".."
            && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    if !named_well(owner) || !named_well(repo) {
        return Err(format!("owner or repository is missing or misspelt: {FORM}"));
    }
    let path = parts.next().map(|path| path.trim_matches('/')).filter(|path| !path.is_empty());
    path.map_or(Ok(()), check_parts)?;
    Ok(Spec::Github { owner: owner.to_owned(), repo: repo.to_owned(), path: path.map(str::to_owned), branch })
}

fn web(text: &str, allow_private: bool) -> Result<Spec, String> {
    let url = Url::parse(text).map_err(|error| format!("it is no address: {error}"))?;
    if url.scheme() == "http" && !allow_private {
        return Err("use https://; http:// is only for servers of your own network, with allow_private_addresses = true in [watch]".to_owned());
    }
    let host = url.host_str().ok_or("the host is missing")?;
    if matches!(host, "github.com" | "www.github.com") {
        let mut parts = url.path_segments().into_iter().flatten();
        let (owner, repo) = (parts.next().unwrap_or("OWNER"), parts.next().unwrap_or("REPO"));
        return Err(format!(
            "that is a web page about a repository: write github:{owner}/{repo} or github:{owner}/{repo}/PATH"
        ));
    }
    Ok(Spec::Web(url))
}

/// Splits off `@BRANCH`, which the last `@` begins; `@HEAD` says "the default" after a path that has an `@` itself.
fn with_branch(text: &str) -> Result<(&str, Option<String>), String> {
    match text.rsplit_once('@') {
        None => Ok((text, None)),
        Some((_, "")) => Err("the branch after `@` is missing".to_owned()),
        Some((path, "HEAD")) => Ok((path, None)),
        Some((path, branch)) => Ok((path, Some(branch.to_owned()))),
    }
}

fn check_parts(path: &str) -> Result<(), String> {
    if path.split('/').any(|part| matches!(part, "" | "." | "..")) || path.contains('\0') {
        return Err(format!("`{path}` must be a plain path from the root of the repository"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Spec, SpecError> {
        Spec::parse(text, Path::new("/etc/whimbrel"), false)
    }

    fn github(owner: &str, repo: &str, path: Option<&str>, branch: Option<&str>) -> Spec {
        Spec::Github {
            owner: owner.into(),
            repo: repo.into(),
            path: path.map(Into::into),
            branch: branch.map(Into::into),
        }
    }

    #[test]
    fn every_form_is_read() {
        assert_eq!(parse("lists/raft.md").unwrap(), Spec::Local("/etc/whimbrel/lists/raft.md".into()));
        assert_eq!(parse("file:a.md").unwrap(), Spec::Local("/etc/whimbrel/a.md".into()));
        assert_eq!(parse("file:///srv/a.md").unwrap(), Spec::Local("/srv/a.md".into()));
        assert_eq!(parse("notes 10:30.md").unwrap(), Spec::Local("/etc/whimbrel/notes 10:30.md".into()));
        let git = parse("git:../list.git//docs/README.md@release/2").unwrap();
        assert_eq!(
            git,
            Spec::Git {
                repository: "/etc/whimbrel/../list.git".into(),
                path: "docs/README.md".into(),
                branch: Some("release/2".into())
            }
        );
        let dotted = parse("git:../list.git//./docs/README.md@release/2");
        assert_eq!(dotted.unwrap(), git);
        assert_eq!(parse("https://example.org/list.md").unwrap().document_name(), "list.md");
        assert_eq!(parse("github:etcd-io/raft").unwrap(), github("etcd-io", "raft", None, None));
        assert_eq!(
            parse("github:o/r/docs/a@b.md@HEAD").unwrap(),
            github("o", "r", Some("docs/a@b.md"), None)
        );
        assert_eq!(parse("github:o/r.git@dev").unwrap(), github("o", "r", None, Some("dev")));
    }

    #[test]
    fn errors_teach() {
        for (text, hint) in [
            ("", "github:OWNER/REPO"),
            ("gitlab:o/r", "there are file:"),
            ("git:../list", "git:REPOSITORY//PATH"),
            ("git://host/list.git", "clone it"),
            ("git:repo//../secret", "plain path"),
            ("github:o", "github:OWNER/REPO"),
            ("github:o/r@", "branch"),
            ("github:o/../x", "misspelt"),
            ("http://example.org/x", "https://"),
            ("https://github.com/etcd-io/raft/blob/main/README.md", "github:etcd-io/raft"),
            ("https://", "no address"),
        ] {
            let error = parse(text).expect_err(text).to_string();
            assert!(error.contains(hint), "{text}: {error}");
        }
        assert!(Spec::parse("http://localhost:1/x", Path::new("."), true).is_ok());
    }

    #[test]
    fn what_is_printed_has_no_secrets() {
        let spec = parse("https://me:pass@example.org/list.md?key=sesame#top").unwrap();
        assert_eq!(spec.to_string(), "https://example.org/list.md?…");
    }
}
