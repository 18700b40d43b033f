//! Decisions: two parts for two readers, one of two who decide at once, grades with their history, and what follows.

use std::time::Duration;

use referral_exchange::{
    app::{App, Caller, Closing, Error, IdempotencyKey, ListQuery, NoticeQuery, ReferralView, example, raw_from_json},
    domain::{
        action::Action,
        agency::AgencyKind,
        answers::FieldError,
        clock::Step,
        closing::{CloseReason, NewFarewell},
        decision::NewDecision,
        notice::NoticeCode,
        queue::QueueView,
        referral::ReferralState,
        running_clock::{Run, RunningClock},
    },
    store::Engine,
};
use serde_json::json;

use crate::support::{
    acts::send,
    hub::{ENGINES, Hub},
    notice,
    raw::Raw,
};

fn key(text: &str) -> IdempotencyKey {
    IdempotencyKey::parse(text).unwrap()
}

fn decision(outcome: &str, file: &str, referrer: &str) -> NewDecision {
    NewDecision {
        outcome: outcome.to_owned(),
        reason_for_file: file.to_owned(),
        reason_for_referrer: (!referrer.is_empty()).then(|| referrer.to_owned()),
        ..NewDecision::default()
    }
}

async fn decide(app: &App, caller: &Caller, name: &str, reference: &str, what: &NewDecision, at: i64) -> Result<(), Error> {
    app.decide_referral(&app.request(None), caller, &key(name), (reference, what, at)).await.map(drop)
}

async fn read(app: &App, caller: &Caller, reference: &str) -> ReferralView {
    app.read_referral(&app.request(None), caller, reference).await.unwrap_or_else(|error| panic!("{error:?}"))
}

async fn close(app: &App, caller: &Caller, name: &str, reference: &str, closing: Closing) -> Result<(), Error> {
    app.close_referral(&app.request(None), caller, &key(name), (reference, &closing)).await.map(drop)
}

fn closing(reason: CloseReason, text: &str, revision: i64) -> Closing {
    let farewell = NewFarewell { words: "canaryfarewell: the team has ended this".to_owned(), ..NewFarewell::default() };
    Closing { reason: Some(reason), text: text.to_owned(), farewell, revision, ..Closing::default() }
}

async fn two_parts(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(app, &tess, "one", |_| ()).await.reference.to_string();
    let theo = hub.sign_in("theo.invented").await;
    let first = decision("enforcement-notice", "canaryfile: the owner was warned in May", "canarytold: we served a notice");
    // Nobody decides on what the team has not opened.
    let unread = decide(app, &theo, "unread", &reference, &first, 1).await;
    assert!(matches!(unread, Err(Error::Conflict(_))), "{unread:?}");
    let revision = read(app, &theo, &reference).await.referral.revision;
    let Err(Error::Invalid(faults)) = decide(app, &theo, "bad", &reference, &decision("made-up", " ", ""), revision).await else {
        panic!("no such outcome, no reason")
    };
    assert_eq!(faults.iter().map(FieldError::name).collect::<Vec<_>>(), ["outcome", "reason_for_file"]);
    hub.clock.advance(Duration::from_mins(5));
    decide(app, &theo, "first", &reference, &first, revision).await.unwrap();

    let view = read(app, &theo, &reference).await;
    assert_eq!(view.referral.stage.state(), ReferralState::Decided);
    assert_eq!((view.decisions[0].by.as_str(), view.decisions[0].outcome.0.as_str()), ("Theo Invented", "enforcement-notice"));
    let triage = view.desk.as_ref().unwrap().clocks[0];
    assert!(matches!(triage.run, Run::Stopped { .. }), "{triage:?}");
    let own = read(app, &tess, &reference).await;
    assert!(own.decisions.is_empty() && own.notes.is_empty());
    assert_eq!(own.feedback[0].code, "enforcement-notice");
    assert!(own.feedback[0].text.contains("canarytold") && !own.feedback[0].text.contains("canaryfile"));

    // A later decision stands beside the earlier; the referrer reads the later.
    hub.clock.advance(Duration::from_mins(5));
    let later = decision("no-action", "Mended since.", "It has been mended.");
    let stale = decide(app, &theo, "stale", &reference, &later, revision).await;
    assert!(matches!(stale, Err(Error::Conflict(_))), "{stale:?}");
    decide(app, &theo, "later", &reference, &later, view.referral.revision).await.unwrap();
    let view = read(app, &theo, &reference).await;
    assert_eq!(view.decisions.len(), 2, "the history stays");
    assert_eq!(view.referral.stage.state(), ReferralState::Closed, "nothing further happens");
    assert_eq!(view.referral.due_at, None);
    let counts = Raw::owner(&hub).await.rows("SELECT code, count FROM measure WHERE code LIKE 'outcome-%' ORDER BY code").await;
    let counts: Vec<_> = counts.iter().map(|row| (row[0].shown(), row[1].shown())).collect();
    let counted = |code: &str| (format!("outcome-{code}"), "1".to_owned());
    assert_eq!(counts, [counted("enforcement-notice"), counted("no-action")], "each decision counts by its outcome");
    for body in Raw::owner(&hub).await.rows("SELECT body FROM log_body").await {
        assert!(!String::from_utf8_lossy(&body[0].bytes()).contains("canary"), "words are sealed");
    }
    hub.finish().await;
}

