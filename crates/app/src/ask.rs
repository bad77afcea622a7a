//! `whimbrel ask`: what the chats answer, at the terminal. A running program is asked first; only when nobody runs the
//! store is opened and read here.

#[cfg(feature = "charts")]
pub(crate) mod picture;
mod show;
mod table;

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::process::ExitCode;

use anyhow::Context;
use chrono::{DateTime, Utc};
use whimbrel_lookup::{Answer, Asking, Index, Lookup, Question};
use whimbrel_news::Zone;

use self::show::Showing;
use crate::cli::{AskArgs, Common, FAILED, Format, MISUSED};
use crate::config::{self, Environment, Loaded};
use crate::control::{Asked, Request, client};
use crate::keep;
use crate::screen::Paint;

/// Where output goes that is read by no terminal.
const WIDTH: usize = 100;

/// Answers.
pub(crate) fn ask(args: &AskArgs, common: &Common) -> anyhow::Result<ExitCode> {
    let text = typed(&args.question);
    if matches!(text.trim(), "help" | "/help" | "?") {
        io::stdout().lock().write_all(help().as_bytes())?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Err(misread) = Question::parse(&text, now(), args.zone) {
        eprintln!("whimbrel: {misread}");
        return Ok(ExitCode::from(MISUSED));
    }
    let loaded = config::load(common.config.as_deref(), &Environment::of_process())?;
    let asked = Asked { text, page: args.page, size: args.size, zone: args.zone.name().to_owned() };
    let answer = from_whoever_knows(&loaded, &asked)?;
    let shown = match args.format {
        Format::Json => format!("{}\n", serde_json::to_string(&answer)?),
        Format::Text => {
            let site = loaded.config.web.public_url.as_ref().map(|url| url.trim_end_matches('/').to_owned());
            Showing { answer: &answer, width: width(), paint: Paint::stdout(), site: site.as_deref() }.text()
        }
    };
    io::stdout().lock().write_all(shown.as_bytes())?;
    Ok(if answer.missing { ExitCode::from(FAILED) } else { ExitCode::SUCCESS })
}

fn from_whoever_knows(loaded: &Loaded, asked: &Asked) -> anyhow::Result<Answer> {
    if let Some(running) = client::running(&loaded.store_folder()) {
        let mut bytes = Vec::new();
        running.ask(&Request::Ask(asked.clone()), &mut bytes, &|_, _| {})?;
        return serde_json::from_slice(&bytes).context("reading the answer of the running whimbrel");
    }
    let store = keep::open_existing(loaded)?;
    let index = Index::new();
    index.rebuild(&store)?;
    answer(&Lookup::new(store, index), asked)
}

/// The answer to a question that was typed.
pub(crate) fn answer(lookup: &Lookup, asked: &Asked) -> anyhow::Result<Answer> {
    let now = now();
    let zone = asked.zone.parse().unwrap_or(Zone::UTC);
    let question = Question::parse(&asked.text, now, zone)?;
    let asking = Asking { question: &question, page: asked.page, size: asked.size as usize, now, zone };
    Ok(lookup.answer(&asking)?)
}

/// The question as in a chat. A shell hands over word by word, so where the first one is the name of a question, its
/// slash may be left out: `ask top awesome-go`; `ask "top awesome-go"` looks for these words.
fn typed(words: &[String]) -> String {
    let text = words.join(" ");
    let is_name =
        |first: &String| !first.contains(char::is_whitespace) && Question::is_named(&format!("/{first}"));
    if words.first().is_some_and(is_name) { format!("/{text}") } else { text }
}

fn help() -> String {
    let forms = Question::forms();
    let widest = forms.iter().map(|form| form.example.len()).max().unwrap_or_default();
    let mut text = "What can be asked:\n".to_owned();
    for form in forms {
        let _ = writeln!(text, "  {:widest$}  {}", form.example, form.description);
    }
    text.push_str("Words without a slash are looked for; a link is shown.\n");
    text
}

/// As many columns as the terminal has.
fn width() -> usize {
    let told = || std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok().map(|size| usize::from(size.ws_col));
    size.filter(|width| *width > 0).or_else(told).unwrap_or(WIDTH).max(20)
}

/// A command is an edge: it reads the clock.
fn now() -> DateTime<Utc> {
    Utc::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slash_may_be_left_out_before_a_name() {
        for (words, text) in [
            (vec!["top", "awesome-go"], "/top awesome-go"),
            (vec!["/top", "awesome-go"], "/top awesome-go"),
            (vec!["top awesome-go"], "top awesome-go"),
            (vec!["key-value", "store"], "key-value store"),
        ] {
            let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
            assert_eq!(typed(&words), text);
        }
    }
}
