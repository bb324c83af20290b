//! `GET /municipalities`: where one can log in. Open to all; only those that some provider serves.

use crate::App;
use crate::config::Config;
use crate::error::Error;
use axum::Json;
use axum::extract::State;
use protocol::id::MunicipalityId;
use protocol::identity::{Municipality, ProviderOffer};
use std::sync::Arc;

pub(super) async fn municipalities(State(app): State<Arc<App>>) -> Result<Json<Vec<Municipality>>, Error> {
    let mut snapshot = app.db.snapshot().await?;
    let rows: Vec<(String, String, String)> =
        sqlx::query_as("SELECT id, name, phone FROM municipality").fetch_all(&mut *snapshot).await?;
    let mut served: Vec<Municipality> = rows
        .into_iter()
        .map(|(id, name, phone)| {
            let id = MunicipalityId::new(id);
            Municipality { providers: offers(&app.config, &id), id, name, phone }
        })
        .filter(|one| !one.providers.is_empty())
        .collect();
    served.sort_by_key(|one| alphabetical(&one.name));
    Ok(Json(served))
}

fn offers(config: &Config, municipality: &MunicipalityId) -> Vec<ProviderOffer> {
    let serves = config.providers.iter().filter(|provider| provider.municipalities.contains(municipality));
    serves.map(|it| ProviderOffer { id: it.id.clone(), realm: it.realm, button: it.button.clone() }).collect()
}

/// Å, ä and ö are letters of their own and come last.
fn alphabetical(name: &str) -> String {
    name.to_lowercase().replace('å', "{").replace('ä', "|").replace('ö', "}")
}

#[cfg(test)]
mod tests {
    use super::alphabetical;

    #[test]
    fn names_are_sorted_as_in_swedish() {
        let mut names = ["Örkelljunga", "Åstorp", "Bjuv", "Ängelholm", "Höganäs", "Helsingborg"];
        names.sort_by_key(|name| alphabetical(name));
        assert_eq!(names, ["Bjuv", "Helsingborg", "Höganäs", "Åstorp", "Ängelholm", "Örkelljunga"]);
    }
}
