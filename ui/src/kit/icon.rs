//! Signs, drawn as strokes in the colour of the text. They only ever stand beside words or a label, so they
//! are hidden from screen readers.

use yew::prelude::*;

/// Which sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    Home,
    Messages,
    Case,
    Me,
    Close,
    Clock,
    Warning,
    Decision,
    Note,
    Document,
    Phone,
    Lock,
    Leave,
    Forward,
    Back,
    Done,
    Search,
    Clip,
}

impl Sign {
    fn path(self) -> &'static str {
        match self {
            Self::Home => "M4 11 12 4l8 7v8a1 1 0 0 1-1 1h-4v-6H9v6H5a1 1 0 0 1-1-1z",
            Self::Messages => "M4 5h16v11H9l-5 4z M8 9h8 M8 12h5",
            Self::Case => "M3 6h6l2 3h10v10H3z",
            Self::Me => "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8z M4 20c1-4 4-6 8-6s7 2 8 6",
            Self::Close => "M6 6l12 12 M18 6 6 18",
            Self::Clock => "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16z M12 8v4l3 2",
            Self::Warning => "M12 4 21 19H3z M12 10v4 M12 16.5v.5",
            Self::Decision => "M6 3h9l4 4v14H6z M9 14l2 2 4-5",
            Self::Note => "M5 4h14v16H5z M8 9h8 M8 12h8 M8 15h5",
            Self::Document => "M6 3h9l4 4v14H6z M14 3v5h5",
            Self::Phone => "M6 4h3l2 5-2 1c1 2 3 4 5 5l1-2 5 2v3c0 1-1 2-2 2C11 20 4 13 4 6c0-1 1-2 2-2z",
            Self::Lock => "M6 11h12v9H6z M8.5 11V8a3.5 3.5 0 0 1 7 0v3",
            Self::Leave => "M13 4H5v16h8 M10 12h11 M17 8l4 4-4 4",
            Self::Forward => "M9 5l7 7-7 7",
            Self::Back => "M15 5l-7 7 7 7",
            Self::Done => "M5 13l4 4L19 7",
            Self::Clip => "M8 12.5 14 6.5a3 3 0 0 1 4.5 4.5l-7.5 7.5a4.5 4.5 0 0 1-6.5-6.5L12 4.5",
            Self::Search => "M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13z M15.3 15.3 20.5 20.5",
        }
    }

    /// Whether it points along the direction of reading, and so turns around with it.
    fn turns(self) -> bool {
        matches!(self, Self::Forward | Self::Back | Self::Leave | Self::Messages)
    }
}

/// Props of [`Icon`].
#[derive(Properties, PartialEq)]
pub(crate) struct IconProps {
    pub(crate) sign: Sign,
}

/// A sign.
#[component]
pub(crate) fn Icon(props: &IconProps) -> Html {
    html! {
        <svg class={classes!("icon", props.sign.turns().then_some("turns"))} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d={props.sign.path()} />
        </svg>
    }
}
