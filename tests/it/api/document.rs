//! The document says what the API is: it is the committed one, and has every route of the table and no other.

use std::collections::BTreeSet;

use referral_exchange::api::{ROUTES, openapi};
use serde_json::Value;

use super::Client;
use crate::support::hub::{ENGINES, Hub};

#[test]
fn openapi() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/openapi.json");
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        std::fs::create_dir_all(concat!(env!("CARGO_MANIFEST_DIR"), "/docs")).unwrap();
        std::fs::write(path, openapi::text()).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == openapi::text(), "docs/openapi.json is not what the code makes; run with UPDATE_GENERATED=1");
}

#[test]
fn the_document_has_every_route_of_the_table_and_no_other() {
    let document: Value = serde_json::from_str(&openapi::text()).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    let mut described = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            described.insert((method.to_uppercase(), path.clone()));
        }
    }
    let table: BTreeSet<_> = ROUTES.iter().map(|route| (route.method.to_owned(), route.path.to_owned())).collect();
    assert_eq!(described, table);
    assert_eq!(table.len(), ROUTES.len(), "no route stands twice");
    assert_eq!(ROUTES.iter().map(|route| route.name).collect::<BTreeSet<_>>().len(), ROUTES.len(), "names are apart");
}

#[test]
fn the_document_says_what_each_call_demands() {
    let document: Value = serde_json::from_str(&openapi::text()).unwrap();
    let mut names = BTreeSet::new();
    for route in ROUTES {
        let call = &document["paths"][route.path][route.method.to_lowercase()];
        assert!(names.insert(call["operationId"].as_str().unwrap()), "{}", route.name);
        assert!(call["responses"]["default"]["content"]["application/problem+json"].is_object(), "{}", route.name);
        let parameters = call["parameters"].as_array().cloned().unwrap_or_default();
        let has = |name: &str| parameters.iter().any(|parameter| parameter["name"] == name && parameter["required"] == true);
        let changing = !route.public && route.method != "GET";
        assert_eq!(has("X-CSRF-Token"), changing, "{}", route.name);
        assert_eq!(has("Idempotency-Key"), changing && route.method == "POST", "{}", route.name);
        let demands =
            call["security"].as_array().is_some_and(|schemes| schemes.iter().any(|scheme| scheme["session"].is_array()));
        assert_eq!(demands, !route.public, "{}", route.name);
    }
    assert_eq!(document["components"]["securitySchemes"]["session"]["name"], "__Host-session");
}

/// Every `$ref` leads somewhere.
#[test]
fn nothing_the_document_names_is_missing() {
    fn follow(value: &Value, document: &Value) {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(target)) = members.get("$ref") {
                    assert!(document.pointer(target.trim_start_matches('#')).is_some(), "{target}");
                }
                members.values().for_each(|value| follow(value, document));
            }
            Value::Array(items) => items.iter().for_each(|value| follow(value, document)),
            _ => {}
        }
    }
    let document: Value = serde_json::from_str(&openapi::text()).unwrap();
    follow(&document, &document);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_is_served_to_anybody() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let text = Client::nobody(&served).json("/openapi.json").await;
    assert_eq!(text, serde_json::from_str::<Value>(&openapi::text()).unwrap());
    served.finish().await;
}
