//! A referral for today reaches the team that covers, too: in its queue, to look at, without seeming read to the team that decides.

use std::time::Duration;

use referral_exchange::{
    app::{App, Caller, Closing, DeskView, Error, IdempotencyKey, Item, ListQuery, ReferralView, example, raw_from_json},
    domain::{
        action::Action,
        agency::AgencyKind,
        clock::Step,
        closing::{CloseReason, NewFarewell},
        decision::NewDecision,
        ids::TeamId,
        message::Audience,
        news::Side,
        referral::ReferralState,
        time::Timestamp,
        withheld::Withhold,
    },
    store::Engine,
};
use serde_json::json;

use crate::support::{
    hub::{ENGINES, Hub},
    kept_back::try_send,
    notice,
    raw::Raw,
};

fn key(app: &App) -> IdempotencyKey {
    IdempotencyKey::parse(&app.request(None).id.to_string()).unwrap()
}

/// Sends something for today on a pathway of the fire service, for whose desks the control room covers.
async fn urgent(hub: &Hub, pathway: &str) -> String {
    let sender = hub.sign_in("tess.example").await;
    let pathway = hub.app.pathway(pathway).unwrap();
    let request = hub.app.request(None);
    let mut body = example(&pathway.pathway, AgencyKind::Police, request.at.uk_date());
    body["answers"]["danger_now"] = json!(true);
    let raw = raw_from_json(&body["answers"]).unwrap();
    let sent = hub.app.submit(&request, &sender, &key(&hub.app), b"urgent", &pathway, raw).await.unwrap();
    sent.value.reference.to_string()
}

async fn opens(app: &App, caller: &Caller, reference: &str) -> ReferralView {
    app.read_referral(&app.request(None), caller, reference).await.unwrap()
}

async fn queued(app: &App, caller: &Caller) -> Item {
    app.queue(&app.request(None), caller, &ListQuery::default()).await.unwrap().items.remove(0)
}

async fn cover_acts(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let reference = urgent(&hub, "fire-protection").await;
    let (cora, tess) = (hub.sign_in("cora.pretend").await, hub.sign_in("tess.example").await);
    // Nobody asks about what they have not opened.
    let ask = (reference.as_str(), "Is anybody there now?");
    let unread = app.ask_referrer(&app.request(None), &cora, &key(app), ask).await;
    assert!(matches!(unread, Err(Error::Conflict(_) | Error::Refused)), "{unread:?}");
    assert!(opens(app, &tess, &reference).await.covered.is_none());

    let seen = opens(app, &cora, &reference).await;
    assert_eq!(seen.referral.stage.state(), ReferralState::Received);
    let acts = [Action::AskReferrer, Action::ClaimReferral].map(|act| seen.actions.contains(&act));
    assert_eq!(acts, [true, true]);
    let desks = [Action::DecideReferral, Action::CloseReferral, Action::RedirectReferral, Action::AssignReferral, Action::Share];
    assert!(desks.iter().all(|act| !seen.actions.contains(act)), "the desk's own stays the desk's");

    // The sender reads who has it; the desk that it is still unread.
    let told = opens(app, &tess, &reference).await;
    assert_eq!(told.covered.as_ref().map(|covered| covered.team.as_str()), Some("Fire Control"));
    let sent = app.sent(&app.request(None), &tess, &ListQuery::default()).await.unwrap().items.remove(0);
    assert!(!sent.unread && sent.covered_at.is_some());
    let theo = hub.sign_in("theo.invented").await;
    let (desk, cover) = (queued(app, &theo).await, queued(app, &cora).await);
    assert!(desk.unread && !desk.covering && desk.covered_at.is_some());
    assert!(!cover.unread && cover.covering);

    // It is not passed up as unopened: somebody has it open.
    hub.clock.advance(Duration::from_mins(90));
    assert_eq!(app.mind_urgent().await.unwrap(), 0);

    // And cover can ask, which the sender answers to cover as well.
    let (cora, tess) = (hub.sign_in("cora.pretend").await, hub.sign_in("tess.example").await);
    app.ask_referrer(&app.request(None), &cora, &key(app), ask).await.unwrap();
    let answer = (reference.as_str(), Audience::Shared, "The caretaker.");
    app.write_message(&app.request(None), &tess, &key(app), answer).await.unwrap();
    let mut raw = Raw::owner(&hub).await;
    let rows = raw
        .rows(
            "SELECT t.code FROM notice n JOIN team t ON t.id = n.to_id WHERE n.code = 'answer' AND n.urgent = 1 ORDER BY t.code",
        )
        .await;
    assert_eq!(rows.iter().map(|row| row[0].shown()).collect::<Vec<_>>(), ["fire-control", "fire-protection"]);

    // The desk's own first look opens it as ever.
    let theo = hub.sign_in("theo.invented").await;
    let seen = opens(app, &theo, &reference).await;
    assert_eq!(seen.referral.stage.state(), ReferralState::Opened);
    hub.finish().await;
}

