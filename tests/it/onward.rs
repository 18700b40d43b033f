//! Passing a referral on to another pathway: what is shared goes, the new pathway's outcomes and clocks count, the answers stay
//! what they were, and from no pathway does a way lead to the desk that takes nothing from elsewhere.

use referral_exchange::{
    app::{App, Caller, Destination, Error, IdempotencyKey, ListQuery, Redirection, ReferralView, example, raw_from_json},
    audit::body::Body,
    domain::{
        answers::FieldError, clock::Step, decision::NewDecision, ids::TeamId, message::Audience, queue::QueueView,
        referral::ReferralState, sensitivity::Sensitivity, urgency::Urgency,
    },
    store::Engine,
};
use serde_json::json;

use crate::support::{
    acts::send,
    hub::{ENGINES, Hub},
    raw::Raw,
    walker::walker_of,
};

const SLAVERY: &str = "modern-slavery";

fn key(text: &str) -> IdempotencyKey {
    IdempotencyKey::parse(text).unwrap()
}

fn onward(pathway: &str, team: TeamId, revision: i64) -> Redirection {
    let text = "Two people sleep there and owe their wages.".to_owned();
    Redirection { team: Some(team), pathway: Some(pathway.to_owned()), text, revision }
}

async fn pass_on(app: &App, caller: &Caller, name: &str, reference: &str, what: &Redirection) -> Result<(), Error> {
    app.redirect_referral(&app.request(None), caller, &key(name), (reference, what)).await.map(drop)
}

async fn read(app: &App, caller: &Caller, reference: &str) -> ReferralView {
    app.read_referral(&app.request(None), caller, reference).await.unwrap_or_else(|error| panic!("{error:?}"))
}

async fn team(hub: &Hub, code: &str) -> TeamId {
    hub.app.store().team_by_code(code).await.unwrap().unwrap().id
}

fn fields(refused: &Result<(), Error>) -> Vec<String> {
    match refused {
        Err(Error::Invalid(faults)) => faults.iter().map(FieldError::name).collect(),
        other => panic!("{other:?}"),
    }
}

fn decision(outcome: &str) -> NewDecision {
    NewDecision {
        outcome: outcome.to_owned(),
        reason_for_file: "canaryfile".to_owned(),
        reason_for_referrer: Some(format!("We decided: {outcome}.")),
        ..NewDecision::default()
    }
}

async fn decide(app: &App, caller: &Caller, reference: &str, outcome: &str, revision: i64) -> Result<(), Error> {
    let decision = decision(outcome);
    app.decide_referral(&app.request(None), caller, &key(outcome), (reference, &decision, revision)).await.map(drop)
}

