//! Sending what must never reach an agency.

use std::sync::Arc;

use referral_exchange::{
    app::{App, Caller, Choices, Error, IdempotencyKey, Receipt, Sending, example, raw_from_json},
    domain::{agency::AgencyKind, code::QuestionId, withheld::Withhold},
};
use serde_json::{Value, json};

/// The first line of an address that somebody must never get.
pub const REFUGE: &str = "12 Canaryrefuge Lane";

/// What is kept back, by question ids, and from whom, by codes of agencies.
pub fn keep(answers: &[&str], from: &[&str]) -> Withhold {
    Withhold {
        answers: answers.iter().map(|answer| QuestionId::parse(answer).unwrap()).collect(),
        from: from.iter().map(|code| (*code).to_owned()).collect(),
    }
}

/// Sends the example of a pathway with the refuge's address, changed as told; null leaves an answer out.
pub async fn try_send(app: &Arc<App>, caller: &Caller, form: (&str, Value), withhold: Withhold) -> Result<Receipt, Error> {
    try_send_chosen(app, caller, form, Choices { withhold: Some(withhold), ..Choices::default() }).await
}

/// The same with further choices.
pub async fn try_send_chosen(
    app: &Arc<App>,
    caller: &Caller,
    (pathway, change): (&str, Value),
    choices: Choices,
) -> Result<Receipt, Error> {
    let request = app.request(None);
    let pathway = app.pathway(pathway).unwrap();
    let mut body = example(&pathway.pathway, AgencyKind::Education, request.at.uk_date());
    body["answers"]["lives_at"] = json!({ "line_1": REFUGE, "town": "Leicester" });
    for (name, value) in change.as_object().unwrap() {
        body["answers"][name] = value.clone();
    }
    body["answers"].as_object_mut().unwrap().retain(|_, value| !value.is_null());
    let sending = Sending { choices, ..Sending::from(raw_from_json(&body["answers"]).unwrap()) };
    let key = IdempotencyKey::parse(&request.id.to_string()).unwrap();
    let sent = app.submit(&request, caller, &key, body.to_string().as_bytes(), &pathway, sending).await;
    sent.map(|sent| sent.value)
}
