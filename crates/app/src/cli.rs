//! What can be typed. The help is meant to teach: every command says what it is for and shows a use.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::digest::Form;

/// Exit code: the command could not do what it was asked for.
pub(crate) const FAILED: u8 = 1;
/// Exit code: the arguments or the configuration are wrong.
pub(crate) const MISUSED: u8 = 2;

/// Version and commit.
pub(crate) const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), env!("WHIMBREL_BUILD"));

const AFTER_HELP: &str = "\
First steps:
  whimbrel                            watch the sample catalogs and open http://127.0.0.1:8787
  whimbrel init                       write a commented whimbrel.toml here
  whimbrel check README.md            see what is understood of a catalog
  whimbrel diff old.md new.md         see what would be told about a change
  whimbrel replay . README.md         see what would have been told over a file's history

Exit codes: 0 done, 1 failed, 2 wrong arguments or configuration.
Every configuration key can be set from the environment: [web] listen is WHIMBREL_WEB__LISTEN.";

/// Tells people what changes in the catalogs they follow.
///
/// Whimbrel watches lists of projects (Markdown, Org, YAML, JSON, CSV; in files, git, GitHub or on the web), judges
/// what changed, keeps it, and publishes a page and feeds.
#[derive(Debug, Parser)]
#[command(name = "whimbrel", version = VERSION, after_help = AFTER_HELP, max_term_width = 100)]
pub(crate) struct Cli {
    /// What to do; without it: run
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// Options of every command.
#[derive(Args, Clone, Debug)]
pub(crate) struct Common {
    /// The configuration; default: ./whimbrel.toml if there is one, else the built-in samples
    #[arg(long, global = true, value_name = "FILE", env = "WHIMBREL_CONFIG", help_heading = "Everywhere")]
    pub(crate) config: Option<PathBuf>,
    /// How much to log: error, warn, info, debug, trace, or a filter such as info,whimbrel_watch=debug
    #[arg(long, global = true, value_name = "FILTER", env = "WHIMBREL_LOG", help_heading = "Everywhere")]
    pub(crate) log: Option<String>,
    /// How log lines look
    #[arg(
        long,
        global = true,
        value_name = "FORMAT",
        env = "WHIMBREL_LOG_FORMAT",
        help_heading = "Everywhere"
    )]
    pub(crate) log_format: Option<Format>,
}

/// For people or for programs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Watch, keep and publish until told to stop (the default)
    #[command(after_help = "\
Examples:
  whimbrel run --config /etc/whimbrel/whimbrel.toml
  WHIMBREL_WEB__LISTEN=0.0.0.0:80 whimbrel run

SIGHUP reads the configuration again; so does a changed file. SIGINT and SIGTERM stop within five seconds.")]
    Run,
    /// Report what is understood of catalogs, and which lines are not
    #[command(after_help = "\
Examples:
  whimbrel check README.md
  whimbrel check --lines docs/ list.org        every line that was not taken, with its reason
  curl -s https://example.org/list.md | whimbrel check --format json -

JSON: one object a file and line, with file, listings, entries, linkless, sections, rankings, layouts, items,
skipped; a file that cannot be read gives file and error. Exit code 1 when one could not be read.")]
    Check(CheckArgs),
    /// Print what changed between two documents
    #[command(after_help = "\
Examples:
  whimbrel diff old.md new.md
  git show HEAD~1:README.md | whimbrel diff - README.md --format json

Every difference is told as if it had stood long enough. `held` says that the program, seeing this step, would
hold it back first; the differences are listed all the same.")]
    Diff(DiffArgs),
    /// Print what would have been told over a file's whole git history
    #[command(after_help = "\
Examples:
  whimbrel replay . README.md
  whimbrel replay ../lists lists/tools.md --since 2026-01-01 --format json
  whimbrel replay . README.md --no-settle        every step at once, as if nobody ever took anything back

The first-parent line is followed, and the file through its renames. Thresholds are those of [watch.rules].
JSON: one event a line, with its commit.")]
    Replay(ReplayArgs),
    /// Look at every catalog once, write page and feeds as files, and end
    #[command(after_help = "\
Examples:
  whimbrel once --out public                     for a cron job, or before publishing to a pages host
  WHIMBREL_WEB__PUBLIC_URL=https://news.example.org whimbrel once --out public

Keep the folder of the store between two runs: what changed is what differs from it. Exit code 1 when no catalog could
be read or the files could not be written.")]
    Once(OnceArgs),
    /// Print what a day, a week or any time came to, folded
    #[command(after_help = "\
