//! The site, the feeds and the health pages over HTTP; the only crate that names axum.
