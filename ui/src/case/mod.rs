//! Cases: where they stand, what happens next, whom to turn to, and everything that is written in them.

mod acts;
mod assign;
mod hide;
mod list;
mod load;
mod mask;
mod remind;
mod show;

pub(crate) use list::CasesPage;
pub(crate) use load::CaseloadPage;
pub(crate) use show::CasePage;

use crate::locale::Key;
use crate::shell::{self, WindowKind};
use bridge::case::Stage;

/// The stages in the order in which a case passes them.
const STAGES: [Stage; 4] = [Stage::Received, Stage::Investigating, Stage::Decided, Stage::FollowUp];

/// In the words of whoever looks: a resident is spoken to, staff have the terms of their trade.
fn stage_key(stage: Stage) -> Key {
    if shell::window_kind() == WindowKind::Desk { desk_stage_key(stage) } else { resident_stage_key(stage) }
}

fn desk_stage_key(stage: Stage) -> Key {
    match stage {
        Stage::Received => Key("case-desk-received"),
        Stage::Investigating => Key("case-desk-investigating"),
        Stage::Decided => Key("case-decided"),
        Stage::FollowUp => Key("case-desk-follow-up"),
        Stage::Closed => Key("case-closed"),
        Stage::Unknown => Key("case-stage-newer"),
    }
}

fn resident_stage_key(stage: Stage) -> Key {
    match stage {
        Stage::Received => Key("case-received"),
        Stage::Investigating => Key("case-investigating"),
        Stage::Decided => Key("case-decided"),
        Stage::FollowUp => Key("case-follow-up"),
        Stage::Closed => Key("case-closed"),
        Stage::Unknown => Key("case-stage-newer"),
    }
}
