//! The devices that the person is logged in on, and logging another one out.

use crate::call::use_call;
use crate::kit::{Confirm, Empty, awaited};
use crate::locale::{Key, Words, use_words};
use crate::moment::{Form, Moment};
use crate::notice::{Notice, use_tell};
use crate::shell;
use bridge::Failure;
use bridge::identity::{DeviceView, ListDevices, Platform, SignOutDevice};
use yew::prelude::*;

/// The list, with a question before anything is ended.
#[component]
pub(crate) fn Devices() -> Html {
    let words = use_words();
    let answer = use_call(ListDevices {});
    let asking = use_state_eq(|| None::<String>);
    let ask = {
        let set = asking.setter();
        Callback::from(move |device: Option<String>| set.set(device))
    };
    html! {
        <section id="devices" aria-labelledby="devices-heading">
            <h2 id="devices-heading">{ words.say("identity-devices") }</h2>
            <p class="hint">{ words.say("identity-devices-hint") }</p>
            { awaited(&answer, |devices| if devices.is_empty() {
                html! { <Empty text={words.say("identity-devices-none")} /> }
            } else {
                html! {
                    <ul role="list" class="rows">
                        { for devices.iter().map(|device| show_device(&words, device, &asking, &ask)) }
                    </ul>
                }
            }) }
        </section>
    }
}

fn show_device(words: &Words, device: &DeviceView, asking: &Option<String>, ask: &Callback<Option<String>>) -> Html {
    let is_asked = asking.as_ref() == Some(&device.device);
    let begin = {
        let (ask, device) = (ask.clone(), device.device.clone());
        Callback::from(move |_: MouseEvent| ask.emit(Some(device.clone())))
    };
    let name = name(words, device.platform);
    let label = words.say_with("identity-device-sign-out-which", &[("device", name.as_str().into())]);
    html! {
        <li key={device.device.clone()} class="device" data-this={device.is_this.to_string()}>
            <div class="row-words">
                <span class="row-title"><bdi>{ &name }</bdi></span>
                if device.is_this { <span class="tag">{ words.say("identity-device-this") }</span> }
                <span class="row-detail">{ words.say("identity-device-since") }{ " " }<Moment at={device.since} form={Form::Date} /></span>
                if !device.is_this {
                    <span class="row-detail">{ words.say("identity-device-used") }{ " " }<Moment at={device.used_at} form={Form::Stamp} /></span>
                }
            </div>
            if !device.is_this {
                <button type="button" aria-label={label} aria-expanded={is_asked.to_string()} onclick={begin}>
                    { words.say("identity-device-sign-out") }
                </button>
            }
            if is_asked { <SignOutQuestion device={device.device.clone()} {name} on_done={ask.reform(|()| None)} /> }
        </li>
    }
}

#[derive(Properties, PartialEq)]
struct QuestionProps {
    device: String,
    name: AttrValue,
    on_done: Callback<()>,
}

#[component]
fn SignOutQuestion(props: &QuestionProps) -> Html {
    let words = use_words();
    let tell = use_tell();
    let on_yes = {
        let (call, done) = (SignOutDevice { device: props.device.clone() }, props.on_done.clone());
        Callback::from(move |()| {
            let (tell, done) = (tell.clone(), done.clone());
            shell::send(call.clone(), move |answer: Result<(), Failure>| {
                if let Err(failure) = answer {
                    tell.emit(Notice::Failed(failure));
                }
                done.emit(());
            });
        })
    };
    html! {
        <Confirm id="device-sign-out-confirm" detail={words.say("identity-device-question-detail")}
            question={words.say_with("identity-device-question", &[("device", props.name.as_str().into())])}
            yes={words.say("identity-device-question-yes")} {on_yes} on_no={props.on_done.clone()} />
    }
}

/// What people call that kind of device. The systems' names are the same in every language.
fn name(words: &Words, platform: Platform) -> AttrValue {
    match platform {
        Platform::Android => "Android".into(),
        Platform::Ios => "iPhone / iPad".into(),
        Platform::Linux => "Linux".into(),
        Platform::Macos => "Mac".into(),
        Platform::Windows => "Windows".into(),
        Platform::Other => words.say(Key("identity-device-other")),
    }
}
