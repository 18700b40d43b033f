//! Passing a referral to another team: what is shared goes, the team's own words stay, and one desk takes nothing this way.

use referral_exchange::{
    app::{App, Caller, Error, IdempotencyKey, ListQuery, NewAccess, Redirection},
    domain::{
        ids::TeamId,
        message::Audience,
        queue::QueueView,
        referral::ReferralState,
        relation::Relation,
        sharing::{NewShare, ShareTo},
        withheld::Withhold,
    },
    store::Engine,
};
use serde_json::json;

use crate::support::{
    acts::{lawful, send},
    client::Client,
    hub::{ENGINES, Hub, Served},
    kept_back::try_send,
    notice,
    raw::Raw,
};

async fn pass_on(app: &App, caller: &Caller, name: &str, reference: &str, team: TeamId, revision: i64) -> Result<(), Error> {
    let redirection = Redirection {
        team: Some(team),
        text: "It is about a home, not about premises.".to_owned(),
        revision,
        ..Redirection::default()
    };
    let key = IdempotencyKey::parse(name).unwrap();
    app.redirect_referral(&app.request(None), caller, &key, (reference, &redirection)).await.map(drop)
}

async fn team(hub: &Hub, code: &str) -> TeamId {
    hub.app.store().team_by_code(code).await.unwrap().unwrap().id
}

async fn to_another_desk(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(app, &tess, "one", |_| ()).await.reference.to_string();
    let theo = hub.sign_in("theo.invented").await;
    let revision = app.read_referral(&app.request(None), &theo, &reference).await.unwrap().referral.revision;
    let own = (reference.as_str(), Audience::Casework, "Visited before, in May.");
    app.write_message(&app.request(None), &theo, &IdempotencyKey::parse("own").unwrap(), own).await.unwrap();
    let both = (reference.as_str(), Audience::Shared, "We look into it.");
    app.write_message(&app.request(None), &theo, &IdempotencyKey::parse("both").unwrap(), both).await.unwrap();

    let city = team(&hub, "city-front-door").await;
    let senders = hub.person("tess.example").team_id;
    let wrong = [("fno", team(&hub, "fno-desk").await), ("self", team(&hub, "fire-protection").await), ("sender's", senders)];
    for (name, wrong) in wrong {
        let refused = pass_on(app, &theo, name, &reference, wrong, revision).await;
        assert!(matches!(&refused, Err(Error::Invalid(faults)) if faults[0].name() == "team"), "{name}: {refused:?}");
    }
    let stale = pass_on(app, &theo, "stale", &reference, city, revision - 1).await;
    assert!(matches!(stale, Err(Error::Conflict(_))), "{stale:?}");
    let refused = pass_on(app, &tess, "sender", &reference, city, revision).await;
    assert!(matches!(refused, Err(Error::Refused)), "{refused:?}");
    pass_on(app, &theo, "city", &reference, city, revision).await.unwrap();

    let gone = app.read_referral(&app.request(None), &theo, &reference).await;
    assert!(matches!(gone.map(drop), Err(Error::Unseen)), "to the first team it is as if it were not, whatever it wrote on it");
    let nia = hub.sign_in("nia.imaginary").await;
    let query = ListQuery { team: Some(city), ..ListQuery::default() };
    let items = app.queue(&app.request(None), &nia, &query).await.unwrap().items;
    assert_eq!(items.iter().map(|item| (item.state, item.copied)).collect::<Vec<_>>(), [(ReferralState::Received, false)]);
    let view = app.read_referral(&app.request(None), &nia, &reference).await.unwrap();
    assert!(view.answers.is_some());
    let said: Vec<_> = view.messages.iter().map(|said| said.text.as_str()).collect();
    assert_eq!(said, ["We look into it."], "the first team's own words stay with it");
    assert_eq!(view.notes[0].text, "It is about a home, not about premises.");
    assert_eq!(
        app.read_referral(&app.request(None), &tess, &reference).await.unwrap().received_by.0,
        "City children's front door"
    );
    hub.finish().await;
}

/// What is for today, as somebody of the first desk has opened it: they, its reference and its revision.
async fn for_today(hub: &Hub) -> (Caller, String, i64) {
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let sent = send(app, &tess, "one", |answers| answers["danger_now"] = json!(true)).await;
    let reference = sent.reference.to_string();
    let theo = hub.sign_in("theo.invented").await;
    let referral = app.read_referral(&app.request(None), &theo, &reference).await.unwrap().referral;
    assert_eq!(referral.urgency, "today", "the example's answers are for today");
    (theo, reference, referral.revision)
}

