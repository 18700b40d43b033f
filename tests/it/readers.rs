//! What a page and the API say of who reads what, of what was changed, and of what can be done: true for every reader.

use referral_exchange::{
    app::{App, Caller, Error, IdempotencyKey, NewAccess, ReferralView},
    domain::{
        action::Action,
        clock::Step,
        compartment::EntryKind,
        message::Audience,
        sharing::{NewShare, ShareTo},
    },
};
use serde_json::{Value, json};

use crate::{
    api,
    support::{
        acts::{lawful, send},
        client::{Client, Page},
        hub::{ENGINES, Hub, Served},
    },
};

fn key(text: &str) -> IdempotencyKey {
    IdempotencyKey::parse(text).unwrap()
}

async fn read(app: &App, caller: &Caller, reference: &str) -> ReferralView {
    app.read_referral(&app.request(None), caller, reference).await.unwrap()
}

async fn page(served: &Served, username: &str, reference: &str) -> Page {
    let client = Client::new(served);
    client.sign_in(served, username).await;
    client.get(&format!("/referrals/{reference}")).await
}

fn of_kind(view: &ReferralView, kind: EntryKind) -> Vec<referral_exchange::domain::ids::EntryId> {
    view.entries.iter().filter(|entry| entry.kind == kind).map(|entry| entry.id).collect()
}

