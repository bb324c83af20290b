//! A page of a PDF as a picture, drawn on this device.
//!
//! Whatever stands in the file can at worst be unreadable: a file that makes the renderer fail does not take
//! the app with it, and a page that would need too much room is refused.

use crate::failure::{failure, internal};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bridge::document::PageView;
use bridge::{Failure, FailureCode};
use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};
use std::panic::{AssertUnwindSafe, catch_unwind};
use zeroize::Zeroizing;

/// The widest picture that is drawn.
pub(super) const MAX_WIDTH: u32 = 2_400;
/// The highest one.
const MAX_HEIGHT: f32 = 12_000.0;

/// Draws page `page` of `file`, `width` pixels wide.
pub(super) async fn draw(file: Zeroizing<Vec<u8>>, page: u32, width: u32) -> Result<PageView, Failure> {
    let drawing = move || catch_unwind(AssertUnwindSafe(|| draw_now(&file, page, width)));
    match tokio::task::spawn_blocking(drawing).await {
        Ok(Ok(Some(view))) => Ok(view),
        Ok(Ok(None) | Err(_)) => Err(failure(FailureCode::Unreadable)),
        Err(error) => Err(internal(&error)),
    }
}

fn draw_now(file: &[u8], page: u32, width: u32) -> Option<PageView> {
    let pdf = Pdf::new(file.to_vec()).ok()?;
    let pages = pdf.pages();
    let page = pages.get(usize::try_from(page).ok()?)?;
    let (page_width, page_height) = page.render_dimensions();
    let width = f32::from(u16::try_from(width.clamp(1, MAX_WIDTH)).ok()?);
    let scale = width / page_width;
    if !scale.is_finite() || !(1.0..=MAX_HEIGHT).contains(&(page_height * scale)) {
        return None;
    }
    // Half a pixel more, as the renderer rounds down.
    let fitting = (width + 0.5) / page_width;
    let pixels = render(
        page,
        &RenderCache::new(),
        &InterpreterSettings::default(),
        &RenderSettings::default(),
        &PixmapSettings { x_scale: fitting, y_scale: fitting, bg_color: WHITE },
    );
    let png = BASE64_STANDARD.encode(pixels.into_png().ok()?);
    Some(PageView { pages: u32::try_from(pages.len()).ok()?, png })
}
