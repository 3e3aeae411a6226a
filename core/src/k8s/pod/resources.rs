//! What a container asks of its node: resources that there are, in amounts that they come in.

use std::collections::BTreeMap;

use crate::{
    check::Judge,
    field::Path,
    k8s::{metadata, quantity::Quantity},
};

/// What is less than this was written without its suffix: nothing starts in it.
const LEAST: &str = "1Mi";

type Amounts = BTreeMap<String, Quantity>;

/// Adds what is wrong with requests and limits.
pub fn resources(
    requests: Option<&Amounts>,
    limits: Option<&Amounts>,
    path: &Path,
    judge: &mut Judge<'_>,
) {
    let mut pages = None;
    let mut common = false;
    for (field, amounts) in [("requests", requests), ("limits", limits)] {
        for (name, amount) in amounts.into_iter().flatten() {
            let at = path.child(field).child(name);
            common |= name == "cpu" || name == "memory";
            if name.starts_with(PAGES) {
                pages.get_or_insert_with(|| at.clone());
            }
            resource(name, amount, at, judge);
        }
    }
    if let Some(at) = pages.filter(|_| !common) {
        let why = "huge pages go with cpu or memory only";
        judge.forbidden(at, why, "ask for cpu or memory too");
    }
    for (name, amount) in requests.into_iter().flatten().filter(|(name, _)| !is_shared(name)) {
        let at = path.child("requests").child(name);
        match limits.and_then(|limits| limits.get(name)) {
            None => {
                let remedy = format!("{name} cannot be shared: write the same limit");
                judge.required(path.child("limits").child(name), &remedy);
            }
            // That a request is more than its limit is a rule of its own.
            Some(limit) if amount < limit => {
                let must = format!("must be its limit {limit}: {name} cannot be shared");
                judge.invalid(at, amount.as_str(), &must, "write the same for both");
            }
            Some(_) => {}
        }
    }
}

/// Adds amounts of bytes that are no whole bytes, or that nothing can start with.
pub fn amount(bytes: &Quantity, path: Path, judge: &mut Judge<'_>) {
    let least: Quantity = LEAST.parse().expect("it is a quantity");
    if !bytes.is_zero() && *bytes < least {
        let must = match is_whole(bytes) {
            true => format!("must be at least {LEAST}: these are bytes"),
            false => "must be whole bytes: m stands for thousandths".to_owned(),
        };
        let number = bytes.as_str().trim_end_matches(|it: char| it.is_ascii_alphabetic());
        let remedy = format!("write the suffix that was meant, such as {number}Mi or {number}Gi");
        judge.invalid(path, bytes.as_str(), &must, &remedy);
    } else if !is_whole(bytes) {
        let must = "must be whole bytes";
        judge.invalid(path, bytes.as_str(), must, "leave the fraction out");
    }
}

const PAGES: &str = "hugepages-";

fn resource(name: &str, amount: &Quantity, at: Path, judge: &mut Judge<'_>) {
    if !metadata::is_key(name) {
        return super::key(at, name, judge);
    }
    if let Some(size) = name.strip_prefix(PAGES) {
        return pages(size, amount, at, judge);
    }
    if is_native(name) {
        let known = ["cpu", "memory", "ephemeral-storage"];
        if !name.contains('/') && !known.contains(&name) {
            let must = "must be cpu, memory, ephemeral-storage, hugepages-<size> or have a domain";
            judge.invalid(at, name, must, "write a device's name in full: nvidia.com/gpu");
        }
        return;
    }
    if name.starts_with("requests.") || !metadata::is_key(&format!("requests.{name}")) {
        let must = "must be no name of a quota, and short enough to have one";
        return judge.invalid(at, name, must, "name the resource as its nodes do");
    }
    if !is_whole(amount) {
        let must = "must be a whole number";
        judge.invalid(at, amount.as_str(), must, "write how many, such as 1");
    }
}

fn pages(size: &str, amount: &Quantity, at: Path, judge: &mut Judge<'_>) {
    let page = size.parse::<Quantity>().ok().filter(|page| !page.is_zero() && is_whole(page));
    match page {
        None => {
            let must = "must have the size of a page in its name";
            judge.invalid(at, size, must, "write hugepages-2Mi or hugepages-1Gi");
        }
        Some(page) if amount.units() % page.units() != 0 => {
            let must = format!("must be a multiple of {page}");
            judge.invalid(at, amount.as_str(), &must, "write whole pages");
        }
        Some(_) => {}
    }
}

/// Whether the name is Kubernetes' own: of no domain, or of its.
fn is_native(name: &str) -> bool {
    !name.contains('/') || name.contains("kubernetes.io/")
}

/// Whether several containers may be promised more of it than there is.
fn is_shared(name: &str) -> bool {
    is_native(name) && !name.starts_with(PAGES)
}

fn is_whole(amount: &Quantity) -> bool {
    amount.nano() % 1_000_000_000 == 0
}
