//! What the templates are filled with.

use askama::Template;

use crate::frame::{FeedLinks, Frame};
use crate::row::{Day, Linked, Moment};

/// Ways to the other pages of a listing.
#[derive(Default)]
pub(crate) struct Pager {
    pub(crate) newest: Option<String>,
    pub(crate) newer: Option<String>,
    pub(crate) older: Option<String>,
}

/// The first page, and every choice of news over all catalogs.
#[derive(Template)]
#[template(path = "home.html")]
pub(crate) struct Home<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) heading: &'a str,
    pub(crate) intro: String,
    pub(crate) current: Option<FeedLinks>,
    /// Absent in pages kept as files, where nobody would answer it.
    pub(crate) form: Option<FilterForm>,
    pub(crate) days: Vec<Day>,
    pub(crate) pager: Pager,
    pub(crate) problems: Vec<Problem>,
    pub(crate) catalogs: Vec<Card>,
    /// Catalogs that are not among them.
    pub(crate) more: Option<String>,
    pub(crate) digests: Vec<DigestCard>,
    pub(crate) off: Vec<crate::status::Off>,
}

/// The form over the news.
pub(crate) struct FilterForm {
    pub(crate) catalogs: Vec<Choice>,
    pub(crate) kinds: Vec<ChoiceGroup>,
    pub(crate) words: String,
    /// What is shown, part by part, when it is not everything.
    pub(crate) showing: Option<Vec<String>>,
}

/// Choices under a heading.
pub(crate) struct ChoiceGroup {
    pub(crate) title: &'static str,
    pub(crate) choices: Vec<Choice>,
}

/// A line of a select box.
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) text: String,
    pub(crate) chosen: bool,
}

/// Something that needs a look.
pub(crate) struct Problem {
    pub(crate) tone: &'static str,
    pub(crate) title: String,
    pub(crate) text: String,
}

/// A catalog in the list beside the news.
pub(crate) struct Card {
    pub(crate) title: String,
    pub(crate) href: String,
    pub(crate) counts: String,
    pub(crate) seen: Option<Moment>,
    pub(crate) feed: FeedLinks,
}

/// A digest in the list beside the news.
pub(crate) struct DigestCard {
    pub(crate) title: &'static str,
    pub(crate) href: String,
    pub(crate) per: &'static str,
    pub(crate) feed: FeedLinks,
}

/// The page with all catalogs.
#[derive(Template)]
#[template(path = "catalogs.html")]
pub(crate) struct CatalogsPage<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) intro: String,
    pub(crate) catalogs: Vec<CatalogLine>,
}

/// A catalog in the list of all.
pub(crate) struct CatalogLine {
    pub(crate) link: Linked,
    pub(crate) entries: String,
    pub(crate) sections: String,
    pub(crate) changed: Option<Moment>,
    pub(crate) seen: Option<Moment>,
    pub(crate) trouble: bool,
    pub(crate) feed: String,
}

/// Rankings over everything.
#[derive(Template)]
#[template(path = "rankings.html")]
pub(crate) struct RankingsPage<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) overall: Option<Ranking>,
    pub(crate) catalogs: Vec<ShortRanking>,
    /// Where the catalogs are that are not among them.
    pub(crate) more: Option<String>,
}

/// The ranking of a catalog.
#[derive(Template)]
#[template(path = "ranking.html")]
pub(crate) struct RankingPage<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) crumbs: Vec<Linked>,
    pub(crate) catalog: String,
    pub(crate) ranking: Option<Ranking>,
}

/// A ranking as a table.
pub(crate) struct Ranking {
    pub(crate) measure: String,
    /// The same with a capital, above its column.
    pub(crate) heading: String,
    /// The document prints it.
    pub(crate) printed: bool,
    /// What was gained is known of some.
    pub(crate) grown: bool,
    /// Some have a line.
    pub(crate) drawn: bool,
    pub(crate) places: Vec<PlaceLine>,
}

