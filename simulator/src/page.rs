//! The pages as HTML: the choice, the wait, the pretend app, and the ends.
//!
//! Every page says first of all that it is a pretence. Nothing is loaded from elsewhere, nothing is inline, and without
//! script all but the animation and the waiting still works. Every value is escaped on its way in.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use crate::claims;
use crate::message::Message;
use crate::order::{Device, FAILED, Order, PENDING};
use crate::people::Person;
use crate::provider::Provider;
use crate::words::Language;

/// Style of all pages.
pub(crate) const CSS: &str = include_str!("../assets/login.css");
/// The waiting page's script.
pub(crate) const JS: &str = include_str!("../assets/login.js");

/// Which device holds the app?
pub(crate) fn choose(provider: &Provider, language: Language, place: &str, message: Option<&Message>) -> Response {
    let w = language.words();
    let told = told(language, message);
    let body = format!(
        r#"<h1>{title}</h1>
<p><strong>{client}</strong> {asks}</p>
{told}<h2>{where_app}</h2>
<form method="post" action="{place}/start">
<button class="primary" id="this-device" name="device" value="this">{this}</button>
<button id="other-device" name="device" value="other">{other}</button>
</form>
{cancel}"#,
        title = w.title,
        client = escape(provider.client.name()),
        asks = w.asks,
        where_app = w.where_app,
        this = w.this_device,
        other = w.other_device,
        cancel = button(&format!("{place}/cancel"), "cancel", w.cancel, "quiet"),
    );
    frame(StatusCode::OK, language, w.title, "", &body)
}

