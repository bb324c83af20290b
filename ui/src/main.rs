//! The face: what a person sees and does.
//!
//! It runs in the shell's webview and owns no truth. Every page shows what a call to the shell returned, asks
//! again when the shell says that it changed, and turns what the person does into calls. It never talks to a
//! network, stores nothing but the choice of language, and knows the shell only through [`shell`].

mod access;
mod app;
mod call;
mod case;
mod document;
mod failure;
mod frame;
mod home;
mod identity;
mod kit;
mod locale;
mod message;
mod moment;
mod notice;
mod party;
mod relation;
mod route;
mod search;
mod shell;
mod sync;

fn main() {
    wasm_bindgen_futures::spawn_local(async {
        // Before the first call, so that no change can fall between its answer and the first announcement.
        shell::listen().await;
        yew::Renderer::<app::App>::new().render();
    });
}
