//! Who has looked: the log, as those whom it concerns read it, and the openings that a unit's lead looks at.

mod log;
mod review;

pub(crate) use log::AccessLogPage;
pub(crate) use review::{ReviewPage, ReviewPlace};

use crate::locale::Key;
use bridge::access::Purpose;

fn purpose_key(purpose: Purpose) -> Key {
    match purpose {
        Purpose::Reply => Key("access-reply"),
        Purpose::Handle => Key("access-handle"),
        Purpose::StandIn => Key("access-stand-in"),
        Purpose::Review => Key("access-review"),
    }
}
