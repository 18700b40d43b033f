//! Tables.

use askama::Template;

use super::parts::Markup;

/// A table: always with a caption and headings on our pages.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "govuk/table.html")]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct Table {
    /// What the table shows.
    pub caption: String,
    /// Classes of the caption.
    pub caption_classes: String,
    /// The headings of the columns.
    pub head: Option<Vec<Cell>>,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
    /// Whether the first cell names its row.
    pub first_cell_is_header: bool,
    /// Further classes of the design system, separated by spaces; empty for none.
    pub classes: String,
    /// Whether a narrow screen shows each row as a block, each cell with its heading before it.
    pub stacks: bool,
}

/// One cell.
#[derive(Debug, Clone, Default)]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct Cell {
    /// The words.
    pub text: String,
    /// Instead of words.
    pub html: Option<Markup>,
    /// `numeric` aligns right.
    pub format: String,
    /// Further classes of the design system, separated by spaces; empty for none.
    pub classes: String,
}

impl Table {
    /// The words above a cell, for where there is no room for a row of headings.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates hand references in")]
    fn label(&self, column: &usize) -> &str {
        self.head.as_ref().and_then(|head| head.get(*column)).map_or("", |cell| cell.text.as_str())
    }
}

impl Cell {
    /// A cell of words.
    pub fn words(text: &str) -> Self {
        Self { text: text.to_owned(), ..Self::default() }
    }

    /// A cell that holds another component.
    ///
    /// # Errors
    /// See [`Markup::of`].
    pub fn of(template: &impl Template) -> Result<Self, askama::Error> {
        Ok(Self { html: Some(Markup::of(template)?), ..Self::default() })
    }
}
