//! Files on a referral: the list, adding one, taking one.

use std::{fmt::Write as _, sync::Arc};

use askama::Template;
use axum::{
    Router,
    body::Body,
    extract::{Path, Request, State},
    routing,
};
use http::StatusCode;

use super::{keep_back, quarantine::graver, readers::Item};
use crate::{
    app::{App, Arrived, Error, FileView, IdempotencyKey, Onto, QuarantineView, ReferralView},
    domain::{
        action::Action,
        file::{FileForm, LONGEST_DESCRIPTION, ScanState},
        message::Audience,
    },
    web::{
        components::{
            Button, CharacterCount, ErrorLink, ErrorMessage, ErrorSummary, Fieldset, FileUpload, Radio, Radios, SummaryList,
            SummaryRow, WarningText,
        },
        error::{Answer, Failure, ok, page, see},
        session::{SignedIn, fresh_token},
        streams,
        view::Frame,
        words,
    },
};

/// The files of a referral, as part of its page.
#[derive(Clone, Default, Template)]
#[template(path = "file/list.html")]
pub struct FileList {
    /// The files.
    pub files: Vec<FileLine>,
    /// Where one is added; empty when the caller may not.
    pub add_href: String,
    /// Token of the session.
    pub csrf_token: String,
}

/// One file.
#[derive(Clone, Default)]
pub struct FileLine {
    /// What it is called.
    pub name: String,
    /// What it is, and how large.
    pub about: String,
    /// What it shows.
    pub description: String,
    /// Who added it, and when.
    pub added: String,
    /// What a scanner made of it.
    pub scan: String,
    /// Who can see it.
    pub seen_by: String,
    /// Whether it is in quarantine.
    pub quarantined: bool,
    /// Who put it there, when and why, and who let it out; empty where nobody ever did.
    pub stopped: String,
    /// Where it is downloaded; empty when the caller may not.
    pub href: String,
    /// Where the picture as it came is asked for; empty when there is none, or the caller may not.
    pub original_href: String,
    /// Where it is stopped; empty when the caller may not.
    pub quarantine_href: String,
    /// Where it is let out again; empty when the caller may not.
    pub let_out_href: String,
}

impl FileList {
    /// The list of a referral as its caller may see it.
    pub(super) fn of(view: &ReferralView, frame: &Frame) -> Self {
        let reference = &view.referral.reference;
        let may = |action| view.actions.contains(&action);
        let href = |allowed: bool, path: String| if allowed { path } else { String::new() };
        let line = |file: &FileView| {
            let address = format!("/referrals/{reference}/files/{}", file.id);
            FileLine {
                name: file.name.as_str().to_owned(),
                about: about(file),
                description: file.description.clone(),
                added: format!("{}, {}", file.from, file.at.words()),
                scan: scanned(file.scan).to_owned(),
                seen_by: Item::file(file.audience, file.id).readers(view),
                quarantined: file.is_quarantined(),
                stopped: file.quarantine.as_ref().map(stopped).unwrap_or_default(),
                original_href: href(file.has_original && may(Action::DownloadOriginal), format!("{address}/original")),
                quarantine_href: href(may(Action::QuarantineFile) && !graver(file).is_empty(), format!("{address}/quarantine")),
                let_out_href: href(may(Action::LiftQuarantine), format!("{address}/quarantine/end")),
                href: href(may(Action::DownloadFile), address),
            }
        };
        Self {
            files: view.files.iter().map(line).collect(),
            add_href: href(may(Action::AttachFile), format!("/referrals/{reference}/files/new")),
            csrf_token: frame.csrf_token.clone(),
        }
    }

    fn add_button(&self) -> Button {
        Button { text: "Add a file".to_owned(), href: self.add_href.clone(), classes: SECONDARY.to_owned(), ..Button::default() }
    }
}

const SECONDARY: &str = "govuk-button--secondary";

impl FileLine {
    fn facts(&self) -> SummaryList {
        let all = [
            ("What it shows", &self.description),
            ("File", &self.about),
            ("Added by", &self.added),
            ("Virus scan", &self.scan),
            ("Who can see it", &self.seen_by),
            ("Quarantine", &self.stopped),
        ];
        let rows = all.iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| SummaryRow::words(key, value));
        SummaryList { rows: rows.collect(), ..SummaryList::default() }
    }

    fn original_button() -> Button {
        Button { text: "Download the picture as it came".to_owned(), classes: SECONDARY.to_owned(), ..Button::default() }
    }
}