async fn to_another_pathway(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(app, &tess, "one", |_| ()).await.reference.to_string();
    let theo = hub.sign_in("theo.invented").await;
    let first = read(app, &theo, &reference).await;
    for (audience, text) in [(Audience::Casework, "canaryown"), (Audience::Shared, "We look into it.")] {
        app.write_message(&app.request(None), &theo, &key(audience.code()), (&reference, audience, text)).await.unwrap();
    }
    decide(app, &theo, &reference, "enforcement-notice", first.referral.revision).await.unwrap();
    let decided = read(app, &theo, &reference).await;
    let revision = decided.referral.revision;

    // What cannot be is said, and nothing moves.
    let slavery = team(&hub, "slavery-team").await;
    let fno = team(&hub, "fno-desk").await;
    for (pathway, to, wrong) in [
        ("made-up", slavery, &["pathway", "team"][..]),
        ("fire-protection", slavery, &["pathway"]),
        ("foreign-national-offender", fno, &["pathway", "team"]),
        (SLAVERY, fno, &["team"]),
        (SLAVERY, team(&hub, "marac-team").await, &["team"]),
    ] {
        let refused = pass_on(app, &theo, &format!("{pathway}-{to}"), &reference, &onward(pathway, to, revision)).await;
        let named = fields(&refused);
        assert!(wrong.contains(&named[0].as_str()), "{pathway}: {named:?}");
    }
    let stale = pass_on(app, &theo, "stale", &reference, &onward(SLAVERY, slavery, revision - 1)).await;
    assert!(matches!(stale, Err(Error::Conflict(_))), "{stale:?}");
    let what = onward(SLAVERY, slavery, revision);
    let fay = hub.sign_in("fay.fictional").await;
    let preview = Box::pin(app.preview_redirection(&app.request(None), &theo, (&reference, &what))).await.unwrap();
    assert_eq!((preview.to.0.as_str(), preview.readers, preview.stays), ("Modern slavery team", 2, false));

    // Of two who pass it on at once one does, and the other is told.
    let (one, two) = tokio::join!(pass_on(app, &theo, "theo", &reference, &what), pass_on(app, &fay, "fay", &reference, &what));
    let lost = match (one, two) {
        (Ok(()), Err(lost)) | (Err(lost), Ok(())) => lost,
        other => panic!("one passes it on: {other:?}"),
    };
    assert!(matches!(lost, Error::Conflict(_) | Error::Refused), "{lost:?}");

    let mara = hub.sign_in("mara.storybook").await;
    let query = ListQuery { team: Some(slavery), view: Some(QueueView::Team), ..ListQuery::default() };
    let items = app.queue(&app.request(None), &mara, &query).await.unwrap().items;
    assert_eq!(
        items.iter().map(|item| (item.pathway.as_str(), item.state)).collect::<Vec<_>>(),
        [(SLAVERY, ReferralState::Received)]
    );
    let view = read(app, &mara, &reference).await;
    assert_eq!((view.course.pathway.id.as_str(), view.pathway.pathway.id.as_str()), (SLAVERY, "fire-protection"));
    assert_eq!(view.answers, first.answers, "they are read by the form that they were given on");
    assert_eq!(view.referral.sensitivity, Sensitivity::L3, "handled as the more sensitive of the two");
    let said: Vec<_> = view.messages.iter().map(|said| said.text.as_str()).collect();
    assert_eq!((said, view.decisions.len()), (vec!["We look into it."], 0), "the first team's own words stay with it");
    assert_eq!(view.feedback[0].title, "Enforcement notice", "what was decided before is read by what it was decided by");
    let clocks = &view.desk.as_ref().unwrap().clocks;
    let triage = preview.due_at;
    assert!(triage.is_some());
    assert_eq!(clocks[0].due(), triage, "the clocks begin anew, when the page before said");
    let steps: Vec<Step> = clocks.iter().map(|clock| clock.step).collect();
    let mut wanted: Vec<Step> =
        std::iter::once(Step::Triage).chain(view.course.pathway.clocks.others.iter().map(|(step, _)| *step)).collect();
    wanted.sort_unstable();
    assert_eq!(steps, wanted);
    assert_eq!(view.referral.due_at, triage);
    let gone = app.read_referral(&app.request(None), &theo, &reference).await;
    assert!(matches!(gone.map(drop), Err(Error::Refused | Error::Unseen)), "the first team sees it no more");

    // The new pathway's outcomes count, and the sender reads both answers.
    let foreign = decide(app, &mara, &reference, "satisfactory", view.referral.revision).await;
    assert_eq!(fields(&foreign), ["outcome"]);
    decide(app, &mara, &reference, "duty-to-notify", view.referral.revision).await.unwrap();
    let own = read(app, &tess, &reference).await;
    let told: Vec<_> = own.feedback.iter().map(|told| told.title.as_str()).collect();
    assert_eq!(told, ["Enforcement notice", "Duty to notify"]);
    assert_eq!(own.received_by.0, "Modern slavery team");
    assert_eq!(own.notes[0].text, what.text, "the sender is told why");
    let on_record = redirections(&hub).await;
    let [event] = &on_record[..] else { panic!("one event: {}", on_record.len()) };
    assert_eq!(event.pathway.as_ref().map(|pathway| pathway.id.as_str()), Some(SLAVERY));
    assert_eq!(event.recipients.iter().map(|to| to.team.clone()).collect::<Vec<_>>(), [slavery.to_string()]);

    // Passed back, it is again what it was, with what the first team keeps for itself.
    let revision = read(app, &mara, &reference).await.referral.revision;
    let back = onward("fire-protection", team(&hub, "fire-protection").await, revision);
    pass_on(app, &mara, "back", &reference, &back).await.unwrap();
    let view = read(app, &theo, &reference).await;
    assert_eq!((view.course.pathway.id.as_str(), &view.referral.answered_on), ("fire-protection", &None));
    assert_eq!(view.decisions.iter().map(|decision| decision.outcome.1.as_str()).collect::<Vec<_>>(), ["Enforcement notice"]);
    assert!(view.messages.iter().any(|said| said.text == "canaryown"));
    assert_eq!(view.feedback.len(), 2);
    assert_eq!(view.referral.sensitivity, Sensitivity::L3, "what was handled as such stays so");
    hub.finish().await;
}

