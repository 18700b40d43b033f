//! Drafts: sealed to owner, deputy and recovery, saved section by section, ended by sending, deleting or time; each an event.

use std::{collections::BTreeSet, time::Duration};

use referral_exchange::{
    app::{App, Caller, DraftView, Error, IdempotencyKey, Saved, example, raw_from_json},
    domain::{
        agency::AgencyKind,
        answers::{FieldError, RawAnswers},
        draft::Part,
        enquiry::FormKind,
        ids::UserId,
        reference::Reference,
        relation::Relation,
    },
    store::Engine,
};

use crate::support::{
    hub::{ENGINES, Hub},
    raw::{Cell, Raw},
};

/// The form that is filled in here.
const FIRE: (&str, FormKind) = ("fire-protection", FormKind::Referral);
const DAY: Duration = Duration::from_hours(24);

fn part(section: &str, text: &str) -> Part {
    Part { section: section.to_owned(), fields: vec![("narrative".to_owned(), text.to_owned())] }
}

async fn begin(app: &App, caller: &Caller) -> Reference {
    let mut key = [0; 16];
    app.random().fill(&mut key);
    begin_once(app, caller, &format!("{:x}", u128::from_be_bytes(key)), "canary begun").await.unwrap()
}

async fn begin_once(app: &App, caller: &Caller, key: &str, text: &str) -> Result<Reference, Error> {
    let key = IdempotencyKey::parse(key).unwrap();
    let begun = app.start_draft(&app.request(None), caller, &key, (FIRE, &part("first", text))).await;
    begun.map(|answered| answered.value)
}

async fn read(app: &App, caller: &Caller, reference: Reference) -> Result<DraftView, Error> {
    app.read_draft(&app.request(None), caller, &reference.to_string()).await
}

async fn save(app: &App, caller: &Caller, reference: Reference, expected: i64, part: &Part) -> Result<Saved, Error> {
    app.save_draft(&app.request(None), caller, (&reference.to_string(), expected), part).await
}

/// Section and text of every part.
fn texts(view: &DraftView) -> Vec<(String, String)> {
    view.parts.iter().map(|view| (view.part.section.clone(), view.part.fields[0].1.clone())).collect()
}

fn said(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(section, text)| ((*section).to_owned(), (*text).to_owned())).collect()
}

/// The answers of the example, whatever the draft holds.
fn answers(app: &App) -> impl Fn(&DraftView) -> Result<RawAnswers, Vec<FieldError>> {
    let today = app.request(None).at.uk_date();
    move |view: &DraftView| raw_from_json(&example(&view.pathway.pathway, AgencyKind::Education, today)["answers"])
}

async fn events(raw: &mut Raw, action: &str) -> i64 {
    raw.count(&format!("SELECT CAST(COUNT(*) AS BIGINT) FROM log_event WHERE action = '{action}' AND outcome = 'allow'")).await
}

async fn sealed(raw: &mut Raw) -> i64 {
    raw.count("SELECT CAST(COUNT(*) AS BIGINT) FROM entry e JOIN entry_bytes b ON b.entry = e.id WHERE e.kind = 'draft'").await
}

async fn goes_on(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let mut raw = Raw::owner(&hub).await;
    let tess = hub.sign_in("tess.example").await;
    let reference = begin(app, &tess).await;
    assert!(matches!(save(app, &tess, reference, 0, &part("second", "more")).await.unwrap(), Saved::Done { revision: 1, .. }));
    assert!(matches!(
        save(app, &tess, reference, 1, &part("second", "more, mended")).await.unwrap(),
        Saved::Done { revision: 2, .. }
    ));

    // Another device, that is another session, goes on where the first left off.
    let elsewhere = hub.sign_in("tess.example").await;
    let view = read(app, &elsewhere, reference).await.unwrap();
    assert_eq!(texts(&view), said(&[("first", "canary begun"), ("second", "more, mended")]));
    assert_eq!(view.part("second").unwrap().revision, 2);
    let list = app.drafts(&app.request(None), &elsewhere).await.unwrap();
    assert_eq!((list.len(), list[0].reference, list[0].own, list[0].ending), (1, reference, true, false));

    let counted = [("start-draft", 1), ("save-draft", 2), ("read-draft", 1), ("list-drafts", 1)];
    for (action, times) in counted {
        assert_eq!(events(&mut raw, action).await, times, "{action}");
    }
    // Every saving is kept until the draft ends, and each is sealed to owner and recovery and to nobody else.
    assert_eq!(sealed(&mut raw).await, 3);
    let holders: BTreeSet<String> = raw.texts("SELECT to_kind FROM grant_made").await.into_iter().collect();
    assert_eq!(holders, BTreeSet::from(["recovery".to_owned(), "user".to_owned()]));
    hub.finish().await;
}

