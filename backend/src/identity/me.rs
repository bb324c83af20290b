//! `GET /me`: who the access token stands for. `/identity/userinfo` says the same in OpenID's words.

use super::Caller;
use crate::App;
use crate::error::Error;
use axum::Json;
use axum::extract::State;
use protocol::id::ScopeId;
use protocol::identity::{Me, Realm};
use protocol::refusal::RefusalCode;
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) async fn me(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Me>, Error> {
    let own = match caller.realm {
        Realm::Resident => "person",
        Realm::Staff => "desk",
    };
    let mut snapshot = app.db.snapshot().await?;
    let row: Option<(String, String, String, String, String, i64)> = sqlx::query_as(
        "SELECT person.given_name, person.family_name, municipality.name, municipality.phone, scope.id,
             (SELECT COUNT(*) FROM unit_lead WHERE unit_lead.person = person.id)
         FROM person JOIN municipality ON municipality.id = person.municipality
         JOIN scope ON scope.kind = $1 AND scope.fact = person.id AND scope.audience = person.id
         WHERE person.id = $2",
    )
    .bind(own)
    .bind(caller.person.as_str())
    .fetch_optional(&mut *snapshot)
    .await?;
    let (given_name, family_name, municipality_name, municipality_phone, scope, leads) =
        row.ok_or(RefusalCode::Access)?;
    Ok(Json(Me {
        person: caller.person,
        name: format!("{given_name} {family_name}"),
        realm: caller.realm,
        municipality: caller.municipality,
        municipality_name,
        municipality_phone,
        own_scope: ScopeId::new(scope),
        level: caller.level,
        leads: leads > 0,
    }))
}

pub(super) async fn userinfo(app: State<Arc<App>>, caller: Caller) -> Result<Json<Value>, Error> {
    let Json(me) = me(app, caller).await?;
    Ok(Json(json!({"sub": me.person, "name": me.name, "realm": me.realm, "municipality": me.municipality})))
}
