//! Edits of local catalogs, seen at once: the system tells of writes, and this tells which catalogs they are.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use ::notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{Instant, timeout_at};
use tracing::{debug, warn};
use whimbrel_catalog::CatalogId;

use crate::catalogs::Watcher;
use crate::source::Spec;

/// Editors write in several steps; an edit is over when it has been quiet for this long …
const QUIET: Duration = Duration::from_millis(350);

/// … or, when it never is quiet, after this long.
const LONGEST: Duration = Duration::from_millis(1200);

/// Tells of edits for as long as it lives.
pub struct Edits {
    /// Dropping it ends the watch.
    _system: RecommendedWatcher,
    paths: UnboundedReceiver<PathBuf>,
    places: Vec<(CatalogId, Place)>,
    /// Where each place was said to lie.
    named: Vec<PathBuf>,
    /// The watched folders, as they were when the watch began.
    watched: BTreeMap<PathBuf, (RecursiveMode, Option<Mark>)>,
    /// A watched folder was removed, even if there is one again.
    lost: bool,
    /// The edit that is under way. It stands here and not in the future that waits for its end: whoever waits also has
    /// other things to see to, and lets go of the future for them.
    edit: Option<Edit>,
}

/// An edit that is not over yet.
struct Edit {
    touched: BTreeSet<CatalogId>,
    /// When it counts as over, should nothing more be told of.
    over: Instant,
    /// When it counts as over at the latest.
    latest: Instant,
}

/// Where a local catalog lies.
#[derive(PartialEq, Eq)]
struct Place {
    /// Where it lies, without detours; and where it really lies, when it is a link. Empty when its folder is missing.
    paths: Vec<PathBuf>,
    folder: bool,
}

/// Tells a folder from another one that took its place: device, number and birth.
type Mark = (u64, u64, Option<SystemTime>);

impl Edits {
    /// Watches the files and folders a watcher follows now. Places that cannot be watched are named in a warning;
    /// they are still looked at by the clock.
    pub fn of(watcher: &Watcher) -> ::notify::Result<Self> {
        let (send, paths) = unbounded_channel();
        let mut system = ::notify::recommended_watcher(move |event: ::notify::Result<Event>| match event {
            Ok(event) if !matches!(event.kind, EventKind::Access(_)) => {
                for path in event.paths {
                    // Nobody listens any more: nothing is lost.
                    let _ = send.send(path);
                }
            }
            Ok(_) => {}
            Err(error) => debug!(%error, "an edit was not told: {error}"),
        })?;
        let (mut places, mut named, mut folders) = (Vec::new(), Vec::new(), BTreeMap::new());
        for followed in watcher.plan().followed.values() {
            let Spec::Local(path) = &followed.spec else { continue };
            let place = Place::of(path);
            if place.paths.is_empty() {
                warn!(catalog = %followed.config.id, "edits of {} are only seen by the clock until its folder is there", path.display());
            }
            for (folder, mode) in place.to_watch() {
                // A file and its folder may both be followed: the folder's way to watch sees edits of the file.
                let known = folders.entry(folder).or_insert(mode);
                if mode == RecursiveMode::Recursive {
                    *known = mode;
                }
            }
            places.push((followed.config.id.clone(), place));
            named.push(path.clone());
        }
        let mut watched = BTreeMap::new();
        // Ordered by path: a folder comes before what is below it, which needs no watch of its own then.
        for (folder, mode) in folders {
            if folder.ancestors().skip(1).any(|above| is_recursive(&watched, above)) {
                continue;
            }
            let mark = mark(&folder);
            if let Err(error) = system.watch(&folder, mode) {
                warn!(%error, "edits below {} are only seen by the clock: {error}", folder.display());
            }
            watched.insert(folder, (mode, mark));
        }
        Ok(Self { _system: system, paths, places, named, watched, lost: false, edit: None })
    }

    /// True when a watched folder went away or came back, or a place that was missing is there now: edits are told
    /// again only by a new watch.
    pub fn is_outdated(&self) -> bool {
        self.lost
            || self.watched.iter().any(|(folder, (_, before))| mark(folder) != *before)
            || self.named.iter().zip(&self.places).any(|(path, (_, place))| Place::of(path) != *place)
    }

