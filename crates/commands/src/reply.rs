//! An answer, before it is put into a service's words.

use whimbrel_fanout::{Bundle, Destination, Upload};
use whimbrel_news::wording::line;

use crate::action::{Action, Press};

/// The longest label of a button, in characters. Services take twice that.
pub const MAX_LABEL: usize = 40;

/// Buttons that stand side by side at most: as many as Discord takes.
pub const MAX_ROW: usize = 5;

/// Rows of buttons at most: as many as Discord takes.
pub const MAX_ROWS: usize = 5;

/// The longest notice, in characters: what Telegram shows beside a press.
const MAX_NOTICE: usize = 200;

/// The longest piece of text that comes from a stranger's document, in characters.
const MAX_TEXT: usize = 400;

/// The longest block to be typed as it stands, in characters.
const MAX_CODE: usize = 1_200;

/// An answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reply {
    /// What it says, from top to bottom.
    pub blocks: Vec<Block>,
    /// What can be pressed below, row by row: at most [`MAX_ROWS`] of at most [`MAX_ROW`].
    pub buttons: Vec<Vec<Button>>,
    /// Where it goes.
    pub how: How,
    /// A short word beside the button that was pressed, at most 200 characters.
    pub notice: Option<String>,
    /// Only for who asked, where the service can.
    pub hidden: bool,
    /// News that follow the text, to be rendered as the channel renders them.
    pub bundle: Option<Bundle>,
    /// What there is to see.
    pub picture: Option<Upload>,
}

/// Where an answer goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum How {
    /// A message of its own.
    #[default]
    New,
    /// In place of the message whose button was pressed.
    Edit,
    /// Nowhere: that message stays as it is. There may be a notice.
    Nothing,
}

/// A part of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A heading.
    Heading(String),
    /// A line, or a short paragraph.
    Line(Vec<Span>),
    /// A line of a list.
    Item(Vec<Span>),
    /// Something to be typed as it stands.
    Code(String),
}

/// A piece of a line. Its text is bare: escaping is the renderer's business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Span {
    /// Text.
    Text(String),
    /// Text that matters.
    Strong(String),
    /// Something to be typed as it stands.
    Code(String),
    /// A link.
    Link {
        /// What is read.
        text: String,
        /// Where it leads.
        url: String,
    },
}

/// Something to press.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// What it says: 1 to [`MAX_LABEL`] characters.
    pub label: String,
    /// What it does: a [`Press`] as text, 1 to 64 bytes. No two buttons of an answer do the same.
    pub action: String,
}

impl Button {
    /// A button. A label that shows nothing is replaced by `?`.
    #[allow(clippy::needless_pass_by_value)] // an action is made for its button
    pub fn new(label: &str, action: Action) -> Self {
        let label = line(label, MAX_LABEL);
        let label = if label.chars().all(is_unseen) { "?".to_owned() } else { label };
        Self { label, action: action.to_string() }
    }
}

impl Span {
    /// Text.
    pub fn text(text: impl AsRef<str>) -> Self {
        Self::Text(safe(text.as_ref()))
    }

    /// Text that matters.
    pub fn strong(text: impl AsRef<str>) -> Self {
        Self::Strong(safe(text.as_ref()))
    }

    /// Something to be typed.
    pub fn code(text: impl AsRef<str>) -> Self {
        Self::Code(safe(text.as_ref()))
    }

    /// The text as it is read.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Text(text) | Self::Strong(text) | Self::Code(text) | Self::Link { text, .. } => text,
        }
    }
}

impl Block {
    /// The text as it is read.
    pub fn plain(&self) -> String {
        match self {
            Self::Heading(text) | Self::Code(text) => text.clone(),
            Self::Line(spans) | Self::Item(spans) => spans.iter().map(Span::as_str).collect(),
        }
    }
}

impl Reply {
    /// The text as it is read, a line for each block.
    pub fn plain(&self) -> String {
        self.blocks.iter().map(Block::plain).collect::<Vec<_>>().join("\n")
    }

    /// The button that says this, if there is one.
    pub fn button(&self, label: &str) -> Option<&Button> {
        self.buttons.iter().flatten().find(|button| button.label == label)
    }

    /// With a heading.
    #[must_use]
    pub fn heading(mut self, text: &str) -> Self {
        self.blocks.push(Block::Heading(line(text, MAX_TEXT)));
        self
    }

    /// With a line.
    #[must_use]
    pub fn say(self, text: &str) -> Self {
        self.spans(vec![Span::text(text)])
    }

    /// With a line of several pieces.
    #[must_use]
    pub fn spans(mut self, spans: Vec<Span>) -> Self {
        self.blocks.push(Block::Line(spans));
        self
    }

    /// With a line of a list.
    #[must_use]
    pub fn item(mut self, spans: Vec<Span>) -> Self {
        self.blocks.push(Block::Item(spans));
        self
    }

    /// With something to be typed.
    #[must_use]
    pub fn code(mut self, text: &str) -> Self {
        self.blocks.push(Block::Code(line(text, MAX_CODE)));
        self
    }

    /// Only for who asked.
    #[must_use]
    pub fn hide(mut self) -> Self {
        self.hidden = true;
        self
    }

    /// With a short word beside the press.
    #[must_use]
    pub fn noting(mut self, notice: &str) -> Self {
        self.notice = Some(line(notice, MAX_NOTICE));
        self
    }

    /// A row of buttons; one that is too long goes on in the next row.
    #[must_use]
    pub fn row(mut self, buttons: impl IntoIterator<Item = Button>) -> Self {
        let buttons: Vec<Button> = buttons.into_iter().collect();
        self.buttons.extend(buttons.chunks(MAX_ROW).map(<[Button]>::to_vec));
        self
    }

    /// Buttons in rows of so many.
    #[must_use]
    pub fn grid(mut self, buttons: &[Button], across: usize) -> Self {
        self.buttons.extend(buttons.chunks(across.clamp(1, MAX_ROW)).map(<[Button]>::to_vec));
        self
    }

    /// All buttons say that they are about this place.
    #[must_use]
    pub fn about(mut self, place: &Destination) -> Self {
        for button in self.buttons.iter_mut().flatten() {
            // Questions are about no place.
            if let Some(action) = Action::parse(&button.action).filter(|action| action.words().is_none()) {
                button.action = Press { about: Some(place.clone()), action }.to_string();
            }
        }
        self
    }
}

/// One line without control characters; blanks at both ends stay, for they part it from its neighbours.
fn safe(text: &str) -> String {
    let inner = line(text, MAX_TEXT);
    let pad = |is: bool| if is && !inner.is_empty() { " " } else { "" };
    format!("{}{inner}{}", pad(text.starts_with(' ')), pad(text.ends_with(' ')))
}

/// Characters that take no ink: services refuse labels of nothing else.
fn is_unseen(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}'
        )
        || matches!(c, '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}
