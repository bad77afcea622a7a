use super::scratch::Scratch;
use super::*;
use crate::source::LookErrorKind;

const LIMIT: usize = 1 << 20;

fn look(repo: &Scratch, cursor: &Cursor) -> Result<Sight, LookError> {
    look_now(repo.path(), "README.md", None, cursor, LIMIT)
}

/// The texts of the new versions with their times, and the cursor after them.
fn versions(sight: Sight) -> (Vec<(String, i64)>, Cursor) {
    let Sight::Versions { versions, cursor, more } = sight else { panic!("unchanged") };
    assert!(!more);
    let told = versions
        .into_iter()
        .map(|version| {
            let text = String::from_utf8(version.documents[0].bytes.clone()).unwrap();
            (text, version.at.unwrap().timestamp())
        })
        .collect();
    (told, cursor)
}

fn told(sight: Sight) -> Vec<(String, i64)> {
    versions(sight).0
}

#[test]
fn every_version_since_the_last_look_passes_in_order() {
    let mut repo = Scratch::bare();
    repo.write("README.md", "one").commit(100);
    repo.write("README.md", "two").commit(200);
    let (first, cursor) = versions(look(&repo, &Cursor::new()).unwrap());
    assert_eq!(first, [("two".to_owned(), 200)], "the first look sees the newest only");

    assert_eq!(look(&repo, &cursor).unwrap(), Sight::Unchanged { cursor: None });
    repo.write("README.md", "three").commit(300);
    repo.write("other.txt", "beside").commit(310);
    repo.write("README.md", "four").commit(320);
    repo.write("README.md", "three").commit(330);
    let (new, cursor) = versions(look(&repo, &cursor).unwrap());
    assert_eq!(new, [("three".to_owned(), 300), ("four".to_owned(), 320), ("three".to_owned(), 330)]);

    repo.write("other.txt", "again").commit(340);
    let Sight::Unchanged { cursor: Some(next) } = look(&repo, &cursor).unwrap() else { panic!() };
    assert_ne!(next["commit"], cursor["commit"], "commits beside the file are not walked twice");
}

#[test]
fn renames_are_followed_forwards_and_backwards() {
    let mut repo = Scratch::bare();
    let old = (0..40).map(|line| format!("- line {line}")).collect::<Vec<_>>().join("\n");
    repo.write("list.md", &old).write("a.txt", "a").commit(100);
    repo.rename("list.md", "README.md").commit(200);
    let (_, cursor) = versions(look(&repo, &Cursor::new()).unwrap());

    let edited = format!("{old}- one more\n");
    repo.remove("README.md").write("docs/list/README.md", &edited).commit(300);
    repo.write("docs/list/README.md", "short").commit(400);
    let (new, cursor) = versions(look(&repo, &cursor).unwrap());
    assert_eq!(new, [(edited.clone(), 300), ("short".to_owned(), 400)]);
    assert_eq!(cursor["path"], "docs/list/README.md");

    let history = History::open(repo.path(), "./docs/./list/README.md", None).unwrap();
    let steps: Vec<(i64, &str)> =
        history.steps().iter().map(|step| (step.at.timestamp(), step.path.as_str())).collect();
    assert_eq!(steps, [(100, "list.md"), (300, "docs/list/README.md"), (400, "docs/list/README.md")]);
    assert_eq!(history.read(&history.steps()[0], LIMIT).unwrap().bytes, old.into_bytes());
}

#[test]
fn only_the_first_parent_line_counts() {
    let mut repo = Scratch::bare();
    repo.write("README.md", "one").commit(100);
    let (_, cursor) = versions(look(&repo, &Cursor::new()).unwrap());
    let base = cursor["commit"].clone();
    repo.write("README.md", "side work").commit_with(150, &[], "side");
    let side = repo.write("README.md", "side done").commit_with(160, &[], "side");
    repo.rewind(&base);
    repo.write("README.md", "merged").commit_with(200, &[&side], "main");
    assert_eq!(told(look(&repo, &cursor).unwrap()), [("merged".to_owned(), 200)]);
    let on_side = look_now(repo.path(), "README.md", Some("side"), &Cursor::new(), LIMIT).unwrap();
    assert_eq!(told(on_side), [("side done".to_owned(), 160)]);
}

#[test]
fn a_rewritten_history_is_one_step_to_the_newest_version() {
    let mut repo = Scratch::bare();
    let first = repo.write("README.md", "one").commit(100);
    repo.write("README.md", "two").commit(200);
    let (_, cursor) = versions(look(&repo, &Cursor::new()).unwrap());
    repo.rewind(&first);
    repo.write("README.md", "TWO").commit(210);
    repo.write("README.md", "THREE").commit(220);
    let (new, cursor) = versions(look(&repo, &cursor).unwrap());
    assert_eq!(new, [("THREE".to_owned(), 220)]);

    // Rewritten again, but to the same document: nothing is new.
    repo.rewind(&first);
    repo.commit(230);
    assert!(matches!(look(&repo, &cursor).unwrap(), Sight::Unchanged { cursor: Some(_) }));
}

