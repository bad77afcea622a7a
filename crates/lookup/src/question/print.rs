//! A question as text that reads back as the same.

use std::fmt;

use super::forms;
use super::typed::is_between;
use super::{By, Question, Top, Within};
use crate::when::When;

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}", self.name())?;
        match self {
            Self::Find { words, within } => {
                for word in words.split(' ') {
                    let condition = word.split(':').next().is_some_and(is_condition) && word.contains(':');
                    if condition { write!(f, " \"{word}\"")? } else { write!(f, " {word}")? }
                }
                conditions(within, f)
            }
            Self::Show { project } | Self::History { project } => write!(f, " {project}"),
            Self::Suggest { source } => write!(f, " {source}"),
            Self::Why { about } if about.is_empty() => Ok(()),
            Self::Why { about } => write!(f, " {about}"),
            Self::Top(Top { within, by, count, when }) => {
                write!(f, "{within}")?;
                if *by != By::default() {
                    write!(f, " by {}", by.as_str())?;
                }
                if let Some(count) = count {
                    write!(f, " {count}")?;
                }
                time(*when, f)
            }
            Self::New { within, when } | Self::Releases { within, when } | Self::Movers { within, when } => {
                write!(f, "{within}")?;
                time(*when, f)
            }
            Self::Compare { projects } => projects.iter().try_for_each(|name| write!(f, " {}", Name(name))),
            Self::Catalogs => Ok(()),
            Self::Random { within } => write!(f, "{within}"),
            Self::Feed { of } => write!(f, " {of}"),
        }
    }
}

impl fmt::Display for Within {
    /// With a blank before each part.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.catalog, &self.section) {
            (Some(catalog), Some(section)) => write!(f, " {} {}", Name(catalog), Name(section)),
            (Some(catalog), None) => write!(f, " {}", Name(catalog)),
            (None, Some(section)) => write!(f, " section:\"{section}\""),
            (None, None) => Ok(()),
        }
    }
}

fn conditions(within: &Within, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if let Some(catalog) = &within.catalog {
        write!(f, " catalog:\"{catalog}\"")?;
    }
    if let Some(section) = &within.section {
        write!(f, " section:\"{section}\"")?;
    }
    Ok(())
}

fn time(when: Option<When>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    when.map_or(Ok(()), |when| write!(f, " {when}"))
}

fn is_condition(word: &str) -> bool {
    word.eq_ignore_ascii_case("catalog") || word.eq_ignore_ascii_case("section")
}

/// A name, in quotes where it could be taken for something else.
struct Name<'a>(&'a str);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(name) = self;
        let word = name.to_lowercase();
        let is_bare = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._/+-".contains(&byte))
            && !When::uses(&word)
            && !is_between(&word)
            && By::named(&word).is_none()
            && word != "by"
            && forms::known(&word).is_none();
        if is_bare { f.write_str(name) } else { write!(f, "\"{name}\"") }
    }
}
