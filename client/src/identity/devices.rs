//! Where the person is logged in, as the backend knows it, and ending that on another device.

use crate::Client;
use crate::failure::failure;
use bridge::identity::{DeviceView, ListDevices, Platform, SignOutDevice};
use bridge::{Failure, FailureCode, Topic};
use protocol::identity::Device;
use reqwest::Method;

impl Client {
    /// The devices that the person is logged in on.
    ///
    /// # Errors
    /// `NotOpen`, or why the backend cannot be asked.
    pub async fn list_devices(&self, _: ListDevices) -> Result<Vec<DeviceView>, Failure> {
        let devices: Vec<Device> =
            self.open()?.answer(|wire| wire.request(Method::GET, &["identity", "devices"])).await?;
        Ok(devices.iter().map(view).collect())
    }

    /// Logs another device out; it erases what it has as soon as it asks the backend for anything.
    ///
    /// # Errors
    /// `NotOpen`, `Access` when it is logged out already, or why the backend cannot be asked.
    pub async fn sign_out_device(&self, call: SignOutDevice) -> Result<(), Failure> {
        // Nothing but an id stands in an address.
        if uuid::Uuid::parse_str(&call.device).is_err() {
            return Err(failure(FailureCode::Access));
        }
        let open = self.open()?;
        let path = ["identity", "devices", call.device.as_str(), "sign-out"];
        let done = open.ask(|wire| wire.request(Method::POST, &path)).await;
        // Whatever came of it, the list may be another one now.
        open.changes.tell([Topic::Session]);
        if let Err(why) = &done {
            open.failed(why);
        }
        Ok(done.map(drop)?)
    }
}

fn view(device: &Device) -> DeviceView {
    DeviceView {
        device: device.session.to_string(),
        platform: match device.platform {
            protocol::identity::Platform::Android => Platform::Android,
            protocol::identity::Platform::Ios => Platform::Ios,
            protocol::identity::Platform::Linux => Platform::Linux,
            protocol::identity::Platform::Macos => Platform::Macos,
            protocol::identity::Platform::Windows => Platform::Windows,
            protocol::identity::Platform::Other => Platform::Other,
        },
        since: device.since,
        used_at: device.used_at,
        is_this: device.is_this,
    }
}
