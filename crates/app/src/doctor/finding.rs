//! What was found, one thing each, for people and for programs.

use std::fmt::{Display, Write as _};

use serde::Serialize;
use serde_json::{Value, json};

use crate::screen::{Paint, harmless};

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Verdict {
    /// As it should be.
    Ok,
    /// It works, and could be better.
    Warn,
    /// It does not work.
    Fail,
}

/// One thing and how it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    /// Which part of the program it belongs to.
    pub(super) area: &'static str,
    /// What was looked at.
    pub(super) subject: String,
    pub(super) verdict: Verdict,
    /// How it is.
    pub(super) said: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fix: Option<String>,
    /// Somebody elsewhere was asked.
    #[serde(skip)]
    pub(super) outside: bool,
    /// And did not answer.
    #[serde(skip)]
    pub(super) is_away: bool,
}

/// What is told besides.
#[derive(Clone, Debug, Default)]
pub(super) struct Report {
    /// Nobody elsewhere answered.
    pub(super) no_network: bool,
    /// What to open to invite the bot on Discord.
    pub(super) invitation: Option<String>,
    pub(super) telegram_off: bool,
    pub(super) discord_off: bool,
}

impl Finding {
    fn new(area: &'static str, subject: impl Display, verdict: Verdict, said: impl Display) -> Self {
        Self {
            area,
            subject: harmless(&subject.to_string()),
            verdict,
            said: said.to_string(),
            fix: None,
            outside: false,
            is_away: false,
        }
    }

    pub(super) fn ok(area: &'static str, subject: impl Display, said: impl Display) -> Self {
        Self::new(area, subject, Verdict::Ok, said)
    }

    pub(super) fn warn(area: &'static str, subject: impl Display, said: impl Display) -> Self {
        Self::new(area, subject, Verdict::Warn, said)
    }

    pub(super) fn fail(area: &'static str, subject: impl Display, said: impl Display) -> Self {
        Self::new(area, subject, Verdict::Fail, said)
    }

    /// Somebody who could not be asked.
    pub(super) fn away(area: &'static str, subject: impl Display, reason: impl Display) -> Self {
        let found = Self::fail(area, subject, format!("it cannot be asked: {reason}"));
        Self { outside: true, is_away: true, ..found }
    }

    pub(super) fn fix(self, what: impl Display) -> Self {
        Self { fix: Some(what.to_string()), ..self }
    }

    /// Somebody elsewhere was asked.
    pub(super) fn of_others(self) -> Self {
        Self { outside: true, ..self }
    }
}

pub(super) fn text(findings: &[Finding], paint: Paint) -> String {
    let mut text = String::new();
    for finding in findings {
        let mark = match finding.verdict {
            Verdict::Ok => paint.good("ok  "),
            Verdict::Warn => paint.warn("warn"),
            Verdict::Fail => paint.bad("FAIL"),
        };
        let said = finding.said.lines().map(harmless).collect::<Vec<_>>().join("\n        ");
        let _ = writeln!(
            text,
            "{mark}  {}  {}: {said}",
            paint.faint(format!("{:<13}", finding.area)),
            finding.subject
        );
        if let Some(fix) = &finding.fix {
            let _ = writeln!(text, "        {}", harmless(fix));
        }
    }
    text
}

pub(super) fn json(findings: &[Finding], report: &Report) -> Value {
    let worst = findings.iter().map(|finding| finding.verdict).max().unwrap_or(Verdict::Ok);
    let mut value = json!({ "verdict": worst, "findings": findings, "no_network": report.no_network });
    if let Some(invitation) = &report.invitation {
        value["discord_invitation"] = invitation.as_str().into();
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_finding_is_a_line_with_what_to_do() {
        let findings = [
            Finding::ok("store", "here", "fine"),
            Finding::fail("telegram", "the\u{7}bot", "refused").fix("Get another token."),
        ];
        assert_eq!(
            text(&findings, Paint::plain()),
            "ok    store          here: fine\n\
             FAIL  telegram       the\\u{7}bot: refused\n        Get another token.\n"
        );
        let value = json(&findings, &Report::default());
        assert_eq!((&value["verdict"], &value["findings"][1]["verdict"]), (&json!("fail"), &json!("fail")));
        assert_eq!(value["findings"][0].get("fix"), None);
    }
}
