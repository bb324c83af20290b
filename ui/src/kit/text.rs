//! Plain text as paragraphs: a blank line parts them, a line break stays one. Never read as markup.
//!
//! Each paragraph runs in its own direction and begins at that side, whatever the face's language: text of many
//! lines is hard to read from a ragged edge. Short words within the face are isolated by `bdi` instead and stay in line.

use yew::prelude::*;

/// Props of [`Paragraphs`].
#[derive(Properties, PartialEq)]
pub(crate) struct ParagraphsProps {
    pub(crate) text: AttrValue,
    /// The language that it is written in, where that is known.
    #[prop_or_default]
    pub(crate) lang: Option<AttrValue>,
}

/// The text.
#[component]
pub(crate) fn Paragraphs(props: &ParagraphsProps) -> Html {
    let parts = split(&props.text);
    html! {
        <div class="words" lang={props.lang.clone()}>
            { for parts.into_iter().map(|part| html! { <p dir="auto">{ part.to_owned() }</p> }) }
        </div>
    }
}

fn split(text: &str) -> Vec<&str> {
    text.split("\n\n").map(str::trim).filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_lines_part_and_single_breaks_stay() {
        assert_eq!(split("Hej!\n\n\nEn rad\noch en till.\n"), ["Hej!", "En rad\noch en till."]);
    }
}
