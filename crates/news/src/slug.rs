//! Names that are safe in addresses and file names, one for each section, project and catalog.
//!
//! A slug has only `a-z 0-9 . _ ~ -`, at most [`MAX_BYTES`] of them, is never empty, no device name of Windows, and
//! neither begins with a dot, as hidden files do, nor ends in one. Usual names stay readable:
//! `github.com/etcd-io/etcd` is `github.com~etcd-io~etcd`, the section `Databases / Key-Value Stores` is
//! `databases~key-value_stores`. Where letters had to go, `--` and ten hex digits of a hash keep the slug distinct; it is never the other way round, so
//! a name that merely looks so gets a hash of its own.
//!
//! Slugs stand in published addresses: the same name must give the same slug for ever.

use sha2::{Digest as _, Sha256};
use whimbrel_catalog::CatalogId;

use crate::fold::fold;

/// The longest slug, so that a path of several stays far from every limit of file systems.
pub const MAX_BYTES: usize = 100;

/// The slug of what stands before the first heading.
pub const ROOT_SECTION: &str = "_";

/// The part of a slug that tells names apart: `--` and ten hex digits.
const HASH_BYTES: usize = 12;

/// The longest slug of one heading, so that usual paths of several fit whole.
const HEADING_BYTES: usize = 48;

/// The slug of a section. Capitals and the number of blanks make no difference: headings that differ in nothing
/// else are one section to a reader.
///
/// The slug of a section below begins with the slug of the one above and `~`, unless the path is too long; ask
/// [`is_below`], which is always right.
pub fn section<S: AsRef<str>>(path: &[S]) -> String {
    lineage(path).pop().unwrap_or_else(|| ROOT_SECTION.to_owned())
}

/// The slugs of all sections an entry of this section is in, outermost first: [`ROOT_SECTION`], …, the section itself.
pub fn lineage<S: AsRef<str>>(path: &[S]) -> Vec<String> {
    let mut slugs = vec![ROOT_SECTION.to_owned()];
    // What is left of the path once it became too long, for the hash.
    let mut whole = String::new();
    let mut stem: Option<String> = None;
    let mut full = false;
    for heading in path {
        let name: String = heading.as_ref().split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        whole.push_str(&name);
        whole.push('\u{1f}');
        let slug = if name.contains(['_', '~']) {
            // `_` stands for a blank and `~` for a step down, so true ones must not.
            hashed(&name, &name.replace('~', "-"), HEADING_BYTES)
        } else {
            safe(&name, &name.replace(' ', "_"), HEADING_BYTES)
        };
        let longer = stem.as_ref().map_or_else(|| slug.clone(), |above| format!("{above}~{slug}"));
        full = full || longer.len() > MAX_BYTES - HASH_BYTES - 1;
        if full {
            let above = stem.as_deref().unwrap_or_default();
            slugs.push(format!("{above}~{}", hash(&whole)));
        } else {
            slugs.push(longer.clone());
            stem = Some(longer);
        }
    }
    slugs
}

/// Whether a section is the one of this slug, or stands below it.
pub fn is_below<S: AsRef<str>>(path: &[S], slug: &str) -> bool {
    lineage(path).iter().any(|above| above == slug)
}

/// The slug of a project, from the key of its entry.
pub fn project(key: &str) -> String {
    if key.contains('~') {
        // `~` stands for `/`, so a true one must not.
        return hashed(key, &key.replace(['/', '~'], "-"), MAX_BYTES);
    }
    safe(key, &key.replace('/', "~"), MAX_BYTES)
}

/// The key a project's slug was made from, where the slug still tells; `None` for one with a hash.
pub fn project_key(slug: &str) -> Option<String> {
    let key = slug.replace('~', "/");
    (project(&key) == slug).then_some(key)
}

/// The slug of a catalog: its id, unless no file could be called so.
pub fn catalog(id: &CatalogId) -> String {
    safe(id.as_str(), id.as_str(), MAX_BYTES)
}

/// `wished` if it is a slug as it stands, else the nearest one with the hash of `name`.
fn safe(name: &str, wished: &str, max_bytes: usize) -> String {
    let bare = (1..=max_bytes).contains(&wished.len())
        && wished.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._~-".contains(&b))
        && wished.bytes().any(|b| b.is_ascii_alphanumeric())
        && !wished.starts_with('.')
        && !wished.ends_with('.')
        && !is_device(wished)
        && !looks_hashed(wished);
    if bare { wished.to_owned() } else { hashed(name, wished, max_bytes) }
}

/// What is left of `wished` without the forbidden, and the hash of `name`.
fn hashed(name: &str, wished: &str, max_bytes: usize) -> String {
    let mut slug = String::new();
    for c in fold(wished).chars() {
        let dot = c == '.' && !slug.is_empty() && !is_device(wished);
        if c.is_ascii_lowercase() || c.is_ascii_digit() || c == '~' || dot {
            slug.push(c);
        } else if !slug.ends_with(['-', '~', '.']) && !slug.is_empty() {
            slug.push('-');
        }
        if slug.len() >= max_bytes - HASH_BYTES {
            break;
        }
    }
    let kept = slug.trim_end_matches(['-', '.', '~']);
    format!("{kept}{}", hash(name))
}

fn hash(name: &str) -> String {
    use std::fmt::Write as _;
    let digest = Sha256::digest(name.as_bytes());
    let mut text = String::from("--");
    for byte in &digest[..(HASH_BYTES - 2) / 2] {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Ends as a hash does, so it needs one to be told from it.
fn looks_hashed(slug: &str) -> bool {
    slug.len() >= HASH_BYTES && {
        let tail = &slug.as_bytes()[slug.len() - HASH_BYTES..];
        tail.starts_with(b"--") && tail[2..].iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    }
}

/// Names that are devices on Windows, whatever follows their first dot.
fn is_device(slug: &str) -> bool {
    let stem = slug.split('.').next().unwrap_or_default().to_ascii_lowercase();
    matches!(stem.as_str(), "con" | "prn" | "aux" | "nul")
        || (stem.len() == 4
            && (stem.starts_with("com") || stem.starts_with("lpt"))
            && stem.as_bytes()[3].is_ascii_digit())
}

#[cfg(test)]
mod tests;
