//! What opens the app on this device, six digits or a passphrase: its field, and the draft with its rules.

use crate::failure;
use crate::locale::Words;
use bridge::Failure;
use bridge::identity::{ChooseCode, Secret, Unlock};
use std::rc::Rc;
use yew::prelude::*;

const DIGITS: usize = 6;
/// The shortest passphrase, in characters.
const SHORTEST: usize = 12;

/// Why the code is not taken.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fault {
    NotSix,
    TooShort,
    NotSame,
    Failed(Failure),
}

impl Fault {
    pub(super) fn say(&self, words: &Words) -> AttrValue {
        match self {
            Self::NotSix => words.say("identity-code-not-six"),
            Self::TooShort => words.say("failure-bad-passphrase"),
            Self::NotSame => words.say("identity-code-not-same"),
            Self::Failed(failure) => failure::say(words, failure),
        }
    }
}

/// A code or passphrase being written. Without `Debug`, as it is a secret.
#[derive(Clone, PartialEq)]
pub(super) struct Draft {
    by: Secret,
    pub(super) code: String,
    pub(super) again: String,
    pub(super) busy: bool,
    pub(super) fault: Option<Fault>,
}

/// What happens to it.
pub(super) enum Edit {
    Code(String),
    Again(String),
    Hand,
    Refuse(Fault),
}

impl Draft {
    pub(super) fn new(by: Secret) -> Self {
        Self { by, code: String::new(), again: String::new(), busy: false, fault: None }
    }

    /// The call that opens what is stored.
    pub(super) fn unlock(&self) -> Result<Unlock, Fault> {
        self.check()?;
        Ok(Unlock { code: self.code.clone() })
    }

    /// The call that chooses what opens it.
    pub(super) fn choose(&self) -> Result<ChooseCode, Fault> {
        self.check()?;
        if self.code == self.again { Ok(ChooseCode { code: self.code.clone() }) } else { Err(Fault::NotSame) }
    }

    // Only the length; whether a passphrase is too plain the core knows.
    fn check(&self) -> Result<(), Fault> {
        match self.by {
            Secret::Code if self.code.len() != DIGITS => Err(Fault::NotSix),
            Secret::Passphrase if self.code.chars().count() < SHORTEST => Err(Fault::TooShort),
            _ => Ok(()),
        }
    }

    fn read(&self, text: String) -> String {
        match self.by {
            Secret::Code => digits(&text),
            Secret::Passphrase => text,
        }
    }
}

impl Reducible for Draft {
    type Action = Edit;

    fn reduce(self: Rc<Self>, edit: Edit) -> Rc<Self> {
        let mut next = Self { busy: false, fault: None, ..(*self).clone() };
        match edit {
            Edit::Code(text) => next.code = self.read(text),
            Edit::Again(text) => next.again = self.read(text),
            Edit::Hand => next.busy = true,
            Edit::Refuse(fault) => {
                match fault {
                    // What is long is not written anew for a slip that can be mended.
                    Fault::NotSix | Fault::TooShort => {}
                    // Nobody can see in which of the two the slip was.
                    Fault::NotSame | Fault::Failed(_) => next = Self::new(self.by),
                }
                next.fault = Some(fault);
            }
        }
        Rc::new(next)
    }
}

/// Props of [`CodeField`].
#[derive(Properties, PartialEq)]
pub(super) struct CodeFieldProps {
    pub(super) id: AttrValue,
    #[prop_or(Secret::Code)]
    pub(super) by: Secret,
    pub(super) label: AttrValue,
    pub(super) value: AttrValue,
    pub(super) on_write: Callback<String>,
    /// The id of the words about what is wrong, while something is.
    #[prop_or_default]
    pub(super) fault: Option<AttrValue>,
    #[prop_or_default]
    pub(super) field: NodeRef,
}

/// A field for six digits or a passphrase that does not show them.
#[component]
pub(super) fn CodeField(props: &CodeFieldProps) -> Html {
    let oninput = props.on_write.reform(|event: InputEvent| {
        event.target_dyn_into::<web_sys::HtmlInputElement>().map(|field| field.value()).unwrap_or_default()
    });
    html! {
        <div class="field">
            <label for={props.id.clone()}>{ &props.label }</label>
            if props.by == Secret::Code {
                <input id={props.id.clone()} class="code" ref={props.field.clone()} type="password" inputmode="numeric"
                    autocomplete="off" maxlength="6" dir="ltr" value={props.value.clone()} {oninput}
                    aria-invalid={props.fault.is_some().then_some("true")} aria-describedby={props.fault.clone()} />
            } else {
                <input id={props.id.clone()} class="passphrase" ref={props.field.clone()} type="password"
                    autocomplete="off" dir="auto" value={props.value.clone()} {oninput}
                    aria-invalid={props.fault.is_some().then_some("true")} aria-describedby={props.fault.clone()} />
            }
        </div>
    }
}

/// Only digits, at most six, and those of an Arabic or Persian keyboard as well.
fn digits(text: &str) -> String {
    text.chars()
        .filter_map(|sign| match sign {
            '0'..='9' => Some(sign),
            '٠'..='٩' => char::from_digit(sign as u32 - '٠' as u32, 10),
            '۰'..='۹' => char::from_digit(sign as u32 - '۰' as u32, 10),
            _ => None,
        })
        .take(DIGITS)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(code: &str, again: &str) -> Draft {
        written(Secret::Code, code, again)
    }

    fn written(by: Secret, code: &str, again: &str) -> Draft {
        let draft = Rc::new(Draft::new(by)).reduce(Edit::Code(code.into())).reduce(Edit::Again(again.into()));
        (*draft).clone()
    }

    #[test]
    fn a_passphrase_is_taken_as_it_is_written_once_it_is_long_enough() {
        assert!(written(Secret::Passphrase, "elva tecken", "elva tecken").choose().err() == Some(Fault::TooShort));
        let draft = written(Secret::Passphrase, "sju sjösjuka män", "sju sjösjuka män");
        assert!(draft.choose().is_ok_and(|call| call.code == "sju sjösjuka män"));
        assert!(draft.unlock().is_ok());
    }

    #[test]
    fn only_digits_are_taken_of_any_keyboard() {
        assert_eq!(draft("12a3 4567", "").code, "123456");
        assert_eq!(draft("٤٨٢٠٩١", "").code, "482091");
        assert_eq!(draft("۴۸۲۰۹۱", "").code, "482091");
    }

    #[test]
    fn a_code_is_six_digits_written_twice() {
        assert!(draft("12345", "12345").choose().err() == Some(Fault::NotSix));
        assert!(draft("482091", "482092").choose().err() == Some(Fault::NotSame));
        assert!(draft("482091", "482091").choose().is_ok_and(|call| call.code == "482091"));
        assert!(draft("48209", "").unlock().is_err());
        assert!(draft("482091", "").unlock().is_ok());
    }

    #[test]
    fn of_two_codes_that_differ_neither_stays() {
        let draft = Rc::new(draft("482091", "482092")).reduce(Edit::Refuse(Fault::NotSame));
        assert!(draft.code.is_empty() && draft.again.is_empty() && draft.fault == Some(Fault::NotSame));
    }

    #[test]
    fn a_refused_code_does_not_stay_in_the_field() {
        let failure =
            Failure { code: bridge::FailureCode::WrongCode, retry: bridge::Retry::Never, details: Some("2".into()) };
        let draft = Rc::new(draft("482091", "")).reduce(Edit::Refuse(Fault::Failed(failure)));
        assert!(draft.code.is_empty() && draft.fault.is_some());
    }
}
