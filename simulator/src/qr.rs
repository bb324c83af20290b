//! The animated QR code: a new text every second, so that a photograph of it is soon worthless.
//!
//! The secret behind it stays on the server; only the picture leaves.

use fast_qr::convert::svg::SvgBuilder;
use fast_qr::qr::QRBuilder;
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// What the code says `seconds` after the order began.
pub(crate) fn text(token: &str, secret: &str, seconds: u64) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes any key");
    mac.update(seconds.to_string().as_bytes());
    let code: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("bankid.{token}.{seconds}.{code}")
}

/// The picture of a text, black on white in every colour scheme, as cameras want it.
pub(crate) fn svg(text: &str) -> String {
    let code = QRBuilder::new(text).build().expect("the text is short enough for a QR code");
    SvgBuilder::default().to_str(&code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_vector_holds() {
        let token = "67df3917-fa0d-44e5-b327-edcc928297f8";
        let secret = "d28db9a7-4cde-429e-a983-359be676944c";
        let code = "dc69358e712458a66a7525beef148ae8526b1c71610eff2c16cdffb4cdac9bf8";
        assert_eq!(text(token, secret, 0), format!("bankid.{token}.0.{code}"));
        assert_ne!(text(token, secret, 1), text(token, secret, 0));
    }

    #[test]
    fn the_picture_is_an_svg() {
        assert!(svg("bankid").starts_with("<svg"));
    }
}
