//! The questions we ask in GraphQL, as text, and what they cost.
//!
//! GitHub counts connections: a hundred of them are one point, and no question costs less than one. A list of ids is no
//! connection. So a batch of 50 projects with their releases costs 1 point (50 connections), one of 100 costs 1 as well;
//! where tags are asked for too, a batch of 50 costs 1 and one of 100 costs 2. Of the 500,000 nodes a question may reach,
//! a batch of 100 reaches 1,100, or 2,100 with tags, or 11,100 where all are read further down, which a few of a batch are.
//!
//! Notes are not part of these batches. A project with ten releases is 3.1 kB of JSON without them, and with notes of
//! 3 kB each ten times that: every batch of 50 would bring 1.5 MB that are known already, and rendering them is work for
//! GitHub that ends in timeouts. The few notes of releases nobody has seen yet are asked for by a second, small question.

use std::fmt::Write as _;

/// Newest releases and tags that are looked at.
pub(crate) const NEWEST: usize = whimbrel_project::NEWEST;

/// Releases of an older page.
pub(crate) const PAGE: usize = 100;

/// Releases whose notes are asked for at a time: rendered notes are large.
pub(crate) const NOTES: usize = 25;

/// Files asked for at a time.
pub(crate) const BLOBS: usize = 100;

/// What is asked about every project. Tags cost GitHub much, and only projects without releases need them.
const ABOUT: &str = "\
fragment About on Repository {
  id nameWithOwner isArchived archivedAt isDisabled isFork
  licenseInfo { spdxId } primaryLanguage { name } description homepageUrl
  stargazerCount forkCount pushedAt createdAt
  releases(first: 10, orderBy: {field: CREATED_AT, direction: DESC}) {
    totalCount pageInfo { hasNextPage endCursor } nodes { ...OfRelease }
  }
}
";

/// Who is there further down: a tenth of what is asked of a release that may be told.
const FURTHER: &str = "\
fragment Further on Repository {
  further: releases(first: 100, orderBy: {field: CREATED_AT, direction: DESC}) {
    nodes { id createdAt publishedAt isDraft }
  }
}
";

const OF_RELEASE: &str = "\
fragment OfRelease on Release { id tagName name url createdAt publishedAt updatedAt isDraft isPrerelease }
";

const TAGS: &str = "\
fragment Tags on Repository {
  refs(refPrefix: \"refs/tags/\", first: 10, orderBy: {field: TAG_COMMIT_DATE, direction: DESC}) {
    totalCount
    nodes { name target { ... on Commit { committedDate }
      ... on Tag { tagger { date } target { ... on Commit { committedDate } } } } }
  }
}
";

const RATE: &str = "rateLimit { limit cost remaining used resetAt }";

/// Projects by their ids: those in `$plain`, those in `$deep` with their releases further down, and those in `$tagged`
/// with their newest tags.
pub(crate) fn look() -> String {
    format!(
        "query Look($plain: [ID!]!, $deep: [ID!]!, $tagged: [ID!]!) {{
  {RATE}
  plain: nodes(ids: $plain) {{ __typename ...About }}
  deep: nodes(ids: $deep) {{ __typename ...About ...Further }}
  tagged: nodes(ids: $tagged) {{ __typename ...About ...Tags }}
}}
{ABOUT}{FURTHER}{TAGS}{OF_RELEASE}"
    )
}

/// Projects by their names, old ones too: `p0` is named by `$o0` and `$n0`, and so on.
pub(crate) fn resolve(count: usize) -> String {
    let (mut parameters, mut fields) = (Vec::new(), String::new());
    for place in 0..count {
        parameters.push(format!("$o{place}: String!, $n{place}: String!"));
        // Writing to a String cannot fail.
        let _ = writeln!(
            fields,
            "  p{place}: repository(owner: $o{place}, name: $n{place}) {{ ...About ...Tags }}"
        );
    }
    let parameters = parameters.join(", ");
    format!("query Resolve({parameters}) {{\n  {RATE}\n{fields}}}\n{ABOUT}{TAGS}{OF_RELEASE}")
}

/// The notes of releases by their ids.
pub(crate) fn notes() -> String {
    format!(
        "query Notes($ids: [ID!]!) {{
  {RATE}
  nodes(ids: $ids) {{ __typename ... on Release {{ id descriptionHTML }} }}
}}"
    )
}

/// Older releases of one project: a hundred a page, 1 point.
pub(crate) fn releases_page() -> String {
    format!(
        "query Releases($id: ID!, $after: String) {{
  {RATE}
  node(id: $id) {{ __typename ... on Repository {{
    releases(first: 100, after: $after, orderBy: {{field: CREATED_AT, direction: DESC}}) {{
      totalCount pageInfo {{ hasNextPage endCursor }} nodes {{ ...OfRelease }}
    }}
  }} }}
}}
{OF_RELEASE}"
    )
}

/// Files by repository, branch and path: no connection at all, 1 point for any number.
pub(crate) fn blobs(count: usize) -> String {
    let (mut parameters, mut fields) = (Vec::new(), String::new());
    for place in 0..count {
        parameters.push(format!("$o{place}: String!, $n{place}: String!, $e{place}: String!"));
        let _ = writeln!(
            fields,
            "  p{place}: repository(owner: $o{place}, name: $n{place}) \
             {{ nameWithOwner object(expression: $e{place}) {{ ... on Blob {{ oid }} }} }}"
        );
    }
    let parameters = parameters.join(", ");
    format!("query Blobs({parameters}) {{\n  {RATE}\n{fields}}}")
}

/// What a batch will cost.
pub(crate) fn points(connections: usize) -> u32 {
    u32::try_from(connections.div_ceil(100)).unwrap_or(u32::MAX).max(1)
}
