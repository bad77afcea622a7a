//! The stand-in in a process beside this one, so that what it uses of the processors is not ours: this program again,
//! told what to do by lines on its standard input.

use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use chrono::{DateTime, Utc};
use whimbrel_world::github::Github;

/// Set for the child that is the stand-in: projects, catalogs, milliseconds of latency, ids it manages at once.
const BESIDE: &str = "WHIMBREL_FIGURES_GITHUB";

/// The token it accepts.
pub(super) const TOKEN: &str = "ghp_figures";

/// Where the catalog with this number lives.
pub(super) fn catalog(n: usize) -> String {
    format!("demo/catalog-{n}")
}

/// A running stand-in.
pub(super) struct Beside {
    pub(super) url: String,
    child: Child,
    tell: ChildStdin,
    hear: Lines<BufReader<ChildStdout>>,
}

/// What was asked of it since it was last asked about that.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) requests: usize,
    pub(super) downloads: usize,
    pub(super) refused: usize,
    pub(super) violations: usize,
    pub(super) given_up: usize,
}

impl Beside {
    /// Starts it with so many made-up projects in so many catalogs.
    pub(super) fn start(projects: usize, catalogs: usize, latency: Duration, ids: usize) -> Self {
        let mut child = Command::new(std::env::current_exe().expect("this program has a path"))
            .env(BESIDE, format!("{projects} {catalogs} {} {ids}", latency.as_millis()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program can be started again");
        let tell = child.stdin.take().expect("piped above");
        let hear = BufReader::new(child.stdout.take().expect("piped above")).lines();
        let mut beside = Self { url: String::new(), child, tell, hear };
        beside.url = beside.line();
        beside
    }

    /// Sets its clock, which stands from then on.
    pub(super) fn set_clock(&mut self, at: DateTime<Utc>) {
        self.say(&format!("clock {}", at.timestamp()));
    }

    /// What was asked since the last time.
    pub(super) fn journal(&mut self) -> Asked {
        let line = self.say("journal");
        let numbers: Vec<usize> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        match numbers[..] {
            [requests, downloads, refused, violations, given_up] => {
                Asked { requests, downloads, refused, violations, given_up }
            }
            _ => panic!("the stand-in says `{line}`"),
        }
    }

    fn say(&mut self, line: &str) -> String {
        writeln!(self.tell, "{line}").expect("the stand-in listens");
        self.line()
    }

    fn line(&mut self) -> String {
        self.hear.next().and_then(Result::ok).expect("the stand-in answers")
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        // One that ended already has nothing to lose.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// If this process is the stand-in, is that until nobody tells it anything any more.
pub(crate) fn answer_if_child() {
    let Ok(what) = std::env::var(BESIDE) else { return };
    let numbers: Vec<usize> = what.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [projects, catalogs, latency, ids] = numbers[..] else {
        panic!("{BESIDE} is four numbers: `{what}`")
    };
    let github = Github::start();
    github.latency(Duration::from_millis(latency as u64));
    // As polite as the client promises to be.
    github.limits(|limits| limits.concurrent = 4);
    github.gives_up_on_lists_beyond(ids as u64);
    github.token(TOKEN);
    let made_up = github.made_up(projects, 1);
    for (n, listed) in made_up.chunks(projects.div_ceil(catalogs)).enumerate() {
        github.made_up_catalog(&catalog(n), listed);
    }
    println!("{}", github.api_url());
    for line in std::io::stdin().lines().map_while(Result::ok) {
        if let Some(at) = line.strip_prefix("clock ") {
            let at = at.parse().ok().and_then(|at| DateTime::from_timestamp(at, 0));
            github.clock().set(at.expect("seconds since 1970"));
            println!("done");
        } else {
            println!("{}", counted(&github));
        }
    }
    std::process::exit(0);
}

fn counted(github: &Github) -> String {
    let journal = github.take_journal();
    for violation in journal.violations.iter().take(5) {
        eprintln!("a client misbehaved: {violation}");
    }
    let read = |path: &str| path.contains("/contents/") || path.contains("/readme");
    let downloads = journal.calls.iter().filter(|call| read(&call.path) && call.status == Some(200)).count();
    let given_up = journal.calls.iter().filter(|call| call.status == Some(502)).count();
    let (refused, violations) = (journal.refused(), journal.violations.len());
    format!("{} {downloads} {refused} {violations} {given_up}", journal.calls.len())
}
