//! Publishers: each with a craft, a fate and a pace, all from one seed. Whatever one does at GitHub it also writes into
//! the ledger of its project.

use chrono::{DateTime, TimeDelta, Utc};
use whimbrel_world::documents::Numbers;
use whimbrel_world::github::{Github, NewRelease, Repository};

use super::ledger::Ledger;
use super::{STEP, trouble};

/// What a project publishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Craft {
    /// Releases, in every way there is.
    Releases,
    /// Releases only, one by one.
    Steady,
    /// Tags, plain or annotated.
    Tags { annotated: bool },
    /// Tags that become releases later.
    TagsThenReleases,
    /// A tag that moves daily, beside releases.
    Moved,
    /// A nightly release that is made again daily, beside releases.
    Remade,
    /// A nightly release with its own date every day, beside releases.
    Dated,
    /// Dozens of old releases at once.
    Backfill,
}

/// Something planned.
#[derive(Clone, Debug)]
enum Plan {
    Publish(String),
    Promote(String),
    Make(String),
    Bulk,
    BecomeReleases,
    Archive,
    Unarchive,
    Rename(String, bool),
    Leave,
    Return,
    License(&'static str),
    /// Many stars come at once, or go.
    Fame(bool),
}

/// A published thing that may still be changed.
#[derive(Clone)]
struct Made {
    tag: String,
    created: DateTime<Utc>,
    prerelease: bool,
}

/// A publisher and its project.
pub(super) struct Publisher {
    /// Its name in the catalogs.
    pub(super) first_name: String,
    /// Every name it had.
    pub(super) names: Vec<String>,
    /// When it came into the catalogs.
    pub(super) listed: DateTime<Utc>,
    pub(super) ledger: Ledger,
    repo: Repository,
    craft: Craft,
    hides: bool,
    /// It is away for so long, or at such a time, that it may be told gone.
    may_be_missed: bool,
    /// It does something every so many steps.
    pace: usize,
    numbers: Numbers,
    /// Published and visible, the newest last.
    made: Vec<Made>,
    plans: Vec<(DateTime<Utc>, Plan)>,
    /// Nothing is published from here to there.
    still: Option<(DateTime<Utc>, DateTime<Utc>)>,
    backported: DateTime<Utc>,
    count: usize,
    stars: u64,
    /// Stars from each moment on; forks are a ninth of them.
    pub(super) stars_over_time: Vec<(DateTime<Utc>, u64)>,
}

/// So many publishers with their projects and what they published before.
pub(super) fn crowd(
    github: &Github,
    count: usize,
    start: DateTime<Utc>,
    end: DateTime<Utc>,
    seed: u64,
) -> Vec<Publisher> {
    let mut numbers = Numbers::new(seed);
    let crowd =
        (0..count).map(|number| Publisher::new(github, number, start, end, numbers.below(1 << 30))).collect();
    github.clock().set(start);
    crowd
}

impl Publisher {
    fn new(github: &Github, number: usize, start: DateTime<Utc>, end: DateTime<Utc>, seed: usize) -> Self {
        let mut numbers = Numbers::new(seed as u64);
        let first_name = format!("owner{}/project{number}", number % 97);
        let late = number % 20 == 19;
        let listed = if late { start + TimeDelta::days(1 + numbers.below(20) as i64) } else { start };
        let craft = match number % 20 {
            19 | 0 => Craft::Steady,
            1 => Craft::Tags { annotated: false },
            2 => Craft::Tags { annotated: true },
            3 => Craft::TagsThenReleases,
            4 => Craft::Moved,
            5 => Craft::Remade,
            6 => Craft::Dated,
            7 | 8 => Craft::Backfill,
            _ => Craft::Releases,
        };
        let stars = [20, 950, 2_400, 9_950, 48_000][numbers.below(5)] + numbers.below(60) as u64;
        let repo = github.repository(&first_name).created(start - TimeDelta::days(2_000));
        repo.license("MIT").stars(stars).forks(stars / 9);
        let pace = [30, 75, 250, 700][numbers.below(4)];
        let mut this = Self {
            names: vec![first_name.clone()],
            first_name,
            listed,
            ledger: Ledger::default(),
            repo,
            craft,
            hides: numbers.below(2) == 0,
            may_be_missed: false,
            pace,
            numbers,
            made: Vec::new(),
            plans: Vec::new(),
            still: None,
            backported: start - TimeDelta::days(30),
            count: 0,
            stars,
            stars_over_time: vec![(start, stars)],
        };
        let away = if late { None } else { this.fate(number, start, end) };
        this.ledger = Ledger::new(listed, start + trouble::calm(listed - start), away);
        this.ledger.count("stars", stars, start);
        this.ledger.count("forks", stars / 9, start);
        this.past(github, start);
        if number % 12 == 5 {
            let at = start + TimeDelta::minutes(4_000 + this.numbers.below(16 * 24 * 60) as i64);
            this.plans.push((at, Plan::Fame(this.numbers.below(3) > 0)));
        }
        this
    }

