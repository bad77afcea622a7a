//! Every question with its options: what help shows, and what services that ask option by option are told.

use chrono::{DateTime, Utc};
use whimbrel_news::Zone;

use super::typed::{self, Clock};
use super::words::{clean, words};
use super::{By, Misread, Question, Top, Within};
use crate::when::When;

/// A question as it can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    /// Its name.
    pub name: &'static str,
    /// What it is for, one short sentence without its full stop.
    pub description: &'static str,
    /// How it is typed.
    pub example: &'static str,
    /// What can be said with it.
    pub options: &'static [Opt],
}

/// An option of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opt {
    /// Its name.
    pub name: &'static str,
    /// What it says.
    pub description: &'static str,
    /// What it takes.
    pub kind: OptKind,
    /// The question makes no sense without it.
    pub required: bool,
}

/// What an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptKind {
    /// Any text.
    Text,
    /// A catalog's name.
    Catalog,
    /// A section's name.
    Section,
    /// A project's name.
    Project,
    /// A measure: [`By::ALL`].
    Measure,
    /// A number, 1 to [`Question::MOST_RANKS`].
    Count,
    /// A time.
    Period,
}

const CATALOG: Opt = opt("catalog", "Of this catalog only", OptKind::Catalog);
const SECTION: Opt = opt("section", "Of this section and what lies below it", OptKind::Section);
const PERIOD: Opt = opt("period", "A time such as 7d, last week, since June, 2026-11", OptKind::Period);
const PROJECT: Opt = must("project", "A name, owner/repo, or a link", OptKind::Project);

const fn opt(name: &'static str, description: &'static str, kind: OptKind) -> Opt {
    Opt { name, description, kind, required: false }
}

const fn must(name: &'static str, description: &'static str, kind: OptKind) -> Opt {
    Opt { name, description, kind, required: true }
}

/// All of them, in the order people read them.
pub(super) const FORMS: [Form; 13] = [
    Form {
        name: "find",
        description: "Look for words in names and descriptions",
        example: "/find key-value store",
        options: &[must("words", "What to look for", OptKind::Text), CATALOG, SECTION],
    },
    Form {
        name: "show",
        description: "All about one project",
        example: "/show etcd-io/etcd",
        options: &[PROJECT],
    },
    Form {
        name: "top",
        description: "The best by stars, forks, growth or activity",
        example: "/top awesome-go by growth 10",
        options: &[
            CATALOG,
            SECTION,
            opt("by", "The measure", OptKind::Measure),
            opt("count", "How many", OptKind::Count),
            PERIOD,
        ],
    },
    Form {
        name: "new",
        description: "New entries",
        example: "/new awesome-go last week",
        options: &[CATALOG, SECTION, PERIOD],
    },
    Form {
        name: "releases",
        description: "Releases of a catalog's projects, or of one project",
        example: "/releases etcd-io/etcd since June",
        options: &[opt("of", "A catalog or a project", OptKind::Project), SECTION, PERIOD],
    },
    Form {
        name: "movers",
        description: "Who rose and fell, and who gained stars",
        example: "/movers awesome-go 30d",
        options: &[CATALOG, SECTION, PERIOD],
    },
    Form {
        name: "compare",
        description: "Projects side by side",
        example: "/compare etcd consul zookeeper",
        options: &[must("projects", "Two to five names, with commas between them", OptKind::Text)],
    },
    Form {
        name: "history",
        description: "What happened to a project",
        example: "/history etcd",
        options: &[PROJECT],
    },
    Form { name: "catalogs", description: "What is followed", example: "/catalogs", options: &[] },
    Form {
        name: "random",
        description: "Any one project",
        example: "/random awesome-go",
        options: &[CATALOG, SECTION],
    },
    Form {
        name: "why",
        description: "Why something was told, or not",
        example: "/why etcd",
        options: &[opt("about", "A project, or the number of an event", OptKind::Project)],
    },
    Form {
        name: "feed",
        description: "The feed that goes on answering a question",
        example: "/feed new awesome-go",
        options: &[opt("question", "A question as it is typed", OptKind::Text)],
    },
    Form {
        name: "suggest",
        description: "Ask for a catalog to be followed",
        example: "/suggest https://github.com/avelino/awesome-go",
        options: &[must("source", "Where it is", OptKind::Text)],
    },
];

