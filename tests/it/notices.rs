//! Notices: whoever must act or was waited for is told, in the transaction of the act, and nobody who does not see the matter.

use std::{sync::Arc, time::Duration};

use referral_exchange::{
    app::{App, Assignment, Caller, Closing, Error, IdempotencyKey, NamedPlace, NoticeQuery, Redirection, Verdict},
    domain::{
        closing::{CloseReason, NewFarewell},
        decision::NewDecision,
        draft::Part,
        enquiry::FormKind,
        message::Audience,
        notice::{Addressee, NoticeCode, Telling},
    },
    store::Engine,
};
use serde_json::json;

use crate::support::{
    acts::send as send_example,
    hub::{ENGINES, Hub},
    notice::{self, plain, read, send, with},
    raw::Raw,
};

fn key(app: &App) -> IdempotencyKey {
    IdempotencyKey::parse(&app.request(None).id.to_string()).unwrap()
}

/// What somebody is told, newest first: codes, those unread with a star.
async fn told(app: &App, caller: &Caller) -> Vec<String> {
    let page = app.notices(&app.request(None), caller, &NoticeQuery::default()).await.unwrap();
    let mark = |unread: bool| if unread { "*" } else { "" };
    page.items.iter().map(|view| format!("{}{}", view.code, mark(view.read_at.is_none()))).collect()
}

async fn opens(app: &App, caller: &Caller, reference: &str) -> i64 {
    app.read_referral(&app.request(None), caller, reference).await.unwrap().referral.revision
}

async fn each_side_hears(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = send_example(app, &tess, "one", |_| ()).await.reference.to_string();
    assert_eq!(told(app, &tess).await, [""; 0], "nobody is told of what they did");
    let fay = hub.sign_in("fay.fictional").await;
    let theo = hub.sign_in("theo.invented").await;
    assert_eq!((told(app, &theo).await, told(app, &fay).await), (vec!["received*".to_owned()], vec!["received*".to_owned()]));
    assert_eq!(app.unread_notices(&theo).await.unwrap(), 1);
    opens(app, &theo, &reference).await;
    assert_eq!(app.unread_notices(&fay).await.unwrap(), 0, "a notice to a team is read once one of it has looked");

    app.ask_referrer(&app.request(None), &theo, &key(app), (&reference, "On which floor?")).await.unwrap();
    assert_eq!(told(app, &tess).await, ["question*"]);
    opens(app, &tess, &reference).await;
    assert_eq!(told(app, &tess).await, ["question"], "opening it is reading its notices");
    let answer = (reference.as_str(), Audience::Shared, "The second.");
    app.write_message(&app.request(None), &tess, &key(app), answer).await.unwrap();
    assert!(told(app, &theo).await.contains(&"answer*".to_owned()));
    let among = (reference.as_str(), Audience::Casework, "Known to us.");
    app.write_message(&app.request(None), &theo, &key(app), among).await.unwrap();
    assert_eq!(told(app, &tess).await.len(), 1, "what a team says among themselves is told to nobody");

    let revision = opens(app, &theo, &reference).await;
    let given = Assignment { to: "fay.fictional".to_owned(), note: String::new(), revision: Some(revision) };
    app.assign(&app.request(None), &fay, &key(app), (&reference, &given)).await.unwrap();
    assert!(!told(app, &fay).await.contains(&"given*".to_owned()), "nobody is told of what they took");
    app.retract(&app.request(None), &tess, &key(app), (&reference, "It was the wrong house.")).await.unwrap();
    assert!(told(app, &fay).await.contains(&"retracted*".to_owned()));
    assert!(!told(app, &theo).await.contains(&"retracted*".to_owned()), "whoever works on it, not the whole team");

    let revision = opens(app, &fay, &reference).await;
    let decision = NewDecision {
        outcome: "no-action".to_owned(),
        reason_for_file: "Seen before.".to_owned(),
        reason_for_referrer: Some("We know of it.".to_owned()),
        ..NewDecision::default()
    };
    app.decide_referral(&app.request(None), &fay, &key(app), (&reference, &decision, revision)).await.unwrap();
    assert!(told(app, &tess).await.contains(&"decided*".to_owned()));
    app.disagree(&app.request(None), &tess, &key(app), (&reference, "Nobody looked.")).await.unwrap();
    assert!(told(app, &fay).await.contains(&"disagreed*".to_owned()));
    hub.finish().await;
}

