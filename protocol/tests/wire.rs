//! The wire as it was shipped: every text here must decode for ever, and encode to the same again.

use digiteam_protocol::access::{FlaggedOpening, Grant, HiddenStaff, LogPage, OpenScope, Opened, SyncMode};
use digiteam_protocol::case::{Assignable, Case, CaseRow, MaskGround, Masking, Note};
use digiteam_protocol::document::{BlobStored, Document};
use digiteam_protocol::identity::{Device, Me, Municipality};
use digiteam_protocol::invite::{InviteMade, MakeInvite};
use digiteam_protocol::message::{Message, ReadMark, Thread, ThreadRow};
use digiteam_protocol::mutation::{Act, Mutation, MutationResult, Outcome};
use digiteam_protocol::party::{Found, LookUp, Party};
use digiteam_protocol::person::Profile;
use digiteam_protocol::refusal::Refusal;
use digiteam_protocol::relation::{AgeReminder, Closure, RelationKind, Representation};
use digiteam_protocol::sync::{
    DigestResponse, Event, EventKind, Page, PullRequest, PullResponse, PushRequest, PushResponse,
};
use digiteam_protocol::task::Task;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

#[test]
fn records() {
    check::<Profile>(r#"{"given_name":"Moa","family_name":"Berg","municipality":"bjuv","protected":false}"#);
    check::<Task>(r#"{"case":"c1","title":"Lämna kvitto","detail":"Till kontoret","due_at":5,"done_at":6}"#);
    check::<Task>(r#"{"case":null,"title":"Lämna kvitto"}"#);
    check::<Case>(
        r#"{"case":"c1","number":"2026-1","title":"Stöd","concerns":"Moa Berg","caseworker":{"person":"s1","name":"Sara Holm",
        "title":"Socialsekreterare","unit":"Barn och familj","phone":"040-628 04 02"},"stage":"follow_up","next_step":"Möte",
        "opened_at":4}"#,
    );
    check::<FlaggedOpening>(
        r#"{"by":"Samir Nouri, socialsekreterare","number":"2026-1","title":"Stöd","concerns":"Moa Berg","purpose":"stand_in",
        "reason":"Sara är sjuk.","at":1}"#,
    );
    check::<FlaggedOpening>(
        r#"{"by":"Leif Torp, enhetschef","number":"2026-1","title":"Stöd","concerns":"Moa Berg","purpose":"review",
        "reason":"Klagomål.","at":1,"own":true,"review":{"by":"Lena Ek, enhetschef","at":2,"note":"I sin ordning."}}"#,
    );
    check::<CaseRow>(
        r#"{"case":"c1","scope":"x","number":"2026-1","title":"Stöd","concerns":"Moa Berg","stage":"received"}"#,
    );
    check::<Masking>(
        r#"{"case":"c1","from":[{"person":"p1","name":"Moa Berg","whole":true},{"person":"p2","name":"Johan Lind",
        "passages":[{"passage":2,"ground":"26 kap. 1 § OSL"}]}]}"#,
    );
    check::<HiddenStaff>(
        r#"{"case":"c1","name":"Johan Lind","ground":"hot","by":"Sara Holm, socialsekreterare","at":1}"#,
    );
    check::<Note>(
        r#"{"case":"c1","heading":"Samtal","text":"Vi talade.","author":"Sara Holm, socialsekreterare","happened_at":1,"signed_at":2}"#,
    );
    check::<Note>(
        r#"{"case":"c1","heading":"Samtal","text":"Vi talade.","author":"Sara Holm, socialsekreterare","happened_at":1,"signed_at":2,
        "masked":[{"after":1,"ground":"26 kap. 1 § OSL"}]}"#,
    );
    check::<Document>(
        r#"{"case":"c1","sort":"investigation","title":"Utredning","sections":[{"heading":"","text":"","masked":"26 kap. 1 § OSL"}],
        "author":"Sara Holm","signed_at":3}"#,
    );
    check::<Document>(
        r#"{"case":"c1","sort":"decision","title":"Beslut","sections":[{"heading":"Beslut","text":"Ja."}],"file":{"blob":"b1",
        "name":"beslut.pdf","media_type":"application/pdf","size":9,"sha256":"00"},"author":"Sara Holm","signed_at":3,"appeal_until":8}"#,
    );
    check::<Thread>(
        r#"{"thread":"t1","case":"c1","subject":"Möte","participants":[{"person":"p1","name":"Moa Berg","staff":false},
        {"person":"s1","name":"Sara Holm","staff":true,"title":"Socialsekreterare"}],"started_at":1}"#,
    );
    check::<Thread>(
        r#"{"thread":"t1","case":"c1","subject":"Möte","participants":[{"person":"s1","name":"Sara Holm","staff":true,"left":true}],
        "started_at":1}"#,
    );
    check::<Message>(r#"{"from":"p1","text":"Hej","sent_at":1}"#);
    check::<Message>(
        r#"{"from":"p1","text":"","sent_at":1,"files":[{"blob":"b1","name":"kvitto.jpg","media_type":"image/jpeg","size":9,
        "sha256":"00"}]}"#,
    );
    check::<ReadMark>(r#"{"reader":"p1","upto_seq":4,"at":1}"#);
    check::<ThreadRow>(
        r#"{"thread":"t1","scope":"x","with":"Moa Berg","subject":"Möte","last_at":1,"last_from_other":true,"unread":2}"#,
    );
}

