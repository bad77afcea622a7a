//! A metric as one word, so that events read the same whether a column is known to us or not.

use serde::{Deserialize, Deserializer, Serializer};
use whimbrel_catalog::Metric;

pub(super) fn serialize<S: Serializer>(metric: &Metric, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(match metric {
        Metric::Stars => "stars",
        Metric::Forks => "forks",
        Metric::Updated => "last_updated",
        Metric::Other(header) => header,
    })
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Metric, D::Error> {
    Ok(match String::deserialize(from)? {
        word if word == "stars" => Metric::Stars,
        word if word == "forks" => Metric::Forks,
        word if word == "last_updated" => Metric::Updated,
        other => Metric::Other(other),
    })
}
