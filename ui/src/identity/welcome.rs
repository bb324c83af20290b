//! The first page: choose the municipality and log in. It says why a former session or login ended, and that
//! one may just as well call.

use crate::call::use_call;
use crate::failure;
use crate::identity::invite::InviteSection;
use crate::kit::{Failed, Icon, Page, Sign, awaited, focus};
use crate::locale::{Key, Words, use_words};
use crate::shell::{self, WindowKind};
use bridge::identity::{ListMunicipalities, MunicipalityView, ProviderView, Realm, SignIn};
use bridge::{Failure, FailureCode};
use std::rc::Rc;
use yew::prelude::*;

/// Props of [`WelcomePage`].
#[derive(Properties, PartialEq)]
pub(crate) struct WelcomeProps {
    /// Why the last session or login ended.
    pub(crate) reason: Option<FailureCode>,
}

/// The page.
#[component]
pub(crate) fn WelcomePage(props: &WelcomeProps) -> Html {
    let words = use_words();
    let answer = use_call(ListMunicipalities {});
    let choice = use_reducer_eq(Choice::default);
    let field = use_node_ref();
    let is_desk = shell::window_kind() == WindowKind::Desk;
    let realm = if is_desk { Realm::Staff } else { Realm::Resident };
    let on_submit = {
        let (choice, field) = (choice.clone(), field.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let dispatch = choice.dispatcher();
            let Some(municipality) = choice.municipality.clone() else {
                dispatch.dispatch(Edit::Nothing);
                focus(&field);
                return;
            };
            dispatch.dispatch(Edit::Hand);
            let provider = choice.provider.clone();
            shell::send(SignIn { municipality, realm, provider }, move |asked| {
                dispatch.dispatch(Edit::Answered(asked.err()));
            });
        })
    };
    let (title, lead, button) = if is_desk {
        (Key("identity-welcome-staff"), Key("identity-lead-staff"), Key("identity-sign-in-staff"))
    } else {
        (Key("identity-welcome"), Key("identity-lead"), Key("identity-sign-in"))
    };
    let (title, lead, button) = (words.say(title), words.say(lead), words.say(button));
    html! {
        <Page id="welcome" {title}>
            if let Some(reason) = props.reason {
                <div class="notice" id="reason" role="status">
                    <Icon sign={Sign::Warning} /><p>{ words.say(failure::key(reason)) }</p>
                </div>
            }
            <p class="lead">{ lead }</p>
            { awaited(&answer, |all| html! {
                <form onsubmit={on_submit}>
                    <fieldset ref={field} tabindex="-1" aria-describedby={choice.missing.then_some("municipality-fault")}>
                        <legend>{ words.say("identity-municipality") }</legend>
                        if choice.missing {
                            <p class="fault" id="municipality-fault" role="alert">{ words.say("identity-municipality-missing") }</p>
                        }
                        { for all.iter().map(|one| show_choice(&words, one, &choice, is_desk)) }
                    </fieldset>
                    { show_providers(&words, all, &choice, realm) }
                    if let Some(failure) = &choice.failure {
                        <Failed failure={failure.clone()} />
                    }
                    <button type="submit" id="sign-in" class="primary wide" disabled={choice.busy}>{ button }</button>
                    <p class="hint">{ words.say("identity-browser") }</p>
                </form>
            }) }
            if !is_desk { <InviteSection /> }
        </Page>
    }
}

fn show_choice(words: &Words, one: &MunicipalityView, choice: &UseReducerHandle<Choice>, is_desk: bool) -> Html {
    let dispatch = choice.dispatcher();
    let id = one.id.clone();
    let onchange = Callback::from(move |_: Event| dispatch.dispatch(Edit::Choose(id.clone())));
    let is_chosen = choice.municipality.as_deref() == Some(one.id.as_str());
    html! {
        <div class="municipality" key={one.id.clone()}>
            <label class="choice">
                <input type="radio" name="municipality" value={one.id.clone()} checked={is_chosen} {onchange} />
                <span><bdi lang="sv">{ &one.name }</bdi></span>
            </label>
            if is_chosen && !is_desk {
                <p class="hint call">
                    <Icon sign={Sign::Phone} />
                    <span>{ words.say("identity-call") }{ " " }
                        <a href={format!("tel:{}", one.phone)}><bdi dir="ltr">{ &one.phone }</bdi></a></span>
                </p>
            }
        </div>
    }
}

