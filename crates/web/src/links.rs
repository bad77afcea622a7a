//! How one page links to another, so that a page works under any path of any server and as a file in any folder.

use sha2::{Digest, Sha256};

use crate::rendered::hex;

/// The style of all pages.
pub(crate) const STYLE: &str = include_str!("../assets/whimbrel.css");
/// The comforts of some pages.
pub(crate) const SCRIPT: &str = include_str!("../assets/whimbrel.js");
/// The mark beside the name.
pub(crate) const MARK: &str = include_str!("../assets/whimbrel.svg");

/// The folder of the search of a site kept as files; where a server answers it leads to the questions.
pub(crate) const SEARCH: &str = "search/";

/// Relative links from one page.
#[derive(Clone, Debug)]
pub(crate) struct Links {
    root: String,
    files: bool,
}

impl Links {
    /// Links from a page at this path, such as `/c/raft/`. `files` names `index.html`, for pages kept as files.
    pub(crate) fn from(path: &str, files: bool) -> Self {
        let depth = path.bytes().filter(|byte| *byte == b'/').count().saturating_sub(1);
        let root = if depth == 0 { "./".into() } else { "../".repeat(depth) };
        Self { root, files }
    }

    /// To a page, by its path without the leading slash: `c/raft/`.
    pub(crate) fn page(&self, path: &str) -> String {
        format!("{}{path}{}", self.root, if self.files { "index.html" } else { "" })
    }

    /// To a file, by its path without the leading slash: `c/raft/feed.atom`.
    pub(crate) fn file(&self, path: &str) -> String {
        format!("{}{path}", self.root)
    }

    /// Pages are kept as files: nobody answers what needs a server.
    pub(crate) fn is_files(&self) -> bool {
        self.files
    }

    /// To the style.
    pub(crate) fn style(&self) -> String {
        self.file(&style_path())
    }

    /// To the script.
    pub(crate) fn script(&self) -> String {
        self.file(&script_path())
    }

    /// To the page that finds things.
    pub(crate) fn search(&self) -> String {
        if self.files { self.page(SEARCH) } else { self.file("ask") }
    }

    /// To the mark.
    pub(crate) fn mark(&self) -> String {
        self.file(&mark_path())
    }
}

/// Where the style lies; its name changes with its content, so that browsers may keep it for ever.
pub(crate) fn style_path() -> String {
    hashed("whimbrel", STYLE, "css")
}

/// Where the script lies.
pub(crate) fn script_path() -> String {
    hashed("whimbrel", SCRIPT, "js")
}

/// Where the mark lies.
pub(crate) fn mark_path() -> String {
    hashed("whimbrel", MARK, "svg")
}

fn hashed(name: &str, content: &str, ending: &str) -> String {
    format!("assets/{name}.{}.{ending}", hex(&Sha256::digest(content.as_bytes())[..5]))
}

/// An address out of a catalog as a link, or nothing when a browser should not be sent there.
pub(crate) fn outside(url: &str) -> Option<String> {
    let parsed = url::Url::parse(url).ok()?;
    (matches!(parsed.scheme(), "http" | "https") && parsed.has_host()).then(|| parsed.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_relative_to_the_page_they_stand_on() {
        for (path, page, expected) in [
            ("/", "", "./"),
            ("/", "c/raft/", "./c/raft/"),
            ("/c/raft/", "", "../../"),
            ("/c/raft/s/tools/", "c/raft/", "../../../../c/raft/"),
            ("/nowhere", "", "./"),
        ] {
            assert_eq!(Links::from(path, false).page(page), expected);
            assert_eq!(Links::from(path, true).page(page), format!("{expected}index.html"));
        }
    }

    #[test]
    fn only_web_addresses_become_links() {
        for url in [
            "javascript:alert(1)",
            " JavaScript:alert(1)",
            "java\nscript:alert(1)",
            "data:text/html,<b>",
            "file:///etc/passwd",
            "//example.org",
            "docs/readme.md",
            "https:",
            "mailto:a@example.org",
            "",
        ] {
            assert_eq!(outside(url), None, "{url}");
        }
        assert_eq!(outside("HTTPS://Example.org/a b\"<").as_deref(), Some("https://example.org/a%20b%22%3C"));
    }
}
