//! Changing what was sent: both versions stay, the team is told by a mark, and whoever comes too late changes nothing.

use std::time::Duration;

use referral_exchange::{
    app::{
        Added, Answered, App, Caller, Error, IdempotencyKey, Item, ListQuery, NoticeQuery, Said, answers_to_json, flags, latest,
        milder,
    },
    domain::{
        answers::{RawAnswer, RawAnswers},
        code::QuestionId,
        notice::NoticeCode,
        queue::QueueFilter,
        urgency::Urgency,
        withheld::Withhold,
    },
    store::Engine,
};
use serde_json::{Value, json};

use crate::support::{
    acts::send,
    client::Client,
    hub::{ENGINES, Hub},
    kept_back::try_send,
};

fn id(text: &str) -> QuestionId {
    QuestionId::parse(text).unwrap()
}

async fn amend(
    app: &App,
    caller: &Caller,
    (reference, revision): (&str, i64),
    key: &str,
    answers: &Value,
) -> Result<Answered<Added>, Error> {
    let (key, body) = (IdempotencyKey::parse(key).unwrap(), answers.to_string());
    let said = (Said::Json(answers), body.as_bytes());
    app.amend_answers(&app.request(None), caller, &key, (reference, None, revision), said).await
}

/// The narrative as sent, as it stands now, and who changed it.
async fn told(app: &App, caller: &Caller, reference: &str) -> (String, String, Vec<String>) {
    let view = app.read_referral(&app.request(None), caller, reference).await.unwrap();
    let question = view.pathway.pathway.question(&id("narrative")).unwrap();
    let words = |answers: &referral_exchange::domain::answers::Answers| answers.get(&id("narrative")).unwrap().words(question);
    let changes = view.additions.iter().filter(|addition| addition.amends).map(|addition| addition.from.clone());
    (words(view.answers.as_ref().unwrap()), words(&latest(&view)), changes.collect())
}

async fn revision(app: &App, caller: &Caller, reference: &str) -> i64 {
    app.read_referral(&app.request(None), caller, reference).await.unwrap().referral.revision
}

async fn line(app: &App, caller: &Caller, unread: bool) -> Vec<Item> {
    let query = ListQuery { filter: QueueFilter { unread, ..QueueFilter::default() }, ..ListQuery::default() };
    app.queue(&app.request(None), caller, &query).await.unwrap().items
}

async fn both_versions(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(app, &tess, "amended", |answers| answers["narrative"] = json!("The stairs are blocked.")).await;
    let reference = reference.reference.to_string();
    let theo = hub.sign_in("theo.invented").await;
    app.read_referral(&app.request(None), &theo, &reference).await.unwrap();
    assert!(line(app, &theo, true).await.is_empty(), "it was opened");

    let at = revision(app, &tess, &reference).await;
    let change = json!({ "narrative": "The stairs and the back door are blocked." });
    let first = amend(app, &tess, (&reference, at), "one", &change).await.unwrap();
    let again = amend(app, &tess, (&reference, at), "one", &change).await.unwrap();
    assert_eq!((first.replayed, again.replayed, first.value.id == again.value.id), (false, true, true));
    let marked = line(app, &theo, true).await;
    assert!(marked.len() == 1 && marked[0].amended_at.is_some() && !marked[0].unread, "the team is told by a mark");
    for reader in [&tess, &theo] {
        let (sent, now, by) = told(app, reader, &reference).await;
        assert_eq!((sent.as_str(), by), ("The stairs are blocked.", vec!["Tess Example".to_owned()]), "what was sent stays");
        assert_eq!(now, "The stairs and the back door are blocked.");
    }
    assert!(line(app, &theo, true).await.is_empty(), "and the mark goes when the team has opened it again");
    assert!(line(app, &theo, false).await[0].amended_at.is_none());
    hub.finish().await;
}

