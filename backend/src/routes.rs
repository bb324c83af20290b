//! Every route of the backend in one list: what it is for, who may call it, what it takes and gives.
//!
//! The description that is served at `/openapi.json` is made of this list, and tests that must reach every route go
//! along it. A test holds it against what the router itself says that it has, so a route that is not here fails.

use crate::openapi;
use protocol::access::{LogPage, OpenScope, Opened};
use protocol::case::{Assignable, MaskGround};
use protocol::document::BlobStored;
use protocol::identity::{Device, Me, Municipality};
use protocol::invite::{InviteMade, MakeInvite};
use protocol::party::{Found, LookUp};
use protocol::sync::{DigestResponse, Event, PullRequest, PullResponse, PushRequest, PushResponse};
use schemars::{JsonSchema, Schema, SchemaGenerator};

/// One route.
pub struct Route {
    /// In lower case, as in the description.
    pub method: &'static str,
    /// As the router has it, with `{name}` for what varies.
    pub path: &'static str,
    /// What it is for, in one line.
    pub what: &'static str,
    /// Who may call it.
    pub who: Who,
    /// What it takes.
    pub takes: Takes,
    /// What it gives when all is well.
    pub gives: Gives,
}

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Everybody.
    Anybody,
    /// The app, with an access token.
    Caller,
}

/// What a route takes.
#[derive(Clone, Copy)]
pub enum Takes {
    /// Nothing but its address.
    Nothing,
    /// A JSON body of this type.
    Json(Type),
    /// Fields in the address; the first so many are needed.
    Query(&'static [&'static str], usize),
    /// Fields in a form; the first so many are needed.
    Form(&'static [&'static str], usize),
    /// Bytes.
    Bytes,
}

/// What a route gives.
#[derive(Clone, Copy)]
pub enum Gives {
    /// A JSON body of this type.
    Json(Type),
    /// A JSON object whose form a standard describes.
    Object,
    /// Nothing but success.
    Nothing,
    /// The browser goes on to another address, or sees a page that says why not.
    Elsewhere,
    /// Bytes.
    Bytes,
    /// Server-sent events with JSON of this type in `data`.
    Events(Type),
}

/// Makes the schema of a type.
pub type Type = fn(&mut SchemaGenerator) -> Schema;

const fn of<T: JsonSchema>() -> Type {
    SchemaGenerator::subschema_for::<T>
}

