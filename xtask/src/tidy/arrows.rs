//! Who may know whom. The face knows only the bridge, the two ends meet only in the protocol, and the
//! simulator knows nothing of ours; `tests` and `xtask` alone see everything.

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::run::{cargo, output};

const ALLOWED: &[(&str, &[&str])] = &[
    ("digiteam-protocol", &[]),
    ("digiteam-bridge", &[]),
    ("digiteam-simulator", &[]),
    ("digiteam-ui", &["digiteam-bridge"]),
    ("digiteam-client", &["digiteam-bridge", "digiteam-protocol"]),
    ("digiteam-app", &["digiteam-bridge", "digiteam-client"]),
    ("digiteam-backend", &["digiteam-protocol"]),
];
const SEE_ALL: &[&str] = &["digiteam-tests", "digiteam-xtask"];

/// What does not fit.
pub(super) fn faults() -> Result<Vec<String>> {
    let text = output(&mut cargo(&["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_str(&text)?;
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    Ok(packages.iter().flat_map(package_faults).collect())
}

fn package_faults(package: &Value) -> Vec<String> {
    let name = package["name"].as_str().unwrap_or_default();
    if SEE_ALL.contains(&name) {
        return Vec::new();
    }
    let Some((_, allowed)) = ALLOWED.iter().find(|(it, _)| *it == name) else {
        return vec![format!("{name}: no arrows are set for it")];
    };
    let known = package["dependencies"].as_array().into_iter().flatten().filter_map(|it| it["name"].as_str());
    known
        .filter(|other| other.starts_with("digiteam-") && !allowed.contains(other))
        .map(|other| format!("{name} must not know {other}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::package_faults;

    #[test]
    fn a_forbidden_arrow_is_a_fault_in_tests_too() {
        let package = |name: &str, other: &str| json!({"name": name, "dependencies": [{"name": other, "kind": "dev"}]});
        assert!(package_faults(&package("digiteam-ui", "digiteam-bridge")).is_empty());
        assert!(package_faults(&package("digiteam-ui", "serde")).is_empty());
        assert_eq!(package_faults(&package("digiteam-ui", "digiteam-client")).len(), 1);
        assert_eq!(package_faults(&package("digiteam-simulator", "digiteam-protocol")).len(), 1);
        assert!(package_faults(&package("digiteam-tests", "digiteam-backend")).is_empty());
        assert_eq!(package_faults(&package("digiteam-other", "serde")).len(), 1);
    }
}
