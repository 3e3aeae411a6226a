//! What is read as YAML, held against what `kubectl` reads.

use serde_json::json;
use sluicegate_core::field::Path;

use super::*;

mod written;

fn one(text: &str) -> Document {
    let mut documents = parse("a.yaml", text).expect(text);
    assert_eq!(documents.len(), 1, "{text}");
    documents.remove(0)
}

fn refused(text: &str) -> Error {
    parse("a.yaml", text).expect_err(text)
}

fn meanings(text: &str) -> Vec<String> {
    one(text).traps().iter().map(|trap| trap.meaning.clone()).collect()
}

#[test]
fn every_document_is_read_and_empty_ones_are_not() {
    let documents =
        parse("a.yaml", "# nothing\n---\na: 1\n---\n# nothing\n---\n- b\n...\n").unwrap();
    let values: Vec<_> = documents.iter().map(|document| &*document.value).collect();
    assert_eq!(values, [&json!({"a": 1}), &json!(["b"])]);
    assert!(parse("a.yaml", "").unwrap().is_empty());
    assert!(parse("a.yaml", "# only this\n").unwrap().is_empty());
}

#[test]
fn plain_scalars_are_those_of_the_core_schema() {
    let text = "[true, False, null, ~, '1', 1, -1, +1, 0x1F, 0o17, 1.5, .5, 1e3, \
        18446744073709551615, \
        on, 1_000, 12:30:45, 0755, 2001-01-01, 10Gi, 0x+1, --.inf, !!str 1, !!int 1, ! 1]";
    let expected = json!([
        true,
        false,
        null,
        null,
        "1",
        1,
        -1,
        1,
        31,
        15,
        1.5,
        0.5,
        1000,
        18_446_744_073_709_551_615_u64,
        "on",
        "1_000",
        "12:30:45",
        755,
        "2001-01-01",
        "10Gi",
        "0x+1",
        "--.inf",
        "1",
        1,
        "1"
    ]);
    assert_eq!(*one(text).value, expected);
}

#[test]
fn what_kubectl_reads_otherwise_is_a_trap() {
    for (text, theirs) in [
        ("on", "true"),
        ("No", "false"),
        ("Y", "true"),
        ("0755", "493"),
        ("007", "7"),
        ("08", "8"),
        ("0o17", "15"),
        ("0b11", "3"),
        ("-0x1F", "-31"),
        ("1_000", "1000"),
        ("1_0.5", "10.5"),
        ("12:30:45", "45045"),
        ("10:30", "630"),
        ("123456789012345678901", "too large"),
    ] {
        let meanings = meanings(&format!("a: {text}\n"));
        assert!(meanings.len() == 1 && meanings[0].contains(theirs), "{text}: {meanings:?}");
    }
}

