//! Org-mode's own marks. What items mean is tested with Markdown, which they are read as.

use super::super::Format;
use super::super::testing::{read, survive_damage};
use super::inline;
use super::translate::Translated;

const LIST: &str = "\
#+TITLE: Tools for watching
#+STARTUP: overview
# a comment with [[https://no.example][no entry]]

* Metrics :collect:
:PROPERTIES:
:URL: https://no.example/drawer
:END:
Words about [[https://words.example][something]] in between.
  - [[https://prometheus.io][Prometheus]] - pulls numbers from
    its targets
    - [[https://github.com/prometheus/node_exporter][node_exporter]] :: numbers of /one/ machine
  - [ ] [[https://github.com/VictoriaMetrics/VictoriaMetrics][VictoriaMetrics]] - stores ~PromQL~ data, see [[https://docs.victoriametrics.com][docs]]
** DONE [#A] Agents [2/3]
   1. [[https://github.com/influxdata/telegraf][telegraf]] - many inputs
   2. *Vector* [[https://vector.dev]]
* COMMENT Drafts
- [[https://no.example/draft][draft]]
** below
- [[https://no.example/below][below]]
* Logs
#+BEGIN_SRC sh
- [[https://no.example/source][source]]
#+END_SRC
+ [[https://github.com/grafana/loki][Loki]] - logs by label
+ Fluentd, the old one
-----
| Name | Text |
|------+------|
| [[https://github.com/elastic/logstash][Logstash]] | moves, turns and stores |
";

fn markdown(text: &str) -> String {
    Translated::of(text).markdown
}

#[test]
fn lists_headings_and_what_is_skipped() {
    let expected = "\
title Tools for watching
Prometheus = prometheus.io @10[Metrics] - pulls numbers from its targets
node_exporter = github.com/prometheus/node_exporter @12[Metrics] - numbers of one machine
VictoriaMetrics = github.com/victoriametrics/victoriametrics @13[Metrics] - stores PromQL data, see docs +docs:https://docs.victoriametrics.com
telegraf = github.com/influxdata/telegraf @15[Metrics / Agents] - many inputs
Vector = vector.dev @16[Metrics / Agents]
Loki = github.com/grafana/loki @25[Logs] - logs by label
Logstash = github.com/elastic/logstash @30[Logs] - moves, turns and stores
linkless Fluentd, the old one @26[Logs]
skipped @9 Words about [[https://words.example][something]] in between.: link in running text";
    assert_eq!(read(Format::Org, LIST), expected);
}

#[test]
fn lines_are_translated() {
    let table = [
        ("* One\n** Two", "# One\n\n\n## Two\n"),
        ("********* Nine", "###### Nine\n"),
        ("- a\n   - b\n  - c\n- d", "- a\n    - b\n    - c\n- d\n"),
        ("- a\n  more\nend", "- a\n  more\n\nend\n"),
        ("  1) a\n  2) b", "1. a\n1. b\n"),
        (" * a\n * b", "- a\n- b\n"),
        ("a\n#+begin_quote\nq\n#+end_quote\nb", "a\n\n\n\nb\n"),
        ("#+begin_src\nnever closed", "\nnever closed\n"),
        ("#+begin_src\n* heading ends it\n#+end_src", "\n\n# heading ends it\n"),
        (": code\n# words\n#+attr: x\n#tag", "\n\n\n\\#tag\n"),
        ("|-+-|\n| a | b |\n|-+-|\n| c | d |", "| a | b |\n|---|---|\n| c | d |\n"),
        ("| a | b |\n| c |", "| | \n|---|---\n| a | b |\n| c |\n"),
    ];
    for (org, expected) in table {
        let found = markdown(org);
        assert_eq!(found.trim_matches('\n'), expected.trim_matches('\n'), "{org}");
    }
}

#[test]
fn words_are_translated() {
    let table = [
        ("[[https://a.example][A]]", "[A](https://a.example)"),
        ("[[https://a.example/x (y)][A]]", "[A](<https://a.example/x (y)>)"),
        ("[[https://a.example]]", "<https://a.example>"),
        (
            "[[https://a.example][https://b.example/x.svg]]",
            "[![](https://b.example/x.svg)](https://a.example)",
        ),
        ("[[file:logo.png]]", "![](logo.png)"),
        ("[[*Heading][below]]", "[below](#)"),
        ("see https://a.example/x_y, then", "see <https://a.example/x_y>, then"),
        ("<https://a.example>", "<https://a.example>"),
        ("<2026-11-01 Sun>", "\\<2026-11-01 Sun\\>"),
        ("*bold* /leaning/ =code= ~more~ _line_ +gone+", "**bold** *leaning* `code` `more` line gone"),
        ("and/or a*b*c snake_case_name 2 * 3 * 4", "and/or a\\*b\\*c snake\\_case\\_name 2 \\* 3 \\* 4"),
        ("[fn:1] a [b] & <c>", " a \\[b\\] \\& \\<c\\>"),
        ("[[never closed", "\\[\\[never closed"),
        ("end\\\\", "end"),
    ];
    for (org, expected) in table {
        assert_eq!(inline::markdown(org), expected, "{org}");
    }
}

#[test]
fn long_lines_are_read_in_time() {
    for piece in ["[[", "*a ", "=", "<", "*/", "[fn:", "- ", "[[a][", "h"] {
        let _ = inline::markdown(&piece.repeat(20_000));
        let _ = markdown(&piece.repeat(20_000));
    }
    let _ = markdown(&"#+begin_src\n".repeat(20_000));
}

#[test]
fn damaged_lists_are_survived() {
    survive_damage(Format::Org, &[LIST], 6_000);
}
