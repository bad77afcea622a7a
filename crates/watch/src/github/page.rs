//! Older releases of one project, page by page, when more are new than one look shows.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::json;
use whimbrel_project::{Project, SeenRelease};

use super::answer::{Part, Place};
use super::calls::NoAnswer;
use super::repository::{List, Release};
use super::{Github, Keep, query};

/// A page of releases.
#[derive(Clone, Debug, PartialEq)]
pub enum Page {
    /// It was read.
    Read {
        /// By the date of their commits, the newest first. Notes are among it
        /// only without a token; else see [`Github::bring_older_notes`].
        releases: Vec<SeenRelease>,
        /// How many there are in all, where that is known.
        total: Option<u32>,
        /// Where the next page begins; `None` when this was the last.
        next: Option<String>,
    },
    /// Not now: come back at this moment.
    Later(DateTime<Utc>),
    /// It could not be read; why.
    Failed(String),
    /// Without a token there are no questions left for it: what is known has to do.
    Unasked,
}

#[derive(Deserialize)]
struct Node {
    #[serde(default)]
    releases: Option<List<Release>>,
}

impl Github {
    /// A hundred releases from this place on; `None` is the newest.
    pub async fn releases_page(&self, project: &Project, after: Option<&str>, now: DateTime<Utc>) -> Page {
        if let Some(again) = self.away_until(now) {
            return Page::Later(again);
        }
        let clock = self.clock(now);
        let node = match &project.node {
            Some(node) if !self.is_anonymous() => node,
            _ => return self.releases_page_without_token(project, after, clock).await,
        };
        let variables = json!({ "id": node, "after": after });
        let envelope = match self.query(&query::releases_page(), &variables, 1, Keep::Nothing, clock).await {
            Ok(envelope) => envelope,
            Err(NoAnswer::Wait(wait)) => return Page::Later(wait.until),
            Err(NoAnswer::Away(why)) => return Page::Later(self.gone_away(clock.now(), &why)),
            Err(NoAnswer::TooMuch(why) | NoAnswer::Refused(why)) => return Page::Failed(why),
        };
        match envelope.part::<Node>(Place { field: "node", index: None }, envelope.field("node")) {
            Part::Here(Node { releases: Some(list) }) => {
                let (total, next) = (list.total_count, list.next());
                let releases = list.all().into_iter().map(Release::seen).collect();
                Page::Read { releases, total, next }
            }
            Part::Here(_) | Part::NotFound => Page::Failed("there are no releases to read".to_owned()),
            Part::TooMuch => Page::Failed("GitHub does not manage the page".to_owned()),
            Part::Forbidden(why) | Part::Failed(why) => Page::Failed(why),
        }
    }
}