/// A button pressed twice begins one draft; a key does not begin another kind of thing.
async fn begun_once(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let first = begin_once(app, &tess, "pressed", "words").await.unwrap();
    assert_eq!(begin_once(app, &tess, "pressed", "words").await.unwrap(), first);
    assert!(matches!(begin_once(app, &tess, "pressed", "other words").await, Err(Error::KeyReused)));
    assert_eq!(app.drafts(&app.request(None), &tess).await.unwrap().len(), 1);
    // Somebody whose agency or role may not send begins nothing, and it is on record.
    let officer = hub.sign_in("dev.specimen").await;
    assert!(matches!(begin_once(app, &officer, "officer", "words").await, Err(Error::Refused)));
    hub.finish().await;
}

async fn two_windows(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = begin(app, &tess).await;
    // Different sections do not get in each other's way.
    save(app, &tess, reference, 0, &part("second", "one window")).await.unwrap();
    save(app, &tess, reference, 0, &part("third", "the other")).await.unwrap();
    // The same section does, and nothing is overwritten.
    save(app, &tess, reference, 1, &part("second", "one window, later")).await.unwrap();
    for expected in [0, 1, 7] {
        let Saved::Stale(view) = save(app, &tess, reference, expected, &part("second", "lost?")).await.unwrap() else {
            panic!("{expected}")
        };
        let standing = view.part("second").unwrap();
        assert_eq!((standing.part.fields[0].1.as_str(), standing.revision), ("one window, later", 2));
    }
    hub.finish().await;
}

async fn deputies(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let colleagues = app.deputies_to_choose(&tess).await.unwrap();
    assert!(colleagues.iter().all(|(id, _)| *id != tess.user()));
    let (deputy, _) = colleagues.first().cloned().expect("a colleague");
    let username = hub.people.iter().find(|person| person.user == deputy).unwrap().username.clone();
    let stranger = hub.person("theo.invented").user;
    for nobody in [stranger, UserId::from_bytes([9; 16]), tess.user()] {
        let refused = app.choose_deputy(&app.request(None), &tess, Some(nobody)).await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    }
    app.choose_deputy(&app.request(None), &tess, Some(deputy)).await.unwrap();
    assert_eq!(app.chosen_deputy(&tess).await.unwrap(), Some(deputy));

    let reference = begin(app, &tess).await;
    let other = hub.sign_in(&username).await;
    let view = read(app, &other, reference).await.unwrap();
    assert_eq!((view.own, texts(&view)), (false, said(&[("first", "canary begun")])));
    assert!(matches!(save(app, &other, reference, 1, &part("first", "gone on with")).await.unwrap(), Saved::Done { .. }));
    assert_eq!(app.drafts(&app.request(None), &other).await.unwrap().len(), 1);
    // A deputy deletes nothing, and does not choose who else sees it.
    let text = reference.to_string();
    assert!(matches!(app.delete_draft(&app.request(None), &other, &text).await, Err(Error::Refused)));
    assert!(matches!(app.change_draft_deputy(&app.request(None), &other, &text, None).await, Err(Error::Refused)));

    // Taken off, they see nothing, not even that it is there; what was written stays.
    app.change_draft_deputy(&app.request(None), &tess, &text, None).await.unwrap();
    assert!(matches!(read(app, &other, reference).await, Err(Error::Unseen)));
    assert!(matches!(save(app, &other, reference, 2, &part("first", "no")).await, Err(Error::Unseen)));
    assert!(app.drafts(&app.request(None), &other).await.unwrap().is_empty());
    assert_eq!(texts(&read(app, &tess, reference).await.unwrap()), said(&[("first", "gone on with")]));
    assert!(matches!(save(app, &tess, reference, 2, &part("first", "and on")).await.unwrap(), Saved::Done { .. }));
    // Put back, they see it again.
    app.change_draft_deputy(&app.request(None), &tess, &text, Some(deputy)).await.unwrap();
    assert_eq!(texts(&read(app, &other, reference).await.unwrap()), said(&[("first", "and on")]));
    app.choose_deputy(&app.request(None), &tess, None).await.unwrap();
    assert_eq!(app.chosen_deputy(&tess).await.unwrap(), None);
    hub.finish().await;
}

