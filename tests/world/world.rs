//! A folder with a configuration and catalogs, and the program at work in it.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use crate::clock::Clock;
use crate::disk::Disk;
use crate::failing::Failing;
use crate::process::{self, Output, PATIENCE, Process, Surroundings};

/// A place to tell a story in. Everything in it vanishes with it.
pub struct World {
    folder: tempfile::TempDir,
    settings: String,
    catalogs: String,
    surroundings: Surroundings,
    disk: Option<Disk>,
    failing: Option<Failing>,
    clock: Option<Clock>,
    process: Option<Process>,
    address: String,
    client: reqwest::Client,
}

/// A Markdown catalog with these entries, `(name, address)`, each with a description.
pub fn catalog_of<'a>(title: &str, entries: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = format!("# {title}\n\n## Tools\n\n");
    for (name, url) in entries {
        let _ = writeln!(text, "- [{name}]({url}) - what {name} is for");
    }
    text
}

/// Tries again until it gives something; fails after the patience of a test. For what only time can show from
/// outside, such as an edit reaching a page; everything else waits for what the program says.
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut attempt: impl FnMut() -> F) -> T {
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        if let Some(found) = attempt().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{what} did not happen within {PATIENCE:?}");
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl World {
    /// An empty folder; nothing runs yet.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self {
            surroundings: Surroundings::of(folder.path()),
            disk: None,
            failing: None,
            clock: None,
            folder,
            settings: "[web]\nlisten = \"127.0.0.1:0\"\n".to_owned(),
            catalogs: String::new(),
            process: None,
            address: String::new(),
            client: reqwest::Client::new(),
        }
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file as editors do: beside it first, then in its place.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let (file, beside) = (self.path(name), self.path(&format!("{name}.new")));
        fs::create_dir_all(file.parent().expect("a file has a folder")).expect("the folder is ours");
        fs::write(&beside, text).expect("the folder is ours");
        fs::rename(&beside, &file).expect("the folder is ours");
    }

    /// Adds lines to the configuration, sections and all.
    pub fn configure(&mut self, lines: &str) {
        self.settings.push_str(lines);
        self.settings.push('\n');
        self.write_configuration();
    }

    /// Looks at every catalog each second and tells what it sees at once: for stories that are not about waiting.
    pub fn hurry(&mut self) {
        self.configure(
            "[watch]\ninterval_min = \"1s\"\ninterval_max = \"1s\"\nallow_private_addresses = true\ntimeout = \"2s\"\nmax_bytes = 4194304\n\
             [watch.rules]\nsettle_added_secs = 0\nsettle_removed_secs = 0",
        );
    }

    /// Follows the listed projects at this GitHub, as often as it allows, and tells what it sees at once.
    pub fn follow_projects(&mut self, github: &crate::github::Github) {
        github.token("sesame");
        self.variable("WHIMBREL_GITHUB__PROJECTS", "true");
        self.configure(&format!(
            "[github]\napi_url = \"{}\"\ntoken = \"sesame\"\ninterval_min = \"1s\"\ninterval_max = \"1s\"\n[github.rules]\nsettle_secs = 0",
            github.api_url()
        ));
    }

    /// Follows a catalog: its id and its source.
    pub fn follow(&mut self, id: &str, source: &str) {
        self.follow_with(id, source, "");
    }

    /// Follows a catalog with further keys.
    pub fn follow_with(&mut self, id: &str, source: &str, keys: &str) {
        let _ = writeln!(self.catalogs, "\n[[catalog]]\nid = \"{id}\"\nsource = \"{source}\"\n{keys}");
        self.write_configuration();
    }

    /// Follows nothing any more.
    pub fn follow_nothing(&mut self) {
        self.catalogs.clear();
        self.write_configuration();
    }

    /// Gives the program a clock of its own, which shows the right time until it is turned.
    pub fn own_clock(&mut self) {
        let (clock, variables) = Clock::new(self.folder()).expect("the package libfaketime is installed");
        self.surroundings.variables.extend(variables);
        self.clock = Some(clock);
    }

    /// Turns the program's clock, forward or back, also while it runs.
    pub fn turn_clock(&mut self, by: TimeDelta) {
        self.clock.as_mut().expect("the story gave it a clock").turn(by);
    }

    /// What the program's clock shows.
    pub fn now(&self) -> DateTime<Utc> {
        Utc::now() + self.clock.as_ref().map_or(TimeDelta::zero(), Clock::ahead)
    }

    /// Sets a variable of the program's environment.
    pub fn variable(&mut self, name: &str, value: &str) {
        self.surroundings.variables.push((name.to_owned(), value.to_owned()));
    }

    /// From now on the program is refused what ordinary users are refused, also where the tests run as root. `false`,
    /// with a word about it, where root may not give that up: then there is nothing to see.
    pub fn humble(&mut self) -> bool {
        if !rustix::process::geteuid().is_root() {
            return true;
        }
        // It stays the owner of its files, and their rights count.
        let words = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--"];
        let tried = Command::new(words[0]).args(&words[1..]).arg("true").output();
        let may = tried.is_ok_and(|tried| tried.status.success());
        if may {
            self.surroundings.through.splice(..0, words.map(ToOwned::to_owned));
        } else {
            eprintln!("root may read everything here, and may not give that up: this was not tried");
        }
        may
    }

    /// From now on the program is started by this command, which puts it somewhere else. `false`, with a word about it,
    /// where the system has no such command or does not let us.
    pub fn through(&mut self, command: &[&str]) -> bool {
        let tried = Command::new(command[0]).args(&command[1..]).arg("true").output();
        match tried {
            Ok(tried) if tried.status.success() => {
                self.surroundings.through.extend(command.iter().map(|word| (*word).to_owned()));
                return true;
            }
            Ok(tried) => eprintln!("{}", String::from_utf8_lossy(&tried.stderr)),
            Err(error) => eprintln!("{}: {error}", command[0]),
        }
        eprintln!("this was not tried");
        false
    }

    /// Makes a folder a disk of its own with room for so many bytes, from now on; only the program sees what is in
    /// it. `false`, with a word about it, where the system does not let us.
    pub fn mount(&mut self, name: &str, bytes: u64) -> bool {
        fs::create_dir_all(self.path(name)).expect("the folder is ours");
        match Disk::at(&self.path(name), bytes) {
            Ok(disk) => {
                self.surroundings.through = disk.way_in(self.folder());
                self.disk = Some(disk);
                true
            }
            Err(reason) => {
                eprintln!("no disk can be made here ({reason}): this was not tried");
                false
            }
        }
    }

    /// The disk that was mounted.
    pub fn disk(&self) -> &Disk {
        self.disk.as_ref().expect("the story has mounted a disk")
    }

    /// Files below this folder, and others whose paths begin like it, can fail from now on, for the program alone.
    pub fn can_fail(&mut self, name: &str) {
        let folder = fs::canonicalize(self.folder()).expect("the folder is ours");
        let made = Failing::below(&folder.join(name), &folder);
        let (failing, variables) = made.expect("a C compiler is installed");
        self.surroundings.variables.extend(variables);
        self.failing = Some(failing);
    }

    /// The disk that can fail.
    pub fn failing(&self) -> &Failing {
        self.failing.as_ref().expect("the story has a disk that can fail")
    }

    fn write_configuration(&self) {
        self.write("whimbrel.toml", format!("{}{}", self.settings, self.catalogs));
    }

    /// Starts the program and waits until its pages can be asked.
    pub async fn start(&mut self) {
        if !self.path("whimbrel.toml").exists() {
            self.write_configuration();
        }
        self.start_with(&["run", "--config", "whimbrel.toml", "--log-format", "json"]).await;
    }

    /// Starts the program with these arguments and waits until its pages can be asked.
    pub async fn start_with(&mut self, arguments: &[&str]) {
        let process = self.launch(arguments);
        let address = process.hear("the address of the page", |line| {
            let line: Value = serde_json::from_str(line).ok()?;
            Some(line["fields"]["address"].as_str()?.trim_end_matches('/').to_owned())
        });
        self.address = address.await;
        self.process = Some(process);
    }

    /// Starts the program with these arguments and waits for nothing.
    pub fn launch(&self, arguments: &[&str]) -> Process {
        Process::start(&self.surroundings, arguments)
    }

    /// The running program.
    pub fn process(&self) -> &Process {
        self.process.as_ref().expect("the story has started the program")
    }

    /// Ends the program without warning.
    pub fn kill(&mut self) {
        self.process.take().expect("the story has started the program").kill();
    }

    /// Leaves the program to itself, as a test does that fails or is killed.
    pub fn forget(&mut self) {
        drop(self.process.take());
    }

    /// Stops the program as a service manager would; hands back everything it said.
    pub async fn stop(&mut self) -> String {
        let process = self.process.take().expect("the story has started the program");
        let (status, took, said) = process.stop().await;
        assert!(status.success(), "it stops with {status}; it said:\n{said}");
        assert!(took < Duration::from_secs(5), "it took {took:?} to stop; it said:\n{said}");
        said
    }

    /// Runs another command in the folder.
    pub fn run(&self, arguments: &[&str]) -> Output {
        process::run(&self.surroundings, arguments, b"")
    }

    /// The address of a page.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    /// Asks for a page: status and text.
    pub async fn get(&self, path: &str) -> (u16, String) {
        let answer = self.client.get(self.url(path)).send().await.expect("the program answers");
        (answer.status().as_u16(), answer.text().await.expect("the answer is whole"))
    }

    /// Asks for a page that must be there.
    pub async fn page(&self, path: &str) -> String {
        let (status, text) = self.get(path).await;
        assert_eq!(status, 200, "{path}: {text}");
        text
    }

    /// The titles in the feed of everything, newest first.
    pub async fn news(&self) -> Vec<String> {
        crate::feed::titles(&self.page("/feed.json").await)
    }

    /// Waits until the feed of everything has an item with this in its title; hands back all titles.
    pub async fn hears(&self, part: &str) -> Vec<String> {
        eventually(&format!("news about `{part}`"), || async {
            let news = self.news().await;
            news.iter().any(|title| title.contains(part)).then_some(news)
        })
        .await
    }

    /// Every live event of the journal in its JSON form, oldest first; what was replayed is left out.
    pub fn journal(&self) -> Vec<Value> {
        self.exported("event")
    }

    /// Every replayed event in its JSON form, oldest first.
    pub fn history(&self) -> Vec<Value> {
        self.exported("replayed")
    }

    /// Kind and name of every live event, oldest first.
    pub fn told(&self) -> Vec<(String, String)> {
        let text = |event: &Value, key: &str| event[key].as_str().unwrap_or_default().to_owned();
        self.journal().iter().map(|event| (text(event, "kind"), text(event, "name"))).collect()
    }

    fn exported(&self, line: &str) -> Vec<Value> {
        let output = self.run(&["export", "--config", "whimbrel.toml", "-"]);
        assert_eq!(output.code, Some(0), "{output:?}");
        output.json_lines().into_iter().filter_map(|exported| exported.get(line).cloned()).collect()
    }

    /// Waits until every catalog was read or has said why not.
    pub async fn is_ready(&self) {
        eventually("readiness", || async { (self.get("/readyz").await.0 == 200).then_some(()) }).await;
    }

    /// Waits until the program logs a line with this in it.
    pub async fn logs(&self, part: &str) {
        self.process().hear(&format!("`{part}`"), |line| line.contains(part).then_some(())).await;
    }
}
