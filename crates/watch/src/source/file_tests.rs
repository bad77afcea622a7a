//! Local files and folders, as the system really hands them out.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};

use super::file::look;
use super::*;
use crate::span::Span;

fn settings() -> Settings {
    Settings { second_read: Span::from_millis(0), ..Settings::default() }
}

/// An hour after everything in this test was written.
fn later() -> DateTime<Utc> {
    DateTime::<Utc>::from(std::time::SystemTime::now()) + TimeDelta::hours(1)
}

async fn see(path: &Path, cursor: &Cursor) -> Result<Sight, LookError> {
    look(path, cursor, &settings(), later()).await
}

fn version(sight: Sight) -> (Vec<(String, String)>, Cursor) {
    let Sight::Versions { mut versions, cursor, more: false } = sight else { panic!("no version") };
    assert_eq!(versions.len(), 1);
    let documents = versions.remove(0).documents;
    (documents.into_iter().map(|d| (d.name, String::from_utf8(d.bytes).unwrap())).collect(), cursor)
}

#[tokio::test]
async fn a_file_is_read_once_and_again_when_it_differs() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("list.md");
    fs::write(&file, "one").unwrap();
    let (documents, cursor) = version(see(&file, &Cursor::new()).await.unwrap());
    assert_eq!(documents, [("list.md".to_owned(), "one".to_owned())]);
    assert_eq!(see(&file, &cursor).await.unwrap(), Sight::Unchanged { cursor: None });

    // Saved again without a difference: another stamp, no version.
    fs::remove_file(&file).unwrap();
    fs::write(&file, "one").unwrap();
    assert!(matches!(see(&file, &cursor).await.unwrap(), Sight::Unchanged { cursor: Some(_) }));

    fs::write(&file, "two").unwrap();
    assert_eq!(version(see(&file, &cursor).await.unwrap()).0[0].1, "two");
}

#[tokio::test]
async fn a_fresh_file_is_read_twice_and_its_stamp_is_not_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("list.md");
    fs::write(&file, "one").unwrap();
    let now = DateTime::<Utc>::from(fs::metadata(&file).unwrap().modified().unwrap());
    let sight = look(&file, &Cursor::new(), &settings(), now).await.unwrap();
    let (_, cursor) = version(sight);
    assert!(!cursor.contains_key("stamp"));
    let sight = look(&file, &cursor, &settings(), later()).await.unwrap();
    let Sight::Unchanged { cursor: Some(cursor) } = sight else { panic!() };
    assert!(cursor.contains_key("stamp"));
}

#[tokio::test]
async fn a_folder_is_one_version_of_all_its_catalogs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::create_dir_all(path.join("deep/er")).unwrap();
    fs::create_dir_all(path.join(".git")).unwrap();
    for (name, text) in [
        ("b.md", "b"),
        ("a.yaml", "a"),
        ("deep/er/c.org", "c"),
        (".git/x.md", "no"),
        (".hidden.md", "no"),
        ("LICENSE.md", "no"),
        ("Contributing.md", "no"),
        ("picture.png", "no"),
    ] {
        fs::write(path.join(name), text).unwrap();
    }
    symlink(path, path.join("deep/round.md")).unwrap();
    let (documents, cursor) = version(see(path, &Cursor::new()).await.unwrap());
    let names: Vec<&str> = documents.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["a.yaml", "b.md", "deep/er/c.org"]);
    assert_eq!(see(path, &cursor).await.unwrap(), Sight::Unchanged { cursor: None });
    fs::write(path.join("b.md"), "b2").unwrap();
    let (documents, _) = version(see(path, &cursor).await.unwrap());
    assert_eq!(documents.len(), 3);
}