Examples:
  whimbrel digest                                the last seven days
  whimbrel digest --catalog awesome-go --period month
  whimbrel digest --period 2026-11-16..2026-11-22 --format html > week.html
  whimbrel digest --filter 'kind:released level:>=minor' --picture week.png

It is what subscribers get: new entries by section, releases that matter first, who rose and fell, what is archived or
gone. What came and went within the time is left out. A running whimbrel is asked; without one the store is opened.
JSON: one object with period, title, counts, projects, catalogs (each with its parts and their events), growth, page.")]
    Digest(DigestArgs),
    /// Ask what is known, as people ask in chats
    #[command(after_help = "\
Examples:
  whimbrel ask key-value store                   words are looked for, a link is shown
  whimbrel ask top awesome-go by growth 10       a question's name comes first, with or without a slash
  whimbrel ask new awesome-go since June --format json
  whimbrel ask compare etcd consul
  whimbrel ask help                              everything that can be asked

A running whimbrel is asked; without one the store is opened and read first. Exit code 1 when what was named is not
known, 2 when the question cannot be understood. JSON: one object with question, title, text, facts, parts (lists of
items with facts), charts, paging, links, hints.")]
    Ask(AskArgs),
    /// Write everything that is known as JSON lines
    #[command(after_help = "\
Examples:
  whimbrel export whimbrel.jsonl.gz
  whimbrel export - | grep '\"kind\":\"added\"'

A running whimbrel is asked; without one the store is opened. Keep exports: they outlive the engine of the store.")]
    Export(ExportArgs),
    /// Replace everything that is known by an export
    #[command(after_help = "\
Example:
  whimbrel import whimbrel.jsonl.gz

The file is read to its end before anything is replaced, and what was known before is moved aside.")]
    Import(ImportArgs),
    /// Make a backup beside the store now
    Backup,
    /// Show where news goes, what waits, and what could not be delivered
    #[command(after_help = "\
Examples:
  whimbrel lanes
  whimbrel lanes --format json
  whimbrel lanes resend 3                        send what was refused once more
  whimbrel lanes discard 3                       forget it

A lane is one place at one rhythm. A running whimbrel is asked; without one the store is opened.")]
    Lanes(LanesArgs),
    /// Look whether everything is there that the program needs, and say what to do where it is not
    #[command(after_help = "\
Examples:
  whimbrel doctor
  whimbrel doctor --format json

Looks at the configuration, the store, room on the disk, every source, the tokens, the rights of the bots in each place,
and the clock; asks nobody the configuration does not name, and changes nothing. Says how to make bots and invite them.
JSON: one object with verdict, findings (area, subject, verdict ok, warn or fail, said, fix), no_network and, where there
is one, discord_invitation. Exit code 1 when something does not work.")]
    Doctor(DoctorArgs),
    /// Write a commented whimbrel.toml to start from
    #[command(after_help = "\
Examples:
  whimbrel init
  whimbrel init /etc/whimbrel

A file that is already there is never overwritten.")]
    Init(InitArgs),
    /// Ask the program that runs here whether it is well; for containers and scripts
    #[command(after_help = "\
Example:
  whimbrel healthy --config /etc/whimbrel/whimbrel.toml

Exit code 0 when every loop makes progress, 1 when one does not or nobody answers.")]
    Healthy,
    /// Print the works of others the program contains, with their licences
    Licenses,
    /// Print what makes a shell complete the arguments
    #[command(after_help = "\
Examples:
  whimbrel completions bash > /etc/bash_completion.d/whimbrel
  whimbrel completions zsh > ~/.zfunc/_whimbrel
  whimbrel completions fish > ~/.config/fish/completions/whimbrel.fish")]
    Completions(CompletionsArgs),
    /// Print the manual as man reads it
    #[command(after_help = "\
Examples:
  whimbrel man | man -l -
  whimbrel man ask | man -l -
  whimbrel man --out /usr/local/share/man/man1   a page for the program and one for each command")]
    Man(ManArgs),
}