/// Where a municipality has several ways to identify oneself, one is chosen; the first is the usual one.
fn show_providers(
    words: &Words,
    all: &[MunicipalityView],
    choice: &UseReducerHandle<Choice>,
    realm: Realm,
) -> Option<Html> {
    let place = all.iter().find(|one| Some(&one.id) == choice.municipality.as_ref())?;
    let ways: Vec<&ProviderView> = place.providers.iter().filter(|one| one.realm == realm).collect();
    let usual = ways.first().filter(|_| ways.len() > 1)?;
    let chosen = choice.provider.as_ref().unwrap_or(&usual.id);
    let way = |one: &ProviderView| {
        let (dispatch, id) = (choice.dispatcher(), one.id.clone());
        let onchange = Callback::from(move |_: Event| dispatch.dispatch(Edit::ChooseWay(id.clone())));
        html! {
            <label class="choice" key={one.id.clone()}>
                <input type="radio" name="provider" value={one.id.clone()} checked={*chosen == one.id} {onchange} />
                <span><bdi>{ name(one, words.locale.tag()) }</bdi></span>
            </label>
        }
    };
    Some(html! {
        <fieldset id="providers">
            <legend>{ words.say("identity-provider") }</legend>
            { for ways.iter().map(|one| way(one)) }
        </fieldset>
    })
}

/// In the person's language, or in Swedish, or what it is called among those who run the service.
fn name(one: &ProviderView, tag: &str) -> String {
    one.names.get(tag).or_else(|| one.names.get("sv")).unwrap_or(&one.id).clone()
}

/// What is chosen, and where the login that was asked for stands.
#[derive(Clone, Debug, Default, PartialEq)]
struct Choice {
    municipality: Option<String>,
    /// How to identify oneself there, if not in the usual way.
    provider: Option<String>,
    missing: bool,
    busy: bool,
    failure: Option<Failure>,
}

#[derive(Debug)]
enum Edit {
    Choose(String),
    ChooseWay(String),
    /// The login was asked for with nothing chosen.
    Nothing,
    Hand,
    Answered(Option<Failure>),
}

impl Reducible for Choice {
    type Action = Edit;

    fn reduce(self: Rc<Self>, edit: Edit) -> Rc<Self> {
        let (municipality, provider) = (self.municipality.clone(), self.provider.clone());
        Rc::new(match edit {
            Edit::Choose(id) => Self { municipality: Some(id), ..Self::default() },
            Edit::Nothing => Self { missing: true, ..Self::default() },
            Edit::ChooseWay(id) => Self { municipality, provider: Some(id), ..Self::default() },
            Edit::Hand => Self { municipality, provider, busy: true, ..Self::default() },
            Edit::Answered(failure) => Self { municipality, provider, failure, ..Self::default() },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bridge::Retry;

    #[test]
    fn a_failed_login_keeps_the_choice_and_a_new_choice_forgets_the_failure() {
        let failure = Failure { code: FailureCode::Offline, retry: Retry::Network, details: None };
        let choice = Rc::new(Choice::default()).reduce(Edit::Choose("bjuv".into())).reduce(Edit::Hand);
        assert!(choice.busy);
        let choice = choice.reduce(Edit::Answered(Some(failure.clone())));
        assert_eq!((choice.municipality.as_deref(), choice.failure.as_ref()), (Some("bjuv"), Some(&failure)));
        assert_eq!(choice.reduce(Edit::Choose("helsingborg".into())).failure, None);
    }

    #[test]
    fn another_municipality_has_other_ways() {
        let choice = Rc::new(Choice::default()).reduce(Edit::Choose("bjuv".into()));
        let choice = choice.reduce(Edit::ChooseWay("freja".into())).reduce(Edit::Hand).reduce(Edit::Answered(None));
        assert_eq!(choice.provider.as_deref(), Some("freja"));
        assert_eq!(choice.reduce(Edit::Choose("helsingborg".into())).provider, None);
    }

    #[test]
    fn a_way_is_called_by_its_name_in_the_persons_language() {
        let names = [("sv", "Tjänstelegitimation"), ("en", "Work ID")];
        let names = names.map(|(tag, name)| (tag.to_owned(), name.to_owned())).into();
        let way = ProviderView { id: "staff".to_owned(), realm: Realm::Staff, names };
        assert_eq!((name(&way, "en").as_str(), name(&way, "ar").as_str()), ("Work ID", "Tjänstelegitimation"));
        assert_eq!(name(&ProviderView { names: Default::default(), ..way }, "sv"), "staff");
    }

    #[test]
    fn nothing_chosen_is_said_until_something_is() {
        let choice = Rc::new(Choice::default()).reduce(Edit::Nothing);
        assert!(choice.missing);
        assert!(!choice.reduce(Edit::Choose("bjuv".into())).missing);
    }
}