    /// The catalogs of the next edit, once it is over. Waits for ever when nothing is edited. May be dropped at any
    /// time: the next call goes on where this one was.
    pub async fn next(&mut self) -> Vec<CatalogId> {
        loop {
            let told = match &self.edit {
                None => match self.paths.recv().await {
                    Some(path) => Some(path),
                    None => return std::future::pending().await,
                },
                // Asked first: paths that come without end would always be ready before the clock is.
                Some(edit) if Instant::now() >= edit.over => None,
                Some(edit) => timeout_at(edit.over, self.paths.recv()).await.ok().flatten(),
            };
            match told {
                Some(path) => self.touch(&path),
                None => return self.edit.take().into_iter().flat_map(|edit| edit.touched).collect(),
            }
        }
    }

    fn touch(&mut self, path: &Path) {
        self.lost |= self.watched.get(path).is_some_and(|(_, before)| mark(path) != *before);
        let whose = self.places.iter().filter(|(_, place)| place.holds(path)).map(|(id, _)| id.clone());
        let touched: BTreeSet<_> = whose.collect();
        if self.edit.is_none() && touched.is_empty() {
            return; // a file beside ours
        }
        let now = Instant::now();
        let latest = now + LONGEST;
        let edit = self.edit.get_or_insert_with(|| Edit { touched: BTreeSet::new(), over: latest, latest });
        edit.touched.extend(touched);
        edit.over = (now + QUIET).min(edit.latest);
    }
}

impl Place {
    fn of(path: &Path) -> Self {
        // The system tells paths as they were asked for: two ways to write one folder would answer for each other.
        let mut paths = Vec::new();
        if let Some((parent, name)) = path.parent().zip(path.file_name()) {
            paths.extend(parent.canonicalize().map(|parent| parent.join(name)));
        }
        if let Ok(real) = path.canonicalize()
            && !paths.contains(&real)
        {
            paths.push(real);
        }
        Self { paths, folder: path.is_dir() }
    }

    /// A file is watched through its folder, because editors put a new file in its place; and so is a link. The system
    /// knows a folder by one path only, so each is watched by the one that has no links in it.
    fn to_watch(&self) -> Vec<(PathBuf, RecursiveMode)> {
        let place = |path: &PathBuf| {
            if self.folder && path.canonicalize().is_ok_and(|real| real == *path) {
                return Some((path.clone(), RecursiveMode::Recursive));
            }
            Some((path.parent()?.to_owned(), RecursiveMode::NonRecursive))
        };
        self.paths.iter().filter_map(place).collect()
    }

    fn holds(&self, path: &Path) -> bool {
        self.paths.iter().any(|own| path == own || (self.folder && path.starts_with(own)))
    }
}

fn is_recursive(watched: &BTreeMap<PathBuf, (RecursiveMode, Option<Mark>)>, folder: &Path) -> bool {
    watched.get(folder).is_some_and(|(mode, _)| *mode == RecursiveMode::Recursive)
}

