//! Whether files of catalogs changed: the ids of their contents, many in one question.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::answer::{Part, Place};
use super::{Github, Keep, query};

/// A file somebody wants to know about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BlobAsk {
    /// `owner/name` of its repository; an old name is followed.
    pub full_name: String,
    /// Its branch; `None` for the default one.
    pub branch: Option<String>,
    /// Its path.
    pub path: String,
}

/// Ids of files' contents, as git names them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blobs {
    /// For each file that was asked for; `None` where it could not be told.
    pub ids: Vec<Option<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Repository {
    #[serde(default)]
    object: Option<Object>,
}

#[derive(Deserialize)]
struct Object {
    #[serde(default)]
    oid: Option<String>,
}

impl Github {
    /// The ids of these files' contents. What cannot be told now is left out without a word: whoever needs a file can
    /// still ask for it by itself.
    pub async fn blobs(&self, asks: &[BlobAsk], now: DateTime<Utc>) -> Blobs {
        let mut blobs = Blobs { ids: vec![None; asks.len()] };
        if self.is_anonymous() || self.away_until(now).is_some() {
            return blobs;
        }
        let clock = self.clock(now);
        for (chunk, ids) in asks.chunks(query::BLOBS).zip(blobs.ids.chunks_mut(query::BLOBS)) {
            let mut variables = Map::new();
            for (number, ask) in chunk.iter().enumerate() {
                let (owner, name) = ask.full_name.split_once('/').unwrap_or_default();
                let branch = ask.branch.as_deref().unwrap_or("HEAD");
                variables.insert(format!("o{number}"), owner.into());
                variables.insert(format!("n{number}"), name.into());
                variables.insert(format!("e{number}"), format!("{branch}:{}", ask.path).into());
            }
            let text = query::blobs(chunk.len());
            let Ok(envelope) = self.query(&text, &Value::Object(variables), 1, Keep::Nothing, clock).await
            else {
                return blobs;
            };
            for (number, id) in ids.iter_mut().enumerate() {
                let name = format!("p{number}");
                let place = Place { field: &name, index: None };
                if let Part::Here(Repository { object: Some(Object { oid }) }) =
                    envelope.part(place, envelope.field(&name))
                {
                    *id = oid;
                }
            }
        }
        blobs
    }
}