async fn one_of_two(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let (theo, fay) = (hub.sign_in("theo.invented").await, hub.sign_in("fay.fictional").await);
    for number in 0..4 {
        let reference = send(app, &tess, &format!("race-{number}"), |_| ()).await.reference.to_string();
        let revision = read(app, &theo, &reference).await.referral.revision;
        let (one, two) = (decision("prosecution", "One.", "One."), decision("alterations-notice", "Two.", "Two."));
        let names = [format!("one-{number}"), format!("two-{number}")];
        let (first, second) = tokio::join!(
            decide(app, &theo, &names[0], &reference, &one, revision),
            decide(app, &fay, &names[1], &reference, &two, revision)
        );
        let lost = match (&first, &second) {
            (Ok(()), Err(lost)) | (Err(lost), Ok(())) => lost,
            other => panic!("one decides: {other:?}"),
        };
        assert!(matches!(lost, Error::Conflict(_)), "{lost:?}");
        assert_eq!(read(app, &theo, &reference).await.decisions.len(), 1, "the slower wrote nothing");
    }
    hub.finish().await;
}

async fn graded(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let pathway = app.pathway("marac").unwrap();
    let mut body = example(&pathway.pathway, AgencyKind::Education, app.now().uk_date());
    body["answers"]["judgement"] = json!("high");
    let raw = raw_from_json(&body["answers"]).unwrap();
    let sent = app.submit(&app.request(None), &tess, &key("graded"), body.to_string().as_bytes(), &pathway, raw).await;
    let reference = sent.unwrap_or_else(|error| panic!("{error:?}")).value.reference.to_string();
    let mara = hub.sign_in("mara.storybook").await;
    let view = read(app, &mara, &reference).await;
    let outcome = &view.pathway.pathway.outcomes[0];
    let with = |grade: &str| NewDecision {
        grade: Some(grade.to_owned()),
        feedback: outcome.feedback.first().map(|line| line.code.to_string()),
        ..decision(outcome.code.as_str(), "As the meeting saw it.", "")
    };
    let lowered = decide(app, &mara, "lowered", &reference, &with("standard"), view.referral.revision).await;
    assert!(matches!(&lowered, Err(Error::Invalid(faults)) if faults[0].name() == "grade"), "{lowered:?}");
    decide(app, &mara, "kept", &reference, &with("high"), view.referral.revision).await.unwrap();
    assert_eq!(read(app, &mara, &reference).await.decisions[0].grade.as_ref().unwrap().0, "high");
    hub.finish().await;
}

