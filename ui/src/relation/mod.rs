//! Who acts for whom: the sign that one is acting for somebody, and the page where that can be seen and changed.

mod acting;
mod draft;
mod give;
mod invite;
mod page;
mod row;

pub(crate) use acting::{Acting, RelationNotices};
pub(crate) use page::RelationsPage;

use crate::locale::Key;
use bridge::relation::{Matter, RelationKind, Source};

pub(crate) fn kind_key(kind: RelationKind) -> Key {
    match kind {
        RelationKind::JointCustody => Key("relation-joint-custody"),
        RelationKind::SoleCustody => Key("relation-sole-custody"),
        RelationKind::AppointedGuardian => Key("relation-appointed-guardian"),
        RelationKind::GodMan => Key("relation-god-man"),
        RelationKind::Forvaltare => Key("relation-forvaltare"),
        RelationKind::PowerOfAttorney => Key("relation-power-of-attorney"),
        RelationKind::Ombud => Key("relation-ombud"),
        RelationKind::PublicCounsel => Key("relation-public-counsel"),
        RelationKind::Caseworker => Key("relation-caseworker"),
        RelationKind::Guest => Key("relation-guest"),
        RelationKind::Unknown => Key("relation-newer"),
    }
}

pub(crate) fn matter_key(matter: Matter) -> Key {
    match matter {
        Matter::Messages => Key("relation-messages"),
        Matter::Meetings => Key("relation-meetings"),
        Matter::File => Key("relation-file"),
        Matter::Unknown => Key("relation-newer"),
    }
}

/// The matters that are in it: all of them, where none is named.
pub(crate) fn matters(named: &[Matter]) -> &[Matter] {
    if named.is_empty() { &ALL } else { named }
}

/// In the order in which they are offered.
const ALL: [Matter; 3] = [Matter::File, Matter::Messages, Matter::Meetings];

pub(crate) fn source_key(source: Source) -> Key {
    match source {
        Source::PopulationRegister => Key("relation-source-register"),
        Source::CourtDecision => Key("relation-source-court"),
        Source::ChiefGuardian => Key("relation-source-chief-guardian"),
        Source::Municipality => Key("relation-source-municipality"),
        Source::Person => Key("relation-source-person"),
        Source::Unknown => Key("relation-source-other"),
    }
}
