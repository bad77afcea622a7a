//! The program as a process: started, listened to, stopped kindly or not.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// Longer than anything takes on a busy machine; a test that waits this long has failed.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Ends a program with the test that started it, however that ended: the shell becomes the program and leaves behind
/// one that waits at the pipe from the test. A line lets the program go, the mere end of the pipe kills it.
const LEASH: &str =
    r#"exec 3<&0; { read -r _ <&3 || kill -9 $$; } >/dev/null 2>&1 & exec "$@" 3<&- </dev/null"#;

/// What a command that ended has left.
#[derive(Debug)]
pub struct Output {
    /// Its exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it complained.
    pub stderr: String,
}

impl Output {
    /// Its standard output as one JSON value.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// Its standard output as JSON lines.
    pub fn json_lines(&self) -> Vec<serde_json::Value> {
        let line = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {self:?}"));
        self.stdout.lines().map(line).collect()
    }
}

/// Where the program lies: beside the folder of this test, or where `WHIMBREL_BIN` says.
pub fn program() -> PathBuf {
    if let Some(path) = std::env::var_os("WHIMBREL_BIN") {
        return path.into();
    }
    let test = std::env::current_exe().expect("a running test has a file");
    let path =
        test.parent().and_then(Path::parent).expect("tests lie in target/<profile>/deps").join("whimbrel");
    assert!(path.exists(), "{} is missing: run `cargo build` first, or tests/run", path.display());
    path
}

/// Where and how the program is run.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// The folder it works in.
    pub folder: PathBuf,
    /// Variables of its environment. Of this process's environment it gets everything but what configures it.
    pub variables: Vec<(String, String)>,
    /// A command that becomes the program, with other rights or in another place.
    pub through: Vec<String>,
}

impl Surroundings {
    /// Just this folder.
    pub fn of(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), ..Self::default() }
    }

    /// The program with these arguments, as the arguments of `first`.
    fn command<S: AsRef<OsStr>>(&self, first: &[&str], arguments: &[S]) -> Command {
        let program = program();
        let mut words = first.iter().copied().chain(self.through.iter().map(String::as_str)).map(OsStr::new);
        let mut command = match words.next() {
            Some(word) => {
                let mut command = Command::new(word);
                command.args(words).arg(program);
                command
            }
            None => Command::new(program),
        };
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("WHIMBREL_") {
                command.env_remove(name);
            }
        }
        // Looking where an error came from reads a megabyte of the program, which nobody else asks it to.
        command.env_remove("RUST_BACKTRACE").env_remove("RUST_LIB_BACKTRACE");
        // The catalogs of stories name real projects, and no story asks the real GitHub about them.
        command.env("WHIMBREL_GITHUB__PROJECTS", "false");
        let variables = self.variables.iter().map(|(name, value)| (name, value));
        command.args(arguments).current_dir(&self.folder).envs(variables).stdin(Stdio::piped());
        command
    }
}

/// Runs a command to its end, with this text as its standard input.
pub fn run<S: AsRef<OsStr>>(surroundings: &Surroundings, arguments: &[S], stdin: &[u8]) -> Output {
    let mut child = surroundings
        .command(&[], arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut input = child.stdin.take().expect("piped above");
    let text = stdin.to_owned();
    // A command that does not read its input ends before it is written: that is no failure of the test.
    let writer = std::thread::spawn(move || drop(input.write_all(&text)));
    let done = child.wait_with_output().expect("the program ends");
    writer.join().expect("writing does not panic");
    Output {
        code: done.status.code(),
        stdout: String::from_utf8(done.stdout).expect("output is text"),
        stderr: String::from_utf8(done.stderr).expect("output is text"),
    }
}

/// A running program and everything it has said.
pub struct Process {
    child: Child,
    /// Dropped with the rest of it, as when a test fails, it ends the program.
    leash: ChildStdin,
    said: Arc<Said>,
    listeners: Vec<std::thread::JoinHandle<()>>,
}

#[derive(Default)]
struct Said {
    lines: Mutex<Vec<String>>,
    more: Notify,
}

impl Said {
    fn lines(&self) -> MutexGuard<'_, Vec<String>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn listen(self: &Arc<Self>, to: impl Read + Send + 'static) -> std::thread::JoinHandle<()> {
        let said = Arc::clone(self);
        std::thread::spawn(move || {
            for line in BufReader::new(to).split(b'\n').map_while(Result::ok) {
                said.lines().push(String::from_utf8_lossy(&line).into_owned());
                said.more.notify_waiters();
            }
            said.more.notify_waiters();
        })
    }
}

