//! Times and dates in data files, told from the day of loading, so that what loads is always current.
//!
//! A string of exactly the form `day-3 09:15` is that time of day in Sweden, three days before; it becomes
//! milliseconds. `{day-3}` within a text becomes that date in Swedish words.

use crate::relation::age::ZONE;
use anyhow::Context as _;
use jiff::ToSpan as _;
use jiff::civil::Date;
use protocol::Millis;
use toml::{Table, Value};

const MONTHS: [&str; 12] = [
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
];

/// Resolves times against one day.
pub(super) struct Words {
    /// The day that `day+0` means.
    pub(super) today: Date,
}

impl Words {
    /// Resolves every string in `table`, however deep.
    pub(super) fn resolve(&self, table: &mut Table) -> anyhow::Result<()> {
        table.iter_mut().try_for_each(|(_, value)| self.resolve_value(value))
    }

    fn resolve_value(&self, value: &mut Value) -> anyhow::Result<()> {
        match value {
            Value::String(text) => match self.moment(text)? {
                Some(moment) => *value = Value::Integer(moment),
                None => *text = self.with_dates(text)?,
            },
            Value::Array(items) => items.iter_mut().try_for_each(|item| self.resolve_value(item))?,
            Value::Table(table) => self.resolve(table)?,
            _ => {}
        }
        Ok(())
    }

    /// The time that `text` is, if it is of the form of one.
    pub(super) fn moment(&self, text: &str) -> anyhow::Result<Option<Millis>> {
        let Some((days, clock)) = text.strip_prefix("day").and_then(|rest| rest.split_once(' ')) else {
            return Ok(None);
        };
        let Ok(days) = days.parse() else { return Ok(None) };
        let (hour, minute) = clock.split_once(':').with_context(|| format!("not a time of day: {clock}"))?;
        at(self.today, days, hour.parse()?, minute.parse()?).map(Some)
    }

    fn with_dates(&self, text: &str) -> anyhow::Result<String> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{day") {
            let (days, after) = after.split_once('}').context("an open {day")?;
            let date = self.today.checked_add(days.parse::<i64>()?.days())?;
            let month = MONTHS[usize::from(date.month().unsigned_abs()) - 1];
            out.push_str(before);
            out.push_str(&format!("{} {month} {}", date.day(), date.year()));
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }
}

/// The time of day `hour:minute` in Sweden, `days` after `today`.
pub(super) fn at(today: Date, days: i64, hour: i8, minute: i8) -> anyhow::Result<Millis> {
    let date = today.checked_add(days.days())?;
    Ok(date.at(hour, minute, 0, 0).in_tz(ZONE)?.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_dates_are_told_from_the_day_of_loading() {
        let words = Words { today: Date::constant(2026, 3, 30) };
        let mut table: Table =
            "at = 'day-1 09:15'\ntext = 'Beslut {day-1}, {day+2}.'\nplain = 'day off'".parse().expect("is TOML");
        words.resolve(&mut table).expect("resolves");
        // Summer time began that night: 09:15 is 07:15 UTC.
        assert_eq!(table["at"], Value::Integer(1_774_768_500_000));
        assert_eq!(table["text"].as_str(), Some("Beslut 29 mars 2026, 1 april 2026."));
        assert_eq!(table["plain"].as_str(), Some("day off"));
    }
}