    /// Whether it was listed from the beginning, and never away.
    pub(super) fn is_always_there(&self) -> bool {
        self.stars_over_time.first().is_some_and(|(start, _)| self.listed <= *start) && self.still.is_none()
    }

    pub(super) fn about(&self) -> String {
        format!("({:?}, {:?})", self.craft, self.still)
    }

    /// Plans what will become of the project; hands back when it is away.
    fn fate(
        &mut self,
        number: usize,
        start: DateTime<Utc>,
        end: DateTime<Utc>,
    ) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let at = start + TimeDelta::minutes(1_500 + self.numbers.below(17 * 24 * 60) as i64);
        let hours = |hours: usize| TimeDelta::hours(hours as i64);
        let other = format!("{}-again", self.first_name);
        let leaves = match self.numbers.below(30) {
            0 | 1 => {
                let back = at + hours(100 + self.numbers.below(100));
                self.plans.extend([(at, Plan::Archive), (back, Plan::Unarchive)]);
                self.still = Some((at, back));
                None
            }
            2 => {
                self.plans.push((at, Plan::Archive));
                self.still = Some((at, end));
                None
            }
            3 | 4 => {
                let elsewhere = format!("other{number}/moved{number}");
                let then = at + hours(90);
                let taken = self.numbers.below(2) == 0;
                self.plans.extend([(at, Plan::Rename(other, taken)), (then, Plan::Rename(elsewhere, false))]);
                None
            }
            5 => {
                self.plans.push((at, Plan::Rename(self.first_name.to_uppercase(), false)));
                None
            }
            6..=8 => Some(hours(1 + self.numbers.below(20))),
            9 => Some(hours(26 + self.numbers.below(60))),
            10 | 11 => Some(hours(110 + self.numbers.below(100))),
            12 => Some(TimeDelta::days(100)),
            13 | 14 => {
                let then = at + hours(90);
                self.plans.extend([(at, Plan::License("Apache-2.0")), (then, Plan::License("GPL-3.0"))]);
                None
            }
            15 => {
                self.plans.extend([(at, Plan::License("")), (at + hours(90), Plan::License("MIT"))]);
                None
            }
            _ => None,
        };
        let long = leaves?;
        let back = at + long;
        self.may_be_missed =
            long >= TimeDelta::hours(24) || trouble::is_in_the_storm(at - start, back - start);
        self.still = Some((at, back.max(at + hours(1))));
        self.plans.push((at, Plan::Leave));
        if back < end {
            self.plans.push((back, Plan::Return));
        }
        Some((at, back))
    }

    /// What it published before anybody looked.
    fn past(&mut self, github: &Github, start: DateTime<Utc>) {
        let count = self.numbers.below(14);
        let mut at = start - TimeDelta::days(900);
        for number in 0..count {
            at += TimeDelta::minutes(1 + self.numbers.below(60 * 24 * 60) as i64);
            let tag = format!("v0.{number}.0");
            github.clock().set(at);
            match self.craft {
                Craft::Tags { annotated } => _ = self.repo.tag_commit(&tag, at, annotated),
                Craft::TagsThenReleases if number < 3 => _ = self.repo.tag(&tag),
                Craft::TagsThenReleases => break,
                _ => _ = self.repo.release(&tag),
            }
            self.ledger.published(&tag, at, at, false);
            self.made.push(Made { tag, created: at, prerelease: false });
        }
        let days = |days: usize| start + TimeDelta::days(days as i64);
        match self.craft {
            Craft::Moved | Craft::Remade => {
                github.clock().set(start - TimeDelta::days(1));
                self.repo.prerelease("nightly");
            }
            Craft::TagsThenReleases => {
                let at = days(14 + self.numbers.below(5));
                self.plans.push((at, Plan::BecomeReleases));
            }
            Craft::Backfill => {
                let (first, second) = (days(2 + self.numbers.below(8)), days(16 + self.numbers.below(8)));
                let minutes = TimeDelta::minutes(self.numbers.below(1_440) as i64);
                self.plans.extend([(first + minutes, Plan::Bulk), (second + minutes, Plan::Bulk)]);
            }
            _ => {}
        }
    }