/// What is for today goes with a team that covers for the new desk, and the old desk's cover sees it no more.
async fn urgent(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let (theo, reference, revision) = for_today(&hub).await;
    let cora = hub.sign_in("cora.pretend").await;
    assert!(app.read_referral(&app.request(None), &cora, &reference).await.is_ok(), "fire control covers for the first desk");
    let front_door = team(&hub, "city-front-door").await;
    pass_on(app, &theo, "city", &reference, front_door, revision).await.unwrap();
    let gone = app.read_referral(&app.request(None), &cora, &reference).await;
    assert!(matches!(gone.map(drop), Err(Error::Unseen | Error::Refused)), "the first desk's cover sees it no more");
    let rory = hub.sign_in("rory.whimsy").await;
    let covered = app.read_referral(&app.request(None), &rory, &reference).await.unwrap();
    assert_eq!(covered.referral.stage.state(), ReferralState::Received, "whoever covers looks and does not open it for the desk");
    // The new desk works on it.
    let nia = hub.sign_in("nia.imaginary").await;
    let view = app.read_referral(&app.request(None), &nia, &reference).await.unwrap();
    app.claim(&app.request(None), &nia, &IdempotencyKey::parse("claim").unwrap(), &reference).await.unwrap();
    let own = (reference.as_str(), Audience::Casework, "Ours now.");
    app.write_message(&app.request(None), &nia, &IdempotencyKey::parse("note").unwrap(), own).await.unwrap();
    assert!(view.actions.iter().any(|action| action.code() == "decide-referral"));
    assert_eq!(view.from, Some(front_door), "she reads it from her place there, not from her main one");
    hub.finish().await;
}

/// An hour begins anew for the desk that gets it: what lies with nobody yet is no false alarm.
async fn alarm_from_receipt(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let (_, reference, _) = for_today(&hub).await;
    hub.clock.advance(std::time::Duration::from_hours(3));
    let theo = hub.sign_in("theo.invented").await;
    let revision = app.read_referral(&app.request(None), &theo, &reference).await.unwrap().referral.revision;
    pass_on(app, &theo, "late", &reference, team(&hub, "city-front-door").await, revision).await.unwrap();
    hub.clock.advance(std::time::Duration::from_mins(55));
    assert_eq!(app.mind_urgent().await.unwrap(), 0, "they have had it for less than an hour");
    hub.clock.advance(std::time::Duration::from_mins(5));
    assert_eq!(app.mind_urgent().await.unwrap(), 1);
    hub.finish().await;
}

/// A team that covers for the desk to which it passes a referral covers for it from then on.
async fn by_the_cover(engine: Engine) {
    const FIRE: &str = "fay.fictional";
    let prevent = "team = \"prevent-team\"\nhours = \"Monday to Friday, 9am to 5pm\"\ncover = \"police-control\"";
    let change = |text: String| text.replacen(prevent, &prevent.replace("police-control", "fire-prevention"), 1);
    let hub = notice::founded_with(engine, change).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let urgent = notice::with(&json!({ "danger_now": true, "district": "outside" }));
    let reference = notice::send(app, &tess, &urgent).await.reference.to_string();
    let fire = hub.sign_in(FIRE).await;
    let view = app.read_referral(&app.request(None), &fire, &reference).await.unwrap();
    assert_eq!((view.relation, view.referral.urgency.as_str()), (Relation::ReceivingTeam, "today"));
    pass_on(app, &fire, "day", &reference, team(&hub, "prevent-team").await, view.referral.revision).await.unwrap();
    let covered = app.read_referral(&app.request(None), &fire, &reference).await.unwrap();
    assert!(covered.answers.is_some());
    assert_eq!(covered.referral.stage.state(), ReferralState::Received, "they look and do not open it for the desk");
    let paul = hub.sign_in("paul.figment").await;
    let decides = app.read_referral(&app.request(None), &paul, &reference).await.unwrap().actions;
    assert!(decides.iter().any(|action| action.code() == "decide-referral"));
    hub.finish().await;
}

/// The case of a child in the city, for today, sent with these answers changed: its reference.
async fn child_today(hub: &Hub, change: serde_json::Value) -> String {
    let tess = hub.sign_in("tess.example").await;
    let mut answers = json!({ "district": "leicester", "danger_now": true });
    answers.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    let sent = try_send(&hub.app, &tess, ("child-exploitation", answers), Withhold::default()).await;
    let sent = sent.unwrap_or_else(|error| panic!("{error:?}"));
    let referral = hub.app.store().referral_by_reference(sent.reference).await.unwrap().unwrap();
    assert_eq!(referral.urgency, "today");
    sent.reference.to_string()
}

