//! Lists in pages, with links to the others.

use super::super::answer::Answer;
use super::Ask;
use serde_json::Value;

/// Which part of a list is asked for.
pub(super) struct Cut {
    per_page: usize,
    page: usize,
}

impl Cut {
    pub(super) fn of(ask: &Ask<'_>) -> Self {
        let number = |name: &str| ask.value(name).and_then(|value| value.parse::<usize>().ok());
        // More than a hundred is as good as a hundred.
        let per_page = number("per_page").filter(|per_page| *per_page > 0).unwrap_or(30).min(100);
        Self { per_page, page: number("page").unwrap_or(1).max(1) }
    }

    /// The page's part of the items.
    pub(super) fn take<T>(&self, all: impl Iterator<Item = T>) -> impl Iterator<Item = T> {
        all.skip((self.page - 1) * self.per_page).take(self.per_page)
    }

    /// The answer with links to the pages beside it. They name the repository by its number and keep the rest of the
    /// query, so whoever builds pages by hand will differ from whoever follows.
    pub(super) fn answer(
        &self,
        ask: &Ask<'_>,
        total: usize,
        repository: u64,
        what: &str,
        items: Vec<Value>,
    ) -> Answer {
        let answer = Answer::json(200, &Value::from(items));
        let last = total.div_ceil(self.per_page).max(1);
        let link = |page: usize, relation: &str| {
            let kept = url::form_urlencoded::parse(ask.query.as_bytes()).filter(|(name, _)| name != "page");
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            query.extend_pairs(kept).append_pair("page", &page.to_string());
            format!("<{}/repositories/{repository}/{what}?{}>; rel=\"{relation}\"", ask.api, query.finish())
        };
        let mut links = Vec::new();
        if self.page > 1 {
            links.push(link((self.page - 1).min(last), "prev"));
        }
        if self.page < last {
            links.push(link(self.page + 1, "next"));
            links.push(link(last, "last"));
        }
        if self.page > 1 {
            links.push(link(1, "first"));
        }
        if links.is_empty() { answer } else { answer.with("link", links.join(", ")) }
    }
}
