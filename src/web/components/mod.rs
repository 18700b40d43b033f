//! The components of the design system that our pages use, as plain structs with a template each.
//! Never here: what a page is about. HTML goes in only as `Markup`, made by another template.
//! Called by `web::pages` and `web::view`; upstream's own fixtures prove each (see `fixtures`).

mod button;
mod checkboxes;
mod date_input;
mod file_upload;
mod header;
mod input;
mod links;
mod messages;
mod parts;
mod qr_picture;
mod radios;
mod select;
mod summary_list;
mod table;
mod textarea;

#[cfg(test)]
mod exceptions;
#[cfg(test)]
mod fixtures;

pub use button::Button;
pub use checkboxes::{Checkbox, Checkboxes};
pub use date_input::{DateInput, DatePart, DateParts};
pub use file_upload::FileUpload;
pub use header::{GenericHeader, NavigationItem, ServiceNavigation};
pub use input::{Input, PasswordInput, Prefix};
pub use links::{BackLink, PageLink, Pagination, SkipLink};
pub use messages::{Details, ErrorLink, ErrorSummary, InsetText, NotificationBanner, Panel, Tag, WarningText};
pub use parts::{ErrorMessage, Fieldset, Hint, Label, Legend, Markup};
pub use qr_picture::QrPicture;
pub use radios::{Conditional, Radio, Radios};
pub use select::{Select, SelectItem};
pub use summary_list::{SummaryAction, SummaryActions, SummaryKey, SummaryList, SummaryRow, SummaryValue};
pub use table::{Cell, Table};
pub use textarea::{CharacterCount, Textarea};
