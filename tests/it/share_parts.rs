//! Sharing part by part: sections of the form or single answers, exactly as the preview shows them, with what was changed of them and
//! with what must be read first; what is left out is neither there nor said to have been left open.

use std::{sync::Arc, time::Duration};

use referral_exchange::{
    app::{Added, Answered, App, Caller, Error, IdempotencyKey, NoticeQuery, ReferralView, Said, answers_to_json, flags, latest},
    domain::{
        answers::FieldError,
        code::{Code, QuestionId},
        compartment::{CompartmentKind, EntryKind},
        notice::NoticeCode,
        sharing::{AnswerPart, NewShare, ShareTo},
    },
    store::Engine,
};
use serde_json::{Value, json};

use crate::support::{
    client::Client,
    hub::{ENGINES, Hub},
    kept_back::{REFUGE, keep, try_send},
};

fn key(app: &App) -> IdempotencyKey {
    IdempotencyKey::parse(&app.request(None).id.to_string()).unwrap()
}

fn answer(id: &str) -> AnswerPart {
    AnswerPart::Answer(QuestionId::parse(id).unwrap())
}

fn section(id: &str) -> AnswerPart {
    AnswerPart::Section(Code::parse(id).unwrap())
}

/// A referral of a child, sent by a school and received by the city; the police must never get these answers.
struct Case {
    hub: Hub,
    reference: String,
    tess: Caller,
    nia: Caller,
}

impl Case {
    async fn begin(engine: Engine, kept: &[&str]) -> Self {
        let hub = Hub::founded(engine).await;
        let tess = hub.sign_in("tess.example").await;
        let said = json!({
            "district": "leicester", "missing_now": true, "contact_never": "never the canaryphone", "narrative": "canarynarrative",
        });
        let kept = keep(kept, if kept.is_empty() { &[] } else { &["leicestershire-police"] });
        let sent =
            try_send(&hub.app, &tess, ("child-exploitation", said), kept).await.unwrap_or_else(|error| panic!("{error:?}"));
        let nia = hub.sign_in("nia.imaginary").await;
        Self { reference: sent.reference.to_string(), hub, tess, nia }
    }

    async fn read(&self, who: &Caller) -> ReferralView {
        let view = self.hub.app.read_referral(&self.hub.app.request(None), who, &self.reference).await;
        view.unwrap_or_else(|error| panic!("{error:?}"))
    }

    async fn choose(&self, code: &str, parts: &[AnswerPart]) -> NewShare {
        let view = self.read(&self.nia).await;
        let (basis, purpose) = self.hub.app.own_law(&self.nia, &view).await.unwrap();
        let team = self.hub.app.store().team_by_code(code).await.unwrap().unwrap().id;
        let to = ShareTo { team: Some(team), person: String::new() };
        NewShare { to, parts: parts.to_vec(), basis: Some(basis), purpose: Some(purpose), ..NewShare::default() }
    }

    async fn give(&self, share: &NewShare) -> Result<Answered<Added>, Error> {
        let app = &self.hub.app;
        self.hub.clock.advance(Duration::from_secs(1));
        app.share(&app.request(None), &self.nia, &key(app), (&self.reference, share)).await
    }

    async fn amend(&self, answers: &Value) {
        let app = &self.hub.app;
        self.hub.clock.advance(Duration::from_secs(1));
        let revision = self.read(&self.tess).await.referral.revision;
        let asked = (self.reference.as_str(), None, revision);
        let said = (Said::Json(answers), answers.to_string().into_bytes());
        app.amend_answers(&app.request(None), &self.tess, &key(app), asked, (said.0, &said.1)).await.map(drop).unwrap();
    }
}

/// All answers that a view shows, as sent, as changed and as they stand.
fn shown(view: &ReferralView) -> String {
    let additions: Vec<_> = view.additions.iter().map(|added| answers_to_json(&added.answers)).collect();
    format!("{:?} {additions:?} {}", view.answers.as_ref().map(answers_to_json), answers_to_json(&latest(view)))
}

