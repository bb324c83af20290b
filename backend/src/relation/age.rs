//! Ages at which something changes. Which ages, and by which law, are rows of the database; a birthday begins at
//! midnight in Sweden.

use crate::db::Tx;
use crate::error::Error;
use jiff::ToSpan as _;
use jiff::civil::Date;
use protocol::Millis;
use protocol::id::PersonId;

/// Swedish time; every municipality lives in it.
pub const ZONE: &str = "Europe/Stockholm";

/// A rule of the table `age_rule`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgeRule {
    /// From then on one speaks for oneself.
    OwnAction,
    /// Then custody ends.
    Majority,
}

impl AgeRule {
    fn name(self) -> &'static str {
        match self {
            Self::OwnAction => "own_action",
            Self::Majority => "majority",
        }
    }
}

/// When `person` comes of the age of `rule`; `None` when that cannot be told.
///
/// # Errors
/// When the database fails.
pub async fn reaches(tx: &mut Tx<'_>, person: &PersonId, rule: AgeRule) -> Result<Option<Millis>, Error> {
    let row: Option<(String, i64)> = sqlx::query_as(
        "SELECT person.personal_number, age_rule.years FROM person JOIN age_rule ON age_rule.name = $2 WHERE person.id = $1",
    )
    .bind(person.as_str())
    .bind(rule.name())
    .fetch_optional(&mut *tx.conn)
    .await?;
    Ok(row.and_then(|(number, years)| birthday(birth_date(&number)?, years)))
}

/// Whether `person` has come of that age. Whose age cannot be told has not.
///
/// # Errors
/// When the database fails.
pub async fn has_reached(tx: &mut Tx<'_>, person: &PersonId, rule: AgeRule) -> Result<bool, Error> {
    Ok(reaches(tx, person, rule).await?.is_some_and(|at| at <= tx.now))
}

/// The date of birth in a personal identity number or coordination number of twelve digits.
pub fn birth_date(number: &str) -> Option<Date> {
    let part = |from: usize, to: usize| number.get(from..to)?.parse::<i16>().ok();
    let (year, month, day) = (part(0, 4)?, part(4, 6)?, part(6, 8)?);
    // A coordination number has sixty added to the day.
    let day = if day > 60 { day - 60 } else { day };
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// The first moment of the `years`th birthday. Whoever is born on 29 February has it on the 28th in other years (lag
/// 1930:173 om beräkning av lagstadgad tid).
pub fn birthday(birth: Date, years: i64) -> Option<Millis> {
    let day = birth.checked_add(years.years()).ok()?;
    Some(day.at(0, 0, 0, 0).in_tz(ZONE).ok()?.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use jiff::civil::date;

    #[test]
    fn a_birthday_begins_at_midnight_in_sweden_whatever_the_date_of_birth() {
        let mut birth = date(1990, 1, 1);
        let mut summer = 0;
        while birth < date(2034, 1, 1) {
            let at = birthday(birth, 18).expect("has one");
            let there = Timestamp::from_millisecond(at).expect("is a time").in_tz(ZONE).expect("is a zone");
            let day = if birth.month() == 2 && birth.day() == 29 { 28 } else { birth.day() };
            assert_eq!(there.date(), date(birth.year() + 18, birth.month(), day), "{birth}");
            assert_eq!(there.time(), jiff::civil::Time::midnight(), "{birth}");
            // The last moment before is still the day before.
            let before = Timestamp::from_millisecond(at - 1).expect("is a time").in_tz(ZONE).expect("is a zone");
            assert_eq!(before.date(), there.date().yesterday().expect("there is one"), "{birth}");
            summer += i32::from(at.rem_euclid(24 * 60 * 60 * 1000) == 22 * 60 * 60 * 1000);
            birth = birth.tomorrow().expect("there is one");
        }
        assert!(summer > 5_000, "summer time makes no difference: {summer}");
    }

    #[test]
    fn the_date_of_birth_stands_in_the_number() {
        assert_eq!(birth_date("201506079811"), Some(date(2015, 6, 7)));
        assert_eq!(birth_date("200802699811"), Some(date(2008, 2, 9)), "a coordination number");
        for number in ["", "2015", "201513079811", "201502309811", "åäöåäöåäö"] {
            assert_eq!(birth_date(number), None, "{number}");
        }
    }
}
