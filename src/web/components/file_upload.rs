//! A file to choose.

use askama::Template;

use super::parts::{ErrorMessage, Hint, Label, described};

/// A file to choose.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "govuk/file-upload.html")]
#[cfg_attr(test, derive(serde::Deserialize), serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct FileUpload {
    /// Id of the control; its name when empty.
    pub id: String,
    /// Name under which the file is posted.
    pub name: String,
    /// Its label.
    pub label: Label,
    /// A hint under the label.
    pub hint: Option<Hint>,
    /// What is wrong with the file.
    pub error_message: Option<ErrorMessage>,
    /// Ids of further descriptions.
    pub described_by: String,
}

impl FileUpload {
    fn dom_id(&self) -> &str {
        if self.id.is_empty() { &self.name } else { &self.id }
    }

    fn described(&self) -> String {
        described(&self.described_by, self.dom_id(), self.hint.is_some(), self.error_message.is_some())
    }
}
