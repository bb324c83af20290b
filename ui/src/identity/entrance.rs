//! What stands around the pages before an open session: the app's name, and the choice of language, as nobody
//! should have to log in before they can read.

use crate::locale::{ChooseLocale, Locale, use_words};
use yew::prelude::*;

/// Props of [`Entrance`].
#[derive(Properties, PartialEq)]
pub(crate) struct EntranceProps {
    pub(crate) children: Html,
}

/// The frame.
#[component]
pub(crate) fn Entrance(props: &EntranceProps) -> Html {
    html! {
        <div class="frame entrance">
            <header class="bar">
                <p class="whose">{ "Digiteam" }</p>
                <LanguageButtons />
            </header>
            <div class="content">{ props.children.clone() }</div>
        </div>
    }
}

#[component]
fn LanguageButtons() -> Html {
    let words = use_words();
    let choose = use_context::<ChooseLocale>().expect("App provides the choice of language");
    html! {
        <div class="languages" role="group" aria-label={words.say("identity-language")}>
            { for Locale::ALL.into_iter().map(|locale| {
                let choose = choose.0.clone();
                html! {
                    <button type="button" class="quiet" lang={locale.tag()} dir={locale.dir()}
                        aria-pressed={(words.locale == locale).to_string()}
                        onclick={Callback::from(move |_| choose.emit(locale))}>
                        { locale.name() }
                    </button>
                }
            }) }
        </div>
    }
}
