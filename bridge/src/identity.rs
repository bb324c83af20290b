//! Logging in, locking, unlocking, logging out.

use crate::{Call, FailureCode, Millis, Topic};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where do we stand?
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShowSession {}

impl Call for ShowSession {
    const NAME: &'static str = "show_session";
    const TOPICS: &'static [Topic] = &[Topic::Session];
    type Reply = SessionView;
}

/// Where we stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "session", rename_all = "snake_case")]
pub enum SessionView {
    /// Nobody is logged in.
    SignedOut {
        /// Why the last session or login ended, if not by the person's own wish.
        reason: Option<FailureCode>,
    },
    /// The browser is open and we wait for the person.
    SigningIn,
    /// Logged in; a code for this device is to be chosen before anything is stored.
    ChooseCode {
        /// Who.
        me: MeView,
        /// What is to be chosen.
        by: Secret,
    },
    /// Stored and locked; the code opens it, also offline.
    Locked {
        /// What opens it.
        by: Secret,
        /// Wrong codes that are left before all is erased.
        tries_left: u32,
    },
    /// Open.
    Open {
        /// Who.
        me: MeView,
        /// The session at the service has ended (or was ended); what is stored can be read, but nothing
        /// is sent or fetched before a new login.
        login_needed: bool,
        /// Whether anything stays on this device when the session ends; see [`UseOnce`].
        kept: bool,
        /// After how many minutes without anybody it locks; see [`ChooseIdle`].
        idle_minutes: u32,
        /// Seconds until it locks, once they are few: somebody should be asked whether they are there.
        locks_in_seconds: Option<u32>,
    },
}

/// What opens what is stored on a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Secret {
    /// Six digits, together with what the device's keyring keeps.
    Code,
    /// Where the device has no keyring: at least twelve characters, not only digits.
    Passphrase,
}

/// Who is logged in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeView {
    /// Person id, to tell own messages from others'.
    pub person: String,
    /// Name as shown.
    pub name: String,
    /// As whom.
    pub realm: Realm,
    /// The municipality's name.
    pub municipality: String,
    /// The number to call when the app is no help.
    pub phone: String,
    /// Whether they came in with a code from staff, see [`crate::invite`], and come in again with another.
    pub invited: bool,
    /// Whether they lead a unit.
    pub leads: bool,
}

/// As whom one logs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Realm {
    /// Residents and guardians.
    Resident,
    /// Employees of the municipality.
    Staff,
}

/// Which municipalities are there?
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListMunicipalities {}

impl Call for ListMunicipalities {
    const NAME: &'static str = "list_municipalities";
    type Reply = Vec<MunicipalityView>;
}

/// A municipality to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MunicipalityView {
    /// For [`SignIn`].
    pub id: String,
    /// As people call it.
    pub name: String,
    /// Whom to call instead.
    pub phone: String,
    /// Where one can identify oneself, the usual one first.
    #[serde(default)]
    pub providers: Vec<ProviderView>,
}

/// A way to identify oneself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderView {
    /// For [`SignIn`].
    pub id: String,
    /// For whom.
    pub realm: Realm,
    /// What it is called, by language.
    pub names: BTreeMap<String, String>,
}

/// Open the system browser and log in. Returns when the browser was asked to open; the rest is told by
/// [`Topic::Session`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignIn {
    /// Where.
    pub municipality: String,
    /// As whom.
    pub realm: Realm,
    /// By which of the municipality's providers, if not the usual one.
    #[serde(default)]
    pub provider: Option<String>,
}

impl Call for SignIn {
    const NAME: &'static str = "sign_in";
    type Reply = ();
}

/// Stop waiting for the browser.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CancelSignIn {}

impl Call for CancelSignIn {
    const NAME: &'static str = "cancel_sign_in";
    type Reply = ();
}

/// Choose the code for this device, or the passphrase.
#[derive(Clone, Serialize, Deserialize)]
pub struct ChooseCode {
    /// See [`Secret`].
    pub code: String,
}

/// Go on without a code: nothing is kept, and all is gone when the app is locked or closed. For a device that is
/// somebody else's.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UseOnce {}

impl Call for UseOnce {
    const NAME: &'static str = "use_once";
    type Reply = ();
}

impl Call for ChooseCode {
    const NAME: &'static str = "choose_code";
    type Reply = ();
}

/// Unlock with the code or the passphrase; works offline.
#[derive(Clone, Serialize, Deserialize)]
pub struct Unlock {
    /// See [`Secret`].
    pub code: String,
}

impl Call for Unlock {
    const NAME: &'static str = "unlock";
    type Reply = ();
}

/// Lock now.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Lock {}

impl Call for Lock {
    const NAME: &'static str = "lock";
    type Reply = ();
}

/// After how many minutes without anybody the app can be told to lock.
pub const IDLE_MINUTES: [u32; 4] = [2, 5, 10, 15];

/// Somebody pressed or wrote, so the time until the lock begins anew. Told sparsely: a few times a minute is enough.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NoteActivity {}

impl Call for NoteActivity {
    const NAME: &'static str = "note_activity";
    type Reply = ();
}

/// Choose after how long without anybody the app locks.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ChooseIdle {
    /// One of [`IDLE_MINUTES`].
    pub minutes: u32,
}

impl Call for ChooseIdle {
    const NAME: &'static str = "choose_idle";
    type Reply = ();
}

/// Log out: everything on this device is erased.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignOut {}

impl Call for SignOut {
    const NAME: &'static str = "sign_out";
    type Reply = ();
}

/// On which devices is the person logged in? Only the backend knows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListDevices {}

impl Call for ListDevices {
    const NAME: &'static str = "list_devices";
    const TOPICS: &'static [Topic] = &[Topic::Session];
    type Reply = Vec<DeviceView>;
}

/// A device that the person is logged in on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceView {
    /// For [`SignOutDevice`].
    pub device: String,
    /// What kind of device.
    pub platform: Platform,
    /// When the person logged in on it.
    pub since: Millis,
    /// When it was last used, to the hour or so.
    pub used_at: Millis,
    /// Whether it is this one.
    pub is_this: bool,
}

/// The kind of system that a device runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Platform {
    /// Android.
    Android,
    /// iOS and iPadOS.
    Ios,
    /// Linux.
    Linux,
    /// macOS.
    Macos,
    /// Windows.
    Windows,
    /// Something else.
    Other,
}

/// Log another device out: it erases what it has at its next contact.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignOutDevice {
    /// Which.
    pub device: String,
}

impl Call for SignOutDevice {
    const NAME: &'static str = "sign_out_device";
    type Reply = ();
}
