//! The whole past of a catalog, read from git and run through the engine.

use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use chrono::{DateTime, Utc};
use whimbrel_watch::{Heard, ReplayOptions, replay};
use whimbrel_world::documents::{self, Numbers};

use super::report::{Limit, Report};

const VERSIONS: usize = 1_000;
const BYTES: usize = 350_000;
const FIRST_COMMIT: i64 = 1_700_000_000;

/// Adds the figure of this group.
pub(crate) fn measure(report: &mut Report) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    make_history(folder.path());
    let now = DateTime::from_timestamp(FIRST_COMMIT + 400 * 86_400, 0).unwrap_or_default();
    let mut seconds: Vec<f64> = Vec::new();
    let mut events = 0;
    for _ in 0..3 {
        events = 0;
        let start = Instant::now();
        let summary = run(folder.path(), now, &mut events);
        seconds.push(start.elapsed().as_secs_f64());
        assert_eq!(summary, VERSIONS, "every version is judged");
    }
    seconds.sort_unstable_by(f64::total_cmp);
    let note = format!("packed repository, {events} events told; median of {}", seconds.len());
    report.add("replay of 1,000 versions of a 350 KB catalog", "s", seconds[1], Limit::AtMost(10.0), note);
}

fn run(folder: &Path, now: DateTime<Utc>, events: &mut usize) -> usize {
    let options = ReplayOptions::default();
    let hear = |heard| {
        *events += usize::from(matches!(heard, Heard::News(_)));
        ControlFlow::Continue(())
    };
    replay(folder, "README.md", &options, now, hear).expect("the history can be replayed").versions
}

/// A repository whose README gets one entry more, now and then one less, with each commit, eight hours apart.
fn make_history(folder: &Path) {
    let git = |args: &[&str]| {
        let done = Command::new("git")
            .args(args)
            .current_dir(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert!(done.is_ok_and(|status| status.success()), "git {args:?} works");
    };
    git(&["init", "--quiet", "--initial-branch", "main"]);
    let mut import = Command::new("git")
        .args(["fast-import", "--quiet"])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .spawn()
        .expect("git can be started");
    {
        let mut stream = import.stdin.take().expect("its input was asked for");
        let mut lines: Vec<String> =
            documents::markdown_of_bytes(BYTES, 9).lines().map(str::to_owned).collect();
        let newcomers = documents::items(VERSIONS, 77);
        let mut numbers = Numbers::new(4);
        for (n, item) in newcomers.iter().enumerate() {
            // Any place below the table of contents will do, as long as an entry stands there.
            let at = (200 + numbers.below(lines.len() - 400)..lines.len())
                .find(|&at| lines[at].starts_with("- ["))
                .expect("entries follow");
            lines.insert(at, format!("- [{}]({}) - {}.", item.name, item.url, item.text));
            if n % 5 == 4 {
                lines.remove(at + 1);
            }
            let text = lines.join("\n");
            let time = FIRST_COMMIT + n as i64 * 28_800;
            write!(
                stream,
                "commit refs/heads/main\ncommitter Someone <someone@example.org> {time} +0000\ndata 1\n.\nM 644 inline README.md\ndata {}\n{text}\n",
                text.len()
            )
            .expect("git takes its input");
        }
    }
    assert!(import.wait().is_ok_and(|status| status.success()), "git takes the history");
    git(&["repack", "-adq", "--depth=50"]);
}