async fn passed_on(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = send_example(app, &tess, "one", |_| ()).await.reference.to_string();
    let theo = hub.sign_in("theo.invented").await;
    let revision = opens(app, &theo, &reference).await;
    let city = app.store().team_by_code("city-front-door").await.unwrap().unwrap().id;
    let redirection =
        Redirection { team: Some(city), text: "It is about a home.".to_owned(), revision, ..Redirection::default() };
    app.redirect_referral(&app.request(None), &theo, &key(app), (&reference, &redirection)).await.unwrap();
    assert_eq!(told(app, &tess).await, ["moved*"]);
    let nia = hub.sign_in("nia.imaginary").await;
    assert_eq!(told(app, &nia).await, ["passed-on*"]);
    assert_eq!(told(app, &theo).await, [""; 0], "a notice of what one sees no more says nothing");
    assert_eq!(app.unread_notices(&theo).await.unwrap(), 0);

    let revision = opens(app, &nia, &reference).await;
    let farewell = NewFarewell { words: "We have done what we can.".to_owned(), ..NewFarewell::default() };
    let closing =
        Closing { reason: Some(CloseReason::Other), text: "Done.".to_owned(), farewell, revision, ..Closing::default() };
    app.close_referral(&app.request(None), &nia, &key(app), (&reference, &closing)).await.unwrap();
    assert!(told(app, &tess).await.contains(&"closed*".to_owned()));
    let revision = opens(app, &nia, &reference).await;
    app.reopen_referral(&app.request(None), &nia, &key(app), (&reference, "More is known.", revision)).await.unwrap();
    assert!(told(app, &tess).await.contains(&"reopened*".to_owned()));
    hub.finish().await;
}

async fn only_the_named(engine: Engine) {
    let hub = notice::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let receipt = send(app, &tess, &with(&json!({ "involved": true, "danger_now": true }))).await;
    let mut raw = Raw::owner(&hub).await;
    assert_eq!(raw.count("SELECT COUNT(*) FROM notice WHERE to_kind = 'team'").await, 0, "no team and no cover is told");
    let rows = raw
        .rows("SELECT a.username FROM notice n JOIN account a ON a.id = n.to_id WHERE n.code = 'received' ORDER BY a.username")
        .await;
    let people: Vec<String> = rows.iter().map(|row| row[0].shown()).collect();
    assert!(!people.is_empty() && !people.contains(&"tess.example".to_owned()), "{people:?}");
    let named = hub.sign_in(&people[0]).await;
    let words = (receipt.reference.to_string(), "Who was there?");
    opens(app, &named, &words.0).await;
    app.ask_referrer(&app.request(None), &named, &key(app), (&words.0, words.1)).await.unwrap();
    let answer = (words.0.as_str(), Audience::Shared, "My colleague.");
    app.write_message(&app.request(None), &tess, &key(app), answer).await.unwrap();
    assert_eq!(raw.count("SELECT COUNT(*) FROM notice WHERE to_kind = 'team'").await, 0);
    assert!(told(app, &named).await.contains(&"answer*".to_owned()));
    hub.clock.advance(Duration::from_hours(2));
    app.mind_urgent().await.unwrap();
    assert_eq!(raw.count("SELECT COUNT(*) FROM notice WHERE to_kind = 'team'").await, 0, "nor is it passed up to a team");
    hub.finish().await;
}

async fn cover_hears_at_once(engine: Engine) {
    const TOLD: &str =
        "SELECT t.code, n.code, n.urgent FROM notice n JOIN team t ON t.id = n.to_id ORDER BY n.at, n.code, t.code";
    let hub = notice::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let urgent = send(app, &tess, &with(&json!({ "danger_now": true }))).await;
    let mut raw = Raw::owner(&hub).await;
    let rows = async |raw: &mut Raw| {
        let rows = raw.rows(TOLD).await;
        rows.iter().map(|row| [0, 1, 2].map(|at| row[at].shown()).join(" ")).collect::<Vec<_>>()
    };
    assert_eq!(rows(&mut raw).await, ["police-control received 1", "prevent-team received 1"]);
    hub.clock.advance(Duration::from_hours(1));
    assert_eq!(app.mind_urgent().await.unwrap(), 1);
    assert_eq!(rows(&mut raw).await[2..], ["police-control escalated 1"]);
    send(app, &hub.sign_in("tess.example").await, &plain()).await;
    assert_eq!(rows(&mut raw).await[3..], ["prevent-team received 0"], "what is not for today is told to its team alone");
    // What is said of it later is as urgent, and goes to whoever covers as well while the team may be closed.
    hub.clock.advance(Duration::from_secs(1));
    let tess = hub.sign_in("tess.example").await;
    let words = (urgent.reference.to_string(), Audience::Shared, "He is at the station.");
    app.write_message(&app.request(None), &tess, &key(app), (&words.0, words.1, words.2)).await.unwrap();
    assert_eq!(rows(&mut raw).await[4..], ["police-control message 1", "prevent-team message 1"]);
    hub.finish().await;
}