async fn redirections(hub: &Hub) -> Vec<Body> {
    hub.app.sequence().await.unwrap();
    let all = hub.app.store().sequenced_from(0, 10_000).await.unwrap();
    let bodies = all.iter().map(|row| row.event.as_ref().unwrap().check(hub.app.store().authenticator()).unwrap().unwrap());
    bodies.filter(|body| body.action == "redirect-referral" && body.outcome == "allow").collect()
}

/// No way leads back to the team that sent it, on whichever pathway: nobody decides on their own.
async fn never_to_its_sender(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let marac = hub.person("mara.storybook").team_id;
    let theo = hub.sign_in("theo.invented").await;
    for (sender, offered) in [("mara.storybook", false), ("tess.example", true)] {
        let sends = hub.sign_in(sender).await;
        let reference = send(app, &sends, sender, |_| ()).await.reference.to_string();
        let view = read(app, &theo, &reference).await;
        let places = app.destinations(&theo, &view.referral).await.unwrap();
        assert_eq!(places.iter().any(|place| place.team.id == marac), offered, "{sender}");
        if !offered {
            let back = pass_on(app, &theo, "back", &reference, &onward("marac", marac, view.referral.revision)).await;
            assert_eq!(fields(&back), ["team"]);
        }
    }
    hub.finish().await;
}

/// Only desks that some pathway names as its receivers are offered and taken: the others have no hours, and nobody who covers.
async fn only_to_desks(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(app, &tess, "one", |_| ()).await.reference.to_string();
    let theo = hub.sign_in("theo.invented").await;
    let view = read(app, &theo, &reference).await;
    let places = app.destinations(&theo, &view.referral).await.unwrap();
    for place in &places {
        let course = place.pathway.as_ref().unwrap_or(&view.course);
        let leads = async |code: &str| team(&hub, code).await == place.team.id;
        let mut named = false;
        for route in course.pathway.routes.all() {
            named |= leads(route.team.as_str()).await;
        }
        assert!(named, "{} for {}", place.team.name, course.pathway.id);
    }
    for (number, code) in
        ["emergency-duty", "police-control", "police-restricted", "city-community-safety"].into_iter().enumerate()
    {
        let to = team(&hub, code).await;
        assert!(places.iter().all(|place| place.team.id != to), "{code}");
        let there = Redirection { pathway: None, ..onward(SLAVERY, to, view.referral.revision) };
        let refused = pass_on(app, &theo, &format!("there-{number}"), &reference, &there).await;
        assert_eq!(fields(&refused), ["team"], "{code}");
    }
    hub.finish().await;
}

