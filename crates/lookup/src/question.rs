//! What can be asked: a closed set, read from typed text or from named options, printed as text that reads back.

mod deep;
mod forms;
mod print;
mod typed;
mod words;

use chrono::{DateTime, Utc};
use whimbrel_news::Zone;

use crate::when::{NoTime, When};

pub use self::forms::{Form, Opt, OptKind};

/// Something people ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// What has these words.
    Find {
        /// The words.
        words: String,
        /// Where.
        within: Within,
    },
    /// All about one thing.
    Show {
        /// Its name, `owner/repo`, or a link.
        project: String,
    },
    /// The best by a measure.
    Top(Top),
    /// New entries.
    New {
        /// Where.
        within: Within,
        /// When they came.
        when: Option<When>,
    },
    /// Releases.
    Releases {
        /// Of whose entries; a project may stand in place of the catalog.
        within: Within,
        /// When they were told.
        when: Option<When>,
    },
    /// Who rose and fell.
    Movers {
        /// Where.
        within: Within,
        /// When.
        when: Option<When>,
    },
    /// Things side by side.
    Compare {
        /// Their names, two to [`Question::MOST_COMPARED`].
        projects: Vec<String>,
    },
    /// What happened to one thing.
    History {
        /// Its name, `owner/repo`, or a link.
        project: String,
    },
    /// What is followed.
    Catalogs,
    /// Any one thing.
    Random {
        /// Where.
        within: Within,
    },
    /// Why something was told.
    Why {
        /// An event's number, or the name of what it is about; empty for the newest event.
        about: String,
    },
    /// The feed that goes on answering a question.
    Feed {
        /// The question.
        of: Box<Question>,
    },
    /// A catalog that somebody would like to be followed.
    Suggest {
        /// Its address.
        source: String,
    },
}

/// The best of a part by a measure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Top {
    /// Of what.
    pub within: Within,
    /// The measure.
    pub by: By,
    /// How many, 1 to [`Question::MOST_RANKS`]; usually ten.
    pub count: Option<u32>,
    /// What growth is counted over; usually a week.
    pub when: Option<When>,
}

/// A part of what is known, by the names people gave it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Within {
    /// A catalog.
    pub catalog: Option<String>,
    /// A section.
    pub section: Option<String>,
}

/// A measure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum By {
    /// Stars now.
    #[default]
    Stars,
    /// Forks now.
    Forks,
    /// Stars gained.
    Growth,
    /// The last push.
    Activity,
}

/// Why a text is no question.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misread {
    /// Nothing was asked.
    #[error("Nothing is asked: try `{}`.", forms::form("find").example)]
    Empty,
    /// Too long to be read.
    #[error("That is too long: a question has at most {0} characters.")]
    TooLong(usize),
    /// No such question.
    #[error("There is no `/{0}`{hint}", hint = forms::hint(.1.as_deref()))]
    Unknown(String, Option<&'static str>),
    /// It needs a name.
    #[error("`/{0}` needs to know what: try `{example}`.", example = forms::form(.0).example)]
    Needs(&'static str),
    /// It takes no more words.
    #[error("`/{0}` takes no `{1}`.")]
    TooMuch(&'static str, String),
    /// No such option.
    #[error("`/{0}` has no option `{1}`.")]
    Option(&'static str, String),
    /// No such measure.
    #[error("`{0}` is no measure: things are ranked by stars, forks, growth or activity.")]
    By(String),
    /// No such count.
    #[error("`{0}` is no count: it can be 1 to {most}.", most = Question::MOST_RANKS)]
    Count(String),
    /// Too many things to be compared.
    #[error("At most {most} things can be compared at once.", most = Question::MOST_COMPARED)]
    TooMany,
    /// No time.
    #[error("{0}.")]
    When(#[from] NoTime),
}

impl Question {
    /// Longer texts are refused unread.
    pub const LONGEST: usize = 1_000;

    /// As many ranks as are asked for at most.
    pub const MOST_RANKS: u32 = 100;

    /// As many things as are compared at most.
    pub const MOST_COMPARED: usize = 5;

    /// What the things that are compared are called in the address of the page that does so.
    pub const COMPARED: [&'static str; Self::MOST_COMPARED] = ["a", "b", "c", "d", "e"];

    /// Reads typed text: a command with or without a bot's name after it, a pasted link, or words to find. Names of
    /// months and weekdays are those that began last before `now`, for people of this time zone.
    pub fn parse(text: &str, now: DateTime<Utc>, zone: Zone) -> Result<Self, Misread> {
        typed::question(text, now, zone)
    }

    /// The question of this name with these options, as [`Question::forms`] has them; empty ones count as not given.
    pub fn called(
        name: &str,
        options: &[(&str, &str)],
        now: DateTime<Utc>,
        zone: Zone,
    ) -> Result<Self, Misread> {
        forms::called(name, options, now, zone)
    }

    /// Every question there is, for help and for services that want to know options beforehand.
    pub fn forms() -> &'static [Form] {
        &forms::FORMS
    }

    /// Whether a text begins with the name of a question, such as `/top`.
    pub fn is_named(text: &str) -> bool {
        Self::named(text).is_some()
    }

    /// The name of the question a text begins with, also where it is called by another one.
    pub fn named(text: &str) -> Option<&'static str> {
        forms::known(&typed::name(text)?)
    }

    /// What stands behind `?start=` in a link that opens a chat with a bot and asks this there; nothing where it is too
    /// long for that.
    pub fn deep_link(&self) -> Option<String> {
        deep::link(self)
    }

    /// The question of such a link; `None` where it is none of these.
    pub fn from_deep_link(link: &str, now: DateTime<Utc>, zone: Zone) -> Option<Result<Self, Misread>> {
        deep::question(link, now, zone)
    }

    /// The page of the site that answers it, beginning with a slash.
    pub fn page(&self) -> String {
        crate::answer::view::page_of(self)
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Find { .. } => "find",
            Self::Show { .. } => "show",
            Self::Top(_) => "top",
            Self::New { .. } => "new",
            Self::Releases { .. } => "releases",
            Self::Movers { .. } => "movers",
            Self::Compare { .. } => "compare",
            Self::History { .. } => "history",
            Self::Catalogs => "catalogs",
            Self::Random { .. } => "random",
            Self::Why { .. } => "why",
            Self::Feed { .. } => "feed",
            Self::Suggest { .. } => "suggest",
        }
    }
}

impl Within {
    /// Everything.
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// A catalog.
    pub fn catalog(name: impl Into<String>) -> Self {
        Self { catalog: Some(name.into()), section: None }
    }
}

impl By {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Stars, Self::Forks, Self::Growth, Self::Activity];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stars => "stars",
            Self::Forks => "forks",
            Self::Growth => "growth",
            Self::Activity => "activity",
        }
    }

    /// Reads a name, or a word people use for it.
    pub fn named(word: &str) -> Option<Self> {
        Some(match word.to_lowercase().as_str() {
            "stars" | "star" | "popularity" => Self::Stars,
            "forks" | "fork" => Self::Forks,
            "growth" | "growing" | "trending" => Self::Growth,
            "activity" | "active" | "pushed" => Self::Activity,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests;
