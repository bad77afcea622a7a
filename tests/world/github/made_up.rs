//! Made-up projects of any number, the same for the same seed: for benches, simulations and demos.

use std::fmt::Write as _;

use bytes::Bytes;
use chrono::TimeDelta;

use super::Github;
use super::project::Repository;
use super::state::{Release, Tag};
use crate::documents::{self, Numbers};

const LANGUAGES: [&str; 8] = ["Rust", "Go", "Python", "TypeScript", "C++", "Java", "Zig", "C"];
const LICENSES: [&str; 5] = ["MIT", "Apache-2.0", "BSD-3-Clause", "GPL-3.0", "NOASSERTION"];

impl Github {
    /// Makes up so many projects: names, stars, facts, and up to twelve releases or tags each, spread over three years
    /// before now.
    pub fn made_up(&self, count: usize, seed: u64) -> Vec<Repository> {
        let now = self.shared.clock.now();
        let mut numbers = Numbers::new(seed);
        let items = documents::items(count, seed);
        let mut all = self.shared.lock();
        let mut out = Vec::with_capacity(count);
        for item in items {
            let name = item.url.trim_start_matches("https://github.com/");
            let index = all.state.repository(name, now - TimeDelta::days(1200 + numbers.below(2000) as i64));
            let releases = if numbers.below(10) < 7 { numbers.below(12) } else { 0 };
            let tags = if releases == 0 { numbers.below(6) } else { 0 };
            let first = (0..releases).map(|_| all.state.next_release()).next();
            let repo = &mut all.state.repos[index];
            // Few have many: the square of a square.
            let fame = numbers.below(1000) as u64;
            repo.stars = fame * fame * fame / 20_000 + numbers.below(50) as u64;
            repo.forks = repo.stars / 9;
            repo.description = Some(item.text);
            repo.language = Some((*numbers.pick(&LANGUAGES)).to_owned());
            repo.license = Some((*numbers.pick(&LICENSES)).to_owned());
            let mut at = now - TimeDelta::days(1000);
            for number in 0..releases.max(tags) {
                at += TimeDelta::minutes(numbers.below(100 * 24 * 60) as i64 * 7 / 10);
                let version = format!("v{}.{}.{}", number / 6, number % 6, numbers.below(4));
                let commit = repo.make_commit(at);
                repo.tags.push(Tag { name: version.clone(), commit, annotated: None });
                if let Some(first) = first {
                    repo.releases.push(Release {
                        id: first + number as u64,
                        title: Some(version.clone()),
                        notes: format!("- {version} is out\n- thanks to everybody\n"),
                        notes_html: None,
                        tag: version,
                        draft: false,
                        prerelease: numbers.below(12) == 0,
                        created: at,
                        published: Some(at),
                        updated: at,
                    });
                }
            }
            repo.pushed = at.max(repo.created);
            repo.updated = repo.pushed;
            repo.sort();
            out.push(Repository::new(self.clone(), index));
        }
        out
    }

    /// Makes up a catalog in a repository: a README that lists these projects.
    pub fn made_up_catalog(&self, full_name: &str, projects: &[Repository]) -> Repository {
        let mut text = format!("# {full_name}\n\n## Tools\n\n");
        for project in projects {
            let name = project.full_name();
            // Writing to a String cannot fail.
            let _ = writeln!(text, "- [{}](https://github.com/{name}) - A project.", name.replace('/', " "));
        }
        self.repository(full_name).push("README.md", Bytes::from(text))
    }
}