/// A share of these items with health, on the pathway's own basis.
async fn with_health(hub: &Hub, caller: &Caller, reference: &str, kinds: &[EntryKind]) -> NewShare {
    let view = read(&hub.app, caller, reference).await;
    let (basis, purpose) = hub.app.own_law(caller, &view).await.unwrap();
    let to = ShareTo { team: Some(hub.person("hugh.pseudo").team_id), person: String::new() };
    let entries = kinds.iter().flat_map(|kind| of_kind(&view, *kind)).collect();
    NewShare { to, entries, basis: Some(basis), purpose: Some(purpose), ..NewShare::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_is_marked_where_it_stands_and_goes_with_every_share() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let (hub, app) = (&served.hub, &served.hub.app);
    let tess = hub.sign_in("tess.example").await;
    let reference = send(app, &tess, "one", |answers| answers["narrative"] = json!("The stairs are blocked.")).await;
    let reference = reference.reference.to_string();
    let client = api::Client::signed_in(&served, "tess.example").await;
    let path = format!("/referrals/{reference}");
    let before = client.json(&path).await;
    assert!(before.get("answers_as_sent").is_none() && before.get("changes").is_none(), "{before}");
    let change = json!({ "answers": { "narrative": "The back door is blocked." }, "revision": before["revision"] });
    let made = client.post(&format!("{path}/amendment")).header("Idempotency-Key", "amend").json(&change).send().await.unwrap();
    assert_eq!(made.status(), 201);

    let after: Value = client.json(&path).await;
    assert_eq!(after["answers"]["narrative"], "The back door is blocked.", "what holds, not what was replaced");
    assert_eq!(after["answers_as_sent"]["narrative"], "The stairs are blocked.");
    let change = &after["changes"][0];
    assert_eq!((&change["kind"], &change["from"]), (&json!("amendment"), &json!("Tess Example")));
    assert_eq!(change["answers"], json!({ "narrative": "The back door is blocked." }));

    let shown = page(&served, "theo.invented", &reference).await;
    let told = shown.words(".govuk-summary-list__value");
    let marked = told.iter().find(|words| words.contains("As sent: The stairs are blocked."));
    assert!(marked.is_some_and(|words| words.contains("The back door") && words.contains("Changed by Tess Example")), "{told:?}");
    assert!(shown.words(".app-history__act").iter().any(|act| act.contains("Tess Example changed answers")));

    let theo = hub.sign_in("theo.invented").await;
    let alone = with_health(hub, &theo, &reference, &[EntryKind::Submission]).await;
    let refused = app.share(&app.request(None), &theo, &key("alone"), (&reference, &alone)).await;
    assert!(matches!(&refused, Err(Error::Invalid(faults)) if faults[0].name() == "entries"), "{refused:?}");
    let both = with_health(hub, &theo, &reference, &[EntryKind::Submission, EntryKind::Amendment]).await;
    app.share(&app.request(None), &theo, &key("both"), (&reference, &both)).await.unwrap();
    let given = page(&served, "hugh.pseudo", &reference).await;
    assert!(given.words(".govuk-summary-list__value").iter().any(|words| words.contains("Changed by Tess Example")));
    // A change after that does not go there by itself: whoever shared is told.
    let told = "Answers were changed after you shared them";
    assert!(!page(&served, "theo.invented", &reference).await.body.contains(told));
    hub.clock.advance(std::time::Duration::from_secs(1));
    let revision = client.json(&path).await["revision"].clone();
    let change = json!({ "answers": { "narrative": "The roof door is blocked." }, "revision": revision });
    let made = client.post(&format!("{path}/amendment")).header("Idempotency-Key", "again").json(&change).send().await.unwrap();
    assert_eq!(made.status(), 201);
    assert!(page(&served, "theo.invented", &reference).await.body.contains(told));
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_says_who_reads_what_once_others_read_along() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let (hub, app) = (&served.hub, &served.hub.app);
    let tess = hub.sign_in("tess.example").await;
    let reference = send(app, &tess, "one", |_| ()).await.reference.to_string();
    let (theo, fay) = (hub.sign_in("theo.invented").await, hub.sign_in("fay.fictional").await);
    read(app, &theo, &reference).await;
    let note = (reference.as_str(), Audience::Casework, "Known since May.");
    app.write_message(&app.request(None), &theo, &key("note"), note).await.unwrap();
    let alone = page(&served, "theo.invented", &reference).await;
    let only = "Fire Protection (Leicestershire Fire and Rescue Service) only";
    assert!(alone.body.contains(only), "{}", alone.body);

    let to = ShareTo { team: Some(hub.person("hugh.pseudo").team_id), person: String::new() };
    let access = NewAccess { to, reason: "They plan with us.".to_owned(), ..lawful() };
    app.give_casework_access(&app.request(None), &fay, &key("give"), (&reference, &access)).await.unwrap();
    let shown = page(&served, "theo.invented", &reference).await;
    let seen = shown.words(".app-message .govuk-body-s").concat();
    assert!(seen.contains("and Health safeguarding"), "{seen}");
    assert!(!shown.body.contains(only) && !shown.body.contains("Only the receiving team reads this"), "{}", shown.body);
    let decide = Client::new(&served);
    decide.sign_in(&served, "theo.invented").await;
    let form = decide.get(&format!("/referrals/{reference}/decision")).await;
    assert!(form.body.contains("and so does Health safeguarding") && !form.body.contains("Only your team"), "{}", form.body);

    let reader = page(&served, "hugh.pseudo", &reference).await;
    assert!(reader.body.contains("You read what the receiving team writes for itself"), "{}", reader.body);
    assert!(reader.body.contains("They plan with us.") && !reader.body.contains("what was chosen for you"), "{}", reader.body);
    assert!(!reader.body.contains("Not provided"), "what is not shown to them was not left open");
    assert!(reader.body.contains("before you ring, write to or visit anybody"), "{}", reader.body);
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_preview_of_a_share_says_what_gives_the_sender_away() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let (hub, app) = (&served.hub, &served.hub.app);
    let tess = hub.sign_in("tess.example").await;
    let reference = send(app, &tess, "one", |_| ()).await.reference.to_string();
    let written = (reference.as_str(), Audience::Shared, "Ring me at school.");
    app.write_message(&app.request(None), &tess, &key("said"), written).await.unwrap();
    let theo = hub.sign_in("theo.invented").await;
    let share = with_health(hub, &theo, &reference, &[EntryKind::Message]).await;
    let preview = app.preview_share(&app.request(None), &theo, (&reference, &share)).await.unwrap();
    assert_eq!(preview.senders, ["Tess Example"]);

    let client = Client::new(&served);
    client.sign_in(&served, "theo.invented").await;
    let href = format!("/referrals/{reference}/share");
    let form = client.get(&href).await;
    let mut fields = form.filled();
    let team = hub.person("hugh.pseudo").team_id.to_string();
    fields.iter_mut().filter(|(name, _)| name == "team").for_each(|(_, value)| value.clone_from(&team));
    fields.retain(|(name, _)| !["basis", "purpose"].contains(&name.as_str()));
    let law = [("basis", share.basis.unwrap().code()), ("purpose", share.purpose.unwrap().code())];
    fields.extend(law.map(|(name, code)| (name.to_owned(), code.to_owned())));
    fields.push(("entries".to_owned(), share.entries[0].to_string()));
    fields.push(("step".to_owned(), "preview".to_owned()));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let shown = client.post(&href, &fields).await;
    assert!(shown.body.contains("These items name who sent the referral: Message by Tess Example"), "{}", shown.body);
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_offered_can_be_done_now() {
    let hub = Hub::founded(ENGINES[0]).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(app, &tess, "one", |_| ()).await.reference.to_string();
    let fay = hub.sign_in("fay.fictional").await;
    let view = read(app, &fay, &reference).await;
    let runs = view.desk.as_ref().unwrap().clocks.iter().any(|clock| clock.is_running() && clock.step != Step::Triage);
    assert_eq!(view.actions.contains(&Action::MarkStep), runs);
    let ends = [Action::RecallShare, Action::EndCaseworkAccess];
    assert!(ends.iter().all(|action| !view.actions.contains(action)), "nothing is shared: {:?}", view.actions);
    let share = with_health(&hub, &fay, &reference, &[EntryKind::Submission]).await;
    app.share(&app.request(None), &fay, &key("share"), (&reference, &share)).await.unwrap();
    let offered = read(app, &fay, &reference).await.actions;
    assert_eq!(ends.map(|action| offered.contains(&action)), [true, false]);
    hub.finish().await;
}