/// Who was told for information and covers for the new desk covers from then on, and does not only hold a copy.
async fn copied_cover(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let reference = child_today(&hub, json!({})).await;
    let (nia, pia) = (hub.sign_in("nia.imaginary").await, hub.sign_in("pia.supposed").await);
    let control = team(&hub, "police-control").await;
    let listed = async |view| {
        let query = ListQuery { team: Some(control), view, ..ListQuery::default() };
        let items = app.queue(&app.request(None), &pia, &query).await.unwrap().items;
        items.iter().map(|item| item.copied).collect::<Vec<_>>()
    };
    assert_eq!((listed(None).await, listed(Some(QueueView::Team)).await), (vec![true], vec![]), "a copy, before");
    let revision = app.read_referral(&app.request(None), &nia, &reference).await.unwrap().referral.revision;
    pass_on(app, &nia, "hub", &reference, team(&hub, "exploitation-hub").await, revision).await.unwrap();
    assert_eq!(app.urgent_unopened(&pia, control).await.unwrap(), 1);
    let view = app.read_referral(&app.request(None), &pia, &reference).await.unwrap();
    assert_eq!(view.relation, Relation::ReceivingTeam, "they cover for the new desk, as the page promises");
    assert_eq!(
        (listed(None).await, listed(Some(QueueView::Team)).await),
        (vec![false], vec![false]),
        "once, and as what they cover"
    );
    assert!(listed(Some(QueueView::Copies)).await.is_empty());
    let counts = app.queue_counts(&pia, control).await.unwrap();
    assert_eq!((counts.team, counts.copies), (1, 0));
    assert_eq!(app.urgent_unopened(&pia, control).await.unwrap(), 0, "she has it open");
    hub.finish().await;
}

/// Who covers for the first desk and for a team that is told as well keeps the copy.
async fn cover_of_a_copy(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let reference = child_today(&hub, json!({ "care": "away", "placed_by": "rutland" })).await;
    let ines = hub.sign_in("ines.legendary").await;
    assert_eq!(app.read_referral(&app.request(None), &ines, &reference).await.unwrap().relation, Relation::ReceivingTeam);
    let told = "SELECT COUNT(*) FROM notice WHERE to_id = (SELECT id FROM team WHERE code = 'emergency-duty')";
    assert_eq!(Raw::owner(&hub).await.count(told).await, 1, "who has it for two reasons is told once");
    let nia = hub.sign_in("nia.imaginary").await;
    let revision = app.read_referral(&app.request(None), &nia, &reference).await.unwrap().referral.revision;
    pass_on(app, &nia, "hub", &reference, team(&hub, "exploitation-hub").await, revision).await.unwrap();
    let view = app.read_referral(&app.request(None), &ines, &reference).await.unwrap();
    assert_eq!(view.relation, Relation::Granted, "they cover for the desk no more, and for Rutland's front door still");
    assert!(view.answers.is_some());
    hub.finish().await;
}

/// Whoever was let in to the first team's own words reads them no more once it is passed on: nobody would be left to end it. What was
/// shared of it the new desk can take back, opened by it or not.
async fn nobody_reads_along_behind_it(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let key = || IdempotencyKey::parse(&app.request(None).id.to_string()).unwrap();
    let tess = hub.sign_in("tess.example").await;
    let reference = send(app, &tess, "one", |_| ()).await.reference.to_string();
    let theo = hub.sign_in("theo.invented").await;
    app.read_referral(&app.request(None), &theo, &reference).await.unwrap();
    let own = (reference.as_str(), Audience::Casework, "canarynote: visited before.");
    app.write_message(&app.request(None), &theo, &key(), own).await.unwrap();
    let fay = hub.sign_in("fay.fictional").await;
    let view = app.read_referral(&app.request(None), &fay, &reference).await.unwrap();
    let to = |person: &str| ShareTo { team: None, person: person.to_owned() };
    let access = NewAccess { to: to("hugh.pseudo"), reason: "They plan with us.".to_owned(), ..lawful() };
    app.give_casework_access(&app.request(None), &fay, &key(), (&reference, &access)).await.unwrap();
    let (basis, purpose) = app.own_law(&fay, &view).await.unwrap();
    let note = NewShare {
        to: to("hana.conjured"),
        entries: vec![view.messages[0].id],
        basis: Some(basis),
        purpose: Some(purpose),
        ..NewShare::default()
    };
    app.share(&app.request(None), &fay, &key(), (&reference, &note)).await.unwrap();
    let (hugh, hana) = (hub.sign_in("hugh.pseudo").await, hub.sign_in("hana.conjured").await);
    for reader in [&hugh, &hana] {
        let seen = app.read_referral(&app.request(None), reader, &reference).await.unwrap();
        assert_eq!(seen.messages.len(), 1);
    }

    let front_door = team(&hub, "city-front-door").await;
    let revision = app.read_referral(&app.request(None), &fay, &reference).await.unwrap().referral.revision;
    let asked = Redirection { team: Some(front_door), text: "For them.".to_owned(), revision, ..Redirection::default() };
    let preview = Box::pin(app.preview_redirection(&app.request(None), &fay, (&reference, &asked))).await.unwrap();
    assert_eq!(preview.reads_along, ["Hugh Pseudo (Leicestershire Partnership NHS Trust)"]);
    pass_on(app, &fay, "city", &reference, front_door, revision).await.unwrap();
    let gone = app.read_referral(&app.request(None), &hugh, &reference).await;
    assert!(matches!(gone.map(drop), Err(Error::Unseen)), "who read along reads no more");
    let told = "SELECT COUNT(*) FROM notice n JOIN account a ON a.id = n.to_id WHERE n.code = 'recalled' \
         AND a.username = 'hugh.pseudo'";
    let mut raw = Raw::owner(&hub).await;
    assert_eq!(raw.count(told).await, 1, "and is told so");
    assert!(app.read_referral(&app.request(None), &hana, &reference).await.is_ok(), "what was chosen stays given");

    // The new desk takes it back before anybody of it has opened the referral, as over night.
    let nia = hub.sign_in("nia.imaginary").await;
    let share = raw.texts("SELECT s.id FROM grant_share s WHERE s.what = 'items'").await.remove(0);
    app.recall_share(&app.request(None), &nia, &key(), (&reference, &share)).await.unwrap();
    let gone = app.read_referral(&app.request(None), &hana, &reference).await;
    assert!(matches!(gone.map(drop), Err(Error::Unseen)));
    // And may let the same person read along in its own words.
    app.read_referral(&app.request(None), &nia, &reference).await.unwrap();
    app.give_casework_access(&app.request(None), &nia, &key(), (&reference, &access)).await.unwrap();
    let seen = app.read_referral(&app.request(None), &hugh, &reference).await.unwrap();
    assert!(seen.messages.is_empty(), "the first team's words stay with it");
    hub.finish().await;
}