/// The first places of a ranking.
pub(crate) struct ShortRanking {
    pub(crate) title: String,
    pub(crate) href: String,
    pub(crate) measure: String,
    pub(crate) places: Vec<PlaceLine>,
}

/// A place in a ranking.
pub(crate) struct PlaceLine {
    pub(crate) rank: u32,
    pub(crate) name: String,
    pub(crate) page: String,
    pub(crate) value: String,
    /// Places it rose in a month.
    pub(crate) rose: Option<i64>,
    pub(crate) gained: Option<String>,
    /// Its stars as an `<svg>` element of our own making.
    pub(crate) spark: Option<String>,
}

/// The page that subscribes.
#[derive(Template)]
#[template(path = "subscribe.html")]
pub(crate) struct SubscribePage<'a> {
    pub(crate) frame: Frame<'a>,
    /// Absent in pages kept as files, where nobody would answer it.
    pub(crate) form: Option<SubscribeForm>,
    pub(crate) ways: Option<Ways>,
    /// The feeds there are without a choice.
    pub(crate) feeds: Vec<(String, Vec<FeedLinks>)>,
}

/// The form in which a choice is made.
pub(crate) struct SubscribeForm {
    pub(crate) catalogs: Vec<Choice>,
    /// Those of the one catalog that is chosen.
    pub(crate) sections: Vec<Choice>,
    pub(crate) kinds: Vec<ChoiceGroup>,
    pub(crate) levels: Vec<Choice>,
    pub(crate) rhythms: Vec<Choice>,
    pub(crate) finished: bool,
    pub(crate) stars: String,
    pub(crate) language: String,
    pub(crate) words: String,
    /// Parts of the choice that have no field.
    pub(crate) hidden: Vec<(&'static str, String)>,
}

/// How a choice can be had.
pub(crate) struct Ways {
    /// The choice, part by part.
    pub(crate) showing: Vec<String>,
    /// The page that shows it.
    pub(crate) page: String,
    pub(crate) feeds: Vec<FeedLine>,
    pub(crate) opml: String,
    /// What is typed into a chat.
    pub(crate) command: String,
    pub(crate) bots: Vec<BotLine>,
}

/// A feed with its whole address, to be taken along.
pub(crate) struct FeedLine {
    pub(crate) format: &'static str,
    pub(crate) address: String,
}

/// A bot that listens.
pub(crate) struct BotLine {
    pub(crate) service: String,
    pub(crate) name: String,
    pub(crate) href: Option<String>,
}

/// The search of a site kept as files.
#[derive(Template)]
#[template(path = "search.html")]
pub(crate) struct SearchPage<'a> {
    pub(crate) frame: Frame<'a>,
    /// Not everything can be found.
    pub(crate) more: bool,
}

/// What this site is and what it keeps.
#[derive(Template)]
#[template(path = "about.html")]
pub(crate) struct AboutPage<'a> {
    pub(crate) frame: Frame<'a>,
    /// Where the program comes from.
    pub(crate) source: Option<String>,
}

/// The page of a catalog, section, kind or project.
#[derive(Template)]
#[template(path = "listing.html")]
pub(crate) struct ListingPage<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) crumbs: Vec<Linked>,
    pub(crate) here: String,
    pub(crate) heading: String,
    pub(crate) outside: Option<Linked>,
    pub(crate) intro: String,
    pub(crate) facts: Vec<Fact>,
    pub(crate) current: Option<FeedLinks>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) places_title: String,
    pub(crate) places: Vec<Linked>,
    pub(crate) days: Vec<Day>,
    pub(crate) pager: Pager,
    pub(crate) entries: Vec<EntryLine>,
    pub(crate) entries_more: usize,
    /// How many there are, shown or not.
    pub(crate) entries_total: String,
    /// Where to look for those that are not shown.
    pub(crate) entries_search: String,
    /// The first places of its ranking.
    pub(crate) short: Option<ShortRanking>,
    /// What came in last.
    pub(crate) new: Vec<NewLine>,
    /// How its projects are.
    pub(crate) health: Vec<Fact>,
    pub(crate) project: Option<ProjectPart>,
}

