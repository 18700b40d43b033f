//! What many tests do: permits of a real policy, and the referral of the made-up partnership.

use std::sync::Arc;

use referral_exchange::{
    app::{App, Caller, IdempotencyKey, NewAccess, PolicyFiles, Receipt, RequestContext, example, raw_from_json},
    audit::{Details, row::Erasable},
    domain::{
        action::Action,
        actor::Actor,
        agency::AgencyKind,
        code::Code,
        compartment::EntryKind,
        grant::GrantReason,
        ids::{CompartmentId, GrantId, KeyId, ReferralId, RequestId, TeamId},
        kept::{KeptForm, KeptPlace},
        key::HolderKind,
        legal::{Basis, Purpose},
        reference::Reference,
        relation::Relation,
        sharing::{NewShare, ShareTo},
        time::Timestamp,
    },
    policy::{Act, HubState, Object, Permit, Policy, State},
    store::{Tx, grants::Grant},
};

use super::{
    hub::Hub,
    raw::{Cell, Raw},
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

/// Reading along on a public task for keeping people safe, with whom and why left open.
pub fn lawful() -> NewAccess {
    NewAccess { basis: Some(Basis::PublicTask), purpose: Some(Purpose::Safeguarding), ..NewAccess::default() }
}

/// Commits a transaction by such a permit.
pub async fn keep(app: &App, tx: Tx) {
    tx.commit(job_permit(app.now()).await, &Details::default()).await.unwrap();
}

/// Sends the example referral of a pathway, changed as told.
pub async fn send(app: &Arc<App>, caller: &Caller, key: &str, change: impl FnOnce(&mut serde_json::Value)) -> Receipt {
    let request = app.request(None);
    let pathway = app.pathway("fire-protection").unwrap();
    let mut body = example(&pathway.pathway, AgencyKind::Police, request.at.uk_date());
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

/// Keeps what a person typed into a section of a draft, as after their session.
pub async fn keep_form(hub: &Hub, username: &str) {
    hub.clock.advance(std::time::Duration::from_secs(31));
    let (caller, cookie) = hub.person(username).sign_in(&hub.app).await.unwrap();
    let request = hub.app.request(None);
    let place = KeptPlace { form: KeptForm::Section, reference: Reference::NOBODYS, section: Code::parse("premises").unwrap() };
    let fields = [("premises_name".to_owned(), "Example Stores".to_owned())];
    let token = caller.csrf_token();
    assert!(hub.app.keep_form(&request, (&cookie, Some(&token)), &place, &fields).await.unwrap());
}

/// A grant to a team on the newest referral's `shared` compartment, made held by an event of a job; its bytes open nothing.
pub async fn hold(hub: &Hub, team: TeamId) -> GrantId {
    hold_as(hub, team, GrantReason::Copy).await
}

/// The same for another reason.
pub async fn hold_as(hub: &Hub, team: TeamId, reason: GrantReason) -> GrantId {
    const SQL: &str =
        "SELECT g.referral, g.compartment, g.key_id, g.to_key FROM grant_made g ORDER BY g.granted_at DESC, g.id LIMIT 1";
    let row = Raw::owner(hub).await.rows(SQL).await.remove(0);
    let text = |at: usize| match &row[at] {
        Cell::Text(text) => text.clone(),
        other => panic!("{other:?}"),
    };
    let bytes = vec![1, 2, 3];
    let app = &hub.app;
    let mut tx = app.store().begin().await.unwrap();
    let grant = Grant {
        id: GrantId::random(app.random()),
        referral: ReferralId::parse(&text(0)).unwrap(),
        compartment: CompartmentId::parse(&text(1)).unwrap(),
        epoch: 1,
        key: KeyId::parse(&text(2)).unwrap(),
        to_kind: HolderKind::Team,
        to: team.to_string(),
        to_key: KeyId::parse(&text(3)).unwrap(),
        to_epoch: 1,
        suite: 1,
        sha256: <[u8; 32] as From<_>>::from(<sha2::Sha256 as sha2::Digest>::digest(&bytes)),
        reason,
        held: true,
        event: tx.event(),
        bytes,
    };
    tx.insert_grant(&grant, app.now()).await.unwrap();
    keep(app, tx).await;
    grant.id
}

/// Lets a held grant go by an event of a job.
pub async fn release(hub: &Hub, grant: GrantId) {
    let mut tx = hub.app.store().begin().await.unwrap();
    tx.release_grant(grant, hub.app.now()).await.unwrap();
    keep(&hub.app, tx).await;
}

/// The answers of a referral, shared with another team and recalled.
pub async fn shared_and_recalled(hub: &Hub, caller: &Caller, reference: &str) {
    let app = &hub.app;
    let view = app.read_referral(&app.request(None), caller, reference).await.unwrap();
    let (basis, purpose) = app.own_law(caller, &view).await.unwrap();
    let entries = view.entries.iter().filter(|entry| entry.kind == EntryKind::Submission).map(|entry| entry.id);
    let share = NewShare {
        to: ShareTo { team: Some(hub.person("hugh.pseudo").team_id), person: String::new() },
        entries: entries.collect(),
        basis: Some(basis),
        purpose: Some(purpose),
        ..NewShare::default()
    };
    let key = |text: &str| IdempotencyKey::parse(text).unwrap();
    let made = app.share(&app.request(None), caller, &key("share"), (reference, &share)).await.unwrap().value;
    app.recall_share(&app.request(None), caller, &key("recall"), (reference, &made.id)).await.unwrap();
}
