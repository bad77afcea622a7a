//! Hints that a release mends a hole: ids of advisories, or words that say so.

/// At most so many ids are kept; more are a list of dependencies, not a hint.
const MOST: usize = 20;

/// Words that hint at it when their sentence says nothing to the contrary.
const WORDS: [&str; 16] = [
    "security fix",
    "security release",
    "security update",
    "security patch",
    "security issue",
    "security vulnerability",
    "security vulnerabilities",
    "security advisory",
    "security advisories",
    "security bug",
    "security hole",
    "security flaw",
    "remote code execution",
    "vulnerability",
    "vulnerabilities",
    "exploit fixed",
];

/// What a sentence says that only speaks about such things in general.
const GENERAL: [&str; 22] = [
    "security.md",
    "security policy",
    "to report",
    "please report",
    "report a ",
    "report any",
    "report security",
    "report vulnerabilit",
    "reporting a ",
    "reporting polic",
    "reporting process",
    "disclosure polic",
    "responsible disclosure",
    "scan",
    "no known",
    "no security",
    "not a security",
    "without security",
    "no vulnerabilit",
    "vulnerability database",
    "security audit",
    "vulnerability management",
];

/// Ids of advisories in the text, in their order, each once and in its own spelling; where there are none, the first
/// word that hints at a mended hole.
pub fn hints(text: &str) -> Vec<String> {
    let found = ids(text);
    if !found.is_empty() {
        return found;
    }
    let lower = text.to_lowercase();
    let sentences = lower.split(['\n', '!', '?', ';']).flat_map(|line| line.split(". "));
    let telling = sentences.filter(|sentence| !GENERAL.iter().any(|general| sentence.contains(general)));
    let mut words = telling.filter_map(|sentence| WORDS.iter().find(|word| has_word(sentence, word)));
    words.next().map(|word| (*word).to_owned()).into_iter().collect()
}

fn ids(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let pieces = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    for id in pieces.filter_map(id) {
        if !found.contains(&id) && found.len() < MOST {
            found.push(id);
        }
    }
    found
}

/// The id a piece of text is, perhaps with something joined on by hyphens.
fn id(piece: &str) -> Option<String> {
    let mut parts = piece.split('-').skip_while(|part| !is_authority(part));
    let authority = parts.next()?.to_ascii_uppercase();
    let rest: Vec<&str> = parts.collect();
    let digits = |text: &str, least: usize, most: usize| {
        (least..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    if authority == "GHSA" {
        let block = |part: &&&str| part.len() == 4 && part.bytes().all(|b| b.is_ascii_alphanumeric());
        let blocks: Vec<String> =
            rest.iter().take(3).filter(block).map(|part| part.to_ascii_lowercase()).collect();
        return (blocks.len() == 3).then(|| format!("GHSA-{}", blocks.join("-")));
    }
    let (year, number) = (rest.first()?, rest.get(1)?);
    let year_is_one = digits(year, 4, 4) && (year.starts_with("19") || year.starts_with("20"));
    let (least, most) = if authority == "PYSEC" { (1, 7) } else { (4, 7) };
    (year_is_one && digits(number, least, most)).then(|| format!("{authority}-{year}-{number}"))
}

fn is_authority(part: &str) -> bool {
    ["cve", "ghsa", "rustsec", "go", "pysec"].contains(&part.to_ascii_lowercase().as_str())
}

/// Whether the words stand there, not as a part of longer ones (but in the plural).
fn has_word(sentence: &str, words: &str) -> bool {
    sentence.match_indices(words).any(|(at, _)| {
        let before = sentence[..at].chars().next_back();
        let after = sentence[at + words.len()..].trim_start_matches("es").trim_start_matches('s');
        !before.is_some_and(char::is_alphanumeric) && !after.starts_with(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn holes_are_hinted_at() {
        for (text, expected) in [
            ("Fixes CVE-2024-12345 and cve-2024-3094.", "CVE-2024-12345 CVE-2024-3094"),
            ("see https://github.com/advisories/GHSA-9f46-5r25-5wfm", "GHSA-9f46-5r25-5wfm"),
            (
                "RUSTSEC-2024-0384, GO-2024-2687 (PYSEC-2024-48)",
                "RUSTSEC-2024-0384 GO-2024-2687 PYSEC-2024-48",
            ),
            ("CVE-2024-12345 again: CVE-2024-12345", "CVE-2024-12345"),
            ("backport-CVE-2024-12345-fix", "CVE-2024-12345"),
            ("This is a security release.", "security release"),
            ("Security fixes for the parser", "security fix"),
            ("Fixes a vulnerability in the parser", "vulnerability"),
            ("Thanks to Ada, who reported the vulnerability", "vulnerability"),
            ("Read SECURITY.md.\nThis is a security update", "security update"),
            // general remarks
            ("see SECURITY.md", ""),
            ("To report security issues, see our security policy", ""),
            ("Please report a vulnerability by mail", ""),
            ("Added a security policy", ""),
            ("Improve security", ""),
            ("There are no known vulnerabilities", ""),
            ("The vulnerability scanner runs each night", ""),
            ("Security groups can be listed", ""),
            ("invulnerability potions", ""),
            ("CVE-20-1, GHSA-12, GO-1.21, go-2024, CVE-2024-, GHSA-9f46-5r25", ""),
            ("", ""),
        ] {
            assert_eq!(hints(text).join(" "), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_stumble(text in "\\PC*|(CVE|GHSA|-|[0-9]{4}|é|security fix|s| )*") {
            prop_assert!(hints(&text).len() <= MOST);
        }
    }
}
