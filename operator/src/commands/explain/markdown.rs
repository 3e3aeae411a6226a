//! `explain --markdown`: all of it, for the docs.

use super::{
    connector,
    tables::{gates, reasons, rules, types},
    words::written,
};
use crate::kinds::KindInfo;

/// Rules, conditions, gates, then the fields of each kind and the keys of each connector.
pub(super) fn render(kinds: &[KindInfo]) -> String {
    let mut text = String::from("# Reference\n\nMade by `sluicegate explain --markdown`.\n\n");
    text.push_str("## Rules\n\n| id | rule | why | what to do |\n|---|---|---|---|\n");
    for rule in rules(kinds) {
        row(&mut text, &[&rule.id, &rule.title, &rule.about, &rule.remedy]);
    }
    text.push_str("\n## Conditions\n\n| type | reason | kinds | meaning |\n|---|---|---|---|\n");
    let reasons = reasons(kinds);
    for name in types(&reasons) {
        for (whose, reason) in reasons.iter().filter(|(_, reason)| reason.condition == name) {
            row(&mut text, &[name, reason.name, whose, reason.about]);
        }
    }
    text.push_str("\n## Gates\n\n| id | kinds | opens when | may be passed |\n|---|---|---|---|\n");
    for gate in gates(kinds) {
        let skippable = if gate.skippable { "yes" } else { "no" };
        row(&mut text, &[gate.id, &gate.whose, gate.about, skippable]);
    }
    for kind in kinds {
        let head = "\n\n| field | type | default | meaning |\n|---|---|---|---|\n";
        text.push_str(&format!("\n## {}{head}", kind.api.kind));
        for leaf in kind.schema.leaves() {
            let path = leaf.path.to_string();
            let default = leaf.default.map(written).unwrap_or_default();
            if path.starts_with("spec") {
                row(&mut text, &[&format!("`{path}`"), &leaf.type_, &default, leaf.description]);
            }
        }
    }
    for named in connector::all() {
        let head =
            "\n\n| key | takes | default | meaning | what becomes of it |\n|---|---|---|---|---|\n";
        let about = named.connector.about;
        let whole = connector::made(named.connector.program, named.connector.name);
        let whole = whole.map(|whole| format!(" {whole}")).unwrap_or_default();
        let unproven = named.nothing_proven().map(|why| format!(" {why}")).unwrap_or_default();
        text.push_str(&format!("\n## {}\n\n{about}{whole}{unproven}{head}", named.path()));
        for line in connector::lines(&named) {
            let cells = line.each_ref().map(String::as_str);
            row(&mut text, &cells);
        }
    }
    text
}

fn row(text: &mut String, cells: &[&str]) {
    let cells: Vec<String> =
        cells.iter().map(|cell| cell.replace('|', "\\|").replace('\n', " ")).collect();
    text.push_str(&format!("| {} |\n", cells.join(" | ")));
}