    /// What it does in this hour.
    pub(super) fn act(&mut self, github: &Github, from: DateTime<Utc>, to: DateTime<Utc>) {
        let mut at =
            from + TimeDelta::seconds(1 + self.numbers.below(STEP.num_seconds() as usize / 2) as i64);
        let mut due = Vec::new();
        let still = self.still.is_some_and(|(still, again)| at >= still && at < again);
        self.plans.retain(|(when, plan)| {
            let fate = matches!(plan, Plan::Archive | Plan::Unarchive | Plan::Leave | Plan::Return);
            let now = *when < to && (!still || fate);
            if now {
                due.push(plan.clone());
            }
            !now
        });
        for plan in due {
            at += TimeDelta::seconds(7);
            github.clock().set(at);
            self.follow(github, plan, at);
        }
        at += TimeDelta::seconds(7);
        github.clock().set(at);
        // What was planned may have put an end to it.
        if self.still.is_some_and(|(still, again)| at >= still - STEP && at < again + STEP) {
            return;
        }
        let daily = self.numbers.below(24) == 0;
        if daily {
            self.nightly(at);
        }
        self.count_stars(at);
        if self.numbers.below(self.pace) == 0 {
            self.publish(github, at);
        }
    }

    fn count_stars(&mut self, at: DateTime<Utc>) {
        if self.numbers.below(10) == 0 {
            let more = self.numbers.below(9) as u64;
            self.stars = if self.numbers.below(12) == 0 { self.stars - more } else { self.stars + more };
            self.show_stars(at);
        }
    }

    fn show_stars(&mut self, at: DateTime<Utc>) {
        self.repo.stars(self.stars).forks(self.stars / 9);
        self.ledger.count("stars", self.stars, at);
        self.ledger.count("forks", self.stars / 9, at);
        self.stars_over_time.push((at, self.stars));
    }

    fn nightly(&mut self, at: DateTime<Utc>) {
        match self.craft {
            Craft::Moved => {
                self.repo.move_tag("nightly").edit_release("nightly", |release| release.notes.push('.'));
                self.ledger.stands(at, at);
            }
            Craft::Remade => {
                self.repo.delete_release("nightly").delete_tag("nightly").prerelease("nightly");
                self.ledger.stands(at, at);
            }
            Craft::Dated => {
                self.repo.prerelease(&format!("nightly-{}", at.format("%Y%m%d%H%M%S")));
                self.ledger.stands(at, at);
            }
            _ => {}
        }
    }

    /// Does what was planned.
    fn follow(&mut self, github: &Github, plan: Plan, at: DateTime<Utc>) {
        let stays = self.ledger.absence();
        match plan {
            Plan::Publish(tag) => {
                let created = self.date_of(&tag, at);
                self.repo.publish(&tag);
                self.show(&tag, created, at, false);
            }
            Plan::Make(tag) => self.make(&tag, at),
            Plan::Promote(tag) => {
                let created = self.date_of(&tag, at);
                self.repo.promote(&tag);
                self.ledger.promoted(&tag, created, at);
            }
            Plan::Fame(more) => {
                self.stars = if more { self.stars * 3 / 2 + 400 } else { self.stars * 2 / 3 };
                self.show_stars(at);
            }
            Plan::Bulk => self.bulk(github, at),
            Plan::BecomeReleases => {
                for made in self.made.clone() {
                    let new = NewRelease { tag: made.tag.clone(), ..NewRelease::default() };
                    self.repo.add_release(new);
                    self.ledger.stands(made.created, at);
                }
                self.craft = Craft::Steady;
            }
            Plan::Archive => {
                self.repo.archive();
                self.ledger.state("archived", "", true);
            }
            Plan::Unarchive => {
                self.repo.unarchive();
                self.ledger.state("unarchived", "", true);
            }
            Plan::Rename(name, taken) => {
                let old = self.repo.full_name();
                self.repo.rename(&name);
                if !name.eq_ignore_ascii_case(&old) {
                    self.ledger.state("project_renamed", &name, true);
                }
                self.names.push(name);
                if taken {
                    github.repository(&old).stars(1).release("v99.0.0");
                }
            }
            Plan::Leave => {
                _ = if self.hides { self.repo.make_private() } else { self.repo.delete() };
                if let Some(long) = stays.filter(|_| self.may_be_missed) {
                    self.ledger.state("gone", "", long > TimeDelta::hours(104));
                }
            }
            Plan::Return => {
                _ = if self.hides { self.repo.make_public() } else { self.repo.restore() };
                if let Some(long) = stays.filter(|_| self.may_be_missed) {
                    self.ledger.state("back", "", long > TimeDelta::hours(104));
                }
            }
            Plan::License(spdx) => {
                self.repo.license(spdx);
                if !matches!(spdx, "" | "MIT") {
                    self.ledger.state("license_changed", spdx, true);
                }
            }
        }
    }

