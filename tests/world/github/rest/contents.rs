//! Files and folders: as JSON with the bytes in base64, as they are, or as an object; and how large each may be.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::super::answer::Answer;
use super::super::git::{Blob, Files};
use super::super::state::Repo;
use super::super::{ids, licenses};
use super::Ask;

/// Every form of the answer goes up to here.
const SMALL: usize = 1 << 20;
/// The raw form goes up to here, and nothing beyond.
const LARGE: usize = 100 << 20;

pub(super) fn contents(repo: &Repo, ask: &Ask<'_>, path: &str) -> Answer {
    if repo.git.is_none() {
        return Answer::error(404, "This repository is empty.");
    }
    let named = ask.value("ref");
    let Some(version) = repo.resolve(named.as_deref()) else {
        return Answer::error(404, &format!("No commit found for the ref {}", named.unwrap_or_default()));
    };
    let files = &repo.git.as_ref().expect("it was just looked at").versions[version].files;
    match files.get(path) {
        Some(blob) => file(repo, ask, path, blob),
        None => folder(repo, ask, path, files),
    }
}

/// The README of a folder, or of the repository, where it also lies in `.github` or `docs`.
pub(super) fn readme(repo: &Repo, ask: &Ask<'_>, folder: &str) -> Answer {
    let version = repo.resolve(ask.value("ref").as_deref());
    let Some((version, git)) = version.zip(repo.git.as_ref()) else { return Answer::not_found() };
    let files = &git.versions[version].files;
    let folders: &[&str] = if folder.is_empty() { &[".github", "", "docs"] } else { &[folder] };
    for folder in folders {
        let within = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let is_readme = |path: &&String| {
            let name = path.strip_prefix(&within).unwrap_or("/").to_lowercase();
            !name.contains('/') && (name == "readme" || name.starts_with("readme."))
        };
        // Markdown goes first.
        let mut found: Vec<&String> = files.keys().filter(is_readme).collect();
        found.sort_by_key(|path| !path.to_lowercase().ends_with(".md"));
        if let Some(path) = found.first() {
            return file(repo, ask, path, &files[*path]);
        }
    }
    Answer::not_found()
}

pub(super) fn license(repo: &Repo, ask: &Ask<'_>) -> Answer {
    let Some(spdx) = &repo.license else { return Answer::not_found() };
    Answer::json(200, &json!({ "license": licenses::json(spdx), "url": format!("{}{}", ask.api, ask.path) }))
}

fn file(repo: &Repo, ask: &Ask<'_>, path: &str, blob: &Blob) -> Answer {
    let size = blob.bytes.len();
    let media = ask.media();
    if size > LARGE || (size > SMALL && media != "raw" && media != "object") {
        let message = "This API returns blobs up to 1 MB in size. The requested blob is too large to fetch via the API, \
            but you can use the Git Data API to request blobs up to 100 MB in size.";
        let errors = json!([{ "resource": "Blob", "field": "data", "code": "too_large" }]);
        return Answer::json(403, &json!({ "message": message, "errors": errors }));
    }
    if media == "raw" {
        return Answer::text(200, "application/vnd.github.raw+json; charset=utf-8", blob.bytes.clone());
    }
    let (encoding, content) =
        if size > SMALL { ("none", String::new()) } else { ("base64", in_lines(&blob.bytes)) };
    let mut out = item(repo, ask, path, "file", &ids::hex(&blob.oid), size);
    out["encoding"] = encoding.into();
    out["content"] = content.into();
    Answer::json(200, &out)
}

fn folder(repo: &Repo, ask: &Ask<'_>, path: &str, files: &Files) -> Answer {
    let within = if path.is_empty() { String::new() } else { format!("{path}/") };
    let mut items: Vec<Value> = Vec::new();
    let mut seen = "";
    for (known, blob) in files {
        let Some(rest) = known.strip_prefix(&within) else { continue };
        let name = rest.split('/').next().unwrap_or(rest);
        if name == seen && rest != name {
            continue;
        }
        seen = name;
        let path = format!("{within}{name}");
        items.push(if rest == name {
            item(repo, ask, &path, "file", &ids::hex(&blob.oid), blob.bytes.len())
        } else {
            let oid = ids::made_up_oid(repo.id, &path, repo.commits);
            item(repo, ask, &path, "dir", &ids::hex(&oid), 0)
        });
    }
    if items.is_empty() {
        return Answer::not_found();
    }
    if ask.media() == "object" {
        let oid = ids::hex(&ids::made_up_oid(repo.id, path, repo.commits));
        let mut out = item(repo, ask, path, "dir", &oid, 0);
        out["entries"] = items.into();
        return Answer::json(200, &out);
    }
    Answer::json(200, &items.into())
}

fn item(repo: &Repo, ask: &Ask<'_>, path: &str, kind: &str, sha: &str, size: usize) -> Value {
    let named = ask.value("ref").unwrap_or_else(|| repo.default_branch().to_owned());
    let url = format!("{}/repos/{}/contents/{path}?ref={named}", ask.api, repo.full_name);
    let (form, objects) = if kind == "file" { ("blob", "blobs") } else { ("tree", "trees") };
    let git_url = format!("{}/repos/{}/git/{objects}/{sha}", ask.api, repo.full_name);
    let html_url = format!("{}/{form}/{named}/{path}", repo.html_url());
    let download = (kind == "file")
        .then(|| format!("https://raw.githubusercontent.com/{}/{named}/{path}", repo.full_name));
    json!({
        "name": path.rsplit('/').next().unwrap_or(path),
        "path": path,
        "sha": sha,
        "size": size,
        "url": url,
        "html_url": html_url,
        "git_url": git_url,
        "download_url": download,
        "type": kind,
        "_links": { "self": url, "git": git_url, "html": html_url },
    })
}

/// Base64 as GitHub breaks it: sixty characters a line.
fn in_lines(bytes: &[u8]) -> String {
    let text = STANDARD.encode(bytes);
    let mut out = String::with_capacity(text.len() + text.len() / 60 + 1);
    for line in text.as_bytes().chunks(60) {
        out.push_str(std::str::from_utf8(line).unwrap_or_default());
        out.push('\n');
    }
    out
}
