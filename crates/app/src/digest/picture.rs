//! A digest as a picture.

use std::collections::VecDeque;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use whimbrel_catalog::CatalogId;
use whimbrel_charts::{DigestPicture, Growth, Mover};
use whimbrel_fanout::{Content, Painter, Upload};
use whimbrel_news::Digest;

/// Movers of a picture, in each direction.
const MOVERS: usize = 4;

/// Many places get the same digest at the same moment; drawing it takes as long as sending many messages.
const KEPT: usize = 16;

/// The PNG and what it shows; `None` when there is nothing to see.
pub(super) fn draw(
    digest: &Digest,
    label: &str,
    until: DateTime<Utc>,
    title_of: &dyn Fn(&CatalogId) -> String,
) -> Option<(Vec<u8>, String)> {
    let moves = digest.movers(MOVERS, MOVERS);
    let rankings: Vec<_> = moves
        .iter()
        .map(|one| match one.catalog() {
            Some(id) => format!("{}, {}", title_of(id), one.ranking()),
            None => one.ranking(),
        })
        .collect();
    let movers: Vec<_> = moves
        .iter()
        .zip(&rankings)
        .map(|(one, ranking)| Mover {
            name: &one.mover.name,
            instead: one.instead(),
            ranking,
            from: one.mover.from,
            to: one.mover.to,
        })
        .collect();
    let growth: Vec<_> = digest
        .growth
        .iter()
        .map(|grown| Growth { name: &grown.name, instead: &grown.project, points: &grown.points })
        .collect();
    let picture = DigestPicture { title: label, movers: &movers, growth: &growth, until };
    Some((picture.png()?, picture.alt()?))
}

/// Draws the digests that go out; equal ones once.
pub(crate) fn painter() -> Arc<Painter> {
    let drawn: Mutex<VecDeque<(u64, Option<Upload>)>> = Mutex::default();
    Arc::new(move |bundle| {
        let Content::Digest { digest, label, to, .. } = &bundle.content else { return None };
        let mut mark = DefaultHasher::new();
        format!("{label} {:?} {:?} {:?}", bundle.titles, digest.growth, digest.movers(MOVERS, MOVERS))
            .hash(&mut mark);
        let mark = mark.finish();
        let known = |drawn: &VecDeque<(u64, Option<Upload>)>| {
            drawn.iter().find(|(of, _)| *of == mark).map(|(_, upload)| upload.clone())
        };
        if let Some(upload) = known(&drawn.lock().unwrap_or_else(PoisonError::into_inner)) {
            return upload;
        }
        let title_of = |id: &CatalogId| bundle.title(id).to_owned();
        let upload = draw(digest, label, *to, &title_of).map(|(png, alt)| Upload {
            name: "digest.png".to_owned(),
            alt,
            png,
        });
        let mut drawn = drawn.lock().unwrap_or_else(PoisonError::into_inner);
        drawn.truncate(KEPT - 1);
        drawn.push_front((mark, upload.clone()));
        upload
    })
}
