//! Names as GitHub hands them out: database ids, node ids, git object ids.
//!
//! A node id is a prefix for the kind and the base64 of a packed list of numbers, as the real ones are, so it can be
//! read back without a table: `R_kgDOABCDEF` is repository 1,123,053 wherever it is called what.

use std::hash::Hasher;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rustc_hash::FxHasher;
use sha1::{Digest, Sha1};

/// The database id of the first repository; the next ones follow without gaps.
pub(super) const FIRST_REPOSITORY: u64 = 20_000_001;
/// The database id of the first owner.
pub(super) const FIRST_OWNER: u64 = 4_000_001;
/// The database id of the first release.
pub(super) const FIRST_RELEASE: u64 = 150_000_001;

/// A git object id: twenty bytes, shown as forty hexadecimal digits.
pub(super) type Oid = [u8; 20];

/// What a node id names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Repository(u64),
    Release { repository: u64, release: u64 },
    User(u64),
    Organization(u64),
}

/// The node id of something GitHub numbers.
pub(super) fn node_id(node: Node) -> String {
    let (prefix, numbers) = match node {
        Node::Repository(id) => ("R", vec![id]),
        Node::Release { repository, release } => ("RE", vec![repository, release]),
        Node::User(id) => ("U", vec![id]),
        Node::Organization(id) => ("O", vec![id]),
    };
    format!("{prefix}_{}", packed(&numbers, None))
}

/// The node id of a git object or a ref, which is named by its repository and a text.
pub(super) fn git_node_id(prefix: &str, repository: u64, name: &str) -> String {
    format!("{prefix}_{}", packed(&[repository], Some(name)))
}

/// Reads a node id back; nothing when it is not one of ours. Repositories may be named in the old form, too
/// (`MDEwOlJlcG9zaXRvcnkx` is `010:Repository1`), which GitHub still takes.
pub(super) fn read_node_id(text: &str) -> Option<Node> {
    if let Ok(old) = STANDARD.decode(text)
        && let Some(id) = String::from_utf8(old).ok()?.strip_prefix("010:Repository")
    {
        return id.parse().ok().map(Node::Repository);
    }
    let (prefix, packed) = text.split_once('_')?;
    let bytes = URL_SAFE_NO_PAD.decode(packed).ok()?;
    let numbers: Vec<u64> = bytes
        .get(2..)?
        .chunks(5)
        .map(|chunk| match chunk {
            [0xce, number @ ..] => Some(u64::from(u32::from_be_bytes(number.try_into().ok()?))),
            _ => None,
        })
        .collect::<Option<_>>()?;
    match (prefix, numbers.as_slice()) {
        ("R", [id]) => Some(Node::Repository(*id)),
        ("RE", [repository, release]) => Some(Node::Release { repository: *repository, release: *release }),
        ("U", [id]) => Some(Node::User(*id)),
        ("O", [id]) => Some(Node::Organization(*id)),
        _ => None,
    }
}

/// The git object id of a file's bytes.
pub(super) fn blob_oid(bytes: &[u8]) -> Oid {
    let mut hash = Sha1::new();
    hash.update(format!("blob {}\0", bytes.len()));
    hash.update(bytes);
    hash.finalize().into()
}

/// An object id for a made-up commit or tree: as good as the real thing for whoever only compares, and cheap enough
/// for millions.
pub(super) fn made_up_oid(repository: u64, what: &str, number: u64) -> Oid {
    let mut oid = [0; 20];
    for (piece, bytes) in oid.chunks_mut(8).enumerate() {
        let mut hasher = FxHasher::default();
        hasher.write(what.as_bytes());
        hasher.write_u64(repository);
        hasher.write_u64(number);
        hasher.write_usize(piece);
        // The upper bits are the well-mixed ones.
        let mixed = hasher.finish().wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes();
        bytes.copy_from_slice(&mixed[..bytes.len()]);
    }
    oid
}

/// An object id as git shows it.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        out.push(char::from(DIGITS[usize::from(byte >> 4)]));
        out.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    out
}

fn packed(numbers: &[u64], name: Option<&str>) -> String {
    let parts = 1 + numbers.len() + usize::from(name.is_some());
    // An array, a zero, then each number in four bytes, as the real ids are packed.
    let mut bytes = vec![0x90 | parts as u8, 0];
    for number in numbers {
        bytes.push(0xce);
        bytes.extend((*number as u32).to_be_bytes());
    }
    if let Some(name) = name {
        bytes.extend([0xd9, name.len() as u8]);
        bytes.extend(name.bytes());
    }
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_ids_look_like_the_real_ones_and_can_be_read_back() {
        assert_eq!(node_id(Node::Repository(1_296_269)), "R_kgDOABPHjQ");
        for node in [
            Node::Repository(FIRST_REPOSITORY),
            Node::Release { repository: 7, release: FIRST_RELEASE },
            Node::User(1),
            Node::Organization(u64::from(u32::MAX)),
        ] {
            assert_eq!(read_node_id(&node_id(node)), Some(node));
        }
        assert_eq!(read_node_id("MDEwOlJlcG9zaXRvcnkx"), Some(Node::Repository(1)));
        for broken in ["", "R", "R_", "R_kg", "R_kgDOAB", "X_kgDOABPHjQ", "R_!!!!", "MDQ6VXNlcjE="] {
            assert_eq!(read_node_id(broken), None, "{broken}");
        }
    }

    #[test]
    fn a_blob_is_named_as_git_names_it() {
        assert_eq!(hex(&blob_oid(b"hello\n")), "ce013625030ba8dba906f756967f9e9ca394464a");
        assert_eq!(hex(&blob_oid(b"")), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
    }

    #[test]
    fn made_up_commits_differ() {
        let first = made_up_oid(1, "commit", 1);
        assert_ne!(first, made_up_oid(1, "commit", 2));
        assert_ne!(first, made_up_oid(2, "commit", 1));
        assert_ne!(first, made_up_oid(1, "tree", 1));
        assert_ne!(first[..8], first[8..16]);
    }
}
