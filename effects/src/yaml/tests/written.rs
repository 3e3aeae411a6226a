//! What is written as YAML, and read back.

use proptest::prelude::*;
use serde_json::{Map, Number, json};

use super::*;

#[test]
fn a_resource_is_written_as_kubectl_would() {
    let value = json!({
        "status": {}, "apiVersion": "v1", "kind": "A", "data": {"on": "0755", "b": "a\nb\n"},
        "metadata": {"labels": {"a": ""}, "namespace": "x", "name": "y"},
        "spec": {"list": [{"a": 1, "b": [true, [null, "1.5"]]}, []], "size": "10Gi", "no": 1e300},
    });
    let expected = r#"apiVersion: v1
kind: A
metadata:
  name: "y"
  namespace: x
  labels:
    a: ""
spec:
  list:
  - a: 1
    b:
    - true
    - - null
      - "1.5"
  - []
  "no": 1.0e+300
  size: 10Gi
status: {}
data:
  b: |
    a
    b
  "on": "0755"
"#;
    assert_eq!(to_string(&value), expected);
}

#[rustfmt::skip]
const AWKWARD: &[&str] = &[
    "", " ", "a ", " a", "---", "--- a", "...", "... a", "a: b", "a:", ":", "#", "a #b", "- a",
    "-", "?", "[", "{", "*a", "&a", "!a", "|", ">", "%", "@", "`", "'", "\"", "\\", "~", "<<",
    "=", "on", "1e3", "a\n", "a\n\n", "\na", "a\n\n b\n", "a\n \nb", " a\nb", "\n", "\n\n",
    "a\tb", "\ta\n\tb", "a\n\tb", "a\r\nb", "a\u{85}b\n", "\u{2028}\n", "\u{FEFF}a", "\0",
    "\u{7f}", "😀", "é: ü", "#a\nb", "a\n---\nb\n", "a\n...\n", "- a\n- b", "\u{FFFF}",
    "\u{1FFFF}", "0x1F", "12:30", "2001-01-01", ".", "+", "a\n# b\n",
];

#[test]
fn every_awkward_text_comes_back() {
    let long = "k".repeat(5000);
    for text in AWKWARD.iter().copied().chain([long.as_str()]) {
        for value in
            [json!(text), json!({text: text, "z": [text, [text]]}), json!([{text: {text: text}}])]
        {
            let written = to_string(&value);
            let read = parse("a.yaml", &written).expect(&written);
            assert_eq!(read.len(), 1, "{text:?}: {written}");
            assert_eq!(*read[0].value, value, "{written}");
            assert!(read[0].traps().is_empty(), "{written}");
        }
    }
}

fn texts() -> impl Strategy<Value = String> {
    let bits = prop::sample::select(vec![
        "---", "...", ": ", ":", "#", " #", " ", "\n", "\t", "\r", "- ", "on", "0", "1", "_", ".",
        "e", "\"", "'", "\\", "[", "{", "|", ">", "%", "\0", "\u{85}", "\u{2028}", "é", "😀", "a",
        "? ", "&", "*", "!",
    ]);
    prop_oneof![any::<String>(), prop::collection::vec(bits, 0..6).prop_map(|bits| bits.concat())]
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        prop::num::f64::NORMAL.prop_map(|n| Number::from_f64(n).map_or(Value::Null, scalar::whole)),
        texts().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(texts(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

#[test]
fn a_thousand_documents_keep_their_lines_and_comments() {
    let documents = parse("a.yaml", &"# é\n---\n# c\na: 1\n".repeat(1000)).unwrap();
    for (at, document) in documents.iter().enumerate() {
        assert_eq!(document.line(&Path::root("a")), Some(4 * at + 4));
        assert_eq!(document.first_comment(), Some(if at == 0 { "é" } else { "c" }));
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(value in values()) {
        let written = to_string(&value);
        let read = parse("a.yaml", &written).expect(&written);
        prop_assert_eq!(read.len(), 1, "{}", &written);
        prop_assert_eq!(&*read[0].value, &value, "{}", &written);
        prop_assert!(read[0].traps().is_empty(), "{}", &written);
    }

    #[test]
    fn no_text_panics(text in texts(), more in prop::collection::vec(texts(), 0..12)) {
        let _ = parse("a.yaml", &(text + &more.concat())).map(flatten);
    }
}
