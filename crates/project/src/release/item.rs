//! What a project publishes, whether as releases or as tags alone, in one shape.

use chrono::{DateTime, Utc};

use super::known::{Mark, fingerprint};
use super::nightly::{is_moved, is_nightly_name};
use super::version::Tag;
use crate::packed::{moment, secs};
use crate::seen::{Seen, SeenRelease, SeenTag};

/// A release, or a tag of a project that publishes none.
#[derive(Clone, Debug)]
pub(crate) struct Item<'a> {
    /// The host's id, or `tag:NAME`.
    pub(crate) id: String,
    pub(crate) tag: &'a str,
    pub(crate) title: &'a str,
    pub(crate) url: String,
    /// The date of its commit.
    pub(crate) created: DateTime<Utc>,
    /// When it was published; the date of the commit where nobody says it.
    pub(crate) published: DateTime<Utc>,
    /// Somebody says it.
    pub(crate) dated: bool,
    /// Its publisher says that it is not finished.
    pub(crate) prerelease: bool,
    pub(crate) notes_html: &'a str,
    /// What the tag says.
    pub(crate) read: Tag,
    /// A nightly build or the like.
    pub(crate) nightly: bool,
}

/// Which of the two a project publishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Releases,
    Tags,
}

impl<'a> Item<'a> {
    /// What there is to see; `None` when nobody asked. Drafts are not published yet, and no business of ours.
    pub(crate) fn all(seen: &'a Seen, now: DateTime<Utc>) -> Option<(Shape, Vec<Self>)> {
        let releases = seen.releases.as_ref()?;
        match &seen.tags {
            Some(tags) if releases.is_empty() && seen.releases_total.unwrap_or(0) == 0 => {
                Some((Shape::Tags, tags.iter().map(|tag| Self::tag(tag, seen, now)).collect()))
            }
            _ => {
                let published = releases.iter().filter(|release| !release.draft);
                Some((Shape::Releases, published.map(|release| Self::release(release, seen)).collect()))
            }
        }
    }

    fn release(release: &'a SeenRelease, seen: &'a Seen) -> Self {
        let read = Tag::read(&release.tag, repository(seen));
        let published = release.published.unwrap_or(release.created);
        // a tag that names a version was moved to mend something
        let moved = read.version.is_none() && is_moved(release.created, published);
        Self {
            id: release.id.clone(),
            tag: &release.tag,
            title: &release.title,
            url: release.url.clone(),
            created: release.created,
            published,
            dated: release.published.is_some(),
            prerelease: release.prerelease,
            notes_html: &release.notes_html,
            nightly: moved || is_nightly_name(&release.tag),
            read,
        }
    }

    fn tag(tag: &'a SeenTag, seen: &'a Seen, now: DateTime<Utc>) -> Self {
        let created = tag.committed.or(tag.tagged).unwrap_or(now);
        Self {
            id: format!("tag:{}", tag.name),
            tag: &tag.name,
            title: "",
            url: page_of(&seen.full_name, &tag.name),
            created,
            published: tag.tagged.unwrap_or(created),
            dated: tag.tagged.is_some(),
            prerelease: false,
            notes_html: "",
            nightly: is_nightly_name(&tag.name),
            read: Tag::read(&tag.name, repository(seen)),
        }
    }

    /// What is remembered of it.
    pub(crate) fn mark(&self) -> Mark {
        Mark {
            id: fingerprint(&self.id),
            tag: fingerprint(self.tag),
            created: moment(secs(self.created)),
            published: moment(secs(self.published)),
            prerelease: self.prerelease,
            gone: false,
        }
    }
}

fn repository(seen: &Seen) -> &str {
    seen.full_name.rsplit('/').next().unwrap_or_default()
}

/// The page of a release of a repository.
pub(crate) fn page_of(full_name: &str, tag: &str) -> String {
    format!("https://github.com/{full_name}/releases/tag/{}", escaped(tag))
}

/// A tag as a part of an address. Slashes stay.
fn escaped(tag: &str) -> String {
    let mut escaped = String::with_capacity(tag.len());
    for byte in tag.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/@+!".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push('%');
            escaped.extend(
                [byte >> 4, byte & 15].map(|half| char::from(b"0123456789ABCDEF"[usize::from(half)])),
            );
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_seen_where_there_are_no_releases() {
        let now = Utc::now();
        let tag = SeenTag { name: "v1.0 #é".to_owned(), ..SeenTag::default() };
        let mut seen = Seen { full_name: "Owner/Repo".to_owned(), tags: Some(vec![tag]), ..Seen::default() };
        assert!(Item::all(&seen, now).is_none(), "nobody asked for releases");
        seen.releases = Some(Vec::new());
        let (shape, items) = Item::all(&seen, now).unwrap();
        assert_eq!((shape, items[0].id.as_str()), (Shape::Tags, "tag:v1.0 #é"));
        assert_eq!(items[0].url, "https://github.com/Owner/Repo/releases/tag/v1.0%20%23%C3%A9");
        seen.releases_total = Some(1);
        assert_eq!(
            Item::all(&seen, now).unwrap().0,
            Shape::Releases,
            "the page is missing, not the releases"
        );
        seen.releases = Some(vec![SeenRelease { draft: true, ..SeenRelease::default() }]);
        let (shape, items) = Item::all(&seen, now).unwrap();
        assert_eq!((shape, items.len()), (Shape::Releases, 0));
    }
}