async fn chosen_lines(engine: Engine) {
    let hub = notice::founded_with(engine, |text| text.replace("free_feedback = true", "free_feedback = false")).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let receipt = notice::send(app, &tess, &notice::plain()).await;
    let reference = receipt.reference.to_string();
    let paul = hub.sign_in("paul.figment").await;
    let view = read(app, &paul, &reference).await;
    let pathway = &view.pathway.pathway;
    assert!(!pathway.free_feedback, "the lines alone");
    let outcome = &pathway.outcomes[0];
    let typed = decision(outcome.code.as_str(), "For the file.", "In my own words.");
    let refused = decide(app, &paul, "typed", &reference, &typed, view.referral.revision).await;
    assert!(matches!(&refused, Err(Error::Invalid(faults)) if faults[0].name() == "reason_for_referrer"), "{refused:?}");
    let silent = decision(outcome.code.as_str(), "For the file.", "");
    let refused = decide(app, &paul, "silent", &reference, &silent, view.referral.revision).await;
    assert!(matches!(&refused, Err(Error::Invalid(faults)) if faults[0].name() == "feedback"), "{refused:?}");
    let line = &outcome.feedback[0];
    let chosen = NewDecision { feedback: Some(line.code.to_string()), ..silent };
    decide(app, &paul, "chosen", &reference, &chosen, view.referral.revision).await.unwrap();
    let told = read(app, &tess, &reference).await.feedback;
    assert_eq!((told[0].code.as_str(), told[0].text.as_str()), (line.code.as_str(), line.title.as_str()));
    assert!(told[0].title.is_empty(), "not even which outcome it was");
    hub.finish().await;
}

async fn closed_and_taken_up(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(app, &tess, "one", |_| ()).await.reference.to_string();
    let other = send(app, &tess, "other", |_| ()).await.reference.to_string();
    let theo = hub.sign_in("theo.invented").await;
    let revision = read(app, &theo, &reference).await.referral.revision;
    for (name, wrong, field) in [
        ("done", closing(CloseReason::Done, "Done.", revision), "reason"),
        ("why", closing(CloseReason::Other, " ", revision), "text"),
        ("none", Closing { reason: None, ..closing(CloseReason::Other, "So.", revision) }, "reason"),
        ("self", Closing { duplicate_of: reference.clone(), ..closing(CloseReason::Duplicate, "So.", revision) }, "duplicate_of"),
    ] {
        let refused = close(app, &theo, name, &reference, wrong).await;
        assert!(matches!(&refused, Err(Error::Invalid(faults)) if faults[0].name() == field), "{name}: {refused:?}");
    }
    let duplicate = Closing { duplicate_of: other.clone(), ..closing(CloseReason::Duplicate, "The same fire door.", revision) };
    close(app, &theo, "duplicate", &reference, duplicate).await.unwrap();
    let view = read(app, &theo, &reference).await;
    assert_eq!(view.referral.stage.state(), ReferralState::Closed);
    assert!(view.notes[0].text.contains(&other) && view.notes[0].text.contains("The same fire door."));
    let own = read(app, &tess, &reference).await;
    assert!(own.notes.is_empty() && own.feedback[0].closing && own.feedback[0].text.contains("canaryfarewell"));
    assert!(!own.feedback[0].text.contains(&other), "the other referral is nobody else's business");
    let query = ListQuery { view: Some(QueueView::Closed), ..ListQuery::default() };
    assert_eq!(app.queue(&app.request(None), &theo, &query).await.unwrap().items.len(), 1);
    let late = decide(app, &theo, "late", &reference, &decision("no-action", "x", "y"), view.referral.revision).await;
    assert!(matches!(late, Err(Error::Conflict(_))), "{late:?}");

    hub.clock.advance(Duration::from_mins(10));
    let again = (reference.as_str(), "It was another door.", view.referral.revision);
    let theo = hub.sign_in("theo.invented").await;
    app.reopen_referral(&app.request(None), &theo, &key("again"), again).await.unwrap();
    let view = read(app, &theo, &reference).await;
    assert_eq!(view.referral.stage.state(), ReferralState::Opened);
    assert!(view.referral.due_at > Some(app.now()), "it must be decided again in time");
    hub.finish().await;
}