async fn who_acts(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let reference = urgent(&hub, "fire-protection").await;
    let cora = hub.sign_in("cora.pretend").await;
    opens(app, &cora, &reference).await;
    app.claim(&app.request(None), &cora, &key(app), &reference).await.unwrap();
    let again = app.claim(&app.request(None), &cora, &key(app), &reference).await;
    assert!(matches!(again, Err(Error::Conflict(_))), "{again:?}");
    let seen = opens(app, &cora, &reference).await;
    assert!(seen.desk.as_ref().is_some_and(|desk| desk.i_act && desk.assigned_to.is_none()), "the desk's work stays free");
    assert!(seen.actions.contains(&Action::ReleaseClaim) && !seen.actions.contains(&Action::ClaimReferral));

    // The desk reads who acts, and takes it all the same.
    let theo = hub.sign_in("theo.invented").await;
    let desk = opens(app, &theo, &reference).await;
    let name = desk.desk.as_ref().and_then(|desk| desk.acting.clone()).map(|(name, _)| name);
    assert_eq!(name.as_deref(), Some("Cora Pretend"));
    assert!(desk.actions.contains(&Action::ClaimReferral));
    app.claim(&app.request(None), &theo, &key(app), &reference).await.unwrap();
    let line = queued(app, &theo).await;
    assert_eq!((line.assigned_to.as_deref(), line.acting.as_deref()), (Some("Theo Invented"), Some("Cora Pretend")));
    let tess = hub.sign_in("tess.example").await;
    assert!(opens(app, &tess, &reference).await.desk.is_none(), "the sender is told of the team alone");

    // Of the steps only the first contact is for cover to mark.
    for step in [Step::Triage, Step::Assessment, Step::Review] {
        let marked = app.mark_step(&app.request(None), &cora, &key(app), (&reference, step)).await;
        assert!(matches!(marked, Err(Error::Conflict(_))), "{step:?}: {marked:?}");
    }
    let visit = urgent(&hub, "fire-prevention").await;
    let steps = |view: &ReferralView| view.desk.iter().flat_map(DeskView::to_mark).map(|clock| clock.step).collect::<Vec<_>>();
    assert_eq!(steps(&opens(app, &cora, &visit).await), [Step::FirstContact]);
    app.mark_step(&app.request(None), &cora, &key(app), (&visit, Step::FirstContact)).await.unwrap();
    assert_eq!(steps(&opens(app, &cora, &visit).await), []);
    app.release(&app.request(None), &cora, &key(app), &reference).await.unwrap();
    let desk = opens(app, &theo, &reference).await;
    assert!(desk.desk.is_some_and(|desk| desk.acting.is_none() && desk.is_mine));
    hub.finish().await;
}

