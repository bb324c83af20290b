//! The person's own page: who is logged in where, the language, help by telephone, locking and logging out.

use crate::app::use_me;
use crate::identity::devices::Devices;
use crate::identity::idle::IdleChoice;
use crate::identity::leave::LeaveButtons;
use crate::kit::{Icon, Page, Sign};
use crate::locale::{ChooseLocale, Locale, use_words};
use crate::route::Route;
use yew::prelude::*;

/// The page.
#[component]
pub(crate) fn MePage() -> Html {
    let words = use_words();
    let me = use_me();
    let choose = use_context::<ChooseLocale>().expect("App provides the choice of language");
    html! {
        <Page id="me" title={words.say("identity-me")}>
            <dl class="card facts">
                <div><dt>{ words.say("identity-name") }</dt><dd><bdi>{ &me.name }</bdi></dd></div>
                <div><dt>{ words.say("identity-me-municipality") }</dt><dd><bdi>{ &me.municipality }</bdi></dd></div>
            </dl>
            <ul role="list" class="rows">
                <li>
                    <a class="row" id="relations-link" href={Route::Relations.to_string()}>
                        <Icon sign={Sign::Me} />
                        <span class="row-words">
                            <span class="row-title">{ words.say("relation-title") }</span>
                            <span class="row-detail">{ words.say("relation-link-hint") }</span>
                        </span>
                    </a>
                </li>
                <li>
                    <a class="row" id="access-log" href={Route::AccessLog.to_string()}>
                        <Icon sign={Sign::Note} />
                        <span class="row-words">
                            <span class="row-title">{ words.say("access-log-link") }</span>
                            <span class="row-detail">{ words.say("access-log-link-hint") }</span>
                        </span>
                    </a>
                </li>
            </ul>
            <section aria-labelledby="language-heading">
                <h2 id="language-heading">{ words.say("identity-language") }</h2>
                <p class="hint">{ words.say("identity-language-hint") }</p>
                <div class="choices" role="radiogroup" aria-labelledby="language-heading">
                    { for Locale::ALL.into_iter().map(|locale| {
                        let choose = choose.0.clone();
                        html! {
                            <label class="choice" lang={locale.tag()}>
                                <input type="radio" name="locale" value={locale.tag()} checked={words.locale == locale}
                                    onchange={Callback::from(move |_| choose.emit(locale))} />
                                <span dir={locale.dir()}>{ locale.name() }</span>
                            </label>
                        }
                    }) }
                </div>
            </section>
            <section aria-labelledby="help-heading">
                <h2 id="help-heading">{ words.say("identity-help") }</h2>
                <p>{ words.say("identity-help-text") }</p>
                if !me.phone.is_empty() {
                    <a class="button" href={format!("tel:{}", me.phone)}>
                        <Icon sign={Sign::Phone} />{ words.say("kit-call") }{ " " }<bdi dir="ltr">{ &me.phone }</bdi>
                    </a>
                }
            </section>
            <Devices />
            <section aria-labelledby="leave-heading">
                <h2 id="leave-heading">{ words.say("identity-leave-heading") }</h2>
                <p class="hint">{ words.say("identity-leave-hint") }</p>
                <IdleChoice />
                <LeaveButtons />
            </section>
        </Page>
    }
}

/// A caseworker's own page: where they are logged in, and the language.
#[component]
pub(crate) fn DeskMePage() -> Html {
    let words = use_words();
    let me = use_me();
    html! {
        <Page id="me" title={words.say("identity-me-desk")}>
            <dl class="card facts">
                <div><dt>{ words.say("identity-name") }</dt><dd><bdi>{ &me.name }</bdi></dd></div>
                <div><dt>{ words.say("identity-me-municipality") }</dt><dd><bdi>{ &me.municipality }</bdi></dd></div>
            </dl>
            <Devices />
        </Page>
    }
}
