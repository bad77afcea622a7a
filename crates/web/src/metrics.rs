//! Figures for those who watch over the program, in the text form Prometheus reads.
//!
//! Plain text is all it takes; what is counted is known where it happens, and comes in as values.

use std::fmt::Write as _;

/// What the answer says of its form.
pub const METRICS_MEDIA: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Samples of one family beyond these are left out: what strangers can make many of must not fill somebody's database.
const SAMPLES: usize = 200;

/// What a family measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// It goes up and down.
    Gauge,
    /// It only grows, from the start of the program.
    Counter,
}

/// Figures of one moment.
#[derive(Clone, Debug, Default)]
pub struct Metrics {
    text: String,
}

/// Figures of one name, told apart by labels.
#[derive(Debug)]
pub struct Family<'a> {
    text: &'a mut String,
    name: &'static str,
    samples: usize,
}

impl Metrics {
    /// A figure that goes up and down. Its name is there even when nothing is known of it.
    pub fn gauge(&mut self, name: &'static str, help: &str) -> Family<'_> {
        self.family(name, help, Kind::Gauge)
    }

    /// A figure that only grows.
    pub fn counter(&mut self, name: &'static str, help: &str) -> Family<'_> {
        self.family(name, help, Kind::Counter)
    }

    /// All of it as text.
    pub fn into_text(self) -> String {
        self.text
    }

    fn family(&mut self, name: &'static str, help: &str, kind: Kind) -> Family<'_> {
        let kind = match kind {
            Kind::Gauge => "gauge",
            Kind::Counter => "counter",
        };
        let help = help.replace('\\', r"\\").replace('\n', r"\n");
        let _ = writeln!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}");
        Family { text: &mut self.text, name, samples: 0 }
    }
}

impl Family<'_> {
    /// The one figure of a name without labels.
    pub fn is(&mut self, value: f64) {
        self.of(&[], value);
    }

    /// The figure of these labels.
    pub fn of(&mut self, labels: &[(&str, &str)], value: f64) {
        self.samples += 1;
        if self.samples > SAMPLES {
            return;
        }
        self.text.push_str(self.name);
        for (place, (label, value)) in labels.iter().enumerate() {
            let value = value.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n");
            let before = if place == 0 { '{' } else { ',' };
            let _ = write!(self.text, "{before}{label}=\"{value}\"");
        }
        let after = if labels.is_empty() { "" } else { "}" };
        let _ = if value.is_infinite() {
            writeln!(self.text, "{after} {}Inf", if value > 0.0 { '+' } else { '-' })
        } else {
            writeln!(self.text, "{after} {value}")
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_become_lines_whatever_their_labels_hold() {
        let mut metrics = Metrics::default();
        metrics.gauge("age_seconds", "How old,\nin \\ seconds").is(1.5);
        let mut looks = metrics.counter("looks_total", "Looks");
        looks.of(&[("of", "catalog"), ("result", "a \"b\"\\\n")], 3.0);
        looks.of(&[("of", "link"), ("result", "")], f64::INFINITY);
        metrics.gauge("nothing", "Not known");
        assert_eq!(
            metrics.into_text(),
            "# HELP age_seconds How old,\\nin \\\\ seconds\n# TYPE age_seconds gauge\nage_seconds 1.5\n\
             # HELP looks_total Looks\n# TYPE looks_total counter\n\
             looks_total{of=\"catalog\",result=\"a \\\"b\\\"\\\\\\n\"} 3\nlooks_total{of=\"link\",result=\"\"} +Inf\n\
             # HELP nothing Not known\n# TYPE nothing gauge\n"
        );
    }

    #[test]
    fn a_family_stays_small() {
        let mut metrics = Metrics::default();
        let mut many = metrics.gauge("many", "Many");
        for number in 0..10_000 {
            many.of(&[("number", &number.to_string())], 1.0);
        }
        assert_eq!(metrics.into_text().lines().count(), 2 + SAMPLES);
    }
}