async fn unseen(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = begin(app, &tess).await.to_string();
    for stranger in ["theo.invented", "omar.placeholder", "dora.madeup"] {
        let caller = hub.sign_in(stranger).await;
        for tried in [reference.as_str(), "0000-0000-0", "nonsense"] {
            let request = || app.request(None);
            assert!(matches!(app.read_draft(&request(), &caller, tried).await, Err(Error::Unseen)), "{stranger} {tried}");
            let saved = app.save_draft(&request(), &caller, (tried, 0), &part("first", "planted")).await;
            assert!(matches!(saved, Err(Error::Unseen)), "{stranger} {tried}");
            assert!(matches!(app.delete_draft(&request(), &caller, tried).await, Err(Error::Unseen)), "{stranger} {tried}");
            hub.clock.advance(Duration::from_mins(2));
        }
        assert!(app.drafts(&app.request(None), &caller).await.unwrap().is_empty());
        hub.clock.advance(Duration::from_mins(5));
    }
    let mut raw = Raw::owner(&hub).await;
    let refused = raw.rows("SELECT b.body FROM log_event e JOIN log_body b ON b.event = e.id WHERE e.outcome = 'refuse'").await;
    let refused: BTreeSet<String> = refused
        .iter()
        .map(|row| String::from_utf8_lossy(&row[0].bytes()).into_owned())
        .map(|body| body[body.find("\"object\"").unwrap()..body.find("\"state\"").unwrap()].to_owned())
        .collect();
    assert_eq!(refused.len(), 1, "a draft of somebody else's and none at all leave the same event: {refused:?}");
    hub.finish().await;
}

async fn sending(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let mut raw = Raw::owner(&hub).await;
    let tess = hub.sign_in("tess.example").await;
    let reference = begin(app, &tess).await;
    save(app, &tess, reference, 1, &part("first", "second saving")).await.unwrap();
    // What does not fit is not sent, and the draft stays as it was.
    let unfit = app.send_draft(&app.request(None), &tess, reference, |_| Ok(RawAnswers::new())).await;
    assert!(matches!(unfit, Err(Error::Invalid(_))), "{unfit:?}");
    assert_eq!(texts(&read(app, &tess, reference).await.unwrap()), said(&[("first", "second saving")]));

    let requests = [app.request(None), app.request(None)];
    let (first, second) = tokio::join!(
        app.send_draft(&requests[0], &tess, reference, answers(app)),
        app.send_draft(&requests[1], &tess, reference, answers(app)),
    );
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!((first.value.reference, second.value.reference), (reference, reference), "the referral keeps the reference");
    assert!(first.replayed != second.replayed, "sent twice is sent once");
    assert!(app.send_draft(&app.request(None), &tess, reference, answers(app)).await.unwrap().replayed);
    assert_eq!(raw.count("SELECT CAST(COUNT(*) AS BIGINT) FROM referral").await, 1);

    // The event of the sending erased every saving and every key of the draft; its rows stay.
    assert_eq!(sealed(&mut raw).await, 0);
    assert_eq!(raw.count("SELECT CAST(COUNT(*) AS BIGINT) FROM entry WHERE kind = 'draft'").await, 2);
    let by = raw.texts("SELECT DISTINCT e.action FROM log_erased x JOIN log_event e ON e.id = x.event").await;
    assert_eq!(by, ["submit-referral"]);
    assert!(matches!(read(app, &tess, reference).await, Err(Error::Unseen)), "it is a draft no more");
    let read = app.read_referral(&app.request(None), &tess, &reference.to_string()).await.unwrap();
    assert!(read.answers.is_some());
    hub.finish().await;
}

async fn a_deputy_sends(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let (deputy, _) = app.deputies_to_choose(&tess).await.unwrap().remove(0);
    app.choose_deputy(&app.request(None), &tess, Some(deputy)).await.unwrap();
    let reference = begin(app, &tess).await;
    let lena = hub.sign_in("lena.sample").await;
    assert_eq!(lena.user(), deputy, "the only colleague");
    let sent = app.send_draft(&app.request(None), &lena, reference, answers(app)).await.unwrap();
    assert_eq!(sent.value.reference, reference);
    let view = app.read_referral(&app.request(None), &lena, &reference.to_string()).await.unwrap();
    assert_eq!((view.referral.referrer, view.relation), (tess.user(), Relation::ReferrersTeam), "it is hers who wrote it");
    assert_eq!(
        (view.sent_by.0.as_str(), view.deputy.as_ref().map(|deputy| &*deputy.name)),
        ("Tess Example", Some("Lena Sample")),
        "both are named"
    );
    // Its owner, too late, is told that it is no draft any more.
    let late = app.send_draft(&app.request(None), &tess, reference, answers(app)).await;
    assert!(matches!(late, Err(Error::Unseen)), "{late:?}");
    hub.finish().await;
}

