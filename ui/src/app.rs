//! The root: the contexts around every page, and which page stands for where the session is.

use crate::call::{Asked, use_call};
use crate::frame::{DeskFrame, ResidentFrame};
use crate::identity::{ChooseCodePage, Entrance, IdleGuard, LockedPage, SigningInPage, WelcomePage};
use crate::kit::{Failed, Page};
use crate::locale::{ChooseLocale, Locale, Words};
use crate::message::Drafts;
use crate::notice::{self, Notices};
use crate::route::Route;
use crate::shell::{self, WindowKind};
use bridge::identity::{MeView, SessionView, ShowSession};
use yew::prelude::*;

/// The whole face.
#[component]
pub(crate) fn App() -> Html {
    let locale = use_state_eq(Locale::remembered);
    let words = use_memo(*locale, |locale| Words::new(*locale));
    use_effect_with(*locale, |locale| locale.remember());
    let choose_locale = {
        let set = locale.setter();
        use_callback((), move |locale, ()| set.set(locale))
    };
    let notices = use_reducer_eq(Notices::default);
    let drafts = use_memo((), |()| Drafts::default());
    html! {
        <ContextProvider<Words> context={(*words).clone()}>
            <ContextProvider<ChooseLocale> context={ChooseLocale(choose_locale)}>
                <ContextProvider<UseReducerHandle<Notices>> context={notices}>
                    <ContextProvider<Drafts> context={(*drafts).clone()}>
                        <Session />
                    </ContextProvider<Drafts>>
                </ContextProvider<UseReducerHandle<Notices>>>
            </ContextProvider<ChooseLocale>>
        </ContextProvider<Words>>
    }
}

/// Who is logged in; only within an open session.
#[hook]
pub(crate) fn use_me() -> MeView {
    use_context::<MeView>().expect("Session puts the person around every page of an open session")
}

/// Shows what fits where the session stands. What was begun is forgotten here when it locks, as the core keeps it;
/// where one was is forgotten only when the person leaves.
#[component]
fn Session() -> Html {
    let answer = use_call(ShowSession {});
    let drafts = use_context::<Drafts>().expect("App puts the drafts around every page");
    let notices = use_context::<UseReducerHandle<Notices>>().expect("App puts the notices around every page");
    let is_signed_out = matches!(answer.asked.ready().map(|view| &**view), Some(SessionView::SignedOut { .. }));
    let is_locked = matches!(answer.asked.ready().map(|view| &**view), Some(SessionView::Locked { .. }));
    {
        let drafts = drafts.clone();
        use_effect_with(is_locked, move |is_locked| {
            if *is_locked {
                drafts.clear();
            }
        });
    }
    use_effect_with(is_signed_out, move |is_signed_out| {
        if *is_signed_out {
            drafts.clear();
            notices.dispatch(notice::Edit::PutAway);
            Route::Home.go();
        }
    });
    let session = match &answer.asked {
        Asked::Loading => return html! { <div class="start" aria-busy="true" /> },
        Asked::Failed(failure) => {
            return html! {
                <Entrance>
                    <Page id="start" title="Digiteam">
                        <Failed failure={failure.clone()} on_retry={answer.retry.clone()} />
                    </Page>
                </Entrance>
            };
        }
        Asked::Ready(session) => session,
    };
    match &**session {
        SessionView::SignedOut { reason } => html! { <Entrance><WelcomePage reason={*reason} /></Entrance> },
        SessionView::SigningIn => html! { <Entrance><SigningInPage /></Entrance> },
        // Keyed, as a form that was begun for one does not become the other.
        SessionView::ChooseCode { me, by } => html! {
            <Entrance><ChooseCodePage key={format!("{by:?}")} name={me.name.clone()} by={*by} /></Entrance>
        },
        SessionView::Locked { by, tries_left } => html! {
            <Entrance><LockedPage by={*by} tries_left={*tries_left} /></Entrance>
        },
        SessionView::Open { me, login_needed, kept, locks_in_seconds, .. } => html! {
            <ContextProvider<MeView> context={me.clone()}>
                <IdleGuard is_near={locks_in_seconds.is_some()} kept={*kept} />
                if shell::window_kind() == WindowKind::Desk {
                    <DeskFrame login_needed={*login_needed} />
                } else {
                    <ResidentFrame login_needed={*login_needed} />
                }
            </ContextProvider<MeView>>
        },
    }
}