/// Printed, or looked at in passing: whoever covers opened it, and two hours later nobody does anything.
async fn a_look_is_no_act(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let looked = urgent(&hub, "fire-protection").await;
    let (asked, acted, reached) =
        (urgent(&hub, "fire-protection").await, urgent(&hub, "fire-protection").await, urgent(&hub, "fire-prevention").await);
    let cora = hub.sign_in("cora.pretend").await;
    for reference in [&looked, &asked, &acted, &reached] {
        opens(app, &cora, reference).await;
    }
    app.ask_referrer(&app.request(None), &cora, &key(app), (&asked, "Is anybody there now?")).await.unwrap();
    app.claim(&app.request(None), &cora, &key(app), &acted).await.unwrap();
    app.mark_step(&app.request(None), &cora, &key(app), (&reached, Step::FirstContact)).await.unwrap();
    hub.clock.advance(Duration::from_secs(2 * 3600 - 1));
    assert_eq!(app.mind_urgent().await.unwrap(), 0);
    hub.clock.advance(Duration::from_secs(1));
    assert_eq!(app.mind_urgent().await.unwrap(), 1, "one alone lies");
    assert_eq!(app.mind_urgent().await.unwrap(), 0, "and is passed up once");
    let mut raw = Raw::owner(&hub).await;
    let told = "SELECT t.code FROM notice n JOIN team t ON t.id = n.to_id WHERE n.code = 'escalated' ORDER BY t.code";
    assert_eq!(raw.texts(told).await, ["fire-control", "fire-protection"], "cover and the desk hear of it");

    // Whoever said that they act, and says so no more, leaves it lying.
    let cora = hub.sign_in("cora.pretend").await;
    assert!(opens(app, &cora, &looked).await.referral.desk.escalated_at.is_some());
    app.release(&app.request(None), &cora, &key(app), &acted).await.unwrap();
    assert_eq!(app.mind_urgent().await.unwrap(), 1);
    hub.finish().await;
}

async fn acting_ends(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let references = [urgent(&hub, "fire-protection").await, urgent(&hub, "fire-protection").await];
    let cora = hub.sign_in("cora.pretend").await;
    for reference in &references {
        opens(app, &cora, reference).await;
        app.claim(&app.request(None), &cora, &key(app), reference).await.unwrap();
    }
    let [decided, closed] = &references;
    // The desk can end it: any of it, whoever works on it.
    let fay = hub.sign_in("fay.fictional").await;
    let view = opens(app, &fay, decided).await;
    assert!(view.actions.contains(&Action::ReleaseClaim) && view.desk.is_some_and(|desk| desk.acting.is_some()));
    app.release(&app.request(None), &fay, &key(app), decided).await.unwrap();
    assert!(opens(app, &fay, decided).await.desk.is_some_and(|desk| desk.acting.is_none()));
    let again = app.release(&app.request(None), &fay, &key(app), decided).await;
    assert!(matches!(again, Err(Error::Conflict(_))), "{again:?}");

    // So do the decision and the closing.
    app.claim(&app.request(None), &cora, &key(app), decided).await.unwrap();
    let revision = opens(app, &fay, decided).await.referral.revision;
    let decision = NewDecision {
        outcome: "enforcement-notice".to_owned(),
        reason_for_file: "Seen.".to_owned(),
        reason_for_referrer: Some("We served a notice.".to_owned()),
        ..NewDecision::default()
    };
    app.decide_referral(&app.request(None), &fay, &key(app), (decided, &decision, revision)).await.unwrap();
    assert!(opens(app, &fay, decided).await.referral.desk.acting.is_none());
    let revision = opens(app, &fay, closed).await.referral.revision;
    let farewell = NewFarewell { words: "Nothing is left to do.".to_owned(), ..NewFarewell::default() };
    let closing =
        Closing { reason: Some(CloseReason::Other), text: "Seen.".to_owned(), farewell, revision, ..Closing::default() };
    app.close_referral(&app.request(None), &fay, &key(app), (closed, &closing)).await.unwrap();
    assert!(opens(app, &fay, closed).await.referral.desk.acting.is_none());
    hub.finish().await;
}