/// The list.
pub static ROUTES: &[Route] = &[
    get("/health", "Whether the process and its database answer").gives(Gives::Object),
    get("/health/ready", "Whether the process and its database answer").gives(Gives::Object),
    get("/health/live", "Whether the process answers").gives(Gives::Object),
    get(openapi::PATH, "This description").gives(Gives::Object),
    get("/.well-known/openid-configuration", "What the issuer says about itself").gives(Gives::Object),
    get("/identity/jwks.json", "The keys that ID tokens are signed with").gives(Gives::Object),
    get("/identity/client-jwks.json", "Our keys as a client of OpenID providers").gives(Gives::Object),
    get("/identity/authorize", "Begins a login in the browser")
        .takes(Takes::Query(
            &[
                "client_id",
                "redirect_uri",
                "response_type",
                "scope",
                "state",
                "nonce",
                "code_challenge",
                "code_challenge_method",
                "municipality",
                "realm",
                "provider",
                "ui_locales",
            ],
            10,
        ))
        .gives(Gives::Elsewhere),
    get("/identity/callback", "Takes a provider's answer to a login")
        .takes(Takes::Query(&["state", "code", "iss", "error"], 1))
        .gives(Gives::Elsewhere),
    post("/identity/token", "Turns a code or a refresh token into tokens")
        .takes(Takes::Form(
            &["grant_type", "client_id", "code", "redirect_uri", "code_verifier", "refresh_token", "platform"],
            2,
        ))
        .gives(Gives::Object),
    post("/identity/revoke", "Ends what a token stands for")
        .takes(Takes::Form(&["token", "client_id", "token_type_hint"], 2))
        .gives(Gives::Nothing),
    get("/identity/logout", "Ends a session, as the app or a browser asks")
        .takes(Takes::Query(&["id_token_hint", "post_logout_redirect_uri", "state"], 0))
        .gives(Gives::Elsewhere),
    post("/identity/logout", "Ends a session, as the app or a browser asks")
        .takes(Takes::Form(&["id_token_hint", "post_logout_redirect_uri", "state"], 0))
        .gives(Gives::Elsewhere),
    post("/identity/backchannel-logout/{provider}", "A provider ends sessions, by a signed token")
        .takes(Takes::Form(&["logout_token"], 1))
        .gives(Gives::Nothing),
    get("/identity/frontchannel-logout/{provider}", "A provider ends a session, in the browser")
        .takes(Takes::Query(&["iss", "sid"], 0))
        .gives(Gives::Nothing),
    post("/identity/invites", "Staff give a person whom they checked a login code")
        .caller()
        .takes(Takes::Json(of::<MakeInvite>()))
        .gives(Gives::Json(of::<InviteMade>())),
    post("/identity/invites/{invite}/revoke", "Takes a login code back that was not used").caller(),
    get("/identity/devices", "Where the caller is logged in").caller().gives(Gives::Json(of::<Vec<Device>>())),
    post("/identity/devices/{id}/sign-out", "Logs a device of the caller's out").caller(),
    get("/identity/userinfo", "Who the access token stands for, as OpenID Connect says it")
        .caller()
        .gives(Gives::Object),
    post("/identity/userinfo", "Who the access token stands for, as OpenID Connect says it")
        .caller()
        .gives(Gives::Object),
    get("/municipalities", "Where one can log in").gives(Gives::Json(of::<Vec<Municipality>>())),
    get("/me", "Who the access token stands for").caller().gives(Gives::Json(of::<Me>())),
    post("/access/open", "Opens content for a purpose that is logged first")
        .caller()
        .takes(Takes::Json(of::<OpenScope>()))
        .gives(Gives::Json(of::<Opened>())),
    get("/access/log", "Who looked at what concerns the caller, a page at a time")
        .caller()
        .takes(Takes::Query(&["before"], 0))
        .gives(Gives::Json(of::<LogPage>())),
    get("/cases/{case}/assignable", "Whom a case can be given to, for whoever may give it away")
        .caller()
        .gives(Gives::Json(of::<Vec<Assignable>>())),
    get("/mask-grounds", "The legal grounds that staff choose from when they keep passages from somebody")
        .caller()
        .gives(Gives::Json(of::<Vec<MaskGround>>())),
    put("/uploads/{scope}/{blob}", "Stores a file under an id of its sender's, for an act in that lane")
        .caller()
        .takes(Takes::Bytes)
        .gives(Gives::Json(of::<BlobStored>())),
    post("/party/look-up", "Who in a case's municipality has a number, for its staff; logged first")
        .caller()
        .takes(Takes::Json(of::<LookUp>()))
        .gives(Gives::Json(of::<Found>())),
    post("/blobs", "Stores a file, to be named in a mutation")
        .caller()
        .takes(Takes::Bytes)
        .gives(Gives::Json(of::<BlobStored>())),
    get("/blobs/{scope}/{document}", "The file of a document that the caller is served").caller().gives(Gives::Bytes),
    get("/blobs/{scope}/{message}/{blob}", "A file of a message that the caller is served")
        .caller()
        .gives(Gives::Bytes),
    post("/sync/pull", "Grants, pages and results above the cursors")
        .caller()
        .takes(Takes::Json(of::<PullRequest>()))
        .gives(Gives::Json(of::<PullResponse>())),
    post("/sync/push", "Does mutations, each once")
        .caller()
        .takes(Takes::Json(of::<PushRequest>()))
        .gives(Gives::Json(of::<PushResponse>())),
    get("/sync/digest", "What a complete copy of each served scope amounts to")
        .caller()
        .gives(Gives::Json(of::<DigestResponse>())),
    get("/sync/events", "Tells that something changed").caller().gives(Gives::Events(of::<Event>())),
];

const fn get(path: &'static str, what: &'static str) -> Route {
    Route { method: "get", path, what, who: Who::Anybody, takes: Takes::Nothing, gives: Gives::Nothing }
}

const fn post(path: &'static str, what: &'static str) -> Route {
    Route { method: "post", ..get(path, what) }
}

const fn put(path: &'static str, what: &'static str) -> Route {
    Route { method: "put", ..get(path, what) }
}

impl Route {
    const fn caller(self) -> Self {
        Self { who: Who::Caller, ..self }
    }

    const fn takes(self, takes: Takes) -> Self {
        Self { takes, ..self }
    }

    const fn gives(self, gives: Gives) -> Self {
        Self { gives, ..self }
    }
}