/// What is for today goes with whoever covers on the new pathway.
async fn urgent(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(app, &tess, "one", |answers| answers["danger_now"] = json!(true)).await.reference.to_string();
    let theo = hub.sign_in("theo.invented").await;
    let view = read(app, &theo, &reference).await;
    assert_eq!(view.referral.urgency, Urgency::Today.code());
    let what = onward(SLAVERY, team(&hub, "slavery-team").await, view.referral.revision);
    let preview = Box::pin(app.preview_redirection(&app.request(None), &theo, (&reference, &what))).await.unwrap();
    assert_eq!(preview.covered_by.as_deref(), Some("Police control room"));
    let desk = preview.desk.unwrap();
    assert_eq!((desk.reads_next, desk.cover.contains("Police control room")), (None, true), "somebody reads there now");
    assert!(!desk.hours.is_empty());
    pass_on(app, &theo, "on", &reference, &what).await.unwrap();
    let pia = hub.sign_in("pia.supposed").await;
    assert!(read(app, &pia, &reference).await.answers.is_some());
    let cora = hub.sign_in("cora.pretend").await;
    let gone = app.read_referral(&app.request(None), &cora, &reference).await;
    assert!(matches!(gone.map(drop), Err(Error::Unseen | Error::Refused)), "the first desk's cover sees it no more");
    hub.finish().await;
}

/// Somebody who may be a victim or a witness never arrives at the desk for foreign national offenders, whichever form told of them.
async fn never_to_the_fno_desk(engine: Engine) {
    const FNO: &str = "foreign-national-offender";
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let desk = team(&hub, "fno-desk").await;
    let mut tried = 0;
    for versioned in app.pathways() {
        let pathway = &versioned.pathway;
        if pathway.id.as_str() == FNO {
            continue;
        }
        let (username, kind) = walker_of(pathway);
        let sender = hub.sign_in(username).await;
        let request = app.request(None);
        let body = example(pathway, kind, request.at.uk_date());
        let raw = raw_from_json(&body["answers"]).unwrap();
        let sent = app.submit(&request, &sender, &key(pathway.id.as_str()), b"", &versioned, raw).await.unwrap().value;
        let referral = app.store().referral_by_reference(sent.reference).await.unwrap().unwrap();
        let receiver = receiver(&hub, referral.receiving_team).await;
        let reference = sent.reference.to_string();
        let view = read(app, &receiver, &reference).await;
        let places = app.destinations(&receiver, &view.referral).await.unwrap();
        assert!(places.len() > 3, "{}", pathway.id);
        let leads = |place: &Destination| {
            place.team.id == desk || place.pathway.as_ref().is_some_and(|course| course.pathway.id.as_str() == FNO)
        };
        assert!(!places.iter().any(leads), "{} offers it", pathway.id);
        let revision = view.referral.revision;
        let mut ways = vec![
            onward(FNO, desk, revision),
            onward(FNO, team(&hub, "prevent-team").await, revision),
            Redirection { pathway: None, ..onward(FNO, desk, revision) },
        ];
        let others = app.pathways();
        ways.extend(others.iter().map(|other| onward(other.pathway.id.as_str(), desk, revision)));
        for (number, way) in ways.iter().enumerate() {
            let refused = pass_on(app, &receiver, &format!("{}-{number}", pathway.id), &reference, way).await;
            assert!(!fields(&refused).is_empty(), "{} by way {number}", pathway.id);
            tried += 1;
        }
    }
    assert!(tried > 40, "{tried}");
    assert!(redirections(&hub).await.is_empty());
    hub.finish().await;
}

/// Somebody of a team who opens what it receives and passes on.
async fn receiver(hub: &Hub, team: TeamId) -> Caller {
    const SQL: &str = "SELECT a.username FROM membership m JOIN account a ON a.id = m.account WHERE m.role = 'lead' AND m.state = 'active' AND m.team = ";
    let names = Raw::owner(hub).await.texts(&format!("{SQL}'{team}'")).await;
    hub.sign_in(&names[0]).await
}

crate::support::on_both! {
    on_another_pathway_its_outcomes_and_clocks_count_and_the_answers_stay => to_another_pathway,
    nothing_is_passed_on_to_the_team_that_sent_it => never_to_its_sender,
    only_desks_that_a_pathway_names_get_what_is_passed_on => only_to_desks,
    what_is_for_today_goes_with_whoever_covers_on_the_new_pathway => urgent,
    from_no_pathway_does_a_way_lead_to_the_desk_that_takes_nothing => never_to_the_fno_desk,
}
