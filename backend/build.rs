//! A migration that is added is compiled in: the macro that embeds them does not look for new ones by itself.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