async fn not_in_silence(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let theo = hub.sign_in("theo.invented").await;
    for (at, reason) in CloseReason::ALL.iter().copied().filter(|reason| *reason != CloseReason::Done).enumerate() {
        let reference = send(app, &tess, &format!("sent-{at}"), |_| ()).await.reference.to_string();
        let revision = read(app, &theo, &reference).await.referral.revision;
        let other = send(app, &tess, &format!("other-{at}"), |_| ()).await.reference.to_string();
        let closing = Closing { duplicate_of: other, ..closing(reason, "So.", revision) };
        let silent = Closing { farewell: NewFarewell::default(), ..closing.clone() };
        let refused = close(app, &theo, &format!("silent-{at}"), &reference, silent).await;
        assert!(matches!(&refused, Err(Error::Invalid(faults)) if faults[0].name() == "reason_for_referrer"), "{refused:?}");
        let untold = || "canaryuntold: she must not know".to_owned();
        let both = Closing { farewell: NewFarewell { untold: untold(), ..closing.farewell.clone() }, ..closing.clone() };
        let refused = close(app, &theo, &format!("both-{at}"), &reference, both).await;
        assert!(matches!(&refused, Err(Error::Invalid(faults)) if faults[0].name() == "reason_untold"), "{refused:?}");
        let recorded = Closing { farewell: NewFarewell { untold: untold(), ..NewFarewell::default() }, ..closing };
        close(app, &theo, &format!("recorded-{at}"), &reference, recorded).await.unwrap();
        assert!(read(app, &theo, &reference).await.notes[0].text.contains("canaryuntold"));
        let own = read(app, &tess, &reference).await;
        assert!(own.feedback.is_empty() && own.notes.is_empty(), "why nobody is told is for the file");
        assert!(own.actions.contains(&Action::Disagree), "whoever sent it can have it looked at again");
    }
    // A decision has told them, and what it came to needs no more words.
    let reference = send(app, &tess, "decided", |_| ()).await.reference.to_string();
    let revision = read(app, &theo, &reference).await.referral.revision;
    decide(app, &theo, "decided", &reference, &decision("prosecution", "So.", "We go to court."), revision).await.unwrap();
    let revision = read(app, &theo, &reference).await.referral.revision;
    let done = Closing { farewell: NewFarewell::default(), ..closing(CloseReason::Done, "Done.", revision) };
    close(app, &theo, "done", &reference, done).await.unwrap();
    hub.finish().await;
}

async fn closed_by_a_line(engine: Engine) {
    let hub = notice::founded_with(engine, |text| text.replace("free_feedback = true", "free_feedback = false")).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = notice::send(app, &tess, &notice::plain()).await.reference.to_string();
    let paul = hub.sign_in("paul.figment").await;
    let view = read(app, &paul, &reference).await;
    let typed = closing(CloseReason::Other, "So.", view.referral.revision);
    let refused = close(app, &paul, "typed", &reference, typed.clone()).await;
    assert!(matches!(&refused, Err(Error::Invalid(faults)) if faults[0].name() == "reason_for_referrer"), "{refused:?}");
    let silent = Closing { farewell: NewFarewell::default(), ..typed.clone() };
    let refused = close(app, &paul, "silent", &reference, silent).await;
    assert!(matches!(&refused, Err(Error::Invalid(faults)) if faults[0].name() == "feedback"), "{refused:?}");
    let line = &view.course.pathway.outcomes[0].feedback[0];
    let chosen = NewFarewell { line: line.code.to_string(), ..NewFarewell::default() };
    close(app, &paul, "chosen", &reference, Closing { farewell: chosen, ..typed }).await.unwrap();
    let told = read(app, &tess, &reference).await.feedback;
    assert_eq!((told[0].text.as_str(), told[0].title.as_str()), (line.title.as_str(), ""));
    hub.finish().await;
}

async fn not_agreed(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(app, &tess, "one", |_| ()).await.reference.to_string();
    let early = app.disagree(&app.request(None), &tess, &key("early"), (&reference, "I do not agree.")).await;
    assert!(matches!(early, Err(Error::Conflict(_))), "nothing was decided: {early:?}");
    let theo = hub.sign_in("theo.invented").await;
    let view = read(app, &theo, &reference).await;
    assert!(!view.actions.contains(&Action::Disagree));
    let nothing = decision("no-action", "Nothing to do.", "There is nothing to do.");
    decide(app, &theo, "nothing", &reference, &nothing, view.referral.revision).await.unwrap();
    assert!(read(app, &tess, &reference).await.actions.contains(&Action::Disagree));
    app.disagree(&app.request(None), &tess, &key("no"), (&reference, "The door is still locked.")).await.unwrap();
    let view = read(app, &theo, &reference).await;
    assert_eq!(view.referral.stage.state(), ReferralState::Opened, "what was closed is looked at again");
    assert!(view.referral.desk.escalated_at.is_some());
    assert_eq!(view.notes.last().unwrap().text, "The door is still locked.");
    hub.finish().await;
}

