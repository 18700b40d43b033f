//! What many tests do: permits of a real policy, and the referral of the made-up partnership.

use std::sync::Arc;

use referral_exchange::{
    app::{App, Caller, IdempotencyKey, PolicyFiles, Receipt, RequestContext, example, raw_from_json},
    audit::{Details, row::Erasable},
    domain::{action::Action, actor::Actor, ids::RequestId, relation::Relation, time::Timestamp},
    policy::{Act, HubState, Object, Permit, Policy, State},
    store::Tx,
};

/// The policy that came with the program.
pub async fn policy() -> Policy {
    Policy::load(PolicyFiles::embedded()).await.unwrap()
}

/// A request of a made-up moment.
pub fn request(at: Timestamp) -> RequestContext {
    RequestContext { id: RequestId::from_bytes([7; 16]), source: None, at }
}

/// An act that a start-up job may always do: for tests of the store that need some permit to commit with.
pub fn job_act(at: Timestamp) -> Act {
    Act {
        actor: Actor::Job("start-up"),
        action: Action::ActivatePathway,
        object: Object::Hub,
        relation: Relation::None,
        sensitivity: None,
        state: State::Hub(HubState::Open),
        compartments: Vec::new(),
        legal: None,
        request: request(at),
    }
}

pub async fn job_permit(at: Timestamp) -> Permit {
    policy().await.decide(job_act(at)).unwrap()
}

/// Commits a transaction by such a permit.
pub async fn keep(app: &App, tx: Tx) {
    tx.commit(job_permit(app.now()).await, &Details::default()).await.unwrap();
}

/// Sends the example referral of a pathway, changed as told.
pub async fn send(app: &Arc<App>, caller: &Caller, key: &str, change: impl FnOnce(&mut serde_json::Value)) -> Receipt {
    let request = app.request(None);
    let pathway = app.pathway("fire-protection").unwrap();
    let mut body = example(&pathway.pathway, request.at.uk_date());
    change(&mut body["answers"]);
    let key = IdempotencyKey::parse(key).unwrap();
    let raw = raw_from_json(&body["answers"]).unwrap();
    let sent = app.submit(&request, caller, &key, body.to_string().as_bytes(), &pathway, raw).await;
    sent.unwrap_or_else(|error| panic!("{error:?}")).value
}

/// Erases sealed bytes by an event of a job.
pub async fn erase(app: &App, what: Erasable, id: &str) {
    let mut tx = app.store().begin().await.unwrap();
    tx.erase(what, id).await.unwrap();
    keep(app, tx).await;
}
