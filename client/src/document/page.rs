//! A page of a PDF or a photo as a picture, drawn on this device; a text as its words.
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
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits};
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use zeroize::Zeroizing;

/// The widest picture that is drawn.
pub(super) const MAX_WIDTH: u32 = 2_400;
/// The highest one.
const MAX_HEIGHT: f32 = 12_000.0;
/// The longest side of a photo, in pixels, and the room it may take while it is drawn.
const MAX_SIDE: u32 = 20_000;
const MAX_ALLOC: u64 = 400 << 20;

/// Draws page `page` of `file`, `width` pixels wide.
pub(super) async fn draw(
    file: Zeroizing<Vec<u8>>,
    media_type: String,
    page: u32,
    width: u32,
) -> Result<PageView, Failure> {
    let draw_now = move || match (media_type.as_str(), page) {
        ("application/pdf", page) => draw_pdf(&file, page, width),
        ("image/jpeg", 0) => draw_photo(&file, ImageFormat::Jpeg, width),
        ("image/png", 0) => draw_photo(&file, ImageFormat::Png, width),
        ("text/plain", 0) => {
            let text = String::from_utf8(file.to_vec()).ok()?;
            Some(PageView { pages: 1, png: String::new(), text: Some(text) })
        }
        _ => None,
    };
    let drawing = move || catch_unwind(AssertUnwindSafe(draw_now));
    match tokio::task::spawn_blocking(drawing).await {
        Ok(Ok(Some(view))) => Ok(view),
        Ok(Ok(None) | Err(_)) => Err(failure(FailureCode::Unreadable)),
        Err(error) => Err(internal(&error)),
    }
}

fn draw_pdf(file: &[u8], page: u32, width: u32) -> Option<PageView> {
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
    Some(PageView { pages: u32::try_from(pages.len()).ok()?, png, text: None })
}

/// A photo stands upright as its camera held it, no larger than it is. Where and when it was taken stays in the file.
fn draw_photo(file: &[u8], format: ImageFormat, width: u32) -> Option<PageView> {
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(MAX_SIDE), Some(MAX_SIDE));
    limits.max_alloc = Some(MAX_ALLOC);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let orientation = decoder.orientation().ok()?;
    let mut photo = DynamicImage::from_decoder(decoder).ok()?;
    photo.apply_orientation(orientation);
    if photo.width() > width {
        photo = photo.thumbnail(width, u32::MAX);
    }
    let mut png = Cursor::new(Vec::new());
    photo.write_to(&mut png, ImageFormat::Png).ok()?;
    Some(PageView { pages: 1, png: BASE64_STANDARD.encode(png.into_inner()), text: None })
}
