//! A digest in each of its forms.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};
use whimbrel_catalog::CatalogId;
use whimbrel_feeds::{CatalogName, digest_html};
use whimbrel_news::Digest;
use whimbrel_news::digest::{DigestPage, Part};
use whimbrel_news::wording::{Room, ToldDigest, tell_digest_within, tell_read};
use whimbrel_store::CatalogMeta;

use crate::screen::harmless;

/// A digest and what it is told with.
pub(super) struct Telling<'a> {
    pub(super) digest: &'a Digest,
    pub(super) page: &'a DigestPage,
    /// Every event of its time went in.
    pub(super) is_all: bool,
    pub(super) catalogs: &'a [CatalogMeta],
    pub(super) site: Option<&'a str>,
}

impl Telling<'_> {
    pub(super) fn title(&self, id: &CatalogId) -> String {
        let known = self.catalogs.iter().find(|meta| meta.id == *id);
        known.map_or_else(|| id.to_string(), |meta| meta.title.clone())
    }

    fn told(&self) -> ToldDigest {
        tell_digest_within(Room::SHORT, &self.page.time.label(), self.digest, &|id| self.title(id))
    }

    /// The address of the page with all of it.
    pub(super) fn address(&self) -> Option<String> {
        self.site.map(|site| format!("{site}/{}", self.page.path()))
    }

    /// When the catalogs in it were last read.
    fn read(&self) -> Vec<String> {
        let ids = self.digest.catalog_ids();
        let read = self.catalogs.iter().filter(|meta| ids.contains(&meta.id));
        let read: BTreeMap<_, _> =
            read.filter_map(|meta| Some((meta.id.clone(), meta.last_success?))).collect();
        tell_read(&read, &|id| self.title(id)).iter().map(whimbrel_news::wording::Brief::text).collect()
    }

    pub(super) fn text(&self) -> String {
        let told = self.told();
        if self.digest.is_empty() {
            return format!("{}\n", harmless(&told.title));
        }
        let mut text = format!("{}\n{}\n", self.page.time.label(), harmless(&told.summary));
        let mut catalog = None;
        // Writing to a string does not fail.
        for group in &told.groups {
            if catalog.replace(&group.catalog) != Some(&group.catalog) {
                let _ = writeln!(text, "\n{}", harmless(&group.catalog_title));
            }
            let _ = writeln!(text, "  {}", harmless(&group.title));
            for line in &group.lines {
                let _ = writeln!(text, "    {}", harmless(&line.text()));
            }
            if group.more > 0 {
                let _ = writeln!(text, "    … and {} more", group.more);
            }
        }
        text.push('\n');
        if !self.is_all {
            text.push_str("More happened than a digest holds: this is the beginning of it.\n");
        }
        for line in self.read() {
            let _ = writeln!(text, "{}", harmless(&line));
        }
        if let Some(address) = self.address() {
            let _ = writeln!(text, "All of it: {address}");
        }
        text
    }

    pub(super) fn html(&self) -> String {
        let told = self.told();
        let name_of = |id: &CatalogId| CatalogName { title: self.title(id), url: String::new() };
        let mut foot = self.read();
        foot.extend(self.address().map(|address| format!("All of it: {address}")));
        digest_html(&told, &foot, &name_of)
    }

    pub(super) fn json(&self) -> anyhow::Result<Vec<u8>> {
        let digest = self.digest;
        let parts = |parts: &[Part]| parts.iter().map(part).collect::<Result<Vec<_>, _>>();
        let mut catalogs = Vec::new();
        for catalog in &digest.catalogs {
            let meta = self.catalogs.iter().find(|meta| meta.id == catalog.catalog);
            catalogs.push(json!({
                "catalog": catalog.catalog,
                "title": self.title(&catalog.catalog),
                "read": meta.and_then(|meta| meta.last_success),
                "parts": parts(&catalog.parts)?,
            }));
        }
        let growth = digest.growth.iter().map(|grown| {
            json!({ "name": grown.name, "project": grown.project, "url": grown.url, "gained": grown.gained(),
                    "points": grown.points })
        });
        let counts: BTreeMap<_, _> =
            digest.counts.iter().map(|(kind, count)| (kind.as_str(), count)).collect();
        let whole = json!({
            "period": self.page.time.to_string(),
            "title": self.told().title,
            "counts": counts,
            "complete": self.is_all,
            "projects": parts(&digest.projects)?,
            "catalogs": catalogs,
            "also": digest.also,
            "growth": growth.collect::<Vec<_>>(),
            "page": self.address(),
        });
        let mut text = serde_json::to_vec(&whole)?;
        text.push(b'\n');
        Ok(text)
    }

    #[cfg(feature = "charts")]
    pub(super) fn picture(&self) -> Vec<u8> {
        let (label, until) = (self.page.time.label(), self.page.time.up_to());
        super::picture::draw(self.digest, &label, until, &|id| self.title(id))
            .map(|(png, _)| png)
            .unwrap_or_default()
    }
}

fn part(part: &Part) -> Result<Value, serde_json::Error> {
    Ok(match part {
        Part::Events { kind, section, events } => {
            json!({ "kind": kind.as_str(), "section": section, "count": part.count(), "events": serde_json::to_value(events)? })
        }
        Part::Releases { kind, projects } => {
            let events: Vec<_> =
                projects.iter().flat_map(|one| std::iter::once(&one.first).chain(&one.others)).collect();
            json!({ "kind": kind.as_str(), "count": part.count(), "events": serde_json::to_value(events)? })
        }
        Part::Sweep { kind, count, names } => {
            json!({ "kind": kind.as_str(), "count": count, "names": names })
        }
    })
}
