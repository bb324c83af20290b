//! From what a provider vouches for to a person of the registry.

use crate::db::Tx;
use crate::error::Error;
use protocol::id::PersonId;
use protocol::identity::Realm;

/// The person whom `claim` names: a personal identity number of twelve digits for residents,
/// `<number>@<orgnr>` for staff. `None` for whoever is not in that municipality's registry.
pub(super) async fn find(
    tx: &mut Tx<'_>,
    realm: Realm,
    municipality: &str,
    claim: &str,
) -> Result<Option<PersonId>, Error> {
    let number = match realm {
        Realm::Resident => claim,
        Realm::Staff => {
            let Some((number, organisation)) = claim.split_once('@') else { return Ok(None) };
            if !is_employer(tx, municipality, organisation).await? {
                return Ok(None);
            }
            number
        }
    };
    if number.len() != 12 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    let row: Option<(String,)> = sqlx::query_as(
        "SELECT id FROM person WHERE municipality = $1 AND realm = $2 AND personal_number = $3 AND left_at IS NULL",
    )
    .bind(municipality)
    .bind(realm.as_str())
    .bind(number)
    .fetch_optional(&mut *tx.conn)
    .await?;
    Ok(row.map(|(id,)| PersonId::new(id)))
}

/// Whether somebody was not taken out of it.
pub(super) async fn is_in(tx: &mut Tx<'_>, person: &PersonId) -> Result<bool, Error> {
    let row: Option<(String,)> = sqlx::query_as("SELECT id FROM person WHERE id = $1 AND left_at IS NULL")
        .bind(person.as_str())
        .fetch_optional(&mut *tx.conn)
        .await?;
    Ok(row.is_some())
}

/// Whether the organisation number is the municipality's; a hyphen makes no difference.
async fn is_employer(tx: &mut Tx<'_>, municipality: &str, organisation: &str) -> Result<bool, Error> {
    let row: Option<(String,)> = sqlx::query_as("SELECT orgnr FROM municipality WHERE id = $1")
        .bind(municipality)
        .fetch_optional(&mut *tx.conn)
        .await?;
    let digits = |text: &str| text.replace('-', "");
    Ok(row.is_some_and(|(orgnr,)| !organisation.is_empty() && digits(&orgnr) == digits(organisation)))
}
