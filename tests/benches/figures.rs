//! The figures the project promises, each measured here against its limit in the same run.
//!
//! `cargo bench -p whimbrel-world --bench figures` prints one table; it ends with 1 when a limit is missed. Times
//! are medians of several runs; where the limit is a ratio, both sides are measured in turn, so that a machine
//! that slows down slows both. The program itself is measured too, so build it the same way before.

mod figures {
    pub(crate) mod answers;
    pub(crate) mod bodies;
    pub(crate) mod engine;
    pub(crate) mod git;
    pub(crate) mod github;
    pub(crate) mod idle;
    pub(crate) mod lookup;
    pub(crate) mod pace;
    pub(crate) mod pages;
    pub(crate) mod projects;
    pub(crate) mod report;
    pub(crate) mod store;
}

use figures::report::Report;

fn main() {
    figures::store::answer_if_child();
    figures::github::answer_if_child();
    figures::lookup::answer_if_child();
    // `cargo bench NAME` passes the name (and `--bench`): run only the groups that contain it.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let runs = |group: &str| wanted.is_empty() || wanted.iter().any(|name| group.contains(name.as_str()));
    let mut report = Report::default();
    if runs("engine") {
        figures::engine::measure(&mut report);
    }
    if runs("store") {
        figures::store::measure(&mut report);
    }
    if runs("projects") {
        figures::projects::measure(&mut report);
    }
    if runs("github-round") {
        figures::github::measure_round(&mut report);
    }
    if runs("github-week") {
        figures::github::measure_week(&mut report);
    }
    if runs("git") {
        figures::git::measure(&mut report);
    }
    if runs("lookup") {
        figures::lookup::measure(&mut report);
    }
    if runs("idle") {
        figures::idle::measure(&mut report);
    }
    if runs("pace") {
        figures::pace::measure(&mut report);
    }
    if runs("answers") {
        figures::answers::measure(&mut report);
    }
    if runs("bodies") {
        figures::bodies::measure(&mut report);
    }
    if runs("pages") {
        figures::pages::measure(&mut report);
    }
    println!("{report}");
    std::process::exit(i32::from(report.missed() > 0));
}
