//! Several providers for the same people: the app is told which there are, and one is chosen.

use crate::fake::{Fake, NUMBER};
use crate::stage::{authorize, stages};
use http::StatusCode;
use protocol::identity::{Municipality, Realm};

#[tokio::test]
async fn the_app_is_told_which_providers_there_are_and_chooses_one() {
    for mut stage in stages().await {
        let other = Fake::start(NUMBER, stage.clock()).await;
        stage.add_provider("freja", &other.issuer, "button = { sv = 'Freja', en = 'Freja' }").await;

        let told = stage.get("/municipalities", None).await.json();
        let told: Vec<Municipality> = serde_json::from_value(told).expect("is a list");
        assert_eq!(told.len(), 1, "only those that some provider serves");
        let offers: Vec<(&str, Realm)> = told[0].providers.iter().map(|it| (it.id.as_str(), it.realm)).collect();
        assert_eq!(offers, [("resident", Realm::Resident), ("staff", Realm::Staff), ("freja", Realm::Resident)]);
        assert_eq!(told[0].providers[2].button["sv"], "Freja");

        for (chosen, issuer) in
            [("", &stage.residents.issuer), ("resident", &stage.residents.issuer), ("freja", &other.issuer)]
        {
            let answer = stage.get(&authorize(Realm::Resident, &[("provider", chosen)]), None).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER);
            assert!(answer.location().starts_with(issuer.as_str()), "{chosen}");
        }
        for wrong in ["staff", "none"] {
            let answer = stage.get(&authorize(Realm::Resident, &[("provider", wrong)]), None).await.to_app();
            assert_eq!(answer["error"], "invalid_request", "{wrong}");
        }
    }
}