#[test]
fn what_all_read_alike_is_no_trap() {
    for text in [
        "true",
        "null",
        "~",
        "0",
        "-0",
        "10",
        "0x1F",
        "1.5",
        ".5",
        "1e3",
        "+1",
        "'on'",
        "\"0755\"",
        "oN",
        "yeah",
        "2001-01-01",
        "10Gi",
        "10.0.0.1",
        "12:75",
        "a:b",
        "1:2:x",
        "!!str on",
    ] {
        assert_eq!(meanings(&format!("a: {text}\n")), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn a_number_without_a_fraction_is_an_integer_however_it_is_written() {
    for (text, number) in [
        ("129e6", json!(129_000_000)),
        ("1e0", json!(1)),
        ("12.0", json!(12)),
        ("12.", json!(12)),
        ("-0.0", json!(0)),
        ("1.5e1", json!(15)),
        ("1e18", json!(1_000_000_000_000_000_000_i64)),
        ("1e19", json!(1e19)),
        ("1e-1", json!(0.1)),
    ] {
        assert_eq!(one(&format!("a: {text}\n")).value["a"], number, "{text}");
        assert_eq!(meanings(&format!("a: {text}\n")), [""; 0], "{text}");
    }
}

#[test]
fn only_what_kubectl_itself_reads_otherwise_misleads() {
    for (text, misleads) in [
        ("on", true),
        ("0755", true),
        ("1_000", true),
        ("0o17", false),
        ("10:30", false),
        ("99999999999999999999", false),
    ] {
        let document = one(&format!("a: {text}\n"));
        assert_eq!(document.misleads(&Path::root("a")), misleads, "{text}");
    }
}

#[test]
fn a_trap_says_where_and_what_to_write() {
    let document = one("spec:\n  flags:\n  - ok\n  - on\n  y: 1\n");
    let [value, key] = document.traps() else { panic!("{:?}", document.traps()) };
    assert_eq!((value.path.to_string().as_str(), value.line), ("spec.flags[1]", 4));
    assert_eq!(value.remedy, "write \"on\" in quotes if text is meant, or true");
    assert_eq!((key.path.to_string().as_str(), key.line, key.text.as_str()), ("spec.y", 5, "y"));
}

#[test]
fn values_of_json_one_after_another_are_documents_with_their_lines() {
    let text = "{\"a\": 1}\n{\n  \"b\": {\"c\": [1, 2]}}\n\n {\"d\": 1e0} {\"e\": 1}\n";
    let documents = parse("a.json", text).unwrap();
    let values: Vec<_> = documents.iter().map(|document| &*document.value).collect();
    let (a, b) = (json!({"a": 1}), json!({"b": {"c": [1, 2]}}));
    assert_eq!(values, [&a, &b, &json!({"d": 1}), &json!({"e": 1})]);
    assert_eq!(documents[1].line(&Path::dotted("b.c").index(1)), Some(3));
    assert_eq!(documents[2].line(&Path::root("d")), Some(5));
    let error = refused("{\"a\": 1}\n{\"b\": 1, \"b\": 2}\n");
    assert_eq!((error.line, error.what.as_str()), (2, "the key \"b\" twice, first in line 2"));
}

#[test]
fn what_kubectl_does_not_read_before_a_document_is_refused() {
    for (text, line) in [
        ("%YAML 1.1\n---\na: 1\n", 1),
        ("# first\n%TAG ! tag:a,2000:\n---\na: 1\n", 2),
        ("a: 1\n...\n%YAML 1.2\n---\nb: 1\n", 3),
    ] {
        let error = refused(text);
        assert_eq!((error.line, error.remedy.as_str()), (line, "remove the line"), "{error}");
    }
    assert!(parse("a.yaml", "a: |\n  %YAML\n---\nb: '%'\n").is_ok());
}

#[test]
fn a_line_is_that_of_the_key_or_of_the_nearest_ancestor() {
    let document = one("# top\nspec:\n  a:\n    - x\n    - b:\n        |\n        text\n");
    let b = Path::dotted("spec.a").index(1).child("b");
    assert_eq!(document.line(&Path::root("spec")), Some(2));
    assert_eq!(document.line(&Path::dotted("spec.a").index(0)), Some(4));
    assert_eq!(document.line(&b), Some(5));
    assert_eq!(document.line(&Path::dotted("spec.a.none.such")), Some(3));
    assert_eq!(document.line(&Path::root("none")), Some(2));
}

#[test]
fn the_first_comment_is_the_one_above_the_document() {
    let text = "# yaml-language-server: $schema=x\n\n# One,\n# two.\n\n# three\n---\na: 1 # no\n\
        # of the first\n---\n# Second\nb: # c\n- 1\n---\nc: 1\n";
    let documents = parse("a.yaml", text).unwrap();
    let comments: Vec<_> = documents.iter().map(Document::first_comment).collect();
    assert_eq!(comments, [Some("One,\ntwo."), Some("Second"), None]);
}

#[test]
fn errors_say_where_what_and_what_to_do() {
    for (text, at, what, remedy) in [
        ("a: 1\nb: 2\na: 3\n", (3, 1), "first in line 1", "remove one"),
        ("a:\n\tb: 1\n", (2, 2), "", "spaces"),
        ("8080: a\n", (1, 1), "8080", "write \"8080\" in quotes"),
        ("a:\n  true: a\n", (2, 3), "true", "in quotes"),
        ("[a]: b\n", (1, 1), "list or map", "quote"),
        ("a: .nan\n", (1, 4), "JSON", "in quotes"),
        ("a: -.inf\n", (1, 4), "JSON", "in quotes"),
        ("a: 1e999\n", (1, 4), "too large", "in quotes"),
        ("a: *b\n", (1, 4), "", "before"),
        ("a: &a [*a]\n", (1, 8), "inside", "write the value"),
        ("a: !Ref b\n", (1, 4), "!Ref", "remove the tag"),
        ("a: !!int b\n", (1, 4), "!!int", "remove the tag"),
        ("a: b: c\n", (1, 5), "", "quote"),
        ("a: [1\n", (1, 4), "unclosed", "quotes"),
        ("a: {<<: 1}\n", (1, 9), "no map", "<<: *name"),
    ] {
        let error = refused(text);
        assert_eq!((error.line, error.column), at, "{text}: {error}");
        assert!(error.what.contains(what), "{text}: {error}");
        assert!(error.remedy.contains(remedy), "{text}: {error}");
        assert!(error.to_string().starts_with("a.yaml:"), "{error}");
    }
}

#[test]
fn aliases_and_merge_keys_are_resolved() {
    let text = "base: &base {a: 1, b: 2}\nmore: &more {b: 3, c: 4}\nfirst:\n  b: 0\n  <<: *base\n\
        list:\n  <<: [*more, *base]\nsame: *base\n\"<<\": text\n";
    let document = one(text);
    assert_eq!(document.value["first"], json!({"a": 1, "b": 0}));
    assert_eq!(document.value["list"], json!({"a": 1, "b": 3, "c": 4}));
    assert_eq!(document.value["same"], json!({"a": 1, "b": 2}));
    assert_eq!(document.value["<<"], "text");
    assert_eq!(document.line(&Path::dotted("same.a")), Some(1));
    assert_eq!(document.line(&Path::root("same")), Some(8));
}

#[test]
fn a_billion_laughs_are_an_error() {
    let mut text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
    for level in 1..10 {
        let below = format!("*a{}, ", level - 1).repeat(9);
        text.push_str(&format!("a{level}: &a{level} [{below}]\n"));
    }
    assert!(refused(&text).what.contains("aliases"));
    let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(1 << 20), "*a, ".repeat(64));
    assert!(refused(&long).what.contains("aliases"));
}

#[test]
fn depth_and_size_are_bounded() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(parse("a.yaml", &nested(MAX_DEPTH)).is_ok());
    assert!(refused(&nested(MAX_DEPTH + 1)).what.contains("deeper"));
    assert!(refused(&"- ".repeat(5000)).what.contains("deeper"));
    let half = nested(MAX_DEPTH / 2 + 1);
    let inner = format!("{}*a{}", "[".repeat(MAX_DEPTH / 2), "]".repeat(MAX_DEPTH / 2));
    assert!(refused(&format!("- &a {half}\n- {inner}\n")).what.contains("deeper"));
    assert!(refused(&"#".repeat(MAX_BYTES + 1)).remedy.contains("split"));
}

#[test]
fn a_text_of_ones_own_may_be_large_and_not_larger_than_it_is() {
    assert!(parse_own("a.yaml", &"#".repeat(MAX_BYTES + 1)).is_ok());
    let laughs = "a: &a [1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n".to_owned()
        + "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
        + "e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n"
        + "g: [*f,*f,*f,*f,*f,*f,*f,*f,*f]\n";
    assert!(parse_own("a.yaml", &laughs).unwrap_err().what.contains("values"));
}

#[test]
fn lists_are_flattened_with_their_lines_and_traps() {
    let text = "kind: List\nitems:\n- kind: A\n- kind: BList\n  items:\n  - kind: B\n    f: on\n\
                ---\nkind: C\n";
    let documents = flatten(parse("a.yaml", text).unwrap());
    let kinds: Vec<_> = documents.iter().map(|document| document.value["kind"].clone()).collect();
    assert_eq!(kinds, ["A", "B", "C"]);
    assert_eq!(documents[1].line(&Path::root("f")), Some(7));
    assert_eq!(documents[1].traps()[0].path, Path::root("f"));
    assert!(documents[2].traps().is_empty());
}