/// Arguments of `check`.
#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    /// Documents; a folder means the documents below it, - is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// List every line that looks like an entry and was not taken
    #[arg(long)]
    pub(crate) lines: bool,
    /// For people or for programs
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// Arguments of `diff`.
#[derive(Args, Debug)]
pub(crate) struct DiffArgs {
    /// The document before; - is standard input
    pub(crate) old: PathBuf,
    /// The document after; - is standard input
    pub(crate) new: PathBuf,
    /// For people or for programs
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// Arguments of `replay`.
#[derive(Args, Debug)]
pub(crate) struct ReplayArgs {
    /// The folder of the git repository
    #[arg(value_name = "REPO")]
    pub(crate) repository: PathBuf,
    /// The file, from the root of the repository
    pub(crate) path: String,
    /// The branch; default: the one that is checked out
    #[arg(long)]
    pub(crate) branch: Option<String>,
    /// Print only what was told from this moment on: 2026-11-20, 2026-11-20T10:00:00Z, or 90d for 90 days ago
    #[arg(long, value_name = "MOMENT")]
    pub(crate) since: Option<String>,
    /// Stop at this moment
    #[arg(long, value_name = "MOMENT")]
    pub(crate) until: Option<String>,
    /// Tell every difference at once, without waiting whether it stands
    #[arg(long)]
    pub(crate) no_settle: bool,
    /// For people or for programs
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// Arguments of `once`.
#[derive(Args, Debug)]
pub(crate) struct OnceArgs {
    /// The folder the files go to; files that do not differ are left alone
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}

/// Arguments of `digest`.
#[derive(Args, Debug)]
pub(crate) struct DigestArgs {
    /// Only news of this catalog, by its id; can be given several times
    #[arg(long = "catalog", value_name = "ID")]
    pub(crate) catalogs: Vec<String>,
    /// day, week or month up to now, or FROM..TO such as 2026-11-16..2026-11-22, in UTC; a last day counts whole
    #[arg(long, value_name = "PERIOD", default_value = "week", value_parser = crate::digest::period)]
    pub(crate) period: (DateTime<Utc>, DateTime<Utc>),
    /// Only news that meets this filter, as people type it in chats: kind:released level:>=minor -nightly
    #[arg(long)]
    pub(crate) filter: Option<String>,
    /// For people or for programs
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Form,
    /// Also draw ranks and stars into this PNG
    #[arg(long, value_name = "FILE")]
    pub(crate) picture: Option<PathBuf>,
}

/// Arguments of `ask`.
#[derive(Args, Debug)]
pub(crate) struct AskArgs {
    /// What to ask, as it is typed in chats; quotes of the shell may be left out
    #[arg(required = true, value_name = "QUESTION", trailing_var_arg = false)]
    pub(crate) question: Vec<String>,
    /// The page of a longer answer
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) page: u32,
    /// Lines on a page
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) size: u32,
    /// Where days begin and end, such as Europe/Berlin
    #[arg(long, default_value = "UTC")]
    pub(crate) zone: whimbrel_news::Zone,
    /// For people or for programs
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// Arguments of `completions`.
#[derive(Args, Debug)]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

/// Arguments of `man`.
#[derive(Args, Debug)]
pub(crate) struct ManArgs {
    /// The command the page is about; without it: the program
    pub(crate) command: Option<String>,
    /// Write all pages into this folder instead
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    pub(crate) out: Option<PathBuf>,
}

/// Arguments of `export`.
#[derive(Args, Debug)]
pub(crate) struct ExportArgs {
    /// The file, packed when its name ends in .gz; - is standard output
    #[arg(default_value = "-")]
    pub(crate) file: PathBuf,
}

/// Arguments of `lanes`.
#[derive(Args, Debug)]
pub(crate) struct LanesArgs {
    /// What to do; without it: show
    #[command(subcommand)]
    pub(crate) what: Option<LanesDo>,
    /// For people or for programs
    #[arg(long, default_value = "text")]
    pub(crate) format: Format,
}

/// What can be done about dead letters.
#[derive(Clone, Copy, Debug, Subcommand)]
pub(crate) enum LanesDo {
    /// Send what could not be delivered once more
    Resend {
        /// Its number
        number: u64,
    },
    /// Forget what could not be delivered
    Discard {
        /// Its number
        number: u64,
    },
}

/// Arguments of `import`.
#[derive(Args, Debug)]
pub(crate) struct ImportArgs {
    /// What `whimbrel export` or a backup wrote
    pub(crate) file: PathBuf,
}

/// Arguments of `doctor`.
#[derive(Args, Debug)]
pub(crate) struct DoctorArgs {
    /// For people or for programs
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// Arguments of `init`.
#[derive(Args, Debug)]
pub(crate) struct InitArgs {
    /// The folder the file goes to; it is made if it is missing
    #[arg(value_name = "DIR", default_value = ".")]
    pub(crate) folder: PathBuf,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }
}