async fn cover_sees_what_is_for_today(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let sender = hub.sign_in("tess.example").await;
    let pathway = hub.app.pathway("fire-protection").unwrap();
    let mut references = Vec::new();
    for (key, danger) in [("routine", false), ("urgent", true)] {
        let request = hub.app.request(None);
        let mut body = example(&pathway.pathway, AgencyKind::Police, request.at.uk_date());
        body["answers"]["danger_now"] = json!(danger);
        let raw = raw_from_json(&body["answers"]).unwrap();
        let key = IdempotencyKey::parse(key).unwrap();
        let sent = hub.app.submit(&request, &sender, &key, key_bytes(danger), &pathway, raw).await.unwrap();
        references.push(sent.value.reference);
    }

    let cover = hub.sign_in("cora.pretend").await;
    let control = hub.person("cora.pretend").team_id;
    assert_eq!(hub.app.urgent_unopened(&cover, control).await.unwrap(), 1);
    let queue = hub.app.queue(&hub.app.request(None), &cover, &ListQuery::default()).await.unwrap();
    let shown: Vec<_> = queue.items.iter().map(|item| (item.reference, item.urgency.as_str())).collect();
    assert_eq!(shown, [(references[1], "today")]);
    assert!(queue.items[0].headline.is_some(), "cover can open the line");
    let looked = hub.app.read_referral(&hub.app.request(None), &cover, &references[1].to_string()).await.unwrap();
    assert_eq!(looked.referral.stage.state(), ReferralState::Received, "a look by cover opens it for nobody");

    let triager = hub.sign_in("theo.invented").await;
    let own = hub.app.queue(&hub.app.request(None), &triager, &ListQuery::default()).await.unwrap();
    assert_eq!(own.items.len(), 2);
    assert!(own.items.iter().all(|item| item.unread), "nobody in the team that decides has read either");

    // The queue of the team that decides says that one is urgent and unopened until that team opens it; no other queue says so.
    let count = async |caller: &Caller, team: TeamId| hub.app.urgent_unopened(caller, team).await.unwrap();
    let teams = [("cora.pretend", "fire-control"), ("theo.invented", "fire-protection")];
    for (expected, opens) in [([0, 1], true), ([0, 0], false)] {
        for ((person, code), expected) in teams.into_iter().zip(expected) {
            let person = hub.sign_in(person).await;
            let team = hub.app.store().team_by_code(code).await.unwrap().unwrap().id;
            assert_eq!(count(&person, team).await, expected, "{code}");
            let other = hub.app.store().team_by_code("marac-team").await.unwrap().unwrap().id;
            assert_eq!(count(&person, other).await, 0, "not theirs to count");
        }
        if opens {
            let triager = hub.sign_in("theo.invented").await;
            hub.app.read_referral(&hub.app.request(None), &triager, &references[1].to_string()).await.unwrap();
        }
    }
    hub.finish().await;
}

fn key_bytes(danger: bool) -> &'static [u8] {
    if danger { b"urgent" } else { b"routine" }
}