impl Process {
    /// Starts it.
    pub fn start<S: AsRef<OsStr>>(surroundings: &Surroundings, arguments: &[S]) -> Self {
        let mut child = surroundings
            .command(&["sh", "-c", LEASH, "sh"], arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let leash = child.stdin.take().expect("piped above");
        let said = Arc::new(Said::default());
        let listeners = vec![
            said.listen(child.stdout.take().expect("piped above")),
            said.listen(child.stderr.take().expect("piped above")),
        ];
        Self { child, leash, said, listeners }
    }

    /// Everything it has said so far, both streams, one text.
    pub fn said(&self) -> String {
        self.said.lines().join("\n")
    }

    /// Waits for a line that gives something; fails with everything said when it never comes.
    pub async fn hear<T>(&self, what: &str, mut find: impl FnMut(&str) -> Option<T>) -> T {
        let waiting = async {
            let mut heard = 0;
            loop {
                let more = self.said.more.notified();
                let mut more = std::pin::pin!(more);
                more.as_mut().enable();
                let new: Vec<String> = self.said.lines()[heard..].to_vec();
                heard += new.len();
                if let Some(found) = new.iter().find_map(|line| find(line)) {
                    return found;
                }
                more.await;
            }
        };
        let heard = tokio::time::timeout(PATIENCE, waiting).await;
        heard.unwrap_or_else(|_| panic!("never heard {what}; it said:\n{}", self.said()))
    }

    /// Sends a signal.
    pub fn signal(&self, signal: rustix::process::Signal) {
        rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), signal)
            .expect("the process is ours");
    }

    /// The memory it holds, in KiB.
    pub fn resident_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.and_then(|line| line.split_whitespace().next()?.parse().ok()).expect("the process runs")
    }

    /// The most memory it held at a time since [`forget_peak`](Self::forget_peak), in KiB.
    pub fn peak_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        line.and_then(|line| line.split_whitespace().next()?.parse().ok()).expect("the process runs")
    }

    /// The most memory it held is what it holds now (proc(5), `clear_refs`).
    pub fn forget_peak(&self) {
        std::fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5").expect("the process is ours");
    }

    /// The processor time it has used so far, in all its threads.
    pub fn processor_time(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap_or_default();
        // The name before the last bracket may hold spaces; after it, the 12th and 13th are ticks of 10 ms (proc(5)).
        let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11);
        let ticks: u64 = fields.take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
        Duration::from_millis(ticks * 10)
    }

    /// How many files and connections it holds open.
    pub fn descriptors(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).expect("the process runs").count()
    }

    /// Ends it without warning, as a power cut would.
    pub fn kill(mut self) {
        self.child.kill().expect("the process is ours");
        self.child.wait().expect("the process is ours");
        let_go(self.leash);
    }

    /// Asks it to stop; hands back how it ended, how long that took, and everything it said.
    pub async fn stop(self) -> (ExitStatus, Duration, String) {
        let asked = Instant::now();
        self.signal(rustix::process::Signal::TERM);
        let (status, said) = self.ended().await;
        (status, asked.elapsed(), said)
    }

    /// Waits until it ends by itself; hands back how, and everything it said.
    pub async fn ended(self) -> (ExitStatus, String) {
        let said = Arc::clone(&self.said);
        let (mut child, leash, listeners) = (self.child, self.leash, self.listeners);
        let waited = tokio::task::spawn_blocking(move || {
            let status = child.wait();
            // Its last words may still be in the pipe.
            for listener in listeners {
                listener.join().expect("listening does not panic");
            }
            status
        });
        let status = tokio::time::timeout(PATIENCE, waited).await;
        let said = said.lines().join("\n");
        let status = status.unwrap_or_else(|_| panic!("it does not end; it said:\n{said}"));
        let_go(leash);
        (status.expect("waiting does not panic").expect("the process is ours"), said)
    }
}

/// The program has ended: its number may be another's soon and must not be killed.
fn let_go(mut leash: ChildStdin) {
    // When nobody reads it, the one that waited is gone already.
    let _ = leash.write_all(b"\n");
}