#[test]
fn relations() {
    check::<Representation>(
        r#"{"side":"representative","name":"Elsa Berg","kind":"joint_custody","until":9,"source":"population_register","checked_at":1,
        "cases":[{"case":"c1","until":5},{"case":"c2"}]}"#,
    );
    check::<Representation>(
        r#"{"side":"represented","name":"Moa Berg","kind":"power_of_attorney","matters":["messages","meetings","file"],"until":9,
        "warn_at":7,"source":"person","checked_at":1,"cases":[]}"#,
    );
    check::<AgeReminder>(
        r#"{"case":"c1","number":"2026-1","concerns":"Vera Berg","rule":"majority","years":18,"at":9,"law":"6 kap. 2 § FB"}"#,
    );
    check::<Closure>(r#"{"case":"c1","name":"Moa Berg","why":"kept_apart","ground":"kontaktförbud","at":1}"#);
    check::<Party>(
        r#"{"case":"c1","name":"Moa Berg","relations":[{"relation":"r1","kind":"joint_custody","starts":1,"until":9,
        "source":"population_register","checked_at":2,"same_address":true},{"relation":"r2","kind":"power_of_attorney",
        "matters":["messages"],"starts":1,"source":"person","checked_at":2}],"access":{"role":"guardian",
        "ground":"vårdnadshavare","since":3,"review_at":8,"matters":["file"]},"apart":["p3"]}"#,
    );
    check::<Party>(r#"{"case":"c1","name":"Elsa Berg","concerned":true,"protected":true}"#);
    check::<Party>(r#"{"case":"c1","name":"Ove Alm","suspended":"kept_apart","apart":["p1"]}"#);
    // As registries wrote it before custody was joint or sole.
    assert_eq!(serde_json::from_str::<RelationKind>(r#""custody""#).expect("decodes"), RelationKind::JointCustody);
    for act in [
        r#"{"act":"record_relation","case":"c1","relation":"r1","kind":"god_man","person":"p2","starts":1,"until":9,
        "matters":["file"],"source":"chief_guardian","same_address":false}"#,
        r#"{"act":"end_relation","case":"c1","relation":"r1","ground":"dom"}"#,
        r#"{"act":"check_relation","case":"c1","relation":"r1","source":"court_decision"}"#,
        r#"{"act":"invite","code_hash":"00"}"#,
        r#"{"act":"give_power_of_attorney","relation":"r1","code":"ABCD","matters":["messages"],"until":9}"#,
        r#"{"act":"withdraw_power_of_attorney","relation":"r1"}"#,
        r#"{"act":"keep_apart","case":"c1","person":"p1","other":"p2","ground":"kontaktförbud"}"#,
        r#"{"act":"end_keep_apart","case":"c1","person":"p1","other":"p2"}"#,
        r#"{"act":"mark_protected","person":"p1","ground":"sekretessmarkering"}"#,
        r#"{"act":"end_protected","person":"p1","ground":"sekretessmarkeringen har hävts"}"#,
        r#"{"act":"confirm_proxy","case":"c1","person":"p2","ground":"god man","review_at":9}"#,
    ] {
        check::<Mutation>(&format!(r#"{{"mid":"u1","lane":"x","n":1,"made_at":2,"act":{act}}}"#));
    }
}

#[test]
fn mutations() {
    for act in [
        r#"{"act":"start_thread","thread":"t1","case":"c1","subject":"Möte","with":"p1","message":"m1","text":"Hej"}"#,
        r#"{"act":"send_message","thread":"t1","message":"m1","text":"Hej"}"#,
        r#"{"act":"send_message","thread":"t1","message":"m1","text":"Hej","files":[{"blob":"b1","name":"kvitto.jpg",
        "media_type":"image/jpeg","size":9,"sha256":"00"}]}"#,
        r#"{"act":"start_thread","thread":"t1","case":"c1","subject":"Möte","with":"p1","message":"m1","text":"Hej",
        "files":[{"blob":"b1","name":"brev.pdf","media_type":"application/pdf","size":9,"sha256":"00"}]}"#,
        r#"{"act":"mark_read","thread":"t1","upto_seq":3}"#,
        r#"{"act":"open_case","case":"c1","number":"2026-1","title":"Stöd","person":"p1","next_step":null,"visible":true}"#,
        r#"{"act":"move_case","case":"c1","stage":"closed","next_step":null}"#,
        r#"{"act":"assign_case","case":"c1","person":"s2","ground":"Sara slutar"}"#,
        r#"{"act":"write_note","case":"c1","note":"n1","heading":"Samtal","text":"Vi talade.","happened_at":1,"hidden_from":["p2"]}"#,
        r#"{"act":"open_case_to","case":"c1","person":"p2","ground":"vårdnadshavare","review_at":9}"#,
        r#"{"act":"close_case_to","case":"c1","person":"p2","ground":"vårdnaden har upphört"}"#,
        r#"{"act":"mask","case":"c1","fact":"n1","hidden_from":["p2"]}"#,
        r#"{"act":"mask","case":"c1","fact":"n1","hidden_from":["p2"],"sections":[0,2],"ground":"26 kap. 1 § OSL"}"#,
        r#"{"act":"sign_document","case":"c1","document":"d1","sort":"letter","title":"Brev","sections":[],"file":null,
        "appeal_until":null,"hidden_from":[]}"#,
        r#"{"act":"ask_for","case":"c1","task":"k1","person":"p1","title":"Kvitto","detail":null,"due_at":null}"#,
        r#"{"act":"complete_task","task":"k1"}"#,
        r#"{"act":"seen","scope":"x","at":1}"#,
        r#"{"act":"review_opening","opening":"o1","note":"I sin ordning."}"#,
        r#"{"act":"hide_staff","case":"c1","person":"p1","ground":"hot","hidden":true}"#,
        r#"{"act":"seen","scope":"x","at":1,"record":"d1"}"#,
    ] {
        check::<Mutation>(&format!(r#"{{"mid":"u1","lane":"x","n":1,"made_at":2,"act":{act}}}"#));
    }
    check::<Mutation>(
        r#"{"mid":"u1","lane":"x","n":1,"made_at":2,"needs":["b1"],"act":{"act":"complete_task","task":"k1"}}"#,
    );
    check::<MutationResult>(r#"{"mid":"u1","outcome":"applied","at":[{"scope":"x","seq":3}]}"#);
    check::<MutationResult>(r#"{"mid":"u1","outcome":"refused","refusal":{"code":"too_long"}}"#);
    check::<Refusal>(r#"{"code":"internal","details":"7f"}"#);
}

#[test]
fn requests_and_answers() {
    check::<Municipality>(r#"{"id":"bjuv","name":"Bjuv","phone":"040-628 04 60"}"#);
    check::<Municipality>(
        r#"{"id":"bjuv","name":"Bjuv","phone":"040-628 04 60","providers":[{"id":"bankid","realm":"resident",
        "button":{"en":"BankID","sv":"BankID"}},{"id":"staff","realm":"staff"}]}"#,
    );
    check::<Me>(
        r#"{"person":"p1","name":"Moa Berg","realm":"resident","municipality":"bjuv","municipality_name":"Bjuv",
        "municipality_phone":"040-628 04 60","own_scope":"x"}"#,
    );
    check::<Me>(
        r#"{"person":"p1","name":"Moa Berg","realm":"resident","municipality":"bjuv","municipality_name":"Bjuv",
        "municipality_phone":"040-628 04 60","own_scope":"x","level":"invite"}"#,
    );
    check::<Me>(
        r#"{"person":"s1","name":"Leif Torp","realm":"staff","municipality":"bjuv","municipality_name":"Bjuv",
        "municipality_phone":"040-628 04 60","own_scope":"x","leads":true}"#,
    );
    check::<LookUp>(r#"{"case":"c1","personal_number":"199001019802","purpose":"handle"}"#);
    check::<Found>(r#"{"person":"p1","name":"Moa Berg"}"#);
    check::<MakeInvite>(r#"{"scope":"s2","person":"p1","checked":"document"}"#);
    check::<InviteMade>(r#"{"invite":"i1","code":"K7QF-2M8X","expires_at":7}"#);
    check::<Device>(r#"{"session":"f1","platform":"android","since":4,"used_at":5,"is_this":true}"#);
    check::<Assignable>(r#"{"person":"s2","name":"Samir Nouri","title":"Socialsekreterare","unit":"Barn och familj"}"#);
    check::<MaskGround>(r#"{"law":"26 kap. 1 § OSL","about":"Någons personliga förhållanden"}"#);
    check::<OpenScope>(r#"{"scope":"x","purpose":"stand_in"}"#);
    check::<OpenScope>(r#"{"scope":"x","purpose":"stand_in","reason":"Sara är sjuk."}"#);
    check::<LogPage>(
        r#"{"lines":[{"at":1,"by":{"role":"caseworker","name":"Sara Holm","title":"Socialsekreterare","unit":"Barn och familj"},
        "act":"read","what":{"thing":"document","sort":"investigation","title":"Utredning"},"purpose":"handle","unassigned":true,
        "concerns":"Elis Berg","about":"Moa Berg"},{"at":1,"by":{"role":"guardian","you":true},"act":"received",
        "what":{"thing":"other"}}],"next":"1.2"}"#,
    );
    check::<Opened>(r#"{"lease_until":4}"#);
    check::<BlobStored>(r#"{"blob":"b1","size":4,"sha256":"00"}"#);
    check::<Grant>(r#"{"scope":"x","kind":"thread","role":"caseworker","sync":"on_open","epoch":1,"head":null}"#);
    check::<PullRequest>(
        r#"{"device":"d","grants":"5f","cursors":[{"scope":"x","epoch":1,"seq":2},{"scope":"y","epoch":1,"seq":9,
        "back":{"at":4,"to":7}}],"waiting":["u1"]}"#,
    );
    check::<PullRequest>(r#"{"device":"d","cursors":[],"waiting":[]}"#);
    check::<PullResponse>(
        r#"{"db_epoch":"e","now":1,"grants_hash":"5f","grants":[{"scope":"x","kind":"case","role":"guardian","sync":"auto","epoch":1,
        "head":3,"lease_until":9}],"pages":[{"scope":"x","epoch":1,"head":3,"span":{"tail":{"after":1,"upto":3}},
        "records":[{"id":"r","kind":"note","seq":3,"deleted":true,"body":null}]}],"results":[],"more":false}"#,
    );
    check::<PullResponse>(r#"{"db_epoch":"e","now":1,"grants_hash":"5f","pages":[],"results":[],"more":true}"#);
    for span in [
        r#"{"window":{}}"#,
        r#"{"window":{"replaces":7,"back":{"at":0,"to":9}}}"#,
        r#"{"back":{"after":2,"upto":5,"to":9}}"#,
    ] {
        check::<Page>(&format!(r#"{{"scope":"x","epoch":1,"head":9,"span":{span},"records":[]}}"#));
    }
    check::<PushRequest>(r#"{"device":"d","mutations":[]}"#);
    check::<PushResponse>(r#"{"results":[]}"#);
    check::<PushResponse>(r#"{"db_epoch":"e","results":[]}"#);
    check::<DigestResponse>(r#"{"db_epoch":"e","scopes":[{"scope":"x","epoch":1,"head":3,"digest":"00"}]}"#);
    check::<Event>(r#"{"event":"changed","scope":"x"}"#);
    check::<Event>(
        r#"{"event":"changed","scope":"x","page":{"scope":"x","epoch":1,"head":3,"span":{"tail":{"after":2,"upto":3}},
        "records":[{"id":"r","kind":"message","seq":3,"body":{"from":"p1","text":"Hej","sent_at":1}}]}}"#,
    );
    check::<Event>(r#"{"event":"stale"}"#);
}

#[test]
fn what_is_newer_decodes_as_unknown() {
    let event: Event = serde_json::from_str(r#"{"event":"sung","in":"c minor"}"#).expect("decodes");
    assert_eq!(event.event, EventKind::Unknown);
    let refusal: Refusal = serde_json::from_str(r#"{"code":"on_strike"}"#).expect("decodes");
    assert_eq!(refusal.code, digiteam_protocol::refusal::RefusalCode::Unknown);
    let grant: Grant = serde_json::from_str(
        r#"{"scope":"x","kind":"hologram","role":"wizard","sync":"auto","epoch":1,"head":1,"colour":"blue"}"#,
    )
    .expect("decodes");
    assert_eq!(grant.kind, digiteam_protocol::access::ScopeKind::Unknown);
    let grant: Grant =
        serde_json::from_str(r#"{"scope":"x","kind":"case","role":"guest","sync":"at_night","epoch":1,"head":1}"#)
            .expect("decodes");
    assert_eq!(grant.sync, SyncMode::Unknown);
    let mutation: Mutation = serde_json::from_str(
        r#"{"mid":"u1","lane":"x","n":1,"made_at":2,"act":{"act":"sing","song":"Vem kan segla"}}"#,
    )
    .expect("decodes");
    assert_eq!(mutation.act, Act::Unknown);
    let result: MutationResult =
        serde_json::from_str(r#"{"mid":"u1","outcome":"postponed","until":9}"#).expect("decodes");
    assert_eq!(result.outcome, Outcome::Unknown);
}

#[test]
fn the_page_about_records_and_acts_names_them_all() {
    let page = include_str!("../../docs/records.md");
    let kinds = include_str!("../src/record.rs").lines().filter_map(|line| {
        let kind = line.trim().strip_suffix("\";")?.split_once(") = \"")?.1;
        Some(kind.to_owned())
    });
    let acts = include_str!("../src/mutation.rs").lines().filter_map(|line| {
        let name = line.trim().strip_suffix(");")?.split_once("(crate::")?.0;
        Some(snake_case(name))
    });
    let named: Vec<String> = kinds.chain(acts).collect();
    assert!(named.len() > 30, "they are not found any more: {named:?}");
    for name in named {
        assert!(page.contains(&format!("\n| `{name}` |")), "{name} has no row in docs/records.md");
    }
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for (at, letter) in name.char_indices() {
        if letter.is_uppercase() && at > 0 {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

/// `json` decodes as `T`, and `T` encodes to what `json` says.
fn check<T: Serialize + DeserializeOwned>(json: &str) {
    let shipped: Value = serde_json::from_str(json).expect("the snapshot is JSON");
    let value: T = serde_json::from_str(json).unwrap_or_else(|error| panic!("{json}\n{error}"));
    assert_eq!(serde_json::to_value(value).expect("encodes"), shipped);
}
