//! Logs to standard error, from our own crates only: libraries would log addresses and payloads. Nothing
//! here or in the core logs content, names or links. `DIGITEAM_LOG` sets the level, `warn` by default.

use tracing_subscriber::EnvFilter;

/// To be called once, first of all.
pub(crate) fn start() {
    let level = level(std::env::var("DIGITEAM_LOG").ok().as_deref());
    let filter = EnvFilter::new(format!("off,digiteam_app={level},digiteam_client={level}"));
    // Fails only where a host program already logs, as in tests.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}

fn level(wish: Option<&str>) -> &'static str {
    let known = ["off", "error", "warn", "info", "debug", "trace"];
    known.into_iter().find(|level| Some(*level) == wish).unwrap_or("warn")
}

#[cfg(test)]
mod tests {
    use super::level;

    #[test]
    fn only_a_level_is_taken() {
        assert_eq!(level(Some("debug")), "debug");
        assert_eq!(level(Some("hyper=trace")), "warn");
        assert_eq!(level(None), "warn");
    }
}
