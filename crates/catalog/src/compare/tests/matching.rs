//! Which entry is which: one line of proof after the other.

use super::{told, told_knowing};
use crate::compare::Known;
use crate::draft::key;

#[test]
fn additions_and_removals() {
    let before =
        "## Storage\ntikv | github.com/tikv/tikv | a store\nsled | github.com/spacejam/sled | another";
    let after =
        "## Storage\nsled | github.com/spacejam/sled | another\nredb | github.com/cberner/redb | tree";
    assert_eq!(told(before, after), ["added redb", "removed tikv"]);
    assert_eq!(told("", before), ["added tikv", "added sled"]);
    assert_eq!(told(before, ""), ["removed tikv", "removed sled"]);
    assert!(told(before, before).is_empty());
}

#[test]
fn a_new_address_under_the_old_name_is_a_rename() {
    for (before, after, expected) in [
        // same name, same section
        (
            "beep | github.com/faiface/beep | sound",
            "beep | github.com/gopxl/beep | sound",
            vec!["renamed beep: github.com/faiface/beep -> github.com/gopxl/beep"],
        ),
        // the same with another text: a rename and an edit
        (
            "beep | github.com/faiface/beep | sound",
            "beep | beep.example.org | plays music",
            vec!["renamed beep: github.com/faiface/beep -> beep.example.org", "edited beep"],
        ),
        // owner/repo as the name: repository name and text agree
        (
            "faiface/beep | github.com/faiface/beep | plays sound",
            "gopxl/beep | github.com/gopxl/beep | plays sounds",
            vec!["renamed faiface/beep -> gopxl/beep", "edited gopxl/beep"],
        ),
        // the text alone proves nothing, though one took the place of the other
        (
            "radon | github.com/a/radon | measures code",
            "xenon | github.com/b/xenon | measures code",
            vec!["added xenon in place of radon", "removed radon"],
        ),
        // nor does the repository name with another text
        (
            "a/cache | github.com/a/cache | keeps bytes in memory",
            "b/cache | github.com/b/cache | builds with CI",
            vec!["added b/cache", "removed a/cache"],
        ),
    ] {
        assert_eq!(told(before, after), expected, "{before} / {after}");
    }
}

#[test]
fn names_count_only_where_they_are_unique() {
    let before = "## Health\nhealth | github.com/a/health | one\nhealth | github.com/b/health | two";
    let after = "## Health\nhealth | github.com/a/health | one\nhealth | github.com/c/check | three";
    assert_eq!(told(before, after), ["added health", "removed health"]);
    // in two sections each is unique
    let before = "## A\nby me | github.com/a/x | one\n## B\nby me | github.com/b/y | two";
    let after = "## A\nby me | github.com/a/z | one\n## B\nby me | github.com/b/y | two";
    assert_eq!(told(before, after), ["renamed by me: github.com/a/x -> github.com/a/z"]);
}

#[test]
fn an_equal_name_elsewhere_needs_a_second_proof() {
    let before = "## A\nheron | github.com/x/heron | a fast chat server\n## B\nother | o.example.org";
    for (after, expected) in [
        (
            "## A\n## B\nother | o.example.org\nheron | github.com/y/heron | something",
            vec![
                "renamed heron: github.com/x/heron -> github.com/y/heron",
                "moved heron: A -> B",
                "edited heron",
            ],
        ),
        (
            "## A\n## B\nother | o.example.org\nheron | heron.example.org | a fast chat server!",
            vec!["renamed heron: github.com/x/heron -> heron.example.org", "moved heron: A -> B"],
        ),
        (
            "## A\n## B\nother | o.example.org\nheron | heron.example.org | a picture of a bird",
            vec!["added heron", "removed heron"],
        ),
    ] {
        assert_eq!(told(before, after), expected, "{after}");
    }
}

#[test]
fn a_side_link_may_become_the_main_one() {
    let before = "## A\nakka | github.com/akka/akka | actors | link=akka.io";
    let after = "## A\nakka | akka.io | actors | link=github.com/akka/akka";
    let swapped = ["renamed akka: github.com/akka/akka -> akka.io"];
    assert_eq!(told(before, after), swapped);
    // the section agrees where the name does not
    let after = "## A\nAkka actors | akka.io | actors | link=github.com/akka/akka";
    assert_eq!(told(before, after), ["renamed akka -> Akka actors"]);
    // neither agrees
    let after = "## B\nPekko | akka.io | a fork | link=github.com/akka/akka";
    assert_eq!(told(before, after), ["added Pekko", "removed akka"]);
}

#[test]
fn what_is_known_from_elsewhere_is_not_told_again() {
    let before = "## A\nwoods/bird | github.com/woods/bird | sings";
    let after = "## A\nshore/wader | github.com/shore/wader | sings loudly";
    assert_eq!(told(before, after), ["added shore/wader", "removed woods/bird"]);
    let mut known = Known::default();
    known.renamed.insert(key("github.com/woods/bird"), key("github.com/field/bird"));
    known.renamed.insert(key("github.com/field/bird"), key("github.com/shore/wader"));
    assert_eq!(told_knowing(before, after, &known), ["edited shore/wader"]);
    // a circle of renames ends
    known.renamed.insert(key("github.com/shore/wader"), key("github.com/woods/bird"));
    assert_eq!(told_knowing(before, after, &known), ["edited shore/wader"]);
}

#[test]
fn a_replacement_says_so() {
    for (before, after, expected) in [
        (
            "## A\njade | github.com/pug/jade | templates",
            "## A\nindium | github.com/pug/indium | more",
            vec!["added indium in place of jade", "removed jade"],
        ),
        (
            "## A\nFollow | follow.example.org | reads feeds",
            "## A\nFolo | folo.example.org | Reader (formerly Follow)",
            vec!["added Folo in place of Follow", "removed Follow"],
        ),
        (
            "## A\njade | github.com/pug/jade | templates",
            "## B\nindium | github.com/pug/indium | more",
            vec!["added indium", "removed jade"],
        ),
        (
            "## A\njade | github.com/pug/jade | templates",
            "## A\nindium | github.com/pug/indium | more\nopal | github.com/pug/opal | most",
            vec!["added indium", "added opal", "removed jade"],
        ),
    ] {
        assert_eq!(told(before, after), expected, "{after}");
    }
}

#[test]
fn an_item_may_lose_or_gain_its_link() {
    let with = "## A\ntsqllint | github.com/tsqllint/tsqllint | checks\nrest | r.example.org";
    let without = "## A\n- tsqllint\nrest | r.example.org";
    assert!(told(with, without).is_empty());
    assert!(told(without, with).is_empty());
    // in another section it is another item
    let elsewhere = "## A\nrest | r.example.org\n## B\n- tsqllint";
    assert_eq!(told(with, elsewhere), ["removed tsqllint"]);
    // an item that was there all the time proves nothing
    let both = "## A\ntsqllint | github.com/tsqllint/tsqllint | checks\nrest | r.example.org\n- tsqllint";
    assert_eq!(told(both, without), ["removed tsqllint"]);
}
