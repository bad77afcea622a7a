//! What is on this machine: the store, room on the disk, the clock.

use std::fs;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use whimbrel_fanout::Destination;
use whimbrel_web::Settings;

use super::finding::Finding;
use crate::config::Loaded;
use crate::lanes;
use crate::run::disk::free_bytes;
use crate::screen::{grouped, reasons};

/// With less room a backup may not fit any more …
const LITTLE: u64 = 1 << 30;
/// … and with so little the store may not.
const NONE: u64 = 100 << 20;

/// A clock this far off makes digests come late …
const OFF: TimeDelta = TimeDelta::seconds(30);
/// … and this far, services refuse what is signed with a time.
const WRONG: TimeDelta = TimeDelta::minutes(5);

/// How the store is, and the places it tells news to.
pub(super) fn store(loaded: &Loaded) -> (Vec<Finding>, Vec<Destination>) {
    let folder = loaded.store_folder();
    let shown = folder.display();
    let is_empty = fs::read_dir(&folder).map_or(true, |mut inside| inside.next().is_none());
    if is_empty && (!folder.exists() || folder.is_dir()) {
        let above = folder.ancestors().find(|above| above.exists()).unwrap_or(Path::new("/"));
        let above = if above.as_os_str().is_empty() { Path::new(".") } else { above };
        let found = match rustix::fs::access(above, rustix::fs::Access::WRITE_OK) {
            Ok(()) => Finding::ok("store", shown, "none yet; it is made at the first start"),
            Err(error) => Finding::fail(
                "store",
                shown,
                format!("it cannot be made: {}: {}", above.display(), std::io::Error::from(error)),
            )
            .fix("Let this user write there, or set another folder with `path` in [store]."),
        };
        return (vec![found], Vec::new());
    }
    match lanes::places(loaded) {
        Ok((true, places)) => {
            (vec![Finding::ok("store", shown, "in use by the running whimbrel, which answers")], places)
        }
        Ok((false, places)) => {
            (vec![Finding::ok("store", shown, "it opens; no whimbrel is running")], places)
        }
        Err(error) => {
            let found = Finding::fail("store", shown, reasons(&error)).fix(
                "Stop whoever uses it; the README says where the state lies and what is done about damage.",
            );
            (vec![found], Vec::new())
        }
    }
}

/// How much room there is for it.
pub(super) fn room(loaded: &Loaded) -> Option<Finding> {
    let folder = loaded.store_folder();
    let there = folder.ancestors().find(|above| above.exists())?;
    let free = free_bytes(if there.as_os_str().is_empty() { Path::new(".") } else { there })?;
    let said = format!("{} MB free", grouped(free >> 20));
    let fix =
        "Make room, or move the store with `path` in [store]: nothing can be written down on a full disk.";
    Some(match free {
        ..NONE => Finding::fail("disk", folder.display(), said).fix(fix),
        NONE..LITTLE => Finding::warn("disk", folder.display(), said).fix(fix),
        _ => Finding::ok("disk", folder.display(), said),
    })
}

/// Hubs that are switched on: without an address of the site nobody can be led to our own, and another's cannot read our
/// feeds.
pub(super) fn hubs(web: &Settings) -> Vec<Finding> {
    let asked = [
        ("own_hub", web.own_hub, "the hub stays off"),
        ("hub", web.hub.is_some(), "the hub is told nothing"),
    ];
    let on = asked.into_iter().filter(|(_, on, _)| *on);
    on.map(|(key, _, without)| match &web.public_url {
        Some(_) => Finding::ok("site", key, format!("feeds at {} lead to it", web.base())),
        None => Finding::fail("site", key, format!("{without}: nobody is told where this site is"))
            .fix(format!("Set `public_url` in [web] to the address readers have, or take `{key}` out.")),
    })
    .collect()
}

/// Whether our clock is right, by those of others.
pub(super) fn clock(theirs: &[DateTime<Utc>], now: DateTime<Utc>) -> Option<Finding> {
    // Answers took some seconds to be looked at; the nearest says most.
    let off = theirs.iter().map(|date| now - *date).min_by_key(TimeDelta::abs)?;
    let seconds = grouped(off.num_seconds().unsigned_abs());
    let side = if off < TimeDelta::zero() { "behind" } else { "ahead of" };
    let said = format!("{seconds} s {side} that of the services");
    let fix = "Let the system set its clock by the network (NTP).";
    Some(if off.abs() >= WRONG {
        Finding::fail("clock", "this machine's", said).fix(fix)
    } else if off.abs() >= OFF {
        Finding::warn("clock", "this machine's", said).fix(fix)
    } else {
        Finding::ok("clock", "this machine's", "it agrees with that of the services")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Verdict;

    #[test]
    fn a_clock_is_judged_by_the_nearest_of_others() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let ago = |seconds| now - TimeDelta::seconds(seconds);
        let verdict = |theirs: &[DateTime<Utc>]| clock(theirs, now).map(|found| found.verdict);
        assert_eq!(verdict(&[]), None);
        assert_eq!(verdict(&[ago(3), ago(4000)]), Some(Verdict::Ok));
        assert_eq!(verdict(&[ago(-45)]), Some(Verdict::Warn));
        assert_eq!(verdict(&[ago(600)]), Some(Verdict::Fail));
        let said = |theirs| clock(&[theirs], now).unwrap().said;
        assert_eq!(said(ago(-4000)), "4,000 s behind that of the services");
        assert_eq!(said(ago(45)), "45 s ahead of that of the services");
    }
}
