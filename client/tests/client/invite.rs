//! Coming in with a code that staff gave, without a browser.

use crate::device::{CODE, Device, Shown, anna, session, sync};
use bridge::identity::{ChooseCode, SessionView};
use bridge::invite::UseInvite;
use bridge::message::SendMessage;
use bridge::{Failure, FailureCode};
use protocol::identity::Level;
use protocol::invite::{InviteCode, SYMBOLS};

fn code(byte: u8) -> InviteCode {
    InviteCode::of(&[byte; SYMBOLS])
}

async fn come_in(device: &Device, text: &str) -> Result<(), Failure> {
    device.client.use_invite(UseInvite { code: text.to_owned() }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_begins_a_session_and_another_one_goes_on_with_it() {
    let backend = anna().await;
    backend.world().me.level = Level::Invite;
    let device = Device::new(&backend);
    assert_eq!(come_in(&device, "K7QF-2M8X").await.expect_err("is a slip").code, FailureCode::BadInvite);
    let spent = come_in(&device, &code(7).to_string()).await.expect_err("does not count");
    assert_eq!(
        (spent.code, session(&device.client).await),
        (FailureCode::InviteSpent, SessionView::SignedOut { reason: None })
    );

    backend.world().oidc.invite = Some(code(7));
    come_in(&device, &code(7).to_string().to_lowercase().replace('-', " ")).await.expect("comes in");
    assert!(matches!(session(&device.client).await, SessionView::ChooseCode { me, .. } if me.invited));
    device.client.choose_code(ChooseCode { code: CODE.to_owned() }).await.expect("a store");
    device.until_thread(&[("Hej Anna", Shown::Sent)]).await;

    // The session ends; what was written waits for the next code.
    backend.end_sessions();
    let text = "Jag är här".to_owned();
    device.client.send_message(SendMessage { thread: "t".to_owned(), text }).await.expect("is kept");
    device
        .until("a code is needed", async |client| {
            matches!(session(client).await, SessionView::Open { login_needed: true, .. })
        })
        .await;
    assert_eq!(come_in(&device, &code(7).to_string()).await.expect_err("was used").code, FailureCode::InviteSpent);
    backend.world().oidc.invite = Some(code(9));
    come_in(&device, &code(9).to_string()).await.expect("goes on");
    device.until_thread(&[("Hej Anna", Shown::Sent), ("Jag är här", Shown::Sent)]).await;
    device.until("online again", async |client| sync(client).await.online).await;
}