/// The order is placed and the app is awaited.
pub(crate) fn wait(provider: &Provider, language: Language, place: &str, order: &Order) -> Response {
    let w = language.words();
    let open = provider.path(&format!("phone/{}", order.autostart()));
    let (title, middle) = match order.device {
        Device::This => (
            w.open_title,
            format!(r#"<p><a class="button primary" id="open-app" href="{open}">{}</a></p>"#, w.open_app),
        ),
        Device::Other => (
            w.scan,
            format!(
                r#"<div class="pair"><img id="qr" src="{place}/qr.svg" alt="{qr}" width="240" height="240">
<div><p>{more}</p>
<p><a class="button" id="open-phone" href="{open}" target="_blank" rel="noopener">{phone}<small>({window})</small></a></p></div></div>"#,
                qr = w.qr,
                more = w.scan_more,
                phone = w.open_phone,
                window = w.new_window,
            ),
        ),
    };
    let body = format!(
        r#"<h1>{title}</h1>
<p class="status" id="status" role="status">{status}</p>
{middle}
{cancel}"#,
        status = language.pending(order.hint(), order.device),
        cancel = button(&format!("{place}/cancel"), "cancel", w.cancel, "quiet"),
    );
    let poll = provider.times.poll.as_millis();
    let attributes = format!(r#" data-status="{place}/status" data-qr="{place}/qr.svg" data-poll="{poll}""#);
    frame(StatusCode::OK, language, title, &attributes, &body)
}

/// The order failed.
pub(crate) fn failed(language: Language, place: &str, hint: &str) -> Response {
    let w = language.words();
    let body = format!(
        r#"<h1>{title}</h1>
<p class="status" id="status" role="alert" data-hint="{hint}">{why}</p>
<p>{more}</p>
{retry}
{cancel}"#,
        title = w.failed,
        hint = escape(hint),
        why = language.failed(hint),
        more = w.retry_more,
        retry = button(&format!("{place}/retry"), "retry", w.retry, "primary"),
        cancel = button(&format!("{place}/cancel"), "cancel", w.cancel, "quiet"),
    );
    frame(StatusCode::OK, language, w.failed, "", &body)
}

/// The pretend app: who is it?
pub(crate) fn people(provider: &Provider, language: Language, place: &str) -> Response {
    let w = language.words();
    let list: String = provider
        .people
        .iter()
        .map(|person| {
            format!(
                r#"<li><button name="person" value="{id}" data-person="{number}"><span>{name}</span><small>{note}</small></button></li>
"#,
                id = escape(&person.id),
                number = escape(&person.number),
                name = escape(&person.name()),
                note = escape(&person.note),
            )
        })
        .collect();
    let body = format!(
        r#"<p class="device">{phone}</p>
<h1>{who}</h1>
<form method="post" action="{place}/person"><ul class="people">
{list}</ul></form>
{deny}
{force}"#,
        force = force(language, place),
        phone = w.phone,
        who = w.who,
        deny = button(&format!("{place}/deny"), "deny", w.cancel, "quiet"),
    );
    frame(StatusCode::OK, language, w.who, r#" class="phone""#, &body)
}

/// What the person is asked to give out, and what they are told.
pub(crate) struct Asked<'a> {
    pub(crate) scopes: &'a [String],
    pub(crate) message: Option<&'a Message>,
    /// What is signed by confirming.
    pub(crate) sign: Option<String>,
}

/// The pretend app: who asks, and is it you?
pub(crate) fn confirm(
    provider: &Provider,
    language: Language,
    place: &str,
    person: &Person,
    asked: &Asked<'_>,
) -> Response {
    let w = language.words();
    let message = told(language, asked.message);
    let sign = asked.sign.as_deref();
    let (title, confirm) = if sign.is_some() { (w.sign_title, w.sign) } else { (w.confirm_title, w.confirm) };
    let signs = sign.map(|message| format!(r#"<blockquote id="sign-message">{}</blockquote>"#, escape(message)));
    let told =
        [(claims::SCOPE_INFO, w.tells_name), (claims::SCOPE_NUMBER, w.tells_number), (claims::SCOPE_ORG, w.tells_post)];
    let told: Vec<&str> =
        told.into_iter().filter(|(scope, _)| claims::has(asked.scopes, scope)).map(|(_, words)| words).collect();
    let gives =
        if told.is_empty() { String::new() } else { format!("<dt>{}</dt><dd>{}</dd>", w.tells, told.join(", ")) };
    let body = format!(
        r#"<p class="device">{phone}</p>
<h1>{title}</h1>
<p><strong>{client}</strong> {asks}</p>
{message}{signs}<dl><dt>{you_are}</dt><dd>{name}</dd>{gives}</dl>
<p>{more}</p>
{confirm}
{deny}
{force}"#,
        force = force(language, place),
        phone = w.phone,
        client = escape(provider.client.name()),
        asks = if sign.is_some() { w.asks_sign } else { w.asks },
        signs = signs.unwrap_or_default(),
        you_are = w.you_are,
        name = escape(&person.name()),
        more = w.confirm_more,
        confirm = button(&format!("{place}/confirm"), "confirm", confirm, "primary"),
        deny = button(&format!("{place}/deny"), "deny", w.cancel, "quiet"),
    );
    frame(StatusCode::OK, language, title, r#" class="phone""#, &body)
}

/// The pretend app, after a yes on another device.
pub(crate) fn done(language: Language) -> Response {
    let w = language.words();
    notice(StatusCode::OK, language, w.done, w.done_more)
}

/// The pretend app, after a no on another device.
pub(crate) fn denied(language: Language) -> Response {
    let w = language.words();
    notice(StatusCode::OK, language, w.denied, w.denied_more)
}

/// There is no such login any longer, or it belongs to another browser.
pub(crate) fn ended(language: Language) -> Response {
    let w = language.words();
    notice(StatusCode::GONE, language, w.ended, w.ended_more)
}

/// A request that is not safe to send back.
pub(crate) fn refused(language: Language, status: StatusCode) -> Response {
    let w = language.words();
    notice(status, language, w.refused, w.refused_more)
}

/// Any other address.
pub(crate) async fn not_found() -> Response {
    StatusCode::NOT_FOUND.into_response()
}

/// The client's own words; text and nothing else.
fn told(language: Language, message: Option<&Message>) -> String {
    let words = message.map(|message| escape(message.words(language)));
    words.map_or_else(String::new, |words| format!("<p class=\"message\" id=\"user-message\">{words}</p>\n"))
}

/// For tests and the curious: what an order can say.
fn force(language: Language, place: &str) -> String {
    let button = |value: &str, hint: &str| {
        format!(r#"<button class="quiet" name="hint" value="{value}" data-hint="{value}">{hint}</button>"#)
    };
    let pending: String = PENDING.iter().map(|hint| button(hint, hint)).collect();
    let failed: String = FAILED.iter().map(|hint| button(&format!("failed:{hint}"), hint)).collect();
    let words = language.words();
    format!(
        r#"<details><summary>{force}</summary><form method="post" action="{place}/hint"><p>{pending_words}</p>{pending}<p>{failed_words}</p>{failed}</form></details>"#,
        force = words.force,
        pending_words = words.force_pending,
        failed_words = words.force_failed,
    )
}

fn notice(status: StatusCode, language: Language, title: &str, more: &str) -> Response {
    frame(status, language, title, "", &format!("<h1>{title}</h1>\n<p>{more}</p>"))
}

fn frame(status: StatusCode, language: Language, title: &str, attributes: &str, body: &str) -> Response {
    let w = language.words();
    let html = format!(
        r#"<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title} – {banner}</title>
<link rel="stylesheet" href="/assets/login.css">
<script src="/assets/login.js" defer></script>
</head>
<body>
<header><strong>{banner}</strong> <span>{banner_more}</span></header>
<main{attributes}>
{body}
</main>
</body>
</html>
"#,
        lang = language.tag(),
        banner = w.banner,
        banner_more = w.banner_more,
    );
    (status, Html(html)).into_response()
}

fn button(action: &str, id: &str, text: &str, class: &str) -> String {
    format!(r#"<form method="post" action="{action}"><button class="{class}" id="{id}">{text}</button></form>"#)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
