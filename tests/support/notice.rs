//! A pathway that uses every rule about who receives what, and sending on it.

use std::sync::Arc;

use referral_exchange::{
    app::{
        Answered, App, Caller, Choices, Error, IdempotencyKey, PathwayLibrary, Receipt, ReferralView, Sending, answers_to_json,
        raw_from_json,
    },
    store::Engine,
};
use serde_json::{Value, json};

use super::hub::Hub;

const FILE: &str = include_str!("../pathways/test-notice.toml");

/// The pathway's id.
pub const NOTICE: &str = "test-notice";

/// The partnership with that pathway beside those inside the program.
pub async fn founded(engine: Engine) -> Hub {
    founded_with(engine, |text| text).await
}

/// The same, the pathway's file changed.
pub async fn founded_with(engine: Engine, change: impl FnOnce(String) -> String) -> Hub {
    Hub::founded_with(engine, library_with(change)).await
}

/// That pathway beside those inside the program.
pub fn library() -> PathwayLibrary {
    library_with(|text| text)
}

fn library_with(change: impl FnOnce(String) -> String) -> PathwayLibrary {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("test-notice.toml"), change(FILE.to_owned())).unwrap();
    PathwayLibrary::load(folder.path()).unwrap_or_else(|error| panic!("{error}"))
}

/// Answers that go to the receiving team at once, to nobody beside it.
pub fn plain() -> Value {
    json!({
        "danger_now": false, "account": "Something odd was said.", "child": false, "district": "blaby",
        "lead_party": true, "involved": false,
    })
}

/// The plain answers with some changed.
pub fn with(changes: &Value) -> Value {
    let mut answers = plain();
    for (name, value) in changes.as_object().unwrap() {
        answers[name] = value.clone();
    }
    answers
}

/// Sends answers with choices.
pub async fn try_send(app: &Arc<App>, caller: &Caller, answers: &Value, choices: Choices) -> Result<Receipt, Error> {
    let key = IdempotencyKey::parse(&app.request(None).id.to_string()).unwrap();
    let pathway = app.pathway(NOTICE).unwrap();
    let sending = Sending { choices, ..Sending::from(raw_from_json(answers).unwrap()) };
    let body = answers.to_string();
    app.submit(&app.request(None), caller, &key, body.as_bytes(), &pathway, sending).await.map(|Answered { value, .. }| value)
}

/// Sends answers by every default.
pub async fn send(app: &Arc<App>, caller: &Caller, answers: &Value) -> Receipt {
    try_send(app, caller, answers, Choices::default()).await.unwrap_or_else(|error| panic!("{error:?}"))
}

/// Opens a referral.
pub async fn read(app: &App, caller: &Caller, receipt: &Receipt) -> Result<ReferralView, Error> {
    app.read_referral(&app.request(None), caller, &receipt.reference.to_string()).await
}

/// The answers that somebody reads.
pub async fn answers(app: &App, caller: &Caller, receipt: &Receipt) -> Value {
    let view = read(app, caller, receipt).await.unwrap_or_else(|error| panic!("{}: {error:?}", caller.username().as_str()));
    view.answers.as_ref().map_or(Value::Null, answers_to_json)
}
