//! The stand-in as a program: somebody at the terminal is a person who talks to the bot.

use std::io::BufRead;

use super::{Person, Telegram};

/// Runs until the lines end or Ctrl-C: each is said to the bot, `> LABEL` presses a button, and what the bot writes is
/// printed.
pub async fn run(telegram: &Telegram, name: &str) {
    let person = telegram.person(name);
    let (lines, mut typed) = tokio::sync::mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if lines.send(line).is_err() {
                return;
            }
        }
    });
    let mut looks = tokio::time::interval(std::time::Duration::from_millis(100));
    let (mut shown, mut listening) = (Vec::new(), true);
    loop {
        tokio::select! {
            line = typed.recv(), if listening => match line {
                Some(line) => act(telegram, &person, &line),
                None => listening = false,
            },
            _ = looks.tick() => show(&person, &mut shown),
            _ = tokio::signal::ctrl_c() => return,
        }
    }
}

/// Does what was typed.
fn act(telegram: &Telegram, person: &Person, line: &str) {
    let Some(label) = line.strip_prefix('>').map(str::trim) else {
        if !line.trim().is_empty() {
            person.says(line);
        }
        return;
    };
    let seen = person.sees();
    let known = seen.iter().flat_map(|seen| seen.labels().concat()).any(|known| known == label);
    if known {
        person.presses(label);
    } else {
        println!("nothing in {}'s chat says `{label}`", telegram.username());
    }
}

/// Prints what is new or was changed.
fn show(person: &Person, shown: &mut Vec<(i32, String)>) {
    for seen in person.sees().into_iter().filter(|seen| seen.by_bot) {
        let text = seen.to_string();
        match shown.iter_mut().find(|(id, _)| *id == seen.id) {
            Some((_, known)) if *known == text => continue,
            Some((_, known)) => known.clone_from(&text),
            None => shown.push((seen.id, text.clone())),
        }
        println!(
            "--- {} {}\n{text}",
            seen.at.format("%H:%M:%S"),
            if seen.edited.is_some() { "edited" } else { "" }
        );
    }
}