    /// Publishes something, or takes something back.
    fn publish(&mut self, github: &Github, mut at: DateTime<Utc>) {
        self.count += 1;
        let number = self.count;
        let later = |numbers: &mut Numbers, hours| at + TimeDelta::hours(1 + numbers.below(hours) as i64);
        let tags = matches!(self.craft, Craft::Tags { .. } | Craft::TagsThenReleases);
        let mut choice = self.numbers.below(100);
        let free = matches!(self.craft, Craft::Releases | Craft::Tags { .. });
        if !free && choice >= 60 || tags && (60..85).contains(&choice) {
            choice = 0;
        }
        match choice {
            0..45 => self.make(&format!("v1.{number}.0"), at),
            45..60 => {
                for patch in 0..2 + self.numbers.below(3) {
                    self.make(&format!("v1.{number}.{patch}"), at);
                    at += TimeDelta::seconds(60);
                    github.clock().set(at);
                }
            }
            60..67 => {
                let tag = format!("v2.{number}.0");
                self.repo.draft(&tag);
                self.made.push(Made { tag: tag.clone(), created: at, prerelease: true });
                self.plans.push((later(&mut self.numbers, 300), Plan::Publish(tag)));
            }
            67..74 if at - self.backported > TimeDelta::days(4) => {
                let (tag, old) =
                    (format!("v0.99.{number}"), at - TimeDelta::days(40 + self.numbers.below(300) as i64));
                self.backported = at;
                self.repo.backport(&tag, old);
                self.ledger.published(&tag, old, at, false);
            }
            67..80 => {
                let tag = format!("v3.{number}.0");
                self.repo.prerelease(&tag);
                self.show(&tag, at, at, true);
                self.plans.push((later(&mut self.numbers, 200), Plan::Promote(tag)));
            }
            80..85 => {
                let Some(made) = self.recent().filter(|made| !made.prerelease) else { return };
                self.repo.edit_release(&made.tag, |release| release.notes.push_str("\n- and a word more\n"));
            }
            _ => self.take_back(at),
        }
    }

    /// Takes a recent one away, and perhaps makes it again later.
    fn take_back(&mut self, at: DateTime<Utc>) {
        let Some(made) = self.recent().filter(|made| !made.prerelease) else { return };
        let tag = made.tag;
        let again = at + TimeDelta::minutes(20 + self.numbers.below(3 * 24 * 60) as i64);
        self.ledger.withdrawn(&tag, at);
        self.made.retain(|made| made.tag != tag);
        let plan = match (self.craft, self.numbers.below(2)) {
            (Craft::Tags { .. }, _) => {
                self.repo.delete_tag(&tag);
                Plan::Make(tag)
            }
            (_, 0) => {
                self.repo.delete_tag(&tag);
                // It is a draft now, of the day its commit had.
                self.made.insert(0, Made { tag: tag.clone(), created: made.created, prerelease: true });
                Plan::Publish(tag)
            }
            _ => {
                self.repo.delete_release(&tag).delete_tag(&tag);
                Plan::Make(tag)
            }
        };
        if matches!(plan, Plan::Publish(_)) || self.numbers.below(3) > 0 {
            self.plans.push((again, plan));
        }
    }

    /// Dozens of old releases, within two minutes.
    fn bulk(&mut self, github: &Github, at: DateTime<Utc>) {
        let many = 12 + self.numbers.below(35);
        self.count += 1;
        for number in 0..many {
            let now = at + TimeDelta::seconds(number as i64 * 2);
            github.clock().set(now);
            let tag = format!("v0.{}.{number}-old", 100 + self.count);
            let old = at
                - TimeDelta::days(1_000 - 10 * number as i64)
                - TimeDelta::minutes(self.numbers.below(900) as i64);
            self.repo.backport(&tag, old);
            self.ledger.published(&tag, old, now, true);
        }
    }

    fn make(&mut self, tag: &str, at: DateTime<Utc>) {
        match self.craft {
            Craft::Tags { annotated } => _ = self.repo.tag_commit(tag, at, annotated),
            Craft::TagsThenReleases if self.made.len() > 7 => return,
            Craft::TagsThenReleases
                if self.plans.iter().any(|(when, plan)| {
                    matches!(plan, Plan::BecomeReleases) && *when < at + TimeDelta::days(4)
                }) =>
            {
                return;
            }
            Craft::TagsThenReleases => _ = self.repo.tag(tag),
            _ => _ = self.repo.release(tag),
        }
        self.show(tag, at, at, false);
    }

    fn show(&mut self, tag: &str, created: DateTime<Utc>, at: DateTime<Utc>, prerelease: bool) {
        self.ledger.published(tag, created, at, false);
        self.made.retain(|made| made.tag != tag);
        self.made.push(Made { tag: tag.to_owned(), created, prerelease });
    }

    /// One of the newest three, where it is among the newest of all.
    fn recent(&mut self) -> Option<Made> {
        let back = 1 + self.numbers.below(3);
        self.made.len().checked_sub(back).map(|place| self.made[place].clone())
    }

    fn date_of(&self, tag: &str, otherwise: DateTime<Utc>) -> DateTime<Utc> {
        self.made.iter().find(|made| made.tag == tag).map_or(otherwise, |made| made.created)
    }
}
