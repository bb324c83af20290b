//! The one list of commands, `feature::name`. The build script declares them to Tauri from it and the
//! shell makes its handler from it, so neither can forget one; tests hold it against the bridge and the
//! capabilities.

/// Hands the list to the macro named `$then`.
macro_rules! with_commands {
    ($then:ident) => {
        $then! {
            identity::show_session,
            identity::list_municipalities,
            identity::sign_in,
            identity::cancel_sign_in,
            identity::choose_code,
            identity::use_once,
            identity::unlock,
            identity::lock,
            identity::sign_out,
            identity::list_devices,
            identity::sign_out_device,
            identity::note_activity,
            identity::choose_idle,
            invite::use_invite,
            invite::give_invite,
            invite::take_back_invite,
            sync::show_sync,
            sync::dismiss_rescue,
            sync::resend,
            sync::discard,
            home::show_home,
            task::complete_task,
            message::list_threads,
            message::list_inbox,
            message::show_thread,
            message::send_message,
            message::keep_draft,
            message::attach_file,
            message::detach_file,
            message::take_back,
            message::mark_read,
            case::list_cases,
            case::list_caseload,
            case::show_case,
            case::list_assignable,
            case::assign_case,
            case::list_case_acts,
            case::list_reminders,
            case::show_masking,
            case::list_mask_grounds,
            case::hide_from,
            case::show_again,
            case::list_hidden_staff,
            case::hide_staff,
            party::list_parties,
            party::find_person,
            party::change_party,
            document::show_document,
            document::show_page,
            access::open_scope,
            access::list_openings,
            access::review_opening,
            access::show_access_log,
            search::search,
            relation::list_representations,
            relation::show_acting,
            relation::make_invitation,
            relation::give_power_of_attorney,
            relation::withdraw_power_of_attorney,
        }
    };
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::{Path, PathBuf};

    use serde_json::Value;

    macro_rules! names {
        ($($feature:ident :: $name:ident,)*) => { [$(stringify!($name)),*] };
    }

    const BOTH: [&str; 28] = [
        "show_session",
        "list_municipalities",
        "sign_in",
        "cancel_sign_in",
        "choose_code",
        "use_once",
        "unlock",
        "lock",
        "sign_out",
        "list_devices",
        "sign_out_device",
        "note_activity",
        "choose_idle",
        "show_sync",
        "dismiss_rescue",
        "resend",
        "discard",
        "show_thread",
        "send_message",
        "keep_draft",
        "attach_file",
        "detach_file",
        "take_back",
        "mark_read",
        "show_case",
        "show_document",
        "show_page",
        "search",
    ];
    const RESIDENT: [&str; 11] = [
        "use_invite",
        "show_home",
        "complete_task",
        "list_threads",
        "list_cases",
        "list_representations",
        "show_acting",
        "make_invitation",
        "give_power_of_attorney",
        "withdraw_power_of_attorney",
        "show_access_log",
    ];
    const DESK: [&str; 20] = [
        "give_invite",
        "take_back_invite",
        "list_inbox",
        "list_caseload",
        "open_scope",
        "list_openings",
        "review_opening",
        "list_assignable",
        "assign_case",
        "list_case_acts",
        "list_reminders",
        "show_masking",
        "list_mask_grounds",
        "hide_from",
        "show_again",
        "list_hidden_staff",
        "hide_staff",
        "list_parties",
        "find_person",
        "change_party",
    ];

    #[test]
    fn every_call_of_the_bridge_is_a_command() {
        let calls: BTreeSet<String> = files("../bridge/src", "rs").iter().flat_map(|path| call_names(path)).collect();
        assert_eq!(calls, owned(with_commands!(names)));
    }

    #[test]
    fn each_window_may_call_exactly_its_own() {
        assert_eq!(allowed("resident"), owned(BOTH.into_iter().chain(RESIDENT)));
        assert_eq!(allowed("desk"), owned(BOTH.into_iter().chain(DESK)));
    }

    #[test]
    fn every_command_can_be_called_from_some_window() {
        let anywhere: BTreeSet<String> = &allowed("resident") | &allowed("desk");
        assert_eq!(anywhere, owned(with_commands!(names)));
    }

    #[test]
    fn there_is_no_other_capability() {
        let names: BTreeSet<String> = files("../capabilities", "json")
            .iter()
            .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
            .collect();
        assert_eq!(names, owned(["resident", "desk"]));
    }

    /// The commands of a window's capability, which may hold nothing else but listening to events.
    fn allowed(window: &str) -> BTreeSet<String> {
        let text =
            fs::read_to_string(here(&format!("../capabilities/{window}.json"))).expect("the capability is there");
        let capability: Value = serde_json::from_str(&text).expect("is JSON");
        assert_eq!(capability["windows"], serde_json::json!([window]));
        assert_eq!(capability["remote"], Value::Null);
        let permissions = capability["permissions"].as_array().expect("a list");
        let (core, commands): (Vec<&str>, Vec<&str>) =
            permissions.iter().map(|each| each.as_str().expect("a plain name")).partition(|name| name.contains(':'));
        assert_eq!(core, ["core:event:allow-listen", "core:event:allow-unlisten"]);
        commands.iter().map(|name| name.strip_prefix("allow-").expect("allows").replace('-', "_")).collect()
    }

    fn call_names(path: &Path) -> Vec<String> {
        let text = fs::read_to_string(path).expect("can be read");
        text.split("const NAME: &'static str = \"")
            .skip(1)
            .filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()))
            .collect()
    }

    fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(here(folder)).expect("the folder is there");
        let paths = entries.map(|entry| entry.expect("can be read").path());
        paths.filter(|path| path.extension().is_some_and(|found| found == ending)).collect()
    }

    fn here(path: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
    }

    fn owned<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
        names.into_iter().map(str::to_owned).collect()
    }
}
