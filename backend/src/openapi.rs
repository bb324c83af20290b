//! `GET /openapi.json`: what the backend answers, as OpenAPI 3.1.
//!
//! Made of [`ROUTES`] and the wire types themselves, never written by hand, so that it cannot say something else than
//! the code. It is open to everybody: it holds nothing but what stands in the project's own source.

use crate::App;
use crate::routes::{Gives, ROUTES, Route, Takes, Who};
use axum::routing::get;
use axum::{Json, Router};
use protocol::refusal::Refusal;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use std::sync::{Arc, OnceLock};

/// Where it is served.
pub const PATH: &str = "/openapi.json";

/// The routes.
pub fn router() -> Router<Arc<App>> {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    Router::new().route(PATH, get(async || Json(DOCUMENT.get_or_init(document))))
}

/// The description.
pub fn document() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut schemas = settings.into_generator();
    let mut paths = Map::new();
    for route in ROUTES {
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method] = operation(route, &mut schemas);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Digiteam",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The municipal backend, as its app uses it. docs/sync.md tells what the words mean.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas.take_definitions(true),
            "securitySchemes": {"token": {"type": "http", "scheme": "dpop"}},
        },
    })
}

fn operation(route: &Route, schemas: &mut SchemaGenerator) -> Value {
    let mut operation = json!({
        "operationId": operation_id(route),
        "summary": route.what,
        "responses": responses(route, schemas),
        "security": [],
    });
    let mut parameters: Vec<Value> = variables(route.path)
        .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
        .collect();
    if let Takes::Query(names, needed) = route.takes {
        parameters.extend(names.iter().enumerate().map(
            |(at, name)| json!({"name": name, "in": "query", "required": at < needed, "schema": {"type": "string"}}),
        ));
    }
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    let body = match route.takes {
        Takes::Nothing | Takes::Query(..) => None,
        Takes::Json(of) => Some(("application/json", of(schemas).to_value())),
        Takes::Form(names, needed) => Some(("application/x-www-form-urlencoded", form(names, needed))),
        Takes::Bytes => Some(("application/octet-stream", json!({}))),
    };
    if let Some((kind, schema)) = body {
        operation["requestBody"] = json!({"required": true, "content": {kind: {"schema": schema}}});
    }
    if route.who == Who::Caller {
        operation["security"] = json!([{"token": []}]);
    }
    operation
}

fn form(names: &[&str], needed: usize) -> Value {
    let fields: Map<String, Value> = names.iter().map(|name| ((*name).to_owned(), json!({"type": "string"}))).collect();
    json!({"type": "object", "properties": fields, "required": names[..needed]})
}

fn responses(route: &Route, schemas: &mut SchemaGenerator) -> Value {
    let refusal = schemas.subschema_for::<Refusal>().to_value();
    let said =
        |what: &str, kind: &str, schema: Value| json!({"description": what, "content": {kind: {"schema": schema}}});
    let (status, well) = match route.gives {
        Gives::Json(of) => ("200", said("Done", "application/json", of(schemas).to_value())),
        Gives::Object => ("200", said("Done", "application/json", json!({"type": "object"}))),
        Gives::Nothing => ("200", json!({"description": "Done"})),
        Gives::Elsewhere => ("303", json!({"description": "The browser goes on"})),
        Gives::Bytes => ("200", said("The file", "application/octet-stream", json!({}))),
        Gives::Events(of) => {
            ("200", said("Events, until one side ends them", "text/event-stream", of(schemas).to_value()))
        }
    };
    json!({status: well, "default": said("Refused", "application/json", refusal)})
}

/// The names in `{}` of a path.
fn variables(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
}

fn operation_id(route: &Route) -> String {
    let words = route.path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.fold(route.method.to_owned(), |id, word| id + "_" + word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    /// Everything in `value`, deep.
    fn walk<'v>(value: &'v Value, visit: &mut impl FnMut(&'v Value)) {
        visit(value);
        match value {
            Value::Array(items) => items.iter().for_each(|item| walk(item, visit)),
            Value::Object(fields) => fields.values().for_each(|field| walk(field, visit)),
            _ => {}
        }
    }

    #[test]
    fn it_keeps_the_rules_of_openapi() {
        let document = document();
        let mut references = 0;
        walk(&document, &mut |value| {
            if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
                let pointer = reference.strip_prefix('#').unwrap_or_else(|| panic!("{reference} leads outside"));
                assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
                references += 1;
            }
        });
        assert!(references > 50, "{references}");
        let mut ids = HashSet::new();
        for (path, operations) in document["paths"].as_object().expect("is an object") {
            for operation in operations.as_object().expect("is an object").values() {
                assert!(ids.insert(operation["operationId"].to_string()), "{} twice", operation["operationId"]);
                assert!(operation["responses"].as_object().is_some_and(|all| all.len() > 1), "{path}");
                let told = operation["parameters"].as_array().into_iter().flatten();
                let told: Vec<&str> =
                    told.filter(|it| it["in"] == "path").filter_map(|it| it["name"].as_str()).collect();
                assert_eq!(told, variables(path).collect::<Vec<_>>(), "{path}");
            }
        }
        assert_eq!(ids.len(), ROUTES.len(), "a route stands twice");
    }

    #[test]
    fn the_wire_types_are_told_with_their_limits() {
        let schemas = &document()["components"]["schemas"];
        assert_eq!(schemas["ScopeId"]["maxLength"], protocol::id::MAX_ID);
        assert!(schemas["PushRequest"]["properties"]["mutations"]["items"]["$ref"].is_string());
        assert!(schemas["Act"].to_string().contains("send_message"));
    }
}
