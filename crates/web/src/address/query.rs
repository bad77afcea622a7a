//! What a query asks of the news.

use http::StatusCode;
use url::form_urlencoded;
use whimbrel_catalog::CatalogId;
use whimbrel_news::Filter;

use super::wrong::{no_catalog, unknown_kind, unknown_parameter};
use super::{Listing, Wrong};
use crate::sheet::is_tracking;

/// The parameters a listing understands.
const PARAMETERS: &str = "catalog, kind, section, project, q and after";
/// Longer search texts are no search texts.
pub(crate) const LONGEST_WORDS: usize = 200;
/// More values of one parameter than anybody types.
const MOST_VALUES: usize = 50;

/// The listing a query asks for, of everything; texts in it can be `longest` bytes long.
pub(crate) fn read_query(
    query: Option<&str>,
    known: &dyn Fn(&str) -> Option<CatalogId>,
    longest: usize,
) -> Result<Listing, Wrong> {
    let mut listing = Listing::default();
    let Some(query) = query else { return Ok(listing) };
    let narrow = &mut listing.narrow;
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let value = value.trim();
        match &*name {
            "catalog" | "kind" | "section" | "project" | "q" | "after" if value.is_empty() => {}
            "catalog" => {
                for value in list(value) {
                    let id = known(value)
                        .ok_or_else(|| Wrong { status: StatusCode::BAD_REQUEST, ..no_catalog(value) })?;
                    push(&mut narrow.catalogs, id);
                }
            }
            "kind" => {
                for value in list(value) {
                    let kind = value.parse().map_err(|_| unknown_kind(value, StatusCode::BAD_REQUEST))?;
                    push(&mut narrow.kinds, kind);
                }
            }
            // Headings may hold commas, so several sections are several parameters.
            "section" => push(&mut narrow.sections, value.to_owned()),
            "project" => list(value).for_each(|value| push(&mut narrow.projects, value.to_owned())),
            "q" => {
                if !narrow.words.is_empty() {
                    narrow.words.push(' ');
                }
                narrow.words.push_str(value);
            }
            "after" => {
                listing.after = Some(value.parse().map_err(|()| {
                    Wrong::query("`after` is no place in the journal: follow the link `older` of a page instead of writing one.")
                })?);
            }
            other if is_tracking(other) => {}
            other => {
                return Err(unknown_parameter(other, PARAMETERS));
            }
        }
    }
    let too_many = [narrow.catalogs.len(), narrow.kinds.len(), narrow.sections.len(), narrow.projects.len()]
        .into_iter()
        .max();
    if too_many > Some(MOST_VALUES) {
        return Err(Wrong::query(format!("At most {MOST_VALUES} values of one parameter can be asked for.")));
    }
    let texts = narrow.sections.iter().chain(&narrow.projects).chain([&narrow.words]);
    if texts.map(String::len).max() > Some(longest) {
        return Err(Wrong::query(format!("A search text can be at most {longest} bytes long.")));
    }
    if let Err(error) = Filter::parse(&narrow.words) {
        return Err(Wrong::query(format!("The words cannot be understood: {error}.")));
    }
    narrow.catalogs.sort();
    narrow.kinds.sort();
    narrow.sections.sort();
    narrow.projects.sort();
    Ok(listing)
}

/// Values of one parameter, with commas between them.
fn list(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').map(str::trim).filter(|value| !value.is_empty())
}

fn push<T: PartialEq>(values: &mut Vec<T>, value: T) {
    if !values.contains(&value) {
        values.push(value);
    }
}