async fn deleting(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let mut raw = Raw::owner(&hub).await;
    let tess = hub.sign_in("tess.example").await;
    let reference = begin(app, &tess).await;
    save(app, &tess, reference, 1, &part("first", "again")).await.unwrap();
    app.delete_draft(&app.request(None), &tess, &reference.to_string()).await.unwrap();
    assert_eq!(sealed(&mut raw).await, 0);
    let erased = raw.count("SELECT CAST(COUNT(DISTINCT event) AS BIGINT) FROM log_erased").await;
    assert_eq!((erased, events(&mut raw, "delete-draft").await), (1, 1), "one event for all");
    assert!(matches!(read(app, &tess, reference).await, Err(Error::Unseen)));
    assert!(matches!(app.delete_draft(&app.request(None), &tess, &reference.to_string()).await, Err(Error::Unseen)));
    let sent = app.send_draft(&app.request(None), &tess, reference, answers(app)).await;
    assert!(matches!(sent, Err(Error::Unseen)), "what was deleted is not sent");
    hub.finish().await;
}

async fn time_ends_it(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let mut raw = Raw::owner(&hub).await;
    let tess = hub.sign_in("tess.example").await;
    let (old, saved) = (begin(app, &tess).await, begin(app, &tess).await);
    let ending = async |caller: &Caller| {
        let list = app.drafts(&app.request(None), caller).await.unwrap();
        list.into_iter().filter(|item| item.ending).map(|item| item.reference).collect::<Vec<_>>()
    };
    hub.clock.advance(20 * DAY);
    assert_eq!(app.expire_drafts().await.unwrap(), 0);
    let tess = hub.sign_in("tess.example").await;
    assert_eq!(ending(&tess).await, []);
    save(app, &tess, saved, 1, &part("first", "not forgotten")).await.unwrap();
    hub.clock.advance(3 * DAY);
    let tess = hub.sign_in("tess.example").await;
    assert_eq!(ending(&tess).await, [old], "its owner is told seven days before");
    assert_eq!(app.expire_drafts().await.unwrap(), 0);
    hub.clock.advance(7 * DAY);
    assert_eq!(app.expire_drafts().await.unwrap(), 1);
    assert_eq!(app.expire_drafts().await.unwrap(), 0);
    assert_eq!(events(&mut raw, "expire-draft").await, 1);
    let rows = raw.rows("SELECT actor, outcome FROM log_event WHERE action = 'expire-draft'").await;
    assert_eq!(rows[0], [Cell::Null, Cell::Text("allow".to_owned())], "a job without keys, on record");
    let tess = hub.sign_in("tess.example").await;
    assert!(matches!(read(app, &tess, old).await, Err(Error::Unseen)));
    assert_eq!(texts(&read(app, &tess, saved).await.unwrap()), said(&[("first", "not forgotten")]));
    hub.finish().await;
}

/// Another section's saving, put in the place of the newest, is not shown as it.
async fn pointers_are_checked(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = begin(app, &tess).await;
    save(app, &tess, reference, 0, &part("second", "other words")).await.unwrap();
    let mut raw = Raw::unguarded(&hub).await;
    raw.run("UPDATE draft_part SET entry = (SELECT p.entry FROM draft_part p WHERE p.section = 'second')").await;
    assert!(matches!(read(app, &tess, reference).await, Err(Error::Integrity(_))));
    let refused =
        raw.count("SELECT CAST(COUNT(*) AS BIGINT) FROM log_event WHERE action = 'read-draft' AND outcome = 'refuse'").await;
    assert_eq!(refused, 1, "the refusal is on record");
    hub.abandon().await;
}

crate::support::on_both! {
    a_draft_is_saved_section_by_section_and_gone_on_with_elsewhere => goes_on,
    a_draft_is_begun_once_for_each_key_by_those_who_may_send => begun_once,
    two_windows_overwrite_nothing => two_windows,
    a_deputy_goes_on_with_a_draft_until_taken_off => deputies,
    a_draft_of_somebody_else_is_not_there => unseen,
    sending_a_draft_keeps_its_reference_and_erases_what_it_held => sending,
    what_a_deputy_sends_is_the_authors_and_names_both => a_deputy_sends,
    deleting_erases_all_by_one_event => deleting,
    a_draft_that_nobody_sends_ends_after_thirty_days => time_ends_it,
    a_section_put_in_the_place_of_another_is_not_shown => pointers_are_checked,
}
