//! The cluster as a [`Reader`]: always what is there now, never what a cache remembers.
//!
//! What was written may differ from what is asked for in ways that only the server knows, so
//! nothing is left out here, not even who set which field: plans show fields that will go by it.

use std::sync::Arc;

use k8s_openapi::api::events::v1::Event;
use serde_json::Value;
use sluicegate_core::{
    observed::{Api, List, Look, Ref, Selector, text},
    system::System,
};

use super::{ApiServer, Live, request};
use crate::{ApiError, Ask, Error, Reader, backend::Backend};

impl<B: Send + Sync> Reader for Live<B> {
    async fn get(&self, target: &Ref) -> Result<Look, Error> {
        get(&self.server, target).await
    }

    async fn list(&self, selector: &Selector) -> Result<List, Error> {
        list(&self.server, selector).await
    }

    async fn warnings(&self, regarding: &Ref) -> Result<Vec<Arc<Value>>, Error> {
        warnings(&self.server, regarding).await
    }
}

impl<S: System, B: Backend<S>> Ask<S> for Live<B> {
    async fn ask(&self, probe: &S::Probe) -> Result<S::Answer, Error> {
        Ok(self.backend.ask(probe).await)
    }
}

/// One object, as it is now. One that may not be looked at is denied, not absent.
///
/// # Errors
///
/// If the server cannot be reached or does not answer as one.
pub async fn get(server: &ApiServer, target: &Ref) -> Result<Look, Error> {
    let place = &target.namespace;
    let somewhere = place.is_empty() || request::is_name(place);
    // The server does not look for what nothing can be called, but refuses.
    if !somewhere || !request::is_name(&target.name) {
        return Ok(Look::Absent);
    }
    match server.read(request::get(target)).await {
        Ok(object) => Ok(Look::Found(Arc::new(object))),
        // Also where its API is not served: then there is no such object either.
        Err(Error::Api { source, .. }) if source.code == 404 => Ok(Look::Absent),
        Err(Error::Api { source, .. }) if source.code == 403 => Ok(Look::Denied(source.message)),
        Err(error) => Err(error),
    }
}

/// Every object that a selector selects, as they are now, page by page.
///
/// # Errors
///
/// If the server refuses, cannot be reached, or the list has changed so much since its first page
/// that the rest of it is gone.
pub async fn list(server: &ApiServer, selector: &Selector) -> Result<List, Error> {
    list_trimmed(server, selector, |_| ()).await
}

/// The same, each object trimmed as soon as its page is there: of many, what nobody wants may be
/// the larger part.
///
/// # Errors
///
/// As for [`list`].
pub async fn list_trimmed(
    server: &ApiServer,
    selector: &Selector,
    trim: impl Fn(&mut Value),
) -> Result<List, Error> {
    let place = &selector.namespace;
    let somewhere = place.is_empty() || request::is_name(place);
    if !somewhere || !request::can_be(&selector.labels) {
        return Ok(List::Items(Vec::new()));
    }
    let mut items: Vec<Arc<Value>> = Vec::new();
    let mut from = String::new();
    loop {
        let page = request::page(selector, &from);
        let doing = page.doing.clone();
        let mut page = match server.read(page).await {
            Ok(page) => page,
            Err(Error::Api { source, .. }) if source.code == 404 => return Ok(List::NotServed),
            Err(error) => return Err(error),
        };
        let Some(Value::Array(some)) = page.get_mut("items").map(Value::take) else {
            let source = Box::new(ApiError::new(200, "", "the answer is not a list"));
            return Err(Error::Api { doing, source });
        };
        let typed = some.into_iter().map(|item| typed(item, &selector.api));
        let wanted = typed.filter(|item| selector.has_value(item));
        items.extend(wanted.map(|mut item| {
            trim(&mut item);
            Arc::new(item)
        }));
        let next = text(&page, "/metadata/continue");
        if next.is_empty() {
            break;
        }
        next.clone_into(&mut from);
    }
    let place = |item: &Arc<Value>| {
        let part = |pointer| text(item, pointer).to_owned();
        (part("/metadata/namespace"), part("/metadata/name"))
    };
    items.sort_by_cached_key(place);
    Ok(List::Items(items))
}

/// The warnings about an object, as they are now: the first page of them. None where they may not
/// be looked at.
///
/// # Errors
///
/// If the server cannot be reached or does not answer as one.
pub async fn warnings(server: &ApiServer, regarding: &Ref) -> Result<Vec<Arc<Value>>, Error> {
    let mut page = match server.read(request::warnings(regarding)).await {
        Ok(page) => page,
        Err(Error::Api { source, .. }) if matches!(source.code, 403 | 404) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let Some(Value::Array(items)) = page.get_mut("items").map(Value::take) else {
        return Ok(Vec::new());
    };
    let api = Api::of::<Event>();
    Ok(items.into_iter().map(|item| Arc::new(typed(item, &api))).collect())
}

/// The items of a list leave out what kind they are.
fn typed(mut item: Value, api: &Api) -> Value {
    if let Some(fields) = item.as_object_mut() {
        fields.insert("apiVersion".to_owned(), api.api_version().into());
        fields.insert("kind".to_owned(), api.kind.as_ref().into());
    }
    item
}
