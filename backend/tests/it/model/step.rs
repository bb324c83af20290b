//! What can happen in the model's town.

use proptest::prelude::*;

/// One of them.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// A note or document, hidden from some of the family.
    Write {
        document: bool,
        hidden: u8,
    },
    Mask {
        which: usize,
        hidden: u8,
    },
    Move,
    /// A guardian is let in, or let in for longer.
    Let {
        who: usize,
    },
    Close {
        who: usize,
    },
    Thread {
        who: usize,
    },
    Send {
        which: usize,
        by_staff: bool,
    },
    /// Staff open the case, or a thread.
    Open {
        samir: bool,
        thread: Option<usize>,
    },
    Wait {
        hours: i64,
    },
    /// Some answers for one device, each holding little.
    Pull {
        who: usize,
        answers: usize,
        window: i64,
        first: usize,
        back: usize,
    },
    /// A page from long ago comes again.
    Late {
        which: usize,
    },
    /// A push whose answer was lost.
    Again {
        which: usize,
    },
    Collect,
    Backup,
    Restore,
}

/// Any of them, what is pulled most often.
pub(super) fn step() -> impl Strategy<Value = Step> {
    let guardian = 1..3usize;
    prop_oneof![
        6 => (any::<bool>(), 0..8u8).prop_map(|(document, hidden)| Step::Write { document, hidden }),
        4 => (any::<usize>(), 0..8u8).prop_map(|(which, hidden)| Step::Mask { which, hidden }),
        1 => Just(Step::Move),
        2 => guardian.clone().prop_map(|who| Step::Let { who }),
        2 => guardian.prop_map(|who| Step::Close { who }),
        2 => (0..3usize).prop_map(|who| Step::Thread { who }),
        5 => (any::<usize>(), any::<bool>()).prop_map(|(which, by_staff)| Step::Send { which, by_staff }),
        2 => (any::<bool>(), proptest::option::of(any::<usize>())).prop_map(|(samir, thread)| Step::Open { samir, thread }),
        1 => (1..20i64).prop_map(|hours| Step::Wait { hours }),
        10 => (0..5usize, 1..4usize, 1..4i64, 1..8usize, 1..4usize)
            .prop_map(|(who, answers, window, first, back)| Step::Pull { who, answers, window, first, back }),
        3 => any::<usize>().prop_map(|which| Step::Late { which }),
        2 => any::<usize>().prop_map(|which| Step::Again { which }),
        1 => Just(Step::Collect),
        1 => Just(Step::Backup),
        1 => Just(Step::Restore),
    ]
}
