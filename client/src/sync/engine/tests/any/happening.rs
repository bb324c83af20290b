//! What can happen to an engine, and how what it began can end.

use super::*;

/// One happening.
#[derive(Clone, Copy, Debug)]
pub(super) enum Happening {
    /// Time passes.
    Pass(Ms),
    /// The device's clock is set, or it slept.
    Jump(Ms),
    Nudged,
    Shown(bool),
    /// Somebody wants something done, in a lane.
    Queued(u8),
    /// Somebody waits for a pull.
    Asked,
    /// Somebody else's request ended so.
    Other(Said),
    /// Something that is under way comes to an end.
    Ends(usize, Said),
    /// The event stream brings a page, or only a hint.
    Hint(bool),
    /// What ended once is told to have ended once more.
    Echo(usize),
    LoggedIn,
}

/// How it ends.
#[derive(Clone, Copy, Debug)]
pub(super) enum Said {
    Well,
    More,
    Unreachable,
    Down,
    Busy(u8),
    Ended,
    Refused,
    Full,
    Store,
}

impl Said {
    pub(super) fn trouble(self) -> Option<Trouble> {
        match self {
            Self::Well | Self::More => None,
            Self::Unreachable => Some(Trouble::Unreachable),
            Self::Down => Some(Trouble::Down),
            Self::Busy(seconds) => Some(Trouble::Busy(Duration::from_secs(seconds.into()))),
            Self::Ended => Some(Trouble::Ended),
            Self::Refused => Some(Trouble::Refused(RefusalCode::Internal.into())),
            Self::Full => Some(Trouble::Full),
            Self::Store => Some(Trouble::Store),
        }
    }

    pub(super) fn or<T>(self, well: T) -> Result<T, Trouble> {
        self.trouble().map_or(Ok(well), Err)
    }
}

fn said() -> impl Strategy<Value = Said> {
    prop_oneof![
        6 => Just(Said::Well),
        2 => Just(Said::More),
        2 => Just(Said::Unreachable),
        2 => Just(Said::Down),
        1 => (1..40_u8).prop_map(Said::Busy),
        1 => Just(Said::Ended),
        1 => Just(Said::Refused),
        1 => Just(Said::Full),
        1 => Just(Said::Store),
    ]
}

pub(super) fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        4 => (0..20_000_i64).prop_map(Happening::Pass),
        1 => (-7_200_000..7_200_000_i64).prop_map(Happening::Jump),
        1 => Just(Happening::Nudged),
        1 => any::<bool>().prop_map(Happening::Shown),
        2 => (0..3_u8).prop_map(Happening::Queued),
        1 => Just(Happening::Asked),
        1 => said().prop_map(Happening::Other),
        12 => (any::<usize>(), said()).prop_map(|(which, said)| Happening::Ends(which, said)),
        2 => any::<bool>().prop_map(Happening::Hint),
        1 => any::<usize>().prop_map(Happening::Echo),
        1 => Just(Happening::LoggedIn),
    ]
}