async fn refusals(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(app, &tess, "amended", |answers| answers["narrative"] = json!("As it was.")).await.reference.to_string();
    let at = revision(app, &tess, &reference).await;
    let mend = async |key: &str, answers: Value| match amend(app, &tess, (&reference, at), key, &answers).await {
        Err(Error::Invalid(errors)) => errors.into_iter().map(|error| error.message).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(mend("same", json!({ "narrative": "As it was." })).await, ["Change at least one answer"]);
    assert_eq!(mend("none", json!({})).await, ["Change at least one answer"]);
    assert_eq!(mend("blank", json!({ "narrative": "" })).await.len(), 1, "nothing is taken away");
    assert!(!mend("long", json!({ "narrative": "x".repeat(50_000) })).await.is_empty(), "held against the same rules");
    assert!(!mend("unknown", json!({ "nothing": "x" })).await.is_empty());

    // Of two who change the same revision the slower changes nothing.
    let one = json!({ "narrative": "Once." });
    amend(app, &tess, (&reference, at), "one", &one).await.unwrap();
    let late = amend(app, &tess, (&reference, at), "two", &json!({ "narrative": "Twice." })).await;
    assert!(matches!(late, Err(Error::Conflict(_))), "{late:?}");
    assert_eq!(told(app, &tess, &reference).await.1, "Once.");

    let theo = hub.sign_in("theo.invented").await;
    let now = revision(app, &theo, &reference).await;
    let theirs = amend(app, &theo, (&reference, now), "theirs", &one).await;
    assert!(matches!(theirs, Err(Error::Refused)), "the team does not answer for the sender: {theirs:?}");
    let omar = hub.sign_in("omar.placeholder").await;
    let strange = amend(app, &omar, (&reference, now), "strange", &one).await;
    assert!(matches!(strange, Err(Error::Unseen)), "{strange:?}");
    hub.finish().await;
}

/// What somebody was told of and not yet read, with whether it cannot wait.
async fn news(app: &App, caller: &Caller) -> Vec<(NoticeCode, bool)> {
    let page = app.notices(&app.request(None), caller, &NoticeQuery::default()).await.unwrap();
    page.items.iter().filter(|view| view.read_at.is_none()).map(|view| (view.code, view.urgent)).collect()
}

async fn acts(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let sent = send(app, &tess, "calm", |answers| answers["danger_now"] = json!(false)).await;
    let reference = sent.reference.to_string();
    let theo = hub.sign_in("theo.invented").await;
    app.read_referral(&app.request(None), &theo, &reference).await.unwrap();
    let cora = hub.sign_in("cora.pretend").await;
    assert!(matches!(app.read_referral(&app.request(None), &cora, &reference).await, Err(Error::Unseen)), "nobody covers yet");

    let at = revision(app, &tess, &reference).await;
    let change = json!({ "danger_now": true, "premises_name": "The Changed Arms" });
    hub.clock.advance(Duration::from_hours(1));
    let tess = hub.sign_in("tess.example").await;
    let now = app.now();
    amend(app, &tess, (&reference, at), "worse", &change).await.unwrap();

    let theo = hub.sign_in("theo.invented").await;
    let item = line(app, &theo, false).await.remove(0);
    assert_eq!(item.urgency, "today");
    assert_eq!(item.due_at, Some(now.plus(Duration::from_hours(4))), "from now, as for any matter of today");
    assert!(item.headline.unwrap().starts_with("The Changed Arms"), "the line in lists is the one that holds");
    assert!(news(app, &theo).await.contains(&(NoticeCode::Amended, true)), "and it cannot wait");
    let cora = hub.sign_in("cora.pretend").await;
    assert_eq!(news(app, &cora).await, [(NoticeCode::Received, true)]);
    let items = line(app, &cora, false).await;
    assert!(items[0].headline.as_ref().unwrap().starts_with("The Changed Arms"), "whoever covers has the key");
    let view = app.read_referral(&app.request(None), &cora, &reference).await.unwrap();
    assert_eq!((flags(&view).len(), milder(&view)), (1, None));

    // No change of answers makes it less urgent; that they now say less is only shown.
    let at = revision(app, &tess, &reference).await;
    amend(app, &tess, (&reference, at), "better", &json!({ "danger_now": false })).await.unwrap();
    let view = app.read_referral(&app.request(None), &theo, &reference).await.unwrap();
    assert_eq!((view.referral.urgency.as_str(), view.referral.due_at), ("today", Some(now.plus(Duration::from_hours(4)))));
    assert!(milder(&view).is_some_and(|now| now != Urgency::Today));
    hub.finish().await;
}

/// Of an addition and a change made at the same moment none is lost: who comes too late is told, and says it again.
async fn beside_an_addition(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    for turn in 0..4 {
        let key = format!("send-{turn}");
        let sent = send(app, &tess, &key, |answers| {
            answers["narrative"] = json!("As it was.");
            answers.as_object_mut().unwrap().remove("opinion");
        });
        let reference = sent.await.reference.to_string();
        let added = RawAnswers::from([(id("opinion"), RawAnswer::Text("It was worse inside.".into()))]);
        let (added, changed) = (&added, json!({ "narrative": "As it is." }));
        let add = async |key: &str| {
            let key = IdempotencyKey::parse(key).unwrap();
            app.add_answers(&app.request(None), &tess, &key, (&reference, "seen"), (added, b"opinion")).await.map(drop)
        };
        let change = async |key: &str| {
            let at = revision(app, &tess, &reference).await;
            amend(app, &tess, (&reference, at), key, &changed).await.map(drop)
        };
        let (first, second) = (format!("add-{turn}"), format!("change-{turn}"));
        let (one, two) = tokio::join!(add(&first), change(&second));
        assert!(one.is_ok() || two.is_ok(), "{one:?} {two:?}");
        for late in [&one, &two] {
            assert!(matches!(late, Ok(()) | Err(Error::Conflict(_))), "{late:?}");
        }
        let stands = |view: &referral_exchange::app::ReferralView| {
            let now = latest(view);
            let narrative = view.pathway.pathway.question(&id("narrative")).unwrap();
            (now.get(&id("opinion")).is_some(), now.get(&id("narrative")).unwrap().words(narrative) == "As it is.")
        };
        let view = app.read_referral(&app.request(None), &tess, &reference).await.unwrap();
        assert_eq!(stands(&view), (one.is_ok(), two.is_ok()), "what was taken stands, and nothing else");
        if one.is_err() {
            add(&format!("{first}-again")).await.unwrap();
        }
        if two.is_err() {
            change(&format!("{second}-again")).await.unwrap();
        }
        let view = app.read_referral(&app.request(None), &tess, &reference).await.unwrap();
        assert_eq!((stands(&view), view.additions.len()), ((true, true), 2));
    }
    hub.finish().await;
}

/// Who is told for information hears at once of what becomes a matter of today, and who covers for them gets it as well.
async fn copies_too(engine: Engine) {
    const HUB: &str = "erin.hypothetical";
    const COVERS_FOR_IT: &str = "pia.supposed";
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let calm = json!({
        "district": "leicester", "danger_now": false, "missing_now": false, "safe_tonight": "safe",
        "care": "away", "placed_by": "leicester",
    });
    let sent = try_send(app, &tess, ("child-exploitation", calm), Withhold::default()).await.unwrap();
    let reference = sent.reference.to_string();
    let (erin, pia) = (hub.sign_in(HUB).await, hub.sign_in(COVERS_FOR_IT).await);
    assert_ne!(app.read_referral(&app.request(None), &erin, &reference).await.unwrap().referral.urgency, "today");
    assert!(matches!(app.read_referral(&app.request(None), &pia, &reference).await, Err(Error::Unseen)));
    let at = revision(app, &tess, &reference).await;
    // And another council turns out to have placed the child, which is told as well.
    let change = json!({ "missing_now": true, "placed_by": "rutland" });
    amend(app, &tess, (&reference, at), "worse", &change).await.unwrap();
    assert!(news(app, &erin).await.contains(&(NoticeCode::Amended, true)), "{:?}", news(app, &erin).await);
    assert!(news(app, &pia).await.contains(&(NoticeCode::Copied, true)), "{:?}", news(app, &pia).await);
    let view = app.read_referral(&app.request(None), &pia, &reference).await.unwrap();
    assert_eq!(view.referral.urgency, "today");
    let holders: Vec<_> = view.holders.iter().map(|holder| holder.name.as_str()).collect();
    assert!(holders.iter().any(|name| name.starts_with("Rutland")), "{holders:?}");
    hub.finish().await;
}

crate::support::on_both! {
    an_addition_and_a_change_at_the_same_moment_are_both_kept => beside_an_addition,
    what_becomes_a_matter_of_today_reaches_the_copies_and_who_covers_for_them => copies_too,
    an_amendment_acts_as_if_it_had_been_sent_so_and_never_lowers_an_urgency => acts,
    both_versions_stay_and_the_team_is_told => both_versions,
    what_is_no_change_comes_too_late_or_is_not_theirs_changes_nothing => refusals,
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_shows_what_stands_and_keeps_what_was_typed_too_late() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let sender = Client::new(&served);
    sender.sign_in(&served, "tess.example").await;
    let sent = sender.refer(&[]).await;
    let reference = sent.split('/').nth(2).unwrap().to_owned();
    let page = sender.get(&format!("/referrals/{reference}")).await;
    let address = format!("/referrals/{reference}/amend/seen");
    assert!(page.links("a").contains(&address), "{:?}", page.links("a"));
    let form = sender.get(&address).await;
    let stands = form.words("textarea[name='narrative']").concat();
    assert!(!stands.is_empty(), "the form shows what stands: {}", form.body);

    let mut fields = form.filled();
    let narrative = fields.iter_mut().find(|(name, _)| name == "narrative").expect("it is asked");
    narrative.1.push_str(" And more.");
    let post = async |fields: &[(String, String)]| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        sender.post(&address, &fields).await
    };
    let blank: Vec<_> = fields.iter().filter(|(name, _)| name != "narrative").cloned().collect();
    let taken = post(&blank).await;
    let told = "Enter an answer: an earlier one can be changed, and not taken away";
    assert_eq!((taken.status.as_u16(), taken.words(".govuk-error-summary__list a")), (422, vec![told.to_owned()]));
    // Meanwhile the team opens it.
    let triager = Client::new(&served);
    triager.sign_in(&served, "theo.invented").await;
    triager.get(&format!("/referrals/{reference}")).await;
    let late = post(&fields).await;
    assert_eq!(late.status.as_u16(), 409, "{}", late.body);
    assert!(late.words("textarea[name='narrative']").concat().ends_with("And more."), "{}", late.body);
    let again = late.filled();
    let done = post(&again).await;
    assert_eq!(done.status.as_u16(), 303, "{}", done.body);
    let page = sender.get(&format!("/referrals/{reference}")).await;
    assert!(page.body.contains("Changed by Tess Example") && page.body.contains("Before: "), "{}", page.body);
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_school_in_a_group_and_a_name_are_changed_on_the_page() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let tess = served.hub.sign_in("tess.example").await;
    let child = json!({
        "child": { "given_name": "Robin", "family_name": "Example" }, "child_age": { "not_known": "not-known" },
        "school": "Canaryschool Primary", "child_where": "with an aunt",
    });
    let household = ("marac", json!({ "children_known": "yes", "children": [child] }));
    let sent = try_send(&served.hub.app, &tess, household, Withhold::default()).await.unwrap_or_else(|error| panic!("{error:?}"));
    let reference = sent.reference.to_string();
    let client = Client::new(&served);
    client.sign_in(&served, "tess.example").await;
    let address = format!("/referrals/{reference}/amend/harmer");
    let mut fields = client.get(&address).await.filled();
    for (name, to) in [("children.0.school", "Canaryacademy"), ("children.0.child.given_name", "Robyn")] {
        let field = fields.iter_mut().find(|(known, _)| known == name);
        to.clone_into(&mut field.unwrap_or_else(|| panic!("{name} is asked")).1);
    }
    let posted: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let done = client.post(&address, &posted).await;
    assert_eq!(done.status.as_u16(), 303, "{}", done.body);
    let app = &served.hub.app;
    let view = app.read_referral(&app.request(None), &tess, &reference).await.unwrap();
    let stands = answers_to_json(&latest(&view));
    let child = &stands["children"][0];
    assert_eq!((&child["school"], &child["child"]["given_name"]), (&json!("Canaryacademy"), &json!("Robyn")));
    assert_eq!(
        (&child["child"]["family_name"], &child["child_where"]),
        (&json!("Example"), &json!("with an aunt")),
        "the rest stays"
    );
    let sent = answers_to_json(view.answers.as_ref().unwrap());
    assert_eq!(sent["children"][0]["school"], "Canaryschool Primary", "what was sent stays beside it");
    served.finish().await;
}
