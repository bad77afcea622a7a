//! Reads catalogs where they live and records what changed; the only crate that names octocrab and gix.