/// The form for adding a file.
#[derive(Clone, Template)]
#[template(path = "file/add.html")]
pub struct AddFilePage {
    /// The frame.
    pub frame: Frame,
    /// The referral.
    pub reference: String,
    /// Where the form posts to.
    pub action: String,
    /// Names the adding, so that it is done once.
    pub form_token: String,
    /// What is asked of any file.
    pub add: AddFile,
    /// That some answers are withheld, and a file could say the same; empty for those who know of none.
    pub withheld: String,
    /// Who is to see it; each code with its words. One is no question.
    pub audiences: Vec<(String, String)>,
    /// The one chosen.
    pub chosen: String,
}

/// What is asked of any file that is added.
#[derive(Clone, Default)]
pub struct AddFile {
    /// What it shows, as typed so far.
    pub description: String,
    /// What is wrong: field and words.
    pub errors: Vec<(String, String)>,
}

impl AddFile {
    /// The summary of what is wrong.
    pub fn summary(&self) -> ErrorSummary {
        ErrorSummary::new(
            self.errors.iter().map(|(field, words)| ErrorLink { href: format!("#{field}"), text: words.clone() }).collect(),
        )
    }

    fn error(&self, field: &str) -> Option<ErrorMessage> {
        self.errors.iter().find(|(of, _)| of == field).map(|(_, words)| words.as_str().into())
    }

    /// What must never be added.
    pub fn warning() -> WarningText {
        let text = "Never add a sexual image of a child, not even as evidence. Do not copy it, send it or print it.".to_owned();
        WarningText { text, icon_fallback_text: "Warning".to_owned() }
    }

    /// The file.
    pub fn file(&self) -> FileUpload {
        let hint = "PDF, Word, OpenDocument text, JPEG, PNG or plain text, up to 25\u{a0}MB. \
                    iPhones make HEIC pictures, which cannot be taken: in Settings, Camera, Formats, choose Most Compatible \
                    before you take one, or save a copy as JPEG. Readers get pictures without the place, \
                    time and device they were taken with.";
        FileUpload {
            name: "file".to_owned(),
            label: "Choose a file".into(),
            hint: Some(hint.into()),
            error_message: self.error("file"),
            ..FileUpload::default()
        }
    }

    /// What it shows.
    pub fn text(&self) -> CharacterCount {
        CharacterCount {
            name: "description".to_owned(),
            label: "What does it show? (optional)".into(),
            value: self.description.clone(),
            maxlength: u32::try_from(LONGEST_DESCRIPTION).unwrap_or(u32::MAX),
            rows: Some(3),
            error_message: self.error("description"),
            autocomplete: "off".to_owned(),
            ..CharacterCount::default()
        }
    }
}

impl AddFilePage {
    fn audience(&self) -> Radios {
        let item = |(code, words): &(String, String)| Radio { value: code.clone(), text: words.clone(), ..Radio::default() };
        Radios {
            name: "audience".to_owned(),
            fieldset: Some(Fieldset::new("Who can see it?", "govuk-fieldset__legend--s")),
            items: self.audiences.iter().map(item).collect(),
            value: self.chosen.clone(),
            error_message: self.add.error("audience"),
            ..Radios::default()
        }
    }

    fn button() -> Button {
        Button { text: "Add this file".to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }
}

/// These pages' routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/referrals/{reference}/files/new", routing::get(ask))
        .route("/referrals/{reference}/files", routing::post(add))
        .route("/referrals/{reference}/files/{id}", routing::get(file))
        .route("/referrals/{reference}/files/{id}/original", routing::post(original))
}

/// The blank form, for those who may add to the referral.
async fn form(app: &App, person: &SignedIn, reference: &str) -> Result<AddFilePage, Error> {
    let view = app.read_referral(&person.request, &person.caller, reference).await?;
    if !view.actions.contains(&Action::AttachFile) {
        return Err(app.not_offered(&person.request, &person.caller, &view, Action::AttachFile).await?);
    }
    let reference = view.referral.reference.to_string();
    let mut audiences = vec![(Audience::Shared.code().to_owned(), Item::to_write(Audience::Shared).readers(&view))];
    if view.relation == crate::domain::relation::Relation::ReceivingTeam {
        audiences.push((Audience::Casework.code().to_owned(), Item::to_write(Audience::Casework).readers(&view)));
    }
    let chosen = if audiences.len() == 1 { Audience::Shared.code().to_owned() } else { String::new() };
    let back = format!("/referrals/{reference}");
    Ok(AddFilePage {
        frame: person.frame.titled(&format!("Add a file – Referral {reference}")).back_to(&back),
        action: format!("{back}/files"),
        form_token: fresh_token(app),
        add: AddFile::default(),
        withheld: keep_back::beside(
            &view,
            "Look through the file: it goes to others as it is, and must not say what is withheld.",
        ),
        audiences,
        chosen,
        reference,
    })
}

async fn ask(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>) -> Answer {
    ok(&form(&app, &person, &reference).await?)
}

