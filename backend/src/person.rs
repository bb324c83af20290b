//! Persons as the registry has them, and how they are named to others.

use crate::access::{NewGrant, grant};
use crate::db::Tx;
use crate::error::Error;
use crate::feed::{decode, scope_for};
use protocol::access::{Role, ScopeKind, SyncMode};
use protocol::id::{MunicipalityId, PersonId, ScopeId};
use protocol::identity::Realm;
use protocol::message::Participant;
use protocol::person::Profile;
use protocol::refusal::RefusalCode;

/// A row of the registry.
#[derive(Clone)]
pub struct Person {
    /// Who.
    pub id: PersonId,
    /// Where.
    pub municipality: MunicipalityId,
    /// As whom.
    pub realm: Realm,
    /// First name.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// Protected identity.
    pub protected: bool,
    /// The unit that a staff member works in.
    pub unit: Option<String>,
    /// A staff member's title.
    pub title: Option<String>,
}

impl Person {
    /// First and family name.
    pub fn name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name)
    }

    /// Name and title, as under a signed note.
    pub fn signature(&self) -> String {
        match &self.title {
            Some(title) => format!("{}, {}", self.name(), title.to_lowercase()),
            None => self.name(),
        }
    }

    /// A staff member's title alone, for those from whom the name is kept.
    pub fn office(&self) -> String {
        self.title.clone().unwrap_or_default()
    }

    /// As shown in a thread to somebody from whom the names of staff are kept.
    pub fn veiled_participant(&self) -> Participant {
        match self.realm {
            Realm::Staff => Participant { name: self.office(), title: None, ..self.participant() },
            Realm::Resident => self.participant(),
        }
    }

    /// As shown in a thread.
    pub fn participant(&self) -> Participant {
        Participant {
            person: self.id.clone(),
            name: self.name(),
            staff: self.realm == Realm::Staff,
            title: self.title.clone(),
            left: false,
        }
    }

    /// The scope of what is theirs alone: a resident's own, or a caseworker's desk.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn own_scope(&self, tx: &mut Tx<'_>) -> Result<ScopeId, Error> {
        let kind = match self.realm {
            Realm::Resident => ScopeKind::Person,
            Realm::Staff => ScopeKind::Desk,
        };
        scope_for(tx, &self.municipality, kind, self.id.as_str(), self.id.as_str()).await
    }
}

/// Reads a person.
///
/// # Errors
/// [`RefusalCode::Access`] when there is none.
pub async fn find(tx: &mut Tx<'_>, id: &PersonId) -> Result<Person, Error> {
    type Row = (String, String, String, String, i64, Option<String>, Option<String>);
    let row: Option<Row> = sqlx::query_as(
        "SELECT municipality, realm, given_name, family_name, protected, unit, title FROM person WHERE id = $1",
    )
    .bind(id.as_str())
    .fetch_optional(&mut *tx.conn)
    .await?;
    let (municipality, realm, given_name, family_name, protected, unit, title) = row.ok_or(RefusalCode::Access)?;
    Ok(Person {
        id: id.clone(),
        municipality: MunicipalityId::new(municipality),
        realm: decode(&realm)?,
        given_name,
        family_name,
        protected: protected != 0,
        unit,
        title,
    })
}

/// Gives a newly registered person their own scope, and a resident their profile in it.
///
/// # Errors
/// When the database fails.
pub async fn settle(tx: &mut Tx<'_>, id: &PersonId) -> Result<(), Error> {
    let person = find(tx, id).await?;
    let scope = person.own_scope(tx).await?;
    let role = match person.realm {
        Realm::Resident => Role::Resident,
        Realm::Staff => Role::Caseworker,
    };
    let new = NewGrant { subject: id.as_str(), scope: &scope, role, sync: SyncMode::Auto, until: None, ground: "own" };
    grant(tx, &person.municipality, new).await?;
    show_profile(tx, &person).await
}

/// Shows a person their own particulars.
///
/// # Errors
/// When the database fails.
pub async fn show_profile(tx: &mut Tx<'_>, person: &Person) -> Result<(), Error> {
    let scope = person.own_scope(tx).await?;
    let profile = Profile {
        given_name: person.given_name.clone(),
        family_name: person.family_name.clone(),
        municipality: person.municipality.clone(),
        protected: person.protected,
    };
    tx.feed.put(&scope, person.id.as_str(), &profile)
}
