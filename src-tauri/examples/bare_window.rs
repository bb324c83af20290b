//! An empty window of the same webview, of the size of the resident's: what a start costs at least, for the
//! benchmarks. `bare_window FOLDER` keeps the webview's files in FOLDER. It holds no page of the app.

use std::path::PathBuf;

use tauri::http::Response;
use tauri::{WebviewUrl, WebviewWindowBuilder};

const PAGE: &[u8] = b"<!doctype html><html lang=en><meta charset=utf-8><title>Bare</title>\
                      <body bgcolor=navy text=white><h1>Bare</h1><hr size=300 color=white></body></html>";

fn main() -> tauri::Result<()> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from).unwrap_or_default();
    tauri::Builder::default()
        .register_uri_scheme_protocol("bare", |_, _| {
            let page = Response::builder().header("content-type", "text/html").body(PAGE.to_vec());
            page.expect("a fixed header is well formed")
        })
        .setup(move |app| {
            let page = WebviewUrl::CustomProtocol("bare://localhost/".parse()?);
            let window = WebviewWindowBuilder::new(app, "bare", page).data_directory(folder);
            window.title("Bare").inner_size(420.0, 860.0).build()?;
            Ok(())
        })
        .run(tauri::generate_context!())
}
