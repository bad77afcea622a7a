//! Rankings as documents print them.

use super::told;

fn table(rows: &str) -> String {
    let mut lines = vec!["## Databases".to_owned()];
    let mut order = Vec::new();
    for row in rows.split_whitespace() {
        let (name, figures) = row.split_once(':').unwrap_or((row, ""));
        let stars = if figures.is_empty() { String::new() } else { format!("stars={figures}") };
        lines.push(format!("{name} | {name}.example.org | | {stars}"));
        order.push(format!("{name}.example.org"));
    }
    lines.push(format!("@stars {}", order.join(" ")));
    lines.push(format!("@updated {}", order.iter().rev().cloned().collect::<Vec<_>>().join(" ")));
    lines.join("\n")
}

#[test]
fn overtaking_is_told_once() {
    for (before, after, expected) in [
        ("a:9k b:8.9k c:8k", "b:9.2k a:9.1k c:8k", vec!["ranks by Stars: b 2->1 over [a]"]),
        ("a:9k b:9k", "b:9k a:9k", vec![]),
        // unknown is not zero: nobody moved while a value was missing, nor when it came back
        ("a:9k b:8k c:7k", "a:9k c:7k b", vec![]),
        ("a:9k c:7k b", "a:9k b:8k c:7k", vec![]),
        ("a:9k b:8k c:7k", "c:9.5k a:9k b", vec!["ranks by Stars: c 3->1 over [a]"]),
        // gone and new ones move nobody
        ("a:9k b:8k c:7k", "a:9k c:7k", vec!["removed b"]),
        ("a:9k c:7k", "a:9k b:8k c:7k", vec!["added b"]),
        // round numbers, upwards and from a known value only
        ("a:9.9k", "a:10.1k", vec!["a passed 10000 Stars"]),
        ("a:10.1k", "a:9.9k", vec![]),
        ("a", "a:10.1k", vec![]),
    ] {
        assert_eq!(told(&table(before), &table(after)), expected, "{before} / {after}");
    }
}

#[test]
fn the_top_is_entered_and_left() {
    let nine = "a:90k b:89k c:88k d:87k e:86k f:85k g:84k h:83k i:82k";
    let before = table(&format!("{nine} j:81k x:70k"));
    for (after, expected) in [
        ("j:81.1k x:81k", vec![]),
        (
            "x:81.5k j:81.2k",
            vec![
                "ranks by Stars: x 11->10 over [j]",
                "x entered the top 10 by Stars at 10",
                "j left the top 10 by Stars, now 11",
            ],
        ),
        // shown alike, in whatever order
        ("x:81k j:81k", vec![]),
        // a new one pushes the last one out
        (
            "n:81.8k j:81k x:70k",
            vec!["added n", "n entered the top 10 by Stars at 10", "j left the top 10 by Stars, now 11"],
        ),
        // one that leaves the list lets nobody in
        ("x:70k", vec!["removed j"]),
    ] {
        assert_eq!(told(&before, &table(&format!("{nine} {after}"))), expected, "{after}");
    }
}