#[test]
fn a_long_absence_is_told_in_parts() {
    let mut repo = Scratch::bare();
    repo.write("README.md", "0").commit(100);
    let (_, mut cursor) = versions(look(&repo, &Cursor::new()).unwrap());
    for n in 1..=80 {
        repo.write("README.md", n.to_string()).commit(100 + n);
    }
    let mut seen = Vec::new();
    loop {
        let Sight::Versions { versions, cursor: next, more } = look(&repo, &cursor).unwrap() else {
            panic!()
        };
        assert!(versions.len() <= VERSIONS_A_LOOK);
        seen.extend(versions.into_iter().map(|version| version.at.unwrap().timestamp() - 100));
        cursor = next;
        if !more {
            break;
        }
    }
    assert_eq!(seen, (1..=80).collect::<Vec<_>>());
}

#[test]
fn a_deleted_file_is_missing_and_its_return_is_a_version() {
    let mut repo = Scratch::bare();
    repo.write("README.md", "one").write("a", "a").commit(100);
    let (_, cursor) = versions(look(&repo, &Cursor::new()).unwrap());
    repo.remove("README.md").commit(200);
    let error = look(&repo, &cursor).unwrap_err();
    assert_eq!(error.kind, LookErrorKind::NotFound);
    repo.write("README.md", "two").commit(300);
    assert_eq!(told(look(&repo, &cursor).unwrap()), [("two".to_owned(), 300)]);
    let history = History::open(repo.path(), "README.md", None).unwrap();
    assert_eq!(history.steps().iter().map(|step| step.at.timestamp()).collect::<Vec<_>>(), [100, 300]);
}

#[test]
fn times_of_commits_never_run_backwards_in_a_history() {
    let mut repo = Scratch::bare();
    for (text, at) in [("a", 100), ("b", 90), ("c", 95), ("d", 200)] {
        repo.write("README.md", text).commit(at);
    }
    let history = History::open(repo.path(), "README.md", None).unwrap();
    assert_eq!(
        history.steps().iter().map(|step| step.at.timestamp()).collect::<Vec<_>>(),
        [100, 100, 100, 200]
    );
}

#[test]
fn links_in_the_tree_are_followed_and_circles_are_refused() {
    let mut repo = Scratch::bare();
    repo.write("docs/list.md", "one").link("README.md", "./docs/list.md").commit(100);
    let (first, cursor) = versions(look(&repo, &Cursor::new()).unwrap());
    assert_eq!(first[0].0, "one");
    repo.write("docs/list.md", "two").commit(200);
    assert_eq!(told(look(&repo, &cursor).unwrap()), [("two".to_owned(), 200)]);
    repo.link("README.md", "README.md").commit(300);
    assert!(look(&repo, &cursor).unwrap_err().message.contains("circle"));
    repo.link("README.md", "../outside.md").commit(400);
    assert_eq!(look(&repo, &cursor).unwrap_err().kind, LookErrorKind::NotFound);
}

#[test]
fn what_is_missing_is_said() {
    let empty = Scratch::bare();
    assert!(look(&empty, &Cursor::new()).unwrap_err().message.contains("no commit"));

    let folder = tempfile::tempdir().unwrap();
    let none = look_now(folder.path(), "README.md", None, &Cursor::new(), LIMIT).unwrap_err();
    assert!(none.message.contains("no readable git repository"), "{none}");
    let gone = look_now(&folder.path().join("gone"), "README.md", None, &Cursor::new(), LIMIT).unwrap_err();
    assert!(gone.message.contains("does not exist"), "{gone}");

    let mut repo = Scratch::bare();
    repo.write("docs/a.md", "one").commit(100);
    assert_eq!(look(&repo, &Cursor::new()).unwrap_err().kind, LookErrorKind::NotFound);
    let folder = look_now(repo.path(), "docs", None, &Cursor::new(), LIMIT).unwrap_err();
    assert!(folder.message.contains("is a folder"), "{folder}");
    let branch = look_now(repo.path(), "docs/a.md", Some("dev"), &Cursor::new(), LIMIT).unwrap_err();
    assert!(branch.message.contains("no branch `dev`"), "{branch}");
    let large = look_now(repo.path(), "docs/a.md", None, &Cursor::new(), 2).unwrap_err();
    assert_eq!(large.kind, LookErrorKind::TooLarge);
    assert!(History::open(repo.path(), "README.md", None).is_err());
}
