//! Tables with several separators, quotes and headers.

use super::super::Format;
use super::super::testing::{read, survive_damage};

const COMMAS: &str = "\
Name,URL,Description,Category,Language,Stars,Year
Alacritty,https://github.com/alacritty/alacritty,\"fast, and
small\",GPU,Rust,58.2k,2017
,https://github.com/kovidgoyal/kitty,\"the \"\"cat\"\"\",GPU,\"C, Python\",,2016

Old one,,never had a page,Classic,C,,1990
Odd,docs/odd.md,,Classic,,,
,,only words,,,,
xterm,invisible-island.net/xterm/,,Classic
";

const RANKED: &str = "\
#;Project;GitHub;Stars;Forks
1;etcd;etcd-io/etcd;47.9k;9.8k
2;consul;hashicorp/consul;28.5k;4.4k
3;raft;hashicorp/raft;;1k
4;dot;dotchain/dot;80;
";

#[test]
fn rows_become_entries() {
    let expected = "\
Alacritty = github.com/alacritty/alacritty @2[GPU] - fast, and small (Rust) Stars=58200 Other(\"year\")=2017
kovidgoyal/kitty = github.com/kovidgoyal/kitty @4[GPU] - the \"cat\" (C|Python) Other(\"year\")=2016
xterm = invisible-island.net/xterm @9[Classic]
linkless Old one @6[Classic]
linkless Odd @7[Classic]
skipped @7 Odd,docs/odd.md,,Classic,,,: address leads nowhere outside
skipped @8 ,,only words,,,,: no name and no address";
    assert_eq!(read(Format::Csv, COMMAS), expected);
}

#[test]
fn numbered_rows_are_a_ranking() {
    let expected = "\
etcd = github.com/etcd-io/etcd @2[] Stars=47900 Forks=9800
consul = github.com/hashicorp/consul @3[] Stars=28500 Forks=4400
raft = github.com/hashicorp/raft @4[] Forks=1000
dot = github.com/dotchain/dot @5[] Stars=80
ranking Stars [] etcd consul raft dot unknown 1";
    assert_eq!(read(Format::Csv, RANKED), expected);
    assert_eq!(
        read(Format::Csv, &RANKED.replace("80;", "80000;")).matches("ranking").count(),
        1,
        "then by forks"
    );
}

#[test]
fn separators_and_headers() {
    let table = [
        ("name\turl\nA\thttps://a.example\n", "A = a.example @2[]"),
        ("\n\nname|link\nA|https://a.example\n", "A = a.example @4[]"),
        ("sep=;\r\nname;link\r\nA;https://a.example\r\n", "A = a.example @3[]"),
        ("\"Name\";\"Home Page\"\nA;https://a.example\n", "A = a.example @2[]"),
        ("Tool,Where\nA,https://a.example\nB,https://b.example\n", "A = a.example @2[]\nB = b.example @3[]"),
        ("name,url\n", ""),
        (
            "name,words\nA,b\n",
            "the CSV does not parse at line 1: no column of the header holds addresses, such as `url` or `link`",
        ),
        (
            "name,url\nA,https://a.example\n\"B,https://b.example\nC,https://c.example\n",
            "the CSV does not parse at line 3: a quote is opened and never closed",
        ),
        (
            "name,url,text\nA,https://a.example,a 5\" disk\nB,https://b.example,x\n",
            "A = a.example @2[] - a 5\" disk\nB = b.example @3[] - x",
        ),
    ];
    for (text, expected) in table {
        assert_eq!(read(Format::Csv, text), expected, "{text}");
    }
}

#[test]
fn damaged_csv_is_survived() {
    survive_damage(Format::Csv, &[COMMAS, RANKED], 6_000);
}
