//! Who acts for whom, and powers of attorney.

use crate::sync::RefusedView;
use crate::{Call, Millis, Topic};
use serde::{Deserialize, Serialize};

/// For whom I act, and who acts for me.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListRepresentations {}

impl Call for ListRepresentations {
    const NAME: &'static str = "list_representations";
    const TOPICS: &'static [Topic] = &[Topic::Relation, Topic::Case, Topic::Sync];
    type Reply = RepresentationsView;
}

/// Both sides of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepresentationsView {
    /// For whom I act.
    pub acting: Vec<RepresentationView>,
    /// Who acts for me.
    pub acted_for: Vec<RepresentationView>,
    /// Powers of attorney that wait to be given, and those that were refused.
    pub giving: Vec<GivingView>,
}

/// One that acts for another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepresentationView {
    /// For [`WithdrawPowerOfAttorney`].
    pub relation: String,
    /// The other one's name.
    pub name: String,
    /// As what.
    pub kind: RelationKind,
    /// What it can be about; empty: everything.
    pub matters: Vec<Matter>,
    /// When it ends, if that is known.
    pub until: Option<Millis>,
    /// Whether that is soon.
    pub ends_soon: bool,
    /// Where it is known from.
    pub source: Source,
    /// When that was last looked at.
    pub checked_at: Millis,
    /// What is opened because of it.
    pub cases: Vec<RepresentedCaseView>,
    /// Whether it can be withdrawn or renounced here.
    pub can_withdraw: bool,
    /// Withdrawn, but not yet sent.
    pub withdrawing: bool,
    /// Withdrawn, and refused.
    pub refused: Option<RefusedView>,
}

/// A case that is opened to a representative.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepresentedCaseView {
    /// Which.
    pub case: String,
    /// What it is about, where it can be read here.
    pub title: Option<String>,
    /// Until when.
    pub until: Option<Millis>,
}

/// A power of attorney on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivingView {
    /// Its id.
    pub relation: String,
    /// What it is about.
    pub matters: Vec<Matter>,
    /// When it is to end.
    pub until: Millis,
    /// Why it was refused, if it was.
    pub refused: Option<RefusedView>,
}

/// As what somebody acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RelationKind {
    /// Joint custody.
    JointCustody,
    /// Sole custody.
    SoleCustody,
    /// Särskilt förordnad vårdnadshavare.
    AppointedGuardian,
    /// God man.
    GodMan,
    /// Förvaltare.
    Forvaltare,
    /// Fullmakt.
    PowerOfAttorney,
    /// Ombud.
    Ombud,
    /// Offentligt biträde.
    PublicCounsel,
    /// A member of staff who works on a case besides the one it is assigned to.
    Caseworker,
    /// A guest.
    Guest,
    /// Newer than this build.
    #[serde(other)]
    Unknown,
}

/// What a representative may have to do with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Matter {
    /// Writing with the caseworker.
    Messages,
    /// Booking and joining meetings.
    Meetings,
    /// Reading notes and documents.
    File,
    /// Newer than this build.
    #[serde(other)]
    Unknown,
}

/// Where it is known from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Folkbokföringen.
    PopulationRegister,
    /// A court's decision.
    CourtDecision,
    /// Överförmyndaren.
    ChiefGuardian,
    /// The municipality.
    Municipality,
    /// The person themself.
    Person,
    /// Newer than this build.
    #[serde(other)]
    Unknown,
}

/// For whom I act just there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShowActing {
    /// Where.
    pub at: ActingAt,
}

impl Call for ShowActing {
    const NAME: &'static str = "show_acting";
    const TOPICS: &'static [Topic] = &[Topic::Relation, Topic::Case, Topic::Message];
    type Reply = Vec<RepresentationView>;
}

/// A place in the app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum ActingAt {
    /// Anywhere.
    Anywhere,
    /// In a case.
    Case {
        /// Which.
        case: String,
    },
    /// In a thread.
    Thread {
        /// Which.
        thread: String,
    },
}

/// Make a code by which somebody can give me a power of attorney.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MakeInvitation {}

impl Call for MakeInvitation {
    const NAME: &'static str = "make_invitation";
    type Reply = InvitationView;
}

/// The code, shown once and stored nowhere.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationView {
    /// In groups of letters, to be read aloud or copied.
    pub code: String,
    /// For how many days it is good.
    pub days: u32,
}

/// Give a power of attorney to whoever made the code; stored first, and sent as soon as can be.
#[derive(Clone, Serialize, Deserialize)]
pub struct GivePowerOfAttorney {
    /// The other one's code, as it was typed.
    pub code: String,
    /// What it is about; at least one.
    pub matters: Vec<Matter>,
    /// For how many months, 1..=12.
    pub months: u8,
}

impl Call for GivePowerOfAttorney {
    const NAME: &'static str = "give_power_of_attorney";
    type Reply = ();
}

/// Withdraw a power of attorney, or renounce one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WithdrawPowerOfAttorney {
    /// See [`RepresentationView::relation`].
    pub relation: String,
}

impl Call for WithdrawPowerOfAttorney {
    const NAME: &'static str = "withdraw_power_of_attorney";
    type Reply = ();
}
