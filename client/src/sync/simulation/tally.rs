//! How often each fault struck, and each row of the failure table of docs/sync.md: what never happens proves nothing.

use std::fmt;

macro_rules! counted {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $one:ident = $words:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum $name {
            $($(#[$each])* $one,)*
        }

        impl $name {
            pub(super) const ALL: &[(Self, &str)] = &[$((Self::$one, $words),)*];
        }
    };
}

counted! {
    /// What can go wrong.
    Fault {
        Offline = "no network for a while",
        Portal = "a network that wants a login first",
        RequestLost = "request lost",
        ReplyLost = "reply lost",
        Garbled = "reply unreadable",
        Twice = "request arrives twice",
        Late = "request arrives after it was given up",
        Down = "5xx instead of an answer",
        Busy = "429 with Retry-After",
        Whole = "push refused as a whole for one act",
        Poison = "500 for one act",
        StreamCut = "event stream cut",
        StreamSilent = "event stream silent",
        HintLost = "hint lost",
        HintTwice = "hint twice",
        HintLate = "hint overtaken by the next",
        Crash = "crash between two effects",
        CrashAfter = "crash after a store call, before its event",
        CrashMid = "crash in the middle of a store call",
        StoreFails = "store call fails midway",
        Full = "disk full",
        Restart = "backend restarted",
        Restore = "backend restored from a backup",
        Revoke = "grant revoked",
        Regrant = "grant given anew",
        Floor = "tombstones collected",
        Ended = "session ended",
        Sleep = "device asleep",
        Clock = "device clock set",
        Damage = "row damaged on the device",
        Rot = "page damaged on the device",
        Room = "little room on the device",
        Lacks = "upload forgotten by the backend",
        NewerAct = "act that the backend does not know",
    }
}

counted! {
    /// The rows of the failure table that happen on or towards a client, in the table's words.
    Row {
        ReplyLost = "reply to a push is lost",
        Killed = "backend killed at any moment",
        SameMid = "same `mid` again; with other content",
        OneRefused = "one of many is refused",
        Gap = "a gap in a lane",
        Refused = "refused for good",
        NotHere = "applied, rows not here yet",
        ManyWrite = "many write, one reads",
        MorePages = "more than a page",
        CrashMid = "crash while a page is taken in",
        OldPage = "an old page arrives late",
        Void = "cursor void",
        OneNumber = "one number is more than a page",
        LongTexts = "long texts",
        OlderPart = "older part and floor",
        Collected = "tombstone collected",
        Ended = "access ended before its time",
        Mask = "mask changed",
        Small = "small change",
        Missing = "upload missing",
        UploadLost = "reply to an upload is lost",
        UploadRefused = "access lost, a file not sent yet",
        NewerAct = "act newer than the backend",
        Damaged = "the store is damaged",
        WrongClock = "device clock wrong",
        SetBack = "device clock set back",
        GrantEnds = "grant ends",
        AccessLost = "access lost, acts queued",
        LeaseEnds = "lease ends",
        OtherLife = "another `db_epoch`",
        Withheld = "something is withheld from a person",
        HintLost = "hint lost",
        Newer = "record newer than the app",
        SessionEnds = "session ends",
        Full = "disk full",
        Differs = "copy differs from the backend",
    }
}

/// Rows of the table that are no device's: what goes on within a backend, between its nodes, and towards whoever asks
/// for what they may not have. A device sees nothing of them, or what another row counts. Their tests stand in the table.
#[cfg(test)]
pub(super) const ELSEWHERE: &[&str] = &[
    "another node wrote",
    "custody ended",
    "two kept apart who shared something",
    "numbers taken too early (not done)",
    "results and rows of different moments",
    "event to somebody not served",
    "reader stops reading",
    "notification between nodes lost",
    "garbage",
    "anything of this in any order",
    "device signed out from elsewhere",
    "a file to be sent is lost on the device",
    "device clock set back",
    "custody ended",
];

/// The counts.
#[derive(Clone)]
pub(super) struct Tally {
    pub(super) seeds: u64,
    pub(super) steps: u64,
    pub(super) store_calls: u64,
    pub(super) acts: u64,
    faults: [u64; Fault::ALL.len()],
    rows: [u64; Row::ALL.len()],
}

impl Default for Tally {
    fn default() -> Self {
        let (faults, rows) = ([0; Fault::ALL.len()], [0; Row::ALL.len()]);
        Self { seeds: 0, steps: 0, store_calls: 0, acts: 0, faults, rows }
    }
}

impl Tally {
    pub(super) fn fault(&mut self, fault: Fault) {
        self.faults[fault as usize] += 1;
    }

    pub(super) fn row(&mut self, row: Row) {
        self.rows[row as usize] += 1;
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.seeds += other.seeds;
        self.steps += other.steps;
        self.store_calls += other.store_calls;
        self.acts += other.acts;
        self.faults.iter_mut().zip(other.faults).for_each(|(sum, more)| *sum += more);
        self.rows.iter_mut().zip(other.rows).for_each(|(sum, more)| *sum += more);
    }

    /// What never happened.
    pub(super) fn missing(&self) -> Vec<&'static str> {
        let faults = Fault::ALL.iter().map(|(fault, words)| (self.faults[*fault as usize], *words));
        let rows = Row::ALL.iter().map(|(row, words)| (self.rows[*row as usize], *words));
        faults.chain(rows).filter(|(count, _)| *count == 0).map(|(_, words)| words).collect()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{:<46} {:>9}", "fault", "times")?;
        for (fault, words) in Fault::ALL {
            writeln!(out, "{words:<46} {:>9}", self.faults[*fault as usize])?;
        }
        writeln!(out, "\n{:<46} {:>9}", "row of the failure table", "times")?;
        for (row, words) in Row::ALL {
            writeln!(out, "{words:<46} {:>9}", self.rows[*row as usize])?;
        }
        write!(
            out,
            "\n{} seeds, {} steps, {} store calls, {} acts queued",
            self.seeds, self.steps, self.store_calls, self.acts
        )
    }
}