/// A new entry in a few words.
pub(crate) struct NewLine {
    pub(crate) link: Linked,
    pub(crate) at: Moment,
}

/// What is known of a followed project.
pub(crate) struct ProjectPart {
    /// Its stars over time, as an `<svg>` element of our own making.
    pub(crate) chart: Option<String>,
    /// What the chart shows, in words.
    pub(crate) chart_text: String,
    /// How stars grew lately.
    pub(crate) growth: Vec<Fact>,
    /// Its releases since it is followed, newest first.
    pub(crate) releases: Vec<ReleaseLine>,
    /// Where all its releases are.
    pub(crate) all_releases: Option<String>,
}

/// A release as a page lists it.
pub(crate) struct ReleaseLine {
    pub(crate) tag: String,
    pub(crate) href: Option<String>,
    /// Its weight and what else is to know: `major`, `prerelease`, `security`.
    pub(crate) marks: Vec<&'static str>,
    pub(crate) published: Moment,
    pub(crate) notes: String,
}

/// The page about the program itself.
#[derive(Template)]
#[template(path = "status.html")]
pub(crate) struct StatusPage<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) facts: Vec<Fact>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) catalogs: Vec<StatusLine>,
    pub(crate) budgets: Vec<BudgetLine>,
    pub(crate) loops: Vec<LoopLine>,
    pub(crate) off: Vec<crate::status::Off>,
}

/// A catalog as the status page lists it.
pub(crate) struct StatusLine {
    pub(crate) link: Linked,
    pub(crate) entries: String,
    pub(crate) seen: Option<Moment>,
    pub(crate) next: Option<Moment>,
    /// What is wrong with it; empty when nothing is.
    pub(crate) state: String,
}

/// A limit of a service as the status page lists it.
pub(crate) struct BudgetLine {
    pub(crate) who: String,
    pub(crate) what: String,
    pub(crate) left: String,
    pub(crate) reset: Moment,
    pub(crate) waiting: Option<Moment>,
}

/// A loop of the program as the status page lists it.
pub(crate) struct LoopLine {
    pub(crate) name: String,
    pub(crate) alive: bool,
    pub(crate) last: Option<Moment>,
}

/// A number or a moment with its name.
pub(crate) struct Fact {
    pub(crate) label: &'static str,
    pub(crate) value: String,
    pub(crate) machine: Option<String>,
}

/// An entry as it stands now.
pub(crate) struct EntryLine {
    pub(crate) name: String,
    pub(crate) href: Option<String>,
    pub(crate) text: String,
}

/// The digests of days or weeks.
#[derive(Template)]
#[template(path = "digest.html")]
pub(crate) struct DigestPage<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) heading: &'a str,
    pub(crate) per: &'a str,
    pub(crate) current: FeedLinks,
    pub(crate) other: Linked,
    pub(crate) digests: Vec<DigestPart>,
}

/// The page with all of one digest.
#[derive(Template)]
#[template(path = "digest_of.html")]
pub(crate) struct OneDigestPage<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) crumbs: Vec<Linked>,
    pub(crate) heading: String,
    pub(crate) intro: Vec<String>,
    /// How much there is of each kind.
    pub(crate) numbers: Vec<String>,
    pub(crate) charts: Vec<ChartPart>,
    pub(crate) catalogs: Vec<DigestCatalog>,
    /// When each catalog was last read.
    pub(crate) read: Vec<DigestLine>,
}

/// A chart with its heading.
pub(crate) struct ChartPart {
    /// Unique on the page.
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) svg: String,
    pub(crate) text: String,
}

/// The digest of one day or week.
pub(crate) struct DigestPart {
    /// Its name in addresses.
    pub(crate) span: String,
    /// Its own page.
    pub(crate) href: String,
    pub(crate) title: String,
    pub(crate) catalogs: Vec<DigestCatalog>,
}