async fn only_what_was_chosen(engine: Engine) {
    let case = Case::begin(engine, &["lives_at"]).await;
    let app = &case.hub.app;
    case.amend(&json!({ "narrative": "canarychanged", "child": { "given_name": "Robin", "family_name": "Changed" } })).await;
    let own = case.read(&case.nia).await;
    let share = case.choose("fire-prevention", &[answer("narrative"), answer("missing_now")]).await;
    let preview = app.preview_share(&app.request(None), &case.nia, (&case.reference, &share)).await.unwrap();
    let made = case.give(&share).await.unwrap().value.id;

    let finn = case.hub.sign_in("finn.mythical").await;
    let view = case.read(&finn).await;
    assert_eq!(shown(&view), shown(&preview.view), "they see what the preview showed");
    for seen in [&view, &preview.view] {
        let text = shown(seen);
        assert!(text.contains("canarynarrative") && text.contains("canarychanged"), "with what was changed: {text}");
        assert!(!text.contains("Changed\"") && !text.contains("canaryphone") && !text.contains(REFUGE), "nothing else: {text}");
        assert_eq!(answers_to_json(&latest(seen))["narrative"], "canarychanged");
        assert!(seen.in_part && seen.by_share && seen.sent_by.0.is_empty());
        assert!(
            flags(&own).iter().all(|flag| flags(seen).contains(flag)),
            "what must be read first goes along: {:?}",
            flags(seen)
        );
        let kinds: Vec<_> = seen.entries.iter().map(|entry| (entry.kind, entry.compartment)).collect();
        assert_eq!(kinds, [(EntryKind::Part, CompartmentKind::Share), (EntryKind::Amendment, CompartmentKind::Share)]);
    }
    assert!(flags(&own).iter().any(|flag| flag.contains("must never be used")), "{:?}", flags(&own));
    let noted = case.read(&case.nia).await.shares;
    let chosen: Vec<_> =
        noted.iter().find(|share| share.id.to_string() == made).unwrap().answers.iter().map(QuestionId::as_str).collect();
    assert_eq!(chosen, ["missing_now", "narrative"]);
    case.hub.finish().await;
}

async fn two_parts_are_one(engine: Engine) {
    let case = Case::begin(engine, &[]).await;
    let finn = case.hub.sign_in("finn.mythical").await;
    case.amend(&json!({ "narrative": "canarychanged", "contact_never": "never the canaryneighbour" })).await;
    case.give(&case.choose("fire-prevention", &[answer("narrative")]).await).await.unwrap();
    let again = case.give(&case.choose("fire-prevention", &[answer("narrative")]).await).await;
    assert!(matches!(again, Err(Error::Conflict(_))), "they have that: {again:?}");
    // What was changed meanwhile is no repetition.
    case.amend(&json!({ "narrative": "canaryonce more" })).await;
    case.give(&case.choose("fire-prevention", &[answer("narrative")]).await).await.unwrap();
    case.give(&case.choose("fire-prevention", &[section("contact")]).await).await.unwrap();
    let view = case.read(&finn).await;
    let now = answers_to_json(&latest(&view));
    assert_eq!(now["narrative"], "canaryonce more");
    assert_eq!(now["contact_never"], "never the canaryneighbour", "a change that two shares cut differently is whole here");
    assert!(now.get("contact_ok").is_some() && now.get("child").is_none(), "{now}");
    assert_eq!(view.entries.iter().filter(|entry| entry.kind == EntryKind::Part).count(), 1, "copies of one item are one");

    // The answers as a whole take the place of parts, and then nothing is a part any more.
    let own = case.read(&case.nia).await;
    let answers = |kind| matches!(kind, EntryKind::Submission | EntryKind::Amendment);
    let own = own.entries.iter().filter(|entry| answers(entry.kind) && entry.compartment == CompartmentKind::Shared);
    let entries = own.map(|entry| entry.id).collect();
    case.give(&NewShare { entries, ..case.choose("fire-prevention", &[answer("narrative")]).await }).await.unwrap();
    let view = case.read(&finn).await;
    assert!(!view.in_part && view.warned.is_empty());
    assert!(answers_to_json(&latest(&view)).get("child").is_some());
    let part = case.give(&case.choose("fire-prevention", &[section("child")]).await).await;
    assert!(matches!(part, Err(Error::Conflict(_))), "who has the whole has each part: {part:?}");
    case.hub.finish().await;
}

