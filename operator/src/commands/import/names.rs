//! Names for resources, from names of things that may be called what no resource may.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use sluicegate_core::digest::digest;

/// The longest name of a resource.
const LONGEST: usize = 253;
/// How many digits tell apart what would be called the same. More, should even these be alike.
const DIGITS: [usize; 2] = [8, 16];

/// A name for the resource of each thing. None is among those that are taken, no two are the same,
/// and each depends on as little as can be, so that it is the same the next time.
///
/// What is called as a resource may be keeps its name. Others get the nearest there is. Where
/// several would get the same, or it is taken, digits that follow from their own name tell them
/// apart.
pub(super) fn of<'a>(
    things: impl IntoIterator<Item = &'a str>,
    taken: &BTreeSet<String>,
) -> BTreeMap<&'a str, String> {
    let wishes: BTreeMap<&str, String> =
        things.into_iter().map(|thing| (thing, nearest(thing))).collect();
    let mut named = BTreeMap::new();
    let mut used = taken.clone();
    for (thing, wish) in wishes.iter().filter(|(thing, wish)| *thing == wish && !wish.is_empty()) {
        if used.insert(wish.clone()) {
            named.insert(*thing, wish.clone());
        }
    }
    for (thing, wish) in &wishes {
        if named.contains_key(thing) {
            continue;
        }
        let alone = wishes.values().filter(|other| *other == wish).count() == 1;
        let plain = (alone && !wish.is_empty()).then(|| wish.clone());
        let digits = DIGITS.map(|digits| with_digits(wish, thing, digits));
        let free = plain.into_iter().chain(digits).find(|name| used.insert(name.clone()));
        named.extend(free.map(|name| (*thing, name)));
    }
    named
}

/// What a resource may be called that is nearest to a name; empty where nothing is near.
fn nearest(name: &str) -> String {
    let known = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
    let name: String = name.chars().map(known).collect::<String>().to_ascii_lowercase();
    let labels = name.split('.').map(|label| label.trim_matches('-'));
    let name = labels.filter(|label| !label.is_empty()).collect::<Vec<_>>().join(".");
    cut(&name, LONGEST).to_owned()
}

fn with_digits(wish: &str, thing: &str, digits: usize) -> String {
    let digits = &digest(&json!(thing))[..digits];
    match cut(wish, LONGEST - 1 - digits.len()) {
        "" => format!("topic-{digits}"),
        wish => format!("{wish}-{digits}"),
    }
}

/// The beginning of a name in ASCII, which still ends as a name does.
fn cut(name: &str, most: usize) -> &str {
    name[..name.len().min(most)].trim_end_matches(['-', '.'])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn named(things: &[&str], taken: &[&str]) -> Vec<String> {
        let taken = taken.iter().map(|&name| name.to_owned()).collect();
        let named = of(things.iter().copied(), &taken);
        things.iter().map(|thing| named[thing].clone()).collect()
    }

    fn is_name(name: &str) -> bool {
        let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let is_label = |label: &str| {
            let ends = [label.chars().next(), label.chars().last()];
            label.chars().all(inner) && ends.iter().all(|c| c.is_some_and(|c| c != '-'))
        };
        name.len() <= LONGEST && name.split('.').all(is_label)
    }

    #[test]
    fn a_name_that_a_resource_may_have_is_kept_and_others_become_the_nearest() {
        assert_eq!(named(&["a.b-c", "orders"], &[]), ["a.b-c", "orders"]);
        assert_eq!(
            named(&["Customers_Latest", "a.", "a._b"], &[]),
            ["customers-latest", "a", "a.b"]
        );
    }

    #[test]
    fn what_would_be_called_the_same_is_told_apart_and_only_that() {
        let [exact, other, third] = &named(&["a-b", "a_b", "A_B"], &[])[..] else { panic!() };
        assert_eq!(exact, "a-b");
        assert!(other.starts_with("a-b-") && third.starts_with("a-b-") && other != third);
        // By what each is called itself: another that comes along changes nothing.
        assert_eq!(named(&["a-b", "a_b"], &[])[1], *other);
        assert_eq!(named(&["a_b"], &["a-b"])[0], *other);
        assert_eq!(named(&["a_b"], &[])[0], "a-b", "alone it needs no digits");
    }

    #[test]
    fn what_is_taken_is_not_given_away_even_if_it_looks_like_a_name_of_ours() {
        let [first] = &named(&["orders"], &["orders"])[..] else { panic!() };
        assert!(first.starts_with("orders-") && first.len() == 15, "{first}");
        let [second] = &named(&["orders"], &["orders", first])[..] else { panic!() };
        assert!(second.starts_with("orders-") && second.len() == 23, "{second}");
    }

    proptest! {
        #[test]
        fn every_thing_gets_a_name_of_its_own(
            things in proptest::collection::btree_set("[aA][._-]?[bB]?[._-]?|\\PC{0,300}", 0..8),
            taken in proptest::collection::btree_set("a[.-]?b?", 0..4),
        ) {
            let named = of(things.iter().map(String::as_str), &taken);
            prop_assert_eq!(named.len(), things.len());
            let names: BTreeSet<&String> = named.values().collect();
            prop_assert_eq!(names.len(), things.len());
            for name in names {
                prop_assert!(is_name(name), "{}", name);
                prop_assert!(!taken.contains(name), "{}", name);
            }
        }
    }
}
