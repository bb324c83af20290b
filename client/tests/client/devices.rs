//! The person's other devices.

use crate::device::{Device, anna};
use bridge::identity::{ListDevices, Platform, SignOutDevice};
use bridge::{FailureCode, Retry};
use protocol::id::SessionId;
use protocol::identity::{self, Platform as Wire};

const PHONE: &str = "7f3e2c1a-0000-4000-8000-000000000001";
const LAPTOP: &str = "7f3e2c1a-0000-4000-8000-000000000002";

#[tokio::test(flavor = "multi_thread")]
async fn another_device_is_seen_and_logged_out_and_none_of_it_works_offline() {
    let backend = anna().await;
    let one = |session: &str, platform, is_this| identity::Device {
        session: SessionId::new(session),
        platform,
        since: 1,
        used_at: 2,
        is_this,
    };
    backend.world().devices = vec![one(LAPTOP, Wire::Linux, true), one(PHONE, Wire::Android, false)];
    let device = Device::open(&backend).await;
    let seen = device.client.list_devices(ListDevices {}).await.expect("is a list");
    let seen: Vec<_> = seen.into_iter().map(|one| (one.device, one.platform, one.is_this)).collect();
    assert_eq!(seen, [(LAPTOP.to_owned(), Platform::Linux, true), (PHONE.to_owned(), Platform::Android, false)]);

    let sign_out = async |session: &str| {
        device.client.sign_out_device(SignOutDevice { device: session.to_owned() }).await.map_err(|failed| failed.code)
    };
    assert_eq!(sign_out("../../me").await, Err(FailureCode::Access));
    assert_eq!(sign_out(PHONE).await, Ok(()));
    assert_eq!(sign_out(PHONE).await, Err(FailureCode::Access));
    assert_eq!(device.client.list_devices(ListDevices {}).await.expect("is a list").len(), 1);

    backend.set_down(true);
    let failed = device.client.list_devices(ListDevices {}).await.expect_err("cannot be asked");
    assert_eq!((failed.code, failed.retry), (FailureCode::ServiceDown, Retry::Later));
}