/// Two answers are changed at once; one goes to whoever had the other.
async fn a_change_between(engine: Engine) {
    let case = Case::begin(engine, &[]).await;
    case.give(&case.choose("fire-prevention", &[answer("narrative")]).await).await.unwrap();
    case.amend(&json!({ "narrative": "canarychanged", "contact_never": "never the canaryneighbour" })).await;
    case.give(&case.choose("fire-prevention", &[section("contact")]).await).await.unwrap();
    let finn = case.hub.sign_in("finn.mythical").await;
    assert!(!shown(&case.read(&finn).await).contains("canarychanged"), "they have what stood before");
    case.give(&case.choose("fire-prevention", &[answer("narrative")]).await).await.unwrap();
    assert!(shown(&case.read(&finn).await).contains("canarychanged"));
    for again in [answer("narrative"), section("contact")] {
        let again = case.give(&case.choose("fire-prevention", &[again]).await).await;
        assert!(matches!(again, Err(Error::Conflict(_))), "now they have both: {again:?}");
    }
    case.hub.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn that_a_share_is_out_of_date_is_said_until_the_change_is_given() {
    const OLD: &str = "Answers were changed after you shared them";
    let case = Case::begin(ENGINES[0], &[]).await;
    case.give(&case.choose("fire-prevention", &[answer("narrative")]).await).await.unwrap();
    case.amend(&json!({ "narrative": "canarychanged" })).await;
    let (app, reference) = (Arc::clone(&case.hub.app), case.reference.clone());
    let change = case.choose("fire-prevention", &[answer("narrative")]).await;
    let Case { hub, nia, .. } = case;
    let served = hub.serve().await;
    let own = Client::new(&served);
    own.sign_in(&served, "nia.imaginary").await;
    let page = format!("/referrals/{reference}");
    assert!(own.get(&page).await.body.contains(OLD));
    let share = async |share: &NewShare| app.share(&app.request(None), &nia, &key(&app), (&reference, share)).await;
    served.hub.clock.advance(Duration::from_secs(1));
    let second = share(&change).await.unwrap().value.id;
    assert!(!own.get(&page).await.body.contains(OLD));
    app.recall_share(&app.request(None), &nia, &key(&app), (&reference, &second)).await.unwrap();
    assert!(own.get(&page).await.body.contains(OLD), "they have the change no more");
    served.finish().await;
}

async fn what_cannot_be_chosen(engine: Engine) {
    let case = Case::begin(engine, &["lives_at"]).await;
    let app = &case.hub.app;
    let refused = [
        ("lives_at", "it is kept from somebody"),
        ("health_needs", "it is kept apart for health"),
        ("no_such_question", "nobody asked it"),
    ];
    for (id, why) in refused {
        let share = case.choose("fire-prevention", &[answer("narrative"), answer(id)]).await;
        let preview = app.preview_share(&app.request(None), &case.nia, (&case.reference, &share)).await.map(drop);
        for done in [preview, case.give(&share).await.map(drop)] {
            assert!(matches!(&done, Err(Error::Invalid(faults)) if faults[0].name() == "entries"), "{why}: {done:?}");
        }
    }
    // A section is given less what is kept from somebody.
    case.give(&case.choose("fire-prevention", &[section("living"), section("concern")]).await).await.unwrap();
    let view = case.read(&case.hub.sign_in("finn.mythical").await).await;
    assert!(!shown(&view).contains(REFUGE), "{}", shown(&view));
    let unlawful = NewShare { basis: None, purpose: None, ..case.choose("fire-prevention", &[answer("narrative")]).await };
    let Err(Error::Invalid(faults)) = case.give(&unlawful).await else { panic!("a share rests on something") };
    assert_eq!(faults.iter().map(FieldError::name).collect::<Vec<_>>(), ["basis", "purpose"]);
    case.hub.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_has_nothing_chosen_and_what_is_left_out_is_not_said_to_be_open() {
    let case = Case::begin(ENGINES[0], &[]).await;
    let reference = case.reference.clone();
    let team = case.choose("fire-prevention", &[]).await.to.team.unwrap().to_string();
    let served = case.hub.serve().await;
    let own = Client::new(&served);
    own.sign_in(&served, "nia.imaginary").await;
    let href = format!("/referrals/{reference}/share");
    let form = own.get(&href).await;
    assert!(form.chosen().iter().all(|(name, _)| name != "entries"), "nothing is ticked: {:?}", form.chosen());
    let mut fields = form.filled();
    assert!(fields.iter().all(|(name, value)| !["basis", "purpose"].contains(&name.as_str()) || value.is_empty()), "{fields:?}");
    let post = async |fields: &[(String, String)]| {
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        own.post(&href, &fields).await
    };
    fields.retain(|(name, _)| name != "team");
    let chosen = [("team", &*team), ("entries", "answer-narrative"), ("entries", "section-danger"), ("step", "preview")];
    fields.extend(chosen.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let asked = post(&fields).await;
    assert!(asked.body.contains("Choose what you rest on") && asked.body.contains("Choose what it is for"), "{}", asked.body);
    fields.retain(|(name, _)| !["basis", "purpose"].contains(&name.as_str()));
    for (name, value) in [("basis", "public-task"), ("purpose", "safeguarding")] {
        fields.push((name.to_owned(), value.to_owned()));
    }
    let preview = post(&fields).await;
    assert!(preview.body.contains("canarynarrative") && preview.body.contains("Read this first"), "{}", preview.body);
    let (_, mut sent) = preview.last_form();
    sent.push(("step".to_owned(), "send".to_owned()));
    post(&sent).await;

    let theirs = Client::new(&served);
    theirs.sign_in(&served, "finn.mythical").await;
    let page = theirs.get(&format!("/referrals/{reference}")).await.body;
    for body in [&page, &preview.body] {
        assert!(!body.contains("Not provided") && !body.contains("canaryphone"), "{body}");
        assert!(body.contains("nothing that is left out means no"), "{body}");
        assert!(body.contains("must never be used"), "{body}");
    }
    assert!(page.contains("canarynarrative"), "{page}");
    served.finish().await;
}

/// Whoever was given some of it is told once answers are changed that everybody reads, and reads so beside what they have; a change
/// that is kept from others tells them nothing.
async fn told_when_out_of_date(engine: Engine) {
    let case = Case::begin(engine, &["lives_at"]).await;
    let app = &case.hub.app;
    case.give(&case.choose("fire-prevention", &[answer("narrative")]).await).await.unwrap();
    let finn = case.hub.sign_in("finn.mythical").await;
    let told = async || {
        let page = app.notices(&app.request(None), &finn, &NoticeQuery::default()).await.unwrap();
        page.items.iter().filter(|view| view.code == NoticeCode::ShareOutdated).count()
    };
    let says = async || case.read(&finn).await.shares[0].changed_since;
    assert_eq!((told().await, says().await), (0, false));
    case.amend(&json!({ "lives_at": { "line_1": "3 Canaryhaven Close", "town": "Oakham" } })).await;
    assert_eq!((told().await, says().await), (0, false), "what is kept from others tells nothing");
    case.amend(&json!({ "narrative": "canarychanged" })).await;
    assert_eq!((told().await, says().await), (1, true));
    assert!(!shown(&case.read(&finn).await).contains("canarychanged"), "what it was changed to is not theirs");
    // Given the change, they have what stands.
    case.give(&case.choose("fire-prevention", &[answer("narrative")]).await).await.unwrap();
    assert_eq!(case.read(&finn).await.shares.iter().filter(|share| !share.changed_since).count(), 1);
    case.hub.finish().await;
}

crate::support::on_both! {
    whoever_was_given_a_part_is_told_that_answers_were_changed_since => told_when_out_of_date,
    a_share_of_parts_shows_these_with_their_changes_and_the_warnings => only_what_was_chosen,
    parts_shared_one_after_the_other_are_one_to_their_reader => two_parts_are_one,
    what_was_changed_of_a_part_is_given_though_the_change_came_along_with_another => a_change_between,
    what_is_kept_apart_or_from_somebody_cannot_be_chosen => what_cannot_be_chosen,
}