/// What was decided and goes on is to be decided anew in the time of a first decision, and whoever leads the team hears of it: not
/// only the person whose decision it was.
async fn not_agreed_while_it_goes_on(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(app, &tess, "one", |_| ()).await.reference.to_string();
    let theo = hub.sign_in("theo.invented").await;
    let view = read(app, &theo, &reference).await;
    let first = view.referral.due_at.unwrap().since(view.referral.submitted_at);
    app.claim(&app.request(None), &theo, &key("claim"), &reference).await.unwrap();
    let revision = read(app, &theo, &reference).await.referral.revision;
    let served = decision("enforcement-notice", "The owner was warned.", "We served a notice.");
    decide(app, &theo, "served", &reference, &served, revision).await.unwrap();
    hub.clock.advance(Duration::from_hours(24 * 10));
    let (tess, fay) = (hub.sign_in("tess.example").await, hub.sign_in("fay.fictional").await);
    let heard = async |caller: &Caller| {
        let page = app.notices(&app.request(None), caller, &NoticeQuery::default()).await.unwrap();
        page.items.iter().filter(|view| view.code == NoticeCode::Disagreed && view.read_at.is_none()).count()
    };
    assert_eq!(heard(&fay).await, 0);
    app.disagree(&app.request(None), &tess, &key("no"), (&reference, "The door is still locked.")).await.unwrap();
    let theo = hub.sign_in("theo.invented").await;
    assert_eq!((heard(&theo).await, heard(&fay).await), (1, 1), "whoever works on it, and the lead");
    let view = read(app, &fay, &reference).await;
    assert_eq!(view.referral.stage.state(), ReferralState::Decided);
    let left = view.referral.due_at.unwrap().since(app.now());
    let days = Duration::from_hours(24 * 4);
    assert!(left < first + days && left + days > first, "{left:?} of {first:?}");
    let triage = view.desk.unwrap().clocks.into_iter().find(|clock| clock.step == Step::Triage).unwrap();
    assert!(triage.is_running());
    let again = decision("enforcement-notice", "Looked again.", "We look again.");
    decide(app, &theo, "again", &reference, &again, view.referral.revision).await.unwrap();
    let view = read(app, &fay, &reference).await;
    assert!(!view.desk.unwrap().clocks.iter().any(|clock| clock.step == Step::Triage && clock.is_running()));
    hub.finish().await;
}

async fn steps(engine: Engine) {
    const CONTACT: &str = "[[clock]]\nstep = \"first-contact\"\nlimit = { hours = 48 }\n\n[[outcome]]";
    let hub = notice::founded_with(engine, |text| text.replacen("[[outcome]]", CONTACT, 1)).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = notice::send(app, &tess, &notice::plain()).await.reference.to_string();
    let paul = hub.sign_in("paul.figment").await;
    let clocks = read(app, &paul, &reference).await.desk.unwrap().clocks;
    let mark = async |name: &str, step| app.mark_step(&app.request(None), &paul, &key(name), (&reference, step)).await;
    let decided = mark("triage", Step::Triage).await;
    assert!(matches!(decided, Err(Error::Conflict(_))), "a decision is made, not marked: {decided:?}");
    for clock in clocks.iter().filter(|clock| clock.step != Step::Triage) {
        mark(clock.step.code(), clock.step).await.unwrap();
        let again = mark(&format!("{}-again", clock.step), clock.step).await;
        assert!(matches!(again, Err(Error::Conflict(_))), "{again:?}");
    }
    let running = read(app, &paul, &reference).await.desk.unwrap().clocks.into_iter().filter(RunningClock::is_running);
    assert_eq!(running.map(|clock| clock.step).collect::<Vec<_>>(), [Step::Triage]);
    hub.finish().await;
}

crate::support::on_both! {
    the_file_and_the_referrer_read_what_is_theirs => two_parts,
    of_two_decisions_at_once_one_is_recorded => one_of_two,
    where_lines_are_chosen_nothing_else_is_told => chosen_lines,
    a_decision_never_grades_below_what_the_answers_give => graded,
    it_is_closed_with_a_reason_and_taken_up_again_with_one => closed_and_taken_up,
    nothing_is_closed_in_silence_unless_it_is_on_record_why => not_in_silence,
    where_lines_are_chosen_a_closing_tells_a_line => closed_by_a_line,
    a_disagreement_has_it_looked_at_again => not_agreed,
    a_disagreement_with_what_goes_on_reaches_the_lead_and_the_clock => not_agreed_while_it_goes_on,
    a_step_that_is_done_stops_its_clock => steps,
}