/// Other words for questions.
const ALIASES: [(&str, &str); 7] = [
    ("search", "find"),
    ("info", "show"),
    ("project", "show"),
    ("latest", "new"),
    ("trending", "movers"),
    ("lists", "catalogs"),
    ("diff", "compare"),
];

/// The question of a name or of another word for it.
pub(super) fn known(name: &str) -> Option<&'static str> {
    let name = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, name)| name);
    FORMS.iter().map(|form| form.name).find(|known| *known == name)
}

/// The form of a question that is known.
pub(super) fn form(name: &str) -> &'static Form {
    FORMS.iter().find(|form| form.name == name).unwrap_or(&FORMS[0])
}

/// The question that was probably meant.
pub(super) fn nearest(word: &str) -> Option<&'static str> {
    let typos = |form: &Form| strsim::damerau_levenshtein(word, form.name);
    let best = FORMS.iter().min_by_key(|form| typos(form))?;
    (typos(best) * 3 <= best.name.len()).then_some(best.name)
}

/// The end of the sentence that says that a question is not known.
pub(super) fn hint(nearest: Option<&str>) -> String {
    if let Some(name) = nearest {
        return format!(": did you mean `/{name}`?");
    }
    let names: Vec<_> = FORMS.iter().map(|form| format!("/{}", form.name)).collect();
    format!("; there are {}.", names.join(", "))
}

pub(super) fn called(
    name: &str,
    options: &[(&str, &str)],
    now: DateTime<Utc>,
    zone: Zone,
) -> Result<Question, Misread> {
    let form = FORMS
        .iter()
        .find(|form| form.name == name)
        .ok_or_else(|| Misread::Unknown(clean(name), nearest(name)))?;
    let unknown = |(option, _): &&(&str, &str)| form.options.iter().all(|known| known.name != *option);
    if let Some((option, _)) = options.iter().find(unknown) {
        return Err(Misread::Option(form.name, clean(option)));
    }
    if options.iter().map(|(_, value)| value.chars().count()).sum::<usize>() > Question::LONGEST {
        return Err(Misread::TooLong(Question::LONGEST));
    }
    let get = |wanted: &str| {
        let found = options.iter().rev().find(|(option, _)| *option == wanted);
        found.map(|(_, value)| clean(value)).filter(|value| !value.is_empty())
    };
    let must = |wanted: &str| get(wanted).ok_or(Misread::Needs(form.name));
    let when = || get("period").map(|text| When::parse(&text, now, zone)).transpose();
    let within = |catalog: &str| Within { catalog: get(catalog), section: get("section") };
    Ok(match form.name {
        "find" => Question::Find { words: must("words")?, within: within("catalog") },
        "show" => Question::Show { project: must("project")? },
        "history" => Question::History { project: must("project")? },
        "suggest" => Question::Suggest { source: must("source")? },
        "why" => Question::Why { about: get("about").unwrap_or_default() },
        "compare" => {
            let typed = options.iter().rev().find(|(option, _)| *option == "projects");
            typed::compare(&words(typed.map_or("", |(_, value)| value)))?
        }
        "catalogs" => Question::Catalogs,
        "top" => Question::Top(Top {
            within: within("catalog"),
            by: get("by").map_or(Ok(By::default()), |by| By::named(&by).ok_or(Misread::By(by)))?,
            count: get("count").map(|text| typed::count(&text)).transpose()?,
            when: when()?,
        }),
        "new" => Question::New { within: within("catalog"), when: when()? },
        "releases" => Question::Releases { within: within("of"), when: when()? },
        "movers" => Question::Movers { within: within("catalog"), when: when()? },
        "random" => Question::Random { within: within("catalog") },
        _ => {
            let typed = options.iter().rev().find(|(option, _)| *option == "question");
            typed::command("feed", typed.map_or("", |(_, value)| value), Clock { now, zone })?
        }
    })
}