/// Where the route leaves it to them, whoever covers and says that they act decides over night; nowhere else, and at no other time.
async fn cover_decides(engine: Engine) {
    const DESK: &str = "team = \"prevent-team\"\nhours = \"Monday to Friday, 9am to 5pm\"\n";
    const CLOCK: &str = "opens = { days = \"working\", from = 9, to = 17 }\n";
    let night = || Timestamp::parse("2026-11-27T22:00:00Z").unwrap();
    for leaves_it in [false, true] {
        let more = if leaves_it { format!("{DESK}{CLOCK}cover_decides = true\n") } else { format!("{DESK}{CLOCK}") };
        let hub = notice::founded_with(engine, |text| text.replacen(DESK, &more, 1)).await;
        let app = &hub.app;
        hub.clock.set(night());
        let tess = hub.sign_in("tess.example").await;
        let answers = notice::with(&json!({ "danger_now": true }));
        let reference = notice::send(app, &tess, &answers).await.reference.to_string();
        let pia = hub.sign_in("pia.supposed").await;
        let decides = async |caller: &Caller| opens(app, caller, &reference).await.actions.contains(&Action::DecideReferral);
        let outcome = app.pathway(notice::NOTICE).unwrap().pathway.outcomes[0].clone();
        let decision = NewDecision {
            outcome: outcome.code.to_string(),
            reason_for_file: "canaryfile: it could not wait.".to_owned(),
            reason_for_referrer: Some("We have asked the night team to visit.".to_owned()),
            close: Some(true),
            ..NewDecision::default()
        };
        let decide = async |caller: &Caller| {
            let revision = opens(app, caller, &reference).await.referral.revision;
            app.decide_referral(&app.request(None), caller, &key(app), (&reference, &decision, revision)).await.map(drop)
        };
        assert!(!decides(&pia).await && decide(&pia).await.is_err(), "nobody who does not say that they act");
        app.claim(&app.request(None), &pia, &key(app), &reference).await.unwrap();
        assert_eq!(decides(&pia).await, leaves_it);
        // Another of those who cover is not the one who acts.
        let erin = hub.sign_in("erin.hypothetical").await;
        assert!(!decides(&erin).await && decide(&erin).await.is_err());
        if !leaves_it {
            assert!(decide(&pia).await.is_err(), "the desk's own stays the desk's");
            hub.finish().await;
            continue;
        }
        // In the desk's own hours it is the desk's.
        hub.clock.set(Timestamp::parse("2026-11-30T10:00:00Z").unwrap());
        let pia = hub.sign_in("pia.supposed").await;
        assert!(!decides(&pia).await && decide(&pia).await.is_err());
        hub.clock.set(Timestamp::parse("2026-11-30T22:00:00Z").unwrap());
        let (pia, tess) = (hub.sign_in("pia.supposed").await, hub.sign_in("tess.example").await);
        decide(&pia).await.unwrap();
        let view = opens(app, &tess, &reference).await;
        assert_eq!(view.referral.stage.state(), ReferralState::Decided, "it is for the desk to end it");
        assert_eq!(view.feedback.len(), 1);
        assert!(opens(app, &pia, &reference).await.decisions.is_empty(), "the file is the desk's");
        let paul = hub.sign_in("paul.figment").await;
        let row = app.queue(&app.request(None), &paul, &ListQuery::default()).await.unwrap().items;
        let row = row.into_iter().find(|item| item.reference.to_string() == reference).unwrap();
        assert_eq!(row.news.map(|news| news.words(Side::Desk)), Some("Whoever covers has decided: not read yet"));
        let desk = opens(app, &paul, &reference).await;
        assert_eq!(desk.decisions[0].reason, "canaryfile: it could not wait.");
        assert!(desk.desk.is_some_and(|desk| desk.acting.is_none()));
        hub.finish().await;
    }
}

/// Whoever is of the desk and of cover takes it for the desk, and is offered nothing more to take once they have.
async fn of_both(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let form = ("child-exploitation", json!({ "district": "leicester", "danger_now": true }));
    let sent = try_send(app, &tess, form, Withhold::default()).await.unwrap_or_else(|error| panic!("{error:?}"));
    let reference = sent.reference.to_string();
    let nia = hub.sign_in("nia.imaginary").await;
    assert!(opens(app, &nia, &reference).await.actions.contains(&Action::ClaimReferral));
    app.claim(&app.request(None), &nia, &key(app), &reference).await.unwrap();
    let view = opens(app, &nia, &reference).await;
    assert!(view.desk.is_some_and(|desk| desk.is_mine && !desk.i_act));
    assert!(!view.actions.contains(&Action::ClaimReferral) && view.actions.contains(&Action::ReleaseClaim));
    hub.finish().await;
}

crate::support::on_both! {
    whoever_is_of_the_desk_and_of_cover_takes_it_once => of_both,
    cover_decides_while_the_desk_is_away_where_the_route_says_so => cover_decides,
    what_cover_opens_is_opened_to_the_sender_and_unread_to_the_desk => cover_acts,
    cover_says_who_acts_beside_whoever_works_on_it => who_acts,
    one_look_by_cover_does_not_end_the_alarm => a_look_is_no_act,
    who_acts_for_cover_does_until_it_is_decided_closed_or_the_desk_says_so => acting_ends,
    a_referral_for_today_stands_in_the_queue_of_the_team_that_covers => cover_sees_what_is_for_today,
}
