//! Many lists as few: what a thousand clusters ask for, one list of each API has.
//!
//! A plan asks for the objects of each resource by a list of its own, which in the operator costs
//! nothing, since it watches. To a command each is a request.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde_json::Value;
use sluicegate_core::{
    label::Labels,
    observed::{Index, List, Selector, at, text},
};

/// Up to so many lists of one API in a namespace are asked for one by one.
const LISTS_FEW: usize = 3;
/// Up to so many namespaces are listed one by one.
const NAMESPACES_FEW: usize = 8;

/// The lists to ask for in place of others, each with those that it answers.
pub(super) type Wide = BTreeMap<Selector, BTreeSet<Selector>>;

/// Of many lists in one namespace one that has them all, by the labels that all of them ask for.
pub(super) fn of_namespaces(lists: BTreeSet<Selector>) -> Wide {
    let by = |one: &Selector| Selector::all(one.api.clone(), &one.namespace);
    together(lists, by, LISTS_FEW)
}

/// Of the lists of many namespaces one of all. It may not be allowed where those are.
pub(super) fn of_all(lists: BTreeSet<Selector>) -> Wide {
    together(lists, |one| Selector { namespace: String::new(), ..one.clone() }, NAMESPACES_FEW)
}

fn together(lists: BTreeSet<Selector>, by: impl Fn(&Selector) -> Selector, few: usize) -> Wide {
    let mut groups: BTreeMap<Selector, BTreeSet<Selector>> = BTreeMap::new();
    for list in lists {
        groups.entry(by(&list)).or_default().insert(list);
    }
    let mut wide = Wide::new();
    for (mut all, lists) in groups {
        if lists.len() <= few {
            wide.extend(lists.into_iter().map(|one| (one.clone(), BTreeSet::from([one]))));
            continue;
        }
        all.labels = common(&lists);
        wide.entry(all).or_default().extend(lists);
    }
    wide
}

/// The labels that all of these ask for.
fn common(lists: &BTreeSet<Selector>) -> Labels {
    let mut lists = lists.iter();
    let mut common = lists.next().map(|first| first.labels.clone()).unwrap_or_default();
    for list in lists {
        common.retain(|key, value| list.labels.get(key) == Some(value));
    }
    common
}

/// What lists come to of which a wider one has all.
pub(super) fn narrowed(wide: List, lists: BTreeSet<Selector>) -> Vec<(Selector, List)> {
    let items = match wide {
        List::Items(items) => items,
        none @ (List::NotServed | List::Denied(_)) => {
            return lists.into_iter().map(|one| (one, none.clone())).collect();
        }
    };
    // By what tells them apart, so that not each is held against each object.
    let mut at: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
    let lists: Vec<Selector> = lists.into_iter().collect();
    let telling = telling(&lists);
    for (nth, list) in lists.iter().enumerate() {
        let value = match (&list.indexed, telling.as_ref()) {
            (Some(one), _) => one.value.clone(),
            (None, Some(key)) => list.labels.get(key).cloned().unwrap_or_default(),
            (None, None) => String::new(),
        };
        at.entry((list.namespace.clone(), value)).or_default().push(nth);
    }
    let indices: BTreeSet<&'static Index> =
        lists.iter().filter_map(|list| Some(list.indexed.as_ref()?.index)).collect();
    let mut found: Vec<Vec<Arc<Value>>> = vec![Vec::new(); lists.len()];
    for item in &items {
        let label = telling.as_ref().and_then(|key| at_label(item, key)).unwrap_or_default();
        let values = indices.iter().map(|index| (index.value)(item)).chain([label.to_owned()]);
        let values: BTreeSet<String> = values.chain([String::new()]).collect();
        for value in values {
            for namespace in BTreeSet::from([text(item, "/metadata/namespace"), ""]) {
                let near = at.get(&(namespace.to_owned(), value.clone()));
                for &nth in near.into_iter().flatten().filter(|nth| lists[**nth].fits(item)) {
                    found[nth].push(Arc::clone(item));
                }
            }
        }
    }
    lists.into_iter().zip(found.into_iter().map(List::Items)).collect()
}

/// The label in which lists differ most.
fn telling(lists: &[Selector]) -> Option<String> {
    let mut values: BTreeMap<&String, BTreeSet<&String>> = BTreeMap::new();
    for (key, value) in lists.iter().flat_map(|list| &list.labels) {
        values.entry(key).or_default().insert(value);
    }
    values.into_iter().max_by_key(|(_, values)| values.len()).map(|(key, _)| key.clone())
}

fn at_label<'a>(item: &'a Value, key: &str) -> Option<&'a str> {
    at(item, "/metadata/labels")?.get(key)?.as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sluicegate_core::observed::Api;

    use super::*;

    fn list(namespace: &str, instance: &str) -> Selector {
        let labels = [("app", "rivven"), ("instance", instance)];
        let labels = labels.map(|(key, value)| (key.to_owned(), value.to_owned()));
        Selector {
            labels: labels.into(),
            ..Selector::all(Api::new("", "v1", "Pod", "pods"), namespace)
        }
    }

    fn pod(namespace: &str, instance: &str) -> Arc<Value> {
        Arc::new(json!({ "metadata": {
            "namespace": namespace, "name": instance,
            "labels": { "app": "rivven", "instance": instance },
        } }))
    }

    #[test]
    fn many_lists_of_a_namespace_are_one_by_what_they_have_in_common() {
        let lists = |count: u32| (0..count).map(|nth| list("a", &nth.to_string())).collect();
        assert_eq!(of_namespaces(lists(3)).len(), 3);
        let wide = of_namespaces(lists(1000));
        assert_eq!(wide.len(), 1);
        let (all, of) = wide.first_key_value().expect("there is one");
        assert_eq!((all.namespace.as_str(), of.len()), ("a", 1000));
        assert_eq!(
            all.labels.iter().collect::<Vec<_>>(),
            [(&"app".to_owned(), &"rivven".to_owned())]
        );
    }

    #[test]
    fn the_lists_of_many_namespaces_are_one_of_all() {
        let lists = |count: u32| (0..count).map(|nth| list(&nth.to_string(), "x")).collect();
        assert_eq!(of_all(lists(8)).len(), 8);
        let wide = of_all(lists(9));
        assert_eq!(wide.keys().map(|all| all.namespace.as_str()).collect::<Vec<_>>(), [""]);
    }

    #[test]
    fn each_gets_what_it_asked_for() {
        let items = List::Items(vec![pod("a", "0"), pod("a", "1"), pod("b", "0")]);
        let lists = BTreeSet::from([list("a", "0"), list("a", "2"), list("", "0")]);
        let got = narrowed(items, lists.clone());
        let names = |of: &Selector| match &got.iter().find(|(one, _)| one == of).expect("it").1 {
            List::Items(items) => {
                items.iter().map(|one| text(one, "/metadata/namespace").to_owned()).collect()
            }
            List::NotServed | List::Denied(_) => vec!["not served".to_owned()],
        };
        assert_eq!(names(&list("a", "0")), ["a"]);
        assert_eq!(names(&list("a", "2")), Vec::<String>::new());
        assert_eq!(names(&list("", "0")), ["a", "b"]);
        assert!(narrowed(List::NotServed, lists).iter().all(|(_, one)| *one == List::NotServed));
    }
}