async fn checked_or_stopped(engine: Engine) {
    let hub = notice::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let waits = with(&json!({ "lead_party": false, "child": true, "district": "leicester" }));
    let (passed, stopped) = (send(app, &tess, &waits).await, send(app, &tess, &waits).await);
    let mut raw = Raw::owner(&hub).await;
    assert_eq!(raw.count("SELECT COUNT(*) FROM notice WHERE code <> 'to-check'").await, 0, "nobody else hears before the check");
    let lead = {
        let rows = raw.rows("SELECT a.username FROM notice n JOIN account a ON a.id = n.to_id ORDER BY a.username").await;
        hub.sign_in(&rows[0][0].shown()).await
    };
    assert_eq!(told(app, &lead).await, ["to-check*", "to-check*"]);
    let verdict = Verdict::Pass;
    app.check(&app.request(None), &lead, &key(app), (&passed.reference.to_string(), &verdict)).await.unwrap();
    assert_eq!(told(app, &tess).await, ["went-on*"]);
    assert_eq!(raw.count("SELECT COUNT(*) FROM notice WHERE code = 'received'").await, 1);
    assert_eq!(raw.count("SELECT COUNT(*) FROM notice WHERE code = 'copied'").await, 1);
    // What nobody checks goes on, and the sender is told as well.
    hub.clock.advance(Duration::from_hours(24 * 7));
    app.mind_checks().await.unwrap();
    let tess = hub.sign_in("tess.example").await;
    assert_eq!(told(app, &tess).await, ["went-on*", "went-on*"]);
    read(app, &tess, &stopped).await.unwrap();
    assert!(told(app, &tess).await.contains(&"went-on".to_owned()));
    hub.finish().await;
}

async fn lying_drafts(engine: Engine) {
    const DAY: Duration = Duration::from_hours(24);
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let first = Part { section: "first".to_owned(), fields: Vec::new() };
    let form = ("fire-protection", FormKind::Referral);
    app.start_draft(&app.request(None), &tess, &key(app), (form, &first)).await.unwrap();
    let kept = app.start_draft(&app.request(None), &tess, &key(app), (("prevent", FormKind::Referral), &first)).await.unwrap();
    assert_eq!(app.mind_drafts().await.unwrap(), 0);
    // It was begun on a Friday: over the weekend nobody is told.
    hub.clock.advance(2 * DAY);
    assert_eq!(app.mind_drafts().await.unwrap(), 0);
    hub.clock.advance(2 * DAY);
    assert_eq!(app.mind_drafts().await.unwrap(), 1, "of the one where haste may be needed");
    let tess = hub.sign_in("tess.example").await;
    let page = app.notices(&app.request(None), &tess, &NoticeQuery::default()).await.unwrap();
    assert_eq!((page.items[0].code.code(), page.items[0].reference), ("draft-waits", Some(kept.value)));
    hub.clock.advance(18 * DAY);
    app.mind_drafts().await.unwrap();
    hub.clock.advance(DAY);
    assert_eq!(app.mind_drafts().await.unwrap(), 2, "of both, seven days before they are deleted");
    hub.clock.advance(Duration::from_hours(1));
    assert_eq!(app.mind_drafts().await.unwrap(), 0, "once");
    let tess = hub.sign_in("tess.example").await;
    app.read_draft(&app.request(None), &tess, &kept.value.to_string()).await.unwrap();
    let told = told(app, &tess).await;
    assert_eq!(told.iter().filter(|code| code.as_str() == "draft-ending*").count(), 1, "{told:?}");

    // Both end unsent: whoever wrote them is told, and nobody else.
    hub.clock.advance(9 * DAY);
    assert_eq!(app.expire_drafts().await.unwrap(), 2);
    let tess = hub.sign_in("tess.example").await;
    assert_eq!(self::told(app, &tess).await, ["draft-not-sent*", "draft-not-sent*"], "what ended is told of, and no reminder");
    assert_eq!(app.unread_notices(&tess).await.unwrap(), 2);
    let reference = kept.value.to_string();
    let page = app.notices(&app.request(None), &tess, &NoticeQuery::default()).await.unwrap();
    let notice = page.items.iter().find(|item| item.reference == Some(kept.value)).unwrap();
    assert_eq!(notice.address(), Some(format!("/drafts/{reference}")));
    let omar = hub.sign_in("omar.placeholder").await;
    assert!(app.ended_draft(&omar, &reference).await.unwrap().is_none() && self::told(app, &omar).await.is_empty());
    assert_eq!(app.unread_notices(&tess).await.unwrap(), 2);
    assert!(app.ended_draft(&tess, &reference).await.unwrap().is_some());
    assert_eq!(app.unread_notices(&tess).await.unwrap(), 1, "the page that says so is the reading of it");
    hub.finish().await;
}

