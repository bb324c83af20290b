//! Moments as people say them, by the clock of Sweden wherever the device is.
//!
//! The webview's `Intl` does the work; its formats are made once, as making one is slow.

use crate::locale::{Locale, Words, use_words};
use bridge::Millis;
use js_sys::{Array, Date, Function, Intl, Object, Reflect};
use std::cell::RefCell;
use std::collections::HashMap;
use wasm_bindgen::{JsCast, JsValue};
use yew::prelude::*;

/// How much of a moment is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Form {
    /// 10:42
    Time,
    /// 22 november 2026
    Date,
    /// 10:42 today, otherwise 22 nov.
    Short,
    /// Today, yesterday, otherwise söndag 22 november.
    Day,
    /// 10:42 today, otherwise 22 nov. 10:42.
    Stamp,
}

/// The moment in words.
pub(crate) fn say(words: &Words, at: Millis, form: Form) -> AttrValue {
    let locale = words.locale;
    let now = Date::now();
    let today = same_day(at, now);
    match form {
        Form::Time => format(locale, Pattern::Time, at),
        Form::Date => format(locale, Pattern::Date, at),
        Form::Short | Form::Stamp if today => format(locale, Pattern::Time, at),
        Form::Short if same_year(at, now) => format(locale, Pattern::ShortDate, at),
        Form::Short => format(locale, Pattern::NumericDate, at),
        Form::Stamp => format(locale, Pattern::Stamp, at),
        Form::Day if today => return words.say("kit-today"),
        Form::Day if same_day(at, now - 86_400_000.0) => return words.say("kit-yesterday"),
        Form::Day if same_year(at, now) => format(locale, Pattern::Weekday, at),
        Form::Day => format(locale, Pattern::Date, at),
    }
    .into()
}

/// The day as a value that can be compared.
pub(crate) fn day_of(at: Millis) -> String {
    format(Locale::Swedish, Pattern::NumericDate, at)
}

/// Props of [`Moment`].
#[derive(Properties, PartialEq)]
pub(crate) struct MomentProps {
    pub(crate) at: Millis,
    pub(crate) form: Form,
}

/// A moment in words that a machine can read too.
#[component]
pub(crate) fn Moment(props: &MomentProps) -> Html {
    let words = use_words();
    let machine = String::from(Date::new(&JsValue::from_f64(millis(props.at))).to_iso_string());
    html! { <time datetime={machine}>{ say(&words, props.at, props.form) }</time> }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Pattern {
    Time,
    Date,
    ShortDate,
    NumericDate,
    Weekday,
    Stamp,
}

impl Pattern {
    fn options(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Time => &[("hour", "2-digit"), ("minute", "2-digit")],
            Self::Date => &[("day", "numeric"), ("month", "long"), ("year", "numeric")],
            Self::ShortDate => &[("day", "numeric"), ("month", "short")],
            Self::NumericDate => &[("day", "2-digit"), ("month", "2-digit"), ("year", "numeric")],
            Self::Weekday => &[("weekday", "long"), ("day", "numeric"), ("month", "long")],
            Self::Stamp => &[("day", "numeric"), ("month", "short"), ("hour", "2-digit"), ("minute", "2-digit")],
        }
    }
}

thread_local! {
    static FORMATS: RefCell<HashMap<(Locale, Pattern), Function>> = RefCell::new(HashMap::new());
}

fn format(locale: Locale, pattern: Pattern, at: Millis) -> String {
    let format = FORMATS
        .with_borrow_mut(|all| all.entry((locale, pattern)).or_insert_with(|| make_format(locale, pattern)).clone());
    let said = format.call1(&JsValue::UNDEFINED, &JsValue::from_f64(millis(at)));
    said.ok().and_then(|said| said.as_string()).unwrap_or_default()
}

fn make_format(locale: Locale, pattern: Pattern) -> Function {
    let options = Object::new();
    let fixed = [("timeZone", "Europe/Stockholm"), ("hourCycle", "h23")];
    for (name, value) in pattern.options().iter().chain(&fixed) {
        drop(Reflect::set(&options, &(*name).into(), &(*value).into()));
    }
    Intl::DateTimeFormat::new(&Array::of1(&locale.dates().into()), options.unchecked_ref()).format()
}

fn same_day(at: Millis, now: f64) -> bool {
    day_of(at) == day_of(rounded(now))
}

fn same_year(at: Millis, now: f64) -> bool {
    day_of(at).get(..4) == day_of(rounded(now)).get(..4)
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of our time are exact in a double")]
fn millis(at: Millis) -> f64 {
    at as f64
}

#[expect(clippy::cast_possible_truncation, reason = "a clock's milliseconds are whole and far below 2^53")]
fn rounded(at: f64) -> Millis {
    at as Millis
}
