//! `whimbrel completions` and `whimbrel man`: made from the description of the arguments itself, so that they are never
//! out of date.

use std::fs;
use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Command, CommandFactory};
use clap_mangen::Man;

use crate::cli::{Cli, CompletionsArgs, ManArgs};

/// Prints what makes a shell complete the arguments.
pub(crate) fn completions(args: &CompletionsArgs) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "whimbrel", &mut script);
    io::stdout().lock().write_all(&script)?;
    Ok(ExitCode::SUCCESS)
}

/// Prints a page of the manual, or writes all of them.
pub(crate) fn man(args: &ManArgs) -> anyhow::Result<ExitCode> {
    let whole = whole();
    if let Some(folder) = &args.out {
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
        for command in
            std::iter::once(&whole).chain(whole.get_subcommands().filter(|command| !command.is_hide_set()))
        {
            let file = folder.join(format!("{}.1", title(command)));
            fs::write(&file, page(command)?).with_context(|| format!("writing {}", file.display()))?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let command = match &args.command {
        None => &whole,
        Some(name) => match whole.find_subcommand(name) {
            Some(command) => command,
            None => bail!("there is no command `{name}`"),
        },
    };
    io::stdout().lock().write_all(&page(command)?)?;
    Ok(ExitCode::SUCCESS)
}

/// The description with everything that is filled in only when it is used.
fn whole() -> Command {
    let mut command = Cli::command();
    command.build();
    command
}

fn title(command: &Command) -> String {
    command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned()
}

fn page(command: &Command) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    let title = title(command);
    Man::new(command.clone()).title(&title).render(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_page() {
        let whole = whole();
        for command in whole.get_subcommands() {
            let text = String::from_utf8(page(command).unwrap()).unwrap();
            assert!(text.contains(".SH NAME") && text.contains(&title(command)), "{text}");
        }
        let text = String::from_utf8(page(&whole).unwrap()).unwrap();
        assert!(text.contains("whimbrel") && text.contains("ask"), "{text}");
    }
}