#[tokio::test]
async fn a_link_to_nothing_is_left_out_until_it_leads_somewhere() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lists");
    fs::create_dir(&path).unwrap();
    symlink(folder.path().join("b.md"), path.join("b.md")).unwrap();
    symlink("round.md", path.join("round.md")).unwrap();
    let none = see(&path, &Cursor::new()).await.unwrap_err();
    assert!(none.message.contains("no catalog files"), "{none}");

    fs::write(path.join("a.md"), "a").unwrap();
    let (documents, cursor) = version(see(&path, &Cursor::new()).await.unwrap());
    assert_eq!(documents, [("a.md".to_owned(), "a".to_owned())]);
    assert_eq!(see(&path, &cursor).await.unwrap(), Sight::Unchanged { cursor: None });

    fs::write(folder.path().join("b.md"), "b").unwrap();
    let (documents, _) = version(see(&path, &cursor).await.unwrap());
    assert_eq!(documents.len(), 2);
}

#[tokio::test]
async fn what_cannot_be_read_in_a_folder_is_named_beside_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("a.md"), "a").unwrap();
    symlink("/dev/null", path.join("b.md")).unwrap();
    let Sight::Versions { versions, cursor, .. } = see(path, &Cursor::new()).await.unwrap() else { panic!() };
    let [version] = &versions[..] else { panic!("{versions:?}") };
    assert_eq!((version.documents.len(), version.unread.len()), (1, 1));
    assert_eq!(version.unread[0].name, "b.md");
    assert!(version.unread[0].why.contains("b.md is no regular file"), "{version:?}");
    assert!(!cursor.contains_key("stamp"), "rights are given without a trace");
    assert_eq!(see(path, &cursor).await.unwrap(), Sight::Unchanged { cursor: None });

    fs::remove_file(path.join("b.md")).unwrap();
    fs::write(path.join("b.md"), "b").unwrap();
    let Sight::Versions { versions, cursor, .. } = see(path, &cursor).await.unwrap() else { panic!() };
    assert_eq!((versions[0].documents.len(), versions[0].unread.len()), (2, 0));
    assert!(cursor.contains_key("stamp"));

    fs::remove_file(path.join("a.md")).unwrap();
    fs::remove_file(path.join("b.md")).unwrap();
    symlink("/dev/null", path.join("b.md")).unwrap();
    let error = see(path, &cursor).await.unwrap_err();
    assert_eq!(error.kind, LookErrorKind::Unreadable, "nothing is left: {error}");
}

#[test]
fn a_folder_stands_for_all_in_it() {
    let unread = |name: &str| Unread { name: name.into(), why: String::new() };
    for (name, document, covers) in [
        ("a.md", "a.md", true),
        ("a.md", "b/a.md", false),
        ("deep/", "deep/er/a.md", true),
        ("deep/", "deeper/a.md", false),
    ] {
        assert_eq!(unread(name).covers(document), covers, "{name} {document}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    symlink(path.join("two.md"), path.join("one.md")).unwrap();
    symlink(path.join("one.md"), path.join("two.md")).unwrap();
    fs::write(path.join("plain"), "x").unwrap();
    fs::write(path.join("large.md"), vec![b'x'; 100]).unwrap();
    fs::create_dir(path.join("empty")).unwrap();
    for (name, kind, hint) in [
        ("gone.md", LookErrorKind::NotFound, "does not exist"),
        ("plain/x.md", LookErrorKind::NotFound, "cannot exist"),
        ("one.md", LookErrorKind::Unreadable, "circle"),
        ("large.md", LookErrorKind::TooLarge, "max_bytes"),
        ("empty", LookErrorKind::NotFound, "no catalog files"),
    ] {
        let small = Settings { max_bytes: 50, ..settings() };
        let error = look(&path.join(name), &Cursor::new(), &small, later()).await.unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
        assert!(error.message.contains(hint), "{error}");
    }
    let device = see(Path::new("/dev/null"), &Cursor::new()).await.unwrap_err();
    assert!(device.message.contains("no regular file"), "{device}");

    let locked = path.join("locked.md");
    fs::write(&locked, "x").unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    // Root may read everything; then there is nothing to be refused.
    if fs::read(&locked).is_err() {
        let error = see(&locked, &Cursor::new()).await.unwrap_err();
        assert_eq!(error.kind, LookErrorKind::Refused);
    }
}
