//! All commands and their options in one table, for the menus of services and for help.

use whimbrel_lookup::{Form, Opt, OptKind, Question};

use crate::command::Command;

/// A command, as menus and help show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommandHelp {
    /// Its name, 1 to 32 of `a-z`.
    pub name: &'static str,
    /// What it does, 3 to 100 characters.
    pub description: &'static str,
    /// How it is typed.
    pub example: &'static str,
    /// It changes something, so that not everybody in a group may use it.
    pub changes: bool,
    /// What it can be told, where a service asks for that part by part.
    pub options: &'static [OptionHelp],
}

/// A part of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OptionHelp {
    /// Its name, 1 to 32 of `a-z`.
    pub name: &'static str,
    /// What it is for, 3 to 100 characters.
    pub description: &'static str,
    /// What can stand there.
    pub kind: OptionKind,
}

/// What can stand in an option; none has to be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionKind {
    /// Any text.
    Text,
    /// A whole number from 1.
    Number,
    /// Text that is completed while it is typed; other text is taken as well.
    Completed(Field),
}

/// What can be completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// A catalog, by id or title.
    Catalog,
    /// A section of any catalog.
    Section,
    /// A listed project.
    Project,
    /// Several of them, with commas between.
    Projects,
    /// A catalog or a project.
    Any,
    /// A kind of news.
    Kind,
    /// A time zone.
    Zone,
    /// A rhythm.
    Cadence,
    /// A time.
    Period,
}

impl Field {
    /// What an option of a question takes; `None` where nothing can be proposed.
    pub fn of(option: &Opt) -> Option<Self> {
        match (option.kind, option.name) {
            (OptKind::Catalog, _) => Some(Self::Catalog),
            (OptKind::Section, _) => Some(Self::Section),
            (OptKind::Project, "of") => Some(Self::Any),
            (OptKind::Project, _) => Some(Self::Project),
            (OptKind::Text, "projects") => Some(Self::Projects),
            (OptKind::Period, _) => Some(Self::Period),
            // There are so few measures that all of them are shown.
            (OptKind::Text | OptKind::Count | OptKind::Measure, _) => None,
        }
    }
}

const fn text(name: &'static str, description: &'static str) -> OptionHelp {
    OptionHelp { name, description, kind: OptionKind::Text }
}

const fn completed(name: &'static str, description: &'static str, field: Field) -> OptionHelp {
    OptionHelp { name, description, kind: OptionKind::Completed(field) }
}

const NUMBER: OptionHelp = OptionHelp {
    name: "number",
    description: "The number of a subscription; without it, all of them here",
    kind: OptionKind::Number,
};

const RHYTHM: OptionHelp =
    completed("rhythm", "When, such as instant, daily 09:00 or weekly mon 09:00", Field::Cadence);

const ZONE: OptionHelp = completed("zone", "Your time zone, such as Europe/Berlin", Field::Zone);

const CATALOGUE: [CommandHelp; 12] = [
    CommandHelp {
        name: "start",
        description: "What Whimbrel does, and the way to a first subscription",
        example: "/start",
        changes: false,
        options: &[],
    },
    CommandHelp {
        name: "subscribe",
        description: "Get news here: choose by buttons, or say what and when",
        example: "/subscribe awesome-go kind:released weekly mon 09:00",
        changes: true,
        options: &[
            completed("catalog", "The catalog, or everything", Field::Catalog),
            completed("section", "Only this section", Field::Section),
            completed("project", "Only this project, such as etcd-io/etcd", Field::Project),
            completed("kind", "Only this kind of news; several with commas", Field::Kind),
            text("filter", "Further conditions, such as level:>=minor -beta /v[0-9]+/"),
            RHYTHM,
            ZONE,
            text("since", "A first digest reaches back so far, such as 7d"),
        ],
    },
    CommandHelp {
        name: "unsubscribe",
        description: "End a subscription",
        example: "/unsubscribe 2",
        changes: true,
        options: &[NUMBER],
    },
    CommandHelp {
        name: "subscriptions",
        description: "What is subscribed to here",
        example: "/subscriptions",
        changes: false,
        options: &[],
    },
    CommandHelp {
        name: "pause",
        description: "Silence for a while; the news is kept",
        example: "/pause",
        changes: true,
        options: &[],
    },
    CommandHelp {
        name: "resume",
        description: "End the silence; what was kept comes as one digest",
        example: "/resume",
        changes: true,
        options: &[],
    },
    CommandHelp {
        name: "digest",
        description: "See what the next digest would say if it came now; of several, choose one",
        example: "/digest now",
        changes: false,
        options: &[],
    },
    CommandHelp {
        name: "settings",
        description: "Rhythm, time zone and quiet hours",
        example: "/settings zone Europe/Berlin",
        changes: true,
        options: &[
            ZONE,
            text("quiet", "Hours without messages, such as 22:00-07:00, or off"),
            RHYTHM,
            NUMBER,
        ],
    },
    CommandHelp {
        name: "why",
        description: "Why something was told here, or not",
        example: "/why etcd-io/etcd",
        changes: false,
        options: &[completed("about", "A project, a catalog, or the number of an event", Field::Project)],
    },
    CommandHelp {
        name: "status",
        description: "How up to date everything is",
        example: "/status",
        changes: false,
        options: &[],
    },
    CommandHelp {
        name: "forget",
        description: "Erase all that is known about this chat",
        example: "/forget",
        changes: true,
        options: &[],
    },
    CommandHelp {
        name: "help",
        description: "What can be asked",
        example: "/help subscribe",
        changes: false,
        options: &[text("about", "A command")],
    },
];

impl Command {
    /// Every command, in the order people read them.
    pub fn catalogue() -> &'static [CommandHelp] {
        &CATALOGUE
    }

    /// Every question that is asked by its own name: all but those that are commands as well.
    pub fn questions() -> impl Iterator<Item = &'static Form> {
        Question::forms().iter().filter(|form| CATALOGUE.iter().all(|help| help.name != form.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_menus_of_services_take_all_of_it() {
        let is_name =
            |name: &str| (1..=32).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_lowercase());
        let is_described = |text: &str| (3..=100).contains(&text.chars().count());
        for help in Command::catalogue() {
            assert!(is_name(help.name) && is_described(help.description), "{help:?}");
            assert!(help.options.len() <= 25);
            for option in help.options {
                assert!(is_name(option.name) && is_described(option.description), "{option:?}");
            }
        }
        for form in Command::questions() {
            assert!(is_name(form.name) && is_described(form.description), "{form:?}");
            for option in form.options {
                assert!(is_name(option.name) && is_described(option.description), "{option:?}");
            }
            assert!(form.options.is_sorted_by_key(|option| !option.required), "what is required comes first");
        }
    }

    #[test]
    fn every_example_is_a_command() {
        for help in Command::catalogue() {
            let command = Command::parse(help.example).unwrap();
            assert_eq!(command.name(), help.name);
            assert_eq!(command.changes(), help.changes, "{}", help.example);
        }
    }
}
