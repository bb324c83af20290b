// Loads the face. A file of its own, because the content security policy allows no script in the page.
import init from "/digiteam_ui.js";

await init({ module_or_path: "/digiteam_ui_bg.wasm" });