async fn pages_and_marks(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app: &Arc<App> = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    for number in 0..5 {
        send_example(app, &tess, &format!("n{number}"), |_| ()).await;
    }
    let theo = hub.sign_in("theo.invented").await;
    let mut seen = Vec::new();
    let mut query = NoticeQuery { limit: Some(2), ..NoticeQuery::default() };
    loop {
        let page = app.notices(&app.request(None), &theo, &query).await.unwrap();
        seen.extend(page.items.iter().map(|view| view.id));
        let Some(next) = page.next else { break };
        query.cursor = Some(next);
    }
    assert_eq!(seen.len(), 5);
    let id = seen[1].to_string();
    let other = app.mark_notice(&app.request(None), &tess, &key(app), &id).await;
    assert!(matches!(other, Err(Error::Unseen)), "nobody marks what others are told");
    for unknown in ["0".repeat(32), "x".to_owned()] {
        assert!(matches!(app.mark_notice(&app.request(None), &theo, &key(app), &unknown).await, Err(Error::Unseen)));
    }
    app.mark_notice(&app.request(None), &theo, &key(app), &id).await.unwrap();
    let unread = NoticeQuery { unread: true, ..NoticeQuery::default() };
    let page = app.notices(&app.request(None), &theo, &unread).await.unwrap();
    assert_eq!(page.items.len(), 4);
    assert!(page.items.iter().all(|view| view.id != seen[1]));
    let mut raw = Raw::owner(&hub).await;
    assert_eq!(raw.count("SELECT COUNT(*) FROM log_event WHERE action = 'mark-notice' AND outcome = 'refuse'").await, 3);
    app.store().forget_notices(app.now().plus(Duration::from_mins(1))).await.unwrap();
    assert_eq!(app.unread_notices(&theo).await.unwrap(), 0);
    hub.finish().await;
}

async fn desks_alone(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let hana = hub.sign_in("hana.conjured").await;
    let iris = hub.sign_in("iris.makebelieve").await;
    let works = |place: &&NamedPlace| iris.places().iter().any(|other| other.place.team == place.place.team);
    let team = hana.places().iter().find(works).unwrap().place.team;
    let tell = async |code| {
        let to = Addressee::Team(team);
        app.store()
            .tell(&[Telling { to, code, referral: None, about: None, about_team: None, urgent: false }], app.now())
            .await
            .unwrap();
    };
    tell(NoticeCode::Received).await;
    assert_eq!((told(app, &iris).await, told(app, &hana).await), (vec!["received*".to_owned()], vec![]));
    tell(NoticeCode::Shared).await;
    assert_eq!(app.unread_notices(&hana).await.unwrap(), 1, "what is shared with a team is for all of it");
    assert_eq!(app.unread_notices(&iris).await.unwrap(), 2);
    hub.finish().await;
}

crate::support::on_both! {
    a_teams_notices_are_for_those_who_work_its_queue => desks_alone,
    each_side_hears_what_the_other_did => each_side_hears,
    a_notice_of_what_one_sees_no_more_says_nothing => passed_on,
    of_a_restricted_case_only_the_people_named_hear => only_the_named,
    what_is_for_today_is_told_to_those_who_cover_as_well => cover_hears_at_once,
    the_sender_hears_of_the_check_and_nobody_hears_before_it => checked_or_stopped,
    drafts_that_lie_are_told_of_once => lying_drafts,
    notices_come_in_pages_and_are_marked_by_those_they_are_to => pages_and_marks,
}
