//! What a field means, by its name: columns of CSV, keys of YAML and JSON.

use super::super::text;
use crate::change::Metric;

/// What a field says about an entry. Where several say the same, the lowest rank counts.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::parse) enum Kind {
    Name(u8),
    Address(u8, Short),
    Description(u8),
    /// A section, or one below it.
    Section(u8),
    Mark,
    Figure(Metric),
    /// The number of a row in an order.
    Rank,
    /// Holds the entries of a catalog or a section.
    Children,
    /// Holds entries below an entry.
    Nested,
    /// Holds further links.
    Links,
    /// About the document, its people or its looks.
    Aside,
    Unknown,
}

/// What a short form of an address stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::parse) enum Short {
    /// `host.tld/path` without its scheme.
    Host,
    /// `owner/repo` there, or a host without scheme.
    Repository(&'static str),
}

/// What a field of this name means.
pub(in crate::parse) fn kind(name: &str) -> Kind {
    if let Some(metric) = text::metric_of(name) {
        return Kind::Figure(metric);
    }
    if text::is_rank_header(name) {
        return Kind::Rank;
    }
    let folded: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let github = Short::Repository("github.com");
    match folded.as_str() {
        "name" => Kind::Name(0),
        "title" | "fullname" => Kind::Name(1),
        "project" | "projectname" | "displayname" => Kind::Name(2),
        "tool" | "toolname" | "package" | "app" | "application" | "library" | "product" | "software"
        | "service" | "resource" | "reponame" | "entry" | "label" => Kind::Name(3),

        "htmlurl" => Kind::Address(0, Short::Host),
        "url" => Kind::Address(1, Short::Host),
        "link" | "href" | "uri" | "projecturl" | "address" => Kind::Address(2, Short::Host),
        "homepage" | "homepageurl" | "website" | "websiteurl" | "site" | "web" | "home" | "page" => {
            Kind::Address(3, Short::Host)
        }
        "repo" | "repository" | "github" | "githubrepo" | "githubrepository" => Kind::Address(4, github),
        "githubid" => Kind::Address(5, github),
        "repourl" | "repositoryurl" | "githuburl" | "repolink" | "githublink" => Kind::Address(6, github),
        "gitlab" | "gitlabid" | "gitlaburl" => Kind::Address(7, Short::Repository("gitlab.com")),
        "codeberg" | "codebergid" | "codebergurl" => Kind::Address(7, Short::Repository("codeberg.org")),
        "source" | "sourceurl" | "sourcecode" | "sourcecodeurl" | "code" => Kind::Address(8, github),

        "description" | "desc" => Kind::Description(0),
        "summary" | "about" | "shortdescription" | "tagline" | "text" => Kind::Description(1),
        "subtitle" | "note" | "notes" | "comment" | "details" | "abstract" => Kind::Description(2),

        "category" | "categories" | "section" | "group" | "topic" => Kind::Section(0),
        "subcategory" | "subsection" | "subgroup" | "subtopic" => Kind::Section(1),

        "language"
        | "languages"
        | "lang"
        | "langs"
        | "programminglanguage"
        | "technology"
        | "technologies"
        | "tech"
        | "stack"
        | "platform"
        | "platforms"
        | "os"
        | "type"
        | "types"
        | "kind"
        | "kinds"
        | "tag"
        | "tags"
        | "labels" => Kind::Mark,

        "githubstars" | "stargazerscount" | "starcount" => Kind::Figure(Metric::Stars),
        "forkscount" | "forkcount" => Kind::Figure(Metric::Forks),
        "updatedat" | "lastupdated" | "lastupdate" | "lastcommit" | "lastcommitat" | "pushedat"
        | "lastactivity" => Kind::Figure(Metric::Updated),
        "downloads" | "watchers" | "watcherscount" | "contributors" | "openissues" | "openissuescount"
        | "issues" | "score" | "points" | "votes" | "rating" | "commits" => {
            Kind::Figure(Metric::Other(name.trim().to_lowercase()))
        }
        "" | "place" => Kind::Rank,

        "projects" | "items" | "entries" | "repositories" | "repos" | "tools" | "list" | "lists" | "data"
        | "landscape" | "catalog" | "resources" | "results" | "apps" | "applications" | "packages"
        | "libraries" | "subcategories" | "sections" | "groups" | "topics" | "item" | "records" | "rows"
        | "bookmarks" => Kind::Children,
        "children" | "subprojects" | "plugins" | "extensions" => Kind::Nested,
        "links" | "urls" | "extra" | "extralinks" | "references" | "refs" | "related" => Kind::Links,

        "author" | "authors" | "maintainer" | "maintainers" | "owner" | "owners" | "contributor"
        | "contact" | "license" | "licenses" | "licence" | "meta" | "metadata" | "config"
        | "configuration" | "settings" | "info" | "sponsor" | "sponsors" | "schema" | "id" | "slug"
        | "logo" | "logos" | "image" | "images" | "icon" | "icons" | "avatar" | "avatarurl"
        | "screenshot" | "screenshots" | "badge" | "badges" | "thumbnail" | "logourl" | "imageurl"
        | "iconurl" => Kind::Aside,

        _ => Kind::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_fields_are_known_however_they_are_written() {
        let table = [
            ("Name", Kind::Name(0)),
            ("Project Name", Kind::Name(2)),
            ("repo_url", Kind::Address(6, Short::Repository("github.com"))),
            ("Homepage URL", Kind::Address(3, Short::Host)),
            ("GitHub stars", Kind::Figure(Metric::Stars)),
            ("last-updated", Kind::Figure(Metric::Updated)),
            ("Open Issues", Kind::Figure(Metric::Other("open issues".into()))),
            ("#", Kind::Rank),
            ("Sub-Category", Kind::Section(1)),
            ("crunchbase", Kind::Unknown),
        ];
        for (name, expected) in table {
            assert_eq!(kind(name), expected, "{name}");
        }
    }
}
