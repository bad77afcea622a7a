//! A release as an event tells of it.

use whimbrel_news::Release;

use super::item::Item;
use super::known::KnownReleases;
use super::notes::Notes;

impl KnownReleases {
    /// The facts of a release. Its level is judged by the versions known before it, so this comes before it is noted.
    pub(crate) fn facts(&self, item: &Item<'_>, prerelease: bool) -> Release {
        let version = item.read.version.as_ref();
        let package = item.read.package.clone();
        let notes = Notes::read(item.notes_html, &item.url, item.title);
        Release {
            id: item.id.clone(),
            tag: item.tag.to_owned(),
            title: item.title.to_owned(),
            release_url: item.url.clone(),
            version: version.and_then(|version| version.text()).map(str::to_owned),
            level: version.map(|version| self.level(package.as_deref(), version)),
            package,
            prerelease,
            nightly: item.nightly,
            published: item.published,
            notes: notes.excerpt,
            notes_html: notes.html,
            security: notes.security,
        }
    }
}