crate::support::on_both! {
    nobody_reads_along_in_a_referral_that_was_passed_on => nobody_reads_along_behind_it,
    who_was_told_and_covers_for_the_new_desk_covers_from_then_on => copied_cover,
    who_covers_for_a_team_that_is_told_keeps_the_copy_when_the_desk_changes => cover_of_a_copy,
    what_was_passed_on_lies_from_when_its_team_got_it => alarm_from_receipt,
    what_is_for_today_goes_with_whoever_covers_for_the_new_desk => urgent,
    a_team_that_passes_on_what_it_covers_for_keeps_covering => by_the_cover,
    another_team_gets_what_is_shared_and_nothing_of_the_first_teams_own => to_another_desk,
}

/// Passes a referral on as its first reader, to a team of a pathway, the same or another.
async fn goes_on(served: &Served, reference: &str, (pathway, code): (Option<&str>, &str)) {
    let app = &served.hub.app;
    served.hub.clock.advance(std::time::Duration::from_secs(31));
    let theo = served.hub.sign_in("theo.invented").await;
    let revision = app.read_referral(&app.request(None), &theo, reference).await.unwrap().referral.revision;
    let redirection = Redirection {
        pathway: pathway.map(str::to_owned),
        team: Some(team(&served.hub, code).await),
        text: "It is rather for them.".to_owned(),
        revision,
    };
    let key = IdempotencyKey::parse(code).unwrap();
    app.redirect_referral(&app.request(None), &theo, &key, (reference, &redirection)).await.unwrap();
}

/// Who reads next, and when, is said of the team that has it: not of the one that passed it on.
#[tokio::test(flavor = "multi_thread")]
async fn once_passed_on_the_page_after_sending_speaks_of_the_team_that_has_it() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let client = Client::new(&served);
    client.sign_in(&served, "tess.example").await;
    for (to, team, hours) in [
        ((Some("modern-slavery"), "slavery-team"), "Modern slavery team", "Every day, 8am to 6pm"),
        // The form knows no hours of a team that receives nothing of the kind: those are its own.
        ((None, "city-front-door"), "front door", "Monday to Friday, 9am to 5pm"),
    ] {
        served.hub.clock.advance(std::time::Duration::from_mins(1));
        let sent = client.refer(&[]).await;
        let before = client.get(&sent).await;
        assert!(before.body.contains("The fire protection team reads new referrals Monday to Friday, 9am to 5pm"));
        goes_on(&served, sent.split('/').nth(2).unwrap(), to).await;
        let after = client.get(&sent).await;
        let words = after.words("main").concat();
        assert!(words.contains(team) && words.to_lowercase().contains(&hours.to_lowercase()), "{words}");
        assert!(!words.contains("The fire protection team reads"), "{words}");
    }
    served.finish().await;
}