fn mark(folder: &Path) -> Option<Mark> {
    let metadata = folder.metadata().ok()?;
    Some((metadata.dev(), metadata.ino(), metadata.created().ok()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use whimbrel_store::Store;

    use super::*;
    use crate::Github;
    use crate::config::{CatalogConfig, Settings};

    fn id(id: &str) -> CatalogId {
        CatalogId::new(id).unwrap()
    }

    /// The next edit, or nothing when the system told of none for long.
    async fn next(edits: &mut Edits) -> Vec<CatalogId> {
        tokio::time::timeout(Duration::from_secs(20), edits.next()).await.unwrap_or_default()
    }

    #[tokio::test]
    async fn an_edit_tells_its_catalog_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        fs::create_dir_all(path.join("lists/deep")).unwrap();
        for name in ["a.md", "b.md", "lists/c.md"] {
            fs::write(path.join(name), "x").unwrap();
        }
        let catalogs = [("a", "a.md"), ("b", "lists/../b.md"), ("c", "lists"), ("none", "gone/none.md")]
            .map(|(name, source)| CatalogConfig::new(id(name), source));
        let store = Store::in_memory().unwrap();
        let watcher =
            Watcher::new(store, path, Settings::default(), Github::anybody(), catalogs.into()).unwrap();
        let mut edits = Edits::of(&watcher).unwrap();

        fs::write(path.join("a.md"), "y").unwrap();
        assert_eq!(next(&mut edits).await, [id("a")]);

        // As editors do: a new file put in place of the old one; and another file beside it, which is nobody's.
        fs::write(path.join("b.md.new"), "y").unwrap();
        fs::rename(path.join("b.md.new"), path.join("b.md")).unwrap();
        assert_eq!(next(&mut edits).await, [id("b")]);

        fs::write(path.join("lists/deep/d.md"), "y").unwrap();
        fs::write(path.join("a.md"), "z").unwrap();
        assert_eq!(next(&mut edits).await, [id("a"), id("c")]);
    }

    fn followed(path: &Path, catalogs: &[(&str, &str)]) -> Watcher {
        let catalogs = catalogs.iter().map(|(name, source)| CatalogConfig::new(id(name), *source)).collect();
        Watcher::new(Store::in_memory().unwrap(), path, Settings::default(), Github::anybody(), catalogs)
            .unwrap()
    }

    #[tokio::test]
    async fn an_edit_is_not_lost_when_the_listener_looks_away_before_it_is_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        fs::write(path.join("a.md"), "x").unwrap();
        let mut edits = Edits::of(&followed(path, &[("a", "a.md")])).unwrap();
        fs::write(path.join("a.md"), "y").unwrap();
        let glance = QUIET / 10;
        for _ in 0..600 {
            if let Ok(edited) = tokio::time::timeout(glance, edits.next()).await {
                assert_eq!(edited, [id("a")]);
                return;
            }
        }
        panic!("the edit was forgotten");
    }

    #[tokio::test]
    async fn a_folder_and_files_in_it_are_watched_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap();
        fs::create_dir_all(path.join("lists/deep")).unwrap();
        fs::write(path.join("lists/a.md"), "x").unwrap();
        fs::write(path.join("lists/deep/b.md"), "x").unwrap();
        let catalogs = [("a", "lists/a.md"), ("b", "lists/deep/b.md"), ("all", "lists")];
        let mut edits = Edits::of(&followed(&path, &catalogs)).unwrap();
        assert_eq!(edits.watched.keys().collect::<Vec<_>>(), [&path.join("lists")]);

        fs::write(path.join("lists/deep/b.md"), "y").unwrap();
        assert_eq!(next(&mut edits).await, [id("all"), id("b")]);
        fs::write(path.join("lists/a.md"), "y").unwrap();
        assert_eq!(next(&mut edits).await, [id("a"), id("all")]);
        assert!(!edits.is_outdated());
    }

    #[tokio::test]
    async fn a_folder_that_goes_and_comes_needs_a_new_watch() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let lists = path.join("lists");
        let watcher = followed(path, &[("all", "lists"), ("one", "later/one.md")]);
        let missing = Edits::of(&watcher).unwrap();
        assert!(!missing.is_outdated());
        fs::create_dir(&lists).unwrap();
        assert!(missing.is_outdated(), "it is there now, and it is a folder");

        let mut edits = Edits::of(&watcher).unwrap();
        fs::write(lists.join("a.md"), "x").unwrap();
        assert_eq!(next(&mut edits).await, [id("all")]);
        assert!(!edits.is_outdated());
        fs::remove_dir_all(&lists).unwrap();
        assert!(edits.is_outdated(), "it is gone");
        fs::create_dir(&lists).unwrap();
        assert!(edits.is_outdated(), "another one took its place");

        let mut edits = Edits::of(&watcher).unwrap();
        fs::write(lists.join("a.md"), "y").unwrap();
        assert_eq!(next(&mut edits).await, [id("all")]);
        fs::create_dir(path.join("later")).unwrap();
        assert!(edits.is_outdated(), "the folder of a file is there now");
    }
}
