//! GitHub's own schema, and queries read and checked against it by a library that knows nothing of ours.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};

/// As the build script found it.
const TEXT: &str = include_str!(concat!(env!("OUT_DIR"), "/github.graphql"));

/// Documents are kept ready; a client asks the same few questions again and again.
const KEPT: usize = 256;

static SCHEMA: LazyLock<Valid<Schema>> = LazyLock::new(|| {
    let schema = Schema::parse(TEXT, "github.graphql").expect("GitHub's schema can be read");
    // A test validates it; every process that asks a question need not.
    Valid::assume_valid(schema)
});

/// A checked document.
pub(super) type Document = Arc<Valid<ExecutableDocument>>;

/// The schema.
pub(super) fn schema() -> &'static Valid<Schema> {
    &SCHEMA
}

/// What is wrong with a document: each fault with its line and column.
pub(super) struct Fault {
    pub(super) message: String,
    pub(super) line: usize,
    pub(super) column: usize,
}

/// Reads and validates a document.
pub(super) fn read(text: &str) -> Result<Document, Vec<Fault>> {
    static READY: LazyLock<Mutex<HashMap<String, Document>>> = LazyLock::new(Mutex::default);
    if let Some(document) = READY.lock().unwrap_or_else(PoisonError::into_inner).get(text) {
        return Ok(Arc::clone(document));
    }
    let document = ExecutableDocument::parse_and_validate(schema(), text, "query").map_err(|found| {
        let faults = found.errors.iter().map(|diagnostic| {
            let place = diagnostic.line_column_range();
            let (line, column) = place.map_or((1, 1), |range| (range.start.line, range.start.column));
            Fault { message: diagnostic.error.to_string(), line, column }
        });
        faults.collect::<Vec<_>>()
    })?;
    let document = Arc::new(document);
    let mut ready = READY.lock().unwrap_or_else(PoisonError::into_inner);
    if ready.len() >= KEPT {
        ready.clear();
    }
    ready.insert(text.to_owned(), Arc::clone(&document));
    Ok(document)
}

/// Whether an object type is what a fragment or an abstract field asks for.
pub(super) fn is_a(object: &str, asked: &str) -> bool {
    object == asked || schema().is_subtype(asked, object)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_githubs_and_valid() {
        let schema = Schema::parse_and_validate(TEXT, "github.graphql").expect("it is valid");
        assert!(schema.types.len() > 1_000, "only {} types", schema.types.len());
        assert!(is_a("Repository", "Node") && is_a("Commit", "GitObject") && !is_a("Language", "Starrable"));
    }
}