async fn add(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>, request: Request<Body>) -> Answer {
    let (arrived, typed) = match streams::receive(&app, &person, Onto::Referral(&reference), request).await {
        Ok(arrived) => {
            let typed = [arrived.field("description").to_owned(), arrived.field("audience").to_owned()];
            (Ok(arrived), typed)
        }
        Err(error) => (Err(error), [String::new(), String::new()]),
    };
    let added = match arrived {
        Ok(arrived) => attach(&app, &person, &reference, arrived).await,
        Err(error) => Err(error),
    };
    let (status, errors) = match added {
        Ok(()) => return Ok(see(&format!("/referrals/{reference}#files"))),
        Err(error) => faults(error)?,
    };
    let blank = form(&app, &person, &reference).await?;
    let [description, chosen] = typed;
    let chosen = if chosen.is_empty() { blank.chosen.clone() } else { chosen };
    let frame = blank.frame.clone().failed_if(true);
    page(status, &AddFilePage { frame, add: AddFile { description, errors }, chosen, ..blank })
}

/// What is wrong with a file that was not taken: the answer's status, and field and words of each fault.
pub(super) fn faults(error: Error) -> Result<(StatusCode, Vec<(String, String)>), Failure> {
    Ok(match error {
        Error::Invalid(faults) => {
            let errors = faults.into_iter().map(|fault| (fault.name(), fault.message)).collect();
            (StatusCode::UNPROCESSABLE_ENTITY, errors)
        }
        Error::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, vec![file_error("The file must be 25 MB or smaller")]),
        Error::Unscanned(_) => {
            let words = "The virus scanner did not answer, so the file was not kept. Try again in a few minutes. If it cannot \
                         wait, say in words what it shows";
            (StatusCode::SERVICE_UNAVAILABLE, vec![file_error(words)])
        }
        Error::Unsupported(words) => (StatusCode::UNSUPPORTED_MEDIA_TYPE, vec![file_error(&words::capital(words))]),
        other => return Err(Failure(other)),
    })
}

async fn attach(app: &App, person: &SignedIn, reference: &str, arrived: Arrived) -> Result<(), Error> {
    arrived.only(&["csrf_token", "form_token", "description", "audience"])?;
    let key = IdempotencyKey::parse(arrived.field("form_token"))?;
    app.attach(&person.request, &person.caller, &key, (reference, arrived)).await?;
    Ok(())
}

async fn file(State(app): State<Arc<App>>, person: SignedIn, Path((reference, id)): Path<(String, String)>) -> Answer {
    let download = app.download(&person.request, &person.caller, (&reference, &id), FileForm::File).await?;
    Ok(streams::given(download))
}

/// By a form and not by a link: nothing fetches it beforehand, and nobody by accident.
async fn original(State(app): State<Arc<App>>, person: SignedIn, Path((reference, id)): Path<(String, String)>) -> Answer {
    let download = app.download(&person.request, &person.caller, (&reference, &id), FileForm::Original).await?;
    Ok(streams::given(download))
}

fn file_error(words: &str) -> (String, String) {
    ("file".to_owned(), words.to_owned())
}

/// Who put a file into quarantine, when and why, and who let it out.
pub(super) fn stopped(stopped: &QuarantineView) -> String {
    let by = stopped.by.as_deref().unwrap_or("somebody else who can read it");
    let why = stopped.reason.map(|reason| format!(" {}.", reason.sentence())).unwrap_or_default();
    let mut words = format!("Put there on {} by {by}.{why}", stopped.at.words());
    if let Some((by, at, reason)) = &stopped.lifted {
        let _ = write!(words, " Let out on {} by {by}. {}.", at.words(), reason.sentence());
    }
    words
}

/// What it is, and how large.
pub(super) fn about(file: &FileView) -> String {
    format!("{}, {}", file.kind.title(), size(file.size))
}

/// `812 bytes`, `34 KB`, `2.5 MB`.
fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{} KB", bytes.div_ceil(1024)),
        _ => {
            let tenths = bytes.div_ceil(104_858);
            format!("{}.{} MB", tenths / 10, tenths % 10)
        }
    }
}

pub(super) const fn scanned(state: ScanState) -> &'static str {
    match state {
        ScanState::NotScanned => "Not scanned. Open it with care",
        ScanState::Clean => "Scanned when it was added. Nothing was found",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_as_people_say_them() {
        for (bytes, words) in [
            (0, "0 bytes"),
            (1023, "1023 bytes"),
            (1024, "1 KB"),
            (34_000, "34 KB"),
            (1_048_576, "1.0 MB"),
            (25 * 1_048_576, "25.0 MB"),
        ] {
            assert_eq!(size(bytes), words);
        }
    }
}
