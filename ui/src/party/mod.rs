//! Who is around a case, on the desk: what they are, whether they can read it, and the short forms that change that.
//!
//! Whatever opens a case to somebody or closes it is asked about once more, with what follows from it named. What waits
//! for the network and what was refused stands above the list until it is dealt with.

mod add;
mod draft;
mod find;
mod form;
mod list;
mod relate;
mod row;

pub(crate) use list::People;

use crate::locale::Key;
use bridge::party::ChangeSort;

fn sort_key(sort: ChangeSort) -> Key {
    match sort {
        ChangeSort::Relate => Key("party-add"),
        ChangeSort::Check => Key("party-check"),
        ChangeSort::EndRelation => Key("party-end-relation"),
        ChangeSort::LetIn => Key("party-let-in"),
        ChangeSort::ShutOut => Key("party-shut-out"),
        ChangeSort::KeepApart => Key("party-keep-apart"),
        ChangeSort::EndApart => Key("party-end-apart"),
        ChangeSort::Protect => Key("party-protect"),
        ChangeSort::EndProtection => Key("party-end-protection"),
    }
}