/// What happened to one catalog.
pub(crate) struct DigestCatalog {
    pub(crate) link: Linked,
    pub(crate) groups: Vec<DigestGroup>,
}

/// News of one kind about one catalog.
pub(crate) struct DigestGroup {
    pub(crate) title: String,
    pub(crate) lines: Vec<DigestLine>,
    pub(crate) more: usize,
}

/// One line of a digest.
pub(crate) struct DigestLine {
    pub(crate) name: String,
    pub(crate) href: Option<String>,
    pub(crate) rest: String,
}

/// The answer to a question.
#[derive(Template)]
#[template(path = "ask.html")]
pub(crate) struct AskPage<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) heading: String,
    /// The question as it was typed.
    pub(crate) typed: &'a str,
    pub(crate) answer: Option<&'a whimbrel_lookup::Answer>,
    /// What is wrong with the question.
    pub(crate) wrong: Option<String>,
    /// Things that are to be compared, as a table.
    pub(crate) side_by_side: Option<SideBySide<'a>>,
    /// Charts as SVG, each with what it shows in words.
    pub(crate) charts: Vec<(String, String)>,
    pub(crate) newer: Option<String>,
    pub(crate) older: Option<String>,
    pub(crate) forms: &'static [whimbrel_lookup::Form],
}

/// Things and what is known of each, label by label.
pub(crate) struct SideBySide<'a> {
    pub(crate) items: Vec<&'a whimbrel_lookup::Item>,
    /// The label, and for each thing its name and what is known.
    pub(crate) rows: Vec<(&'a str, Vec<(&'a str, &'a str)>)>,
}

impl<'a> SideBySide<'a> {
    /// The things of an answer, in its order.
    pub(crate) fn of(answer: &'a whimbrel_lookup::Answer) -> Self {
        let items: Vec<_> = answer.items().collect();
        let mut labels: Vec<&str> = Vec::new();
        for fact in items.iter().flat_map(|item| &item.facts) {
            if !labels.contains(&fact.label.as_str()) {
                labels.push(&fact.label);
            }
        }
        let about = ("About", items.iter().map(|item| (item.name.as_str(), item.text.as_str())).collect());
        let known = labels.into_iter().map(|label| {
            let of = |item: &&'a whimbrel_lookup::Item| {
                (item.name.as_str(), item.fact(label).map_or("–", |fact| fact.text.as_str()))
            };
            (label, items.iter().map(of).collect())
        });
        Self { rows: std::iter::once(about).chain(known).collect(), items }
    }
}

/// A text in which names stand between backticks, as people write it.
pub(crate) fn quoted(text: &str) -> String {
    let mut parts = text.split('`');
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for (at, part) in parts.enumerate() {
        whole.push(if at % 2 == 0 { '“' } else { '”' });
        whole.push_str(part);
    }
    whole
}

impl AskPage<'_> {
    /// The page of another question.
    pub(crate) fn ask(&self, question: &str) -> String {
        crate::api::address(&self.frame.links, question, 1)
    }

    /// A link of an answer, which may be one of the site's own pages.
    pub(crate) fn link(&self, url: &str) -> String {
        match url.strip_prefix('/') {
            Some(own) => self.frame.links.file(own),
            None => url.to_owned(),
        }
    }
}

/// What programs can ask.
#[derive(Template)]
#[template(path = "api.html")]
pub(crate) struct ApiPage<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) endpoints: Vec<Endpoint>,
}

/// An address programs ask.
pub(crate) struct Endpoint {
    pub(crate) path: String,
    pub(crate) description: String,
    /// Name, whether it must be there, what it says.
    pub(crate) parameters: Vec<(String, bool, String)>,
    pub(crate) example: String,
}

/// A page that says what went wrong and what to do.
#[derive(Template)]
#[template(path = "trouble.html")]
pub(crate) struct Trouble<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) code: u16,
    pub(crate) heading: &'a str,
    pub(crate) text: &'a str,
}
