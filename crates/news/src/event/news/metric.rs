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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalog_spells_metrics_the_same() {
        for (metric, word) in
            [(Metric::Stars, "stars"), (Metric::Forks, "forks"), (Metric::Updated, "last_updated")]
        {
            assert_eq!(serialize(&metric, serde_json::value::Serializer).unwrap(), word);
            assert_eq!(deserialize(serde_json::Value::from(word)).unwrap(), metric);
            assert_eq!(serde_json::to_value(&metric).unwrap(), word);
        }
    }
}
