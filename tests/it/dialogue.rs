//! A question to the referrer and its answer, and asking to withdraw.

use std::time::Duration;

use referral_exchange::{
    app::{App, Caller, Error, IdempotencyKey, ListQuery, ReferralView},
    domain::{
        action::Action,
        clock::Step,
        message::Audience,
        news::Side,
        queue::{QueueFilter, QueueView},
        referral::ReferralState,
        running_clock::{Run, RunningClock},
    },
    store::Engine,
};

use crate::support::{client::Client, hub::ENGINES, notice, raw::Raw};

/// A first contact that stands still while the referrer is asked.
const CONTACT: &str = "[[clock]]\nstep = \"first-contact\"\nlimit = { hours = 48 }\npauses = \"while-waiting-for-referrer\"\n\n";

fn key(text: &str) -> IdempotencyKey {
    IdempotencyKey::parse(text).unwrap()
}

async fn read(app: &App, caller: &Caller, reference: &str) -> ReferralView {
    app.read_referral(&app.request(None), caller, reference).await.unwrap_or_else(|error| panic!("{error:?}"))
}

async fn clock(app: &App, caller: &Caller, reference: &str, step: Step) -> RunningClock {
    let clocks = read(app, caller, reference).await.desk.unwrap().clocks;
    clocks.into_iter().find(|clock| clock.step == step).unwrap()
}

async fn asked(engine: Engine) {
    let hub = notice::founded_with(engine, |text| text.replacen("[[outcome]]", &format!("{CONTACT}[[outcome]]"), 1)).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = notice::send(app, &tess, &notice::plain()).await.reference.to_string();
    let paul = hub.sign_in("paul.figment").await;
    let before = clock(app, &paul, &reference, Step::FirstContact).await;
    let triage = clock(app, &paul, &reference, Step::Triage).await;
    let refused = app.ask_referrer(&app.request(None), &tess, &key("own"), (&reference, "Who?")).await;
    assert!(matches!(refused, Err(Error::Refused)), "the team asks: {refused:?}");
    app.ask_referrer(&app.request(None), &paul, &key("ask"), (&reference, "Which day was it?")).await.unwrap();
    let query =
        ListQuery { view: Some(QueueView::Waiting), team: Some(hub.person("paul.figment").team_id), ..ListQuery::default() };
    let waiting = async |caller| app.queue(&app.request(None), caller, &query).await.unwrap().items.len();
    assert_eq!(waiting(&paul).await, 1);
    assert!(matches!(clock(app, &paul, &reference, Step::FirstContact).await.run, Run::Paused { .. }));
    assert_eq!(clock(app, &paul, &reference, Step::Triage).await, triage, "what is safety's runs on");
    // A word among the team answers nothing, and neither does another question.
    let own = (reference.as_str(), Audience::Casework, "Ring the school.");
    app.write_message(&app.request(None), &paul, &key("own-word"), own).await.unwrap();
    let view = read(app, &tess, &reference).await;
    assert!(view.referral.desk.waiting_since.is_some());
    assert_eq!(view.messages.iter().map(|said| said.text.as_str()).collect::<Vec<_>>(), ["Which day was it?"]);

    hub.clock.advance(Duration::from_hours(10));
    let tess = hub.sign_in("tess.example").await;
    let answer = (reference.as_str(), Audience::Shared, "It was on Tuesday.");
    app.write_message(&app.request(None), &tess, &key("answer"), answer).await.unwrap();
    let paul = hub.sign_in("paul.figment").await;
    assert_eq!(waiting(&paul).await, 0);
    let after = clock(app, &paul, &reference, Step::FirstContact).await;
    assert!(after.is_running());
    let stood = after.due().unwrap().since(before.due().unwrap());
    assert!(stood >= Duration::from_hours(10) && stood < Duration::from_hours(11), "{stood:?}");
    hub.finish().await;
}

async fn withdrawal_is_asked_for(engine: Engine) {
    let hub = notice::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = notice::send(app, &tess, &notice::plain()).await.reference.to_string();
    let paul = hub.sign_in("paul.figment").await;
    assert!(!read(app, &paul, &reference).await.actions.contains(&Action::Retract));
    let blank = app.retract(&app.request(None), &tess, &key("blank"), (&reference, " ")).await;
    assert!(matches!(blank, Err(Error::Invalid(_))), "{blank:?}");
    app.retract(&app.request(None), &tess, &key("why"), (&reference, "canary: it was another child")).await.unwrap();
    let again = app.retract(&app.request(None), &tess, &key("again"), (&reference, "canary: it was another child")).await;
    assert!(matches!(again, Err(Error::Conflict(_))), "once is enough: {again:?}");
    // It stands in the team's queue, unread in words, and the queue can be narrowed to it.
    let other = notice::send(app, &tess, &notice::plain()).await.reference.to_string();
    let queued = async |retracted, unread| {
        let filter = QueueFilter { retracted, unread, ..QueueFilter::default() };
        let query = ListQuery { filter, team: Some(hub.person("paul.figment").team_id), ..ListQuery::default() };
        app.queue(&app.request(None), &paul, &query).await.unwrap().items
    };
    assert_eq!(queued(false, false).await.len(), 2);
    let [row] = &queued(true, true).await[..] else { panic!("one alone is asked for") };
    assert!(row.reference.to_string() == reference && row.retracted_at.is_some() && row.is_new());
    assert_eq!(row.news.map(|news| news.words(Side::Desk)), Some("The sender asks to withdraw it: not read yet"));
    let view = read(app, &paul, &reference).await;
    let [row] = &queued(true, false).await[..] else { panic!("it stays to be found once it was read") };
    assert!(row.news.is_none() && row.retracted_at.is_some());
    read(app, &paul, &other).await;
    assert_eq!(view.referral.stage.state(), ReferralState::Opened, "it closes nothing by itself");
    assert!(view.referral.desk.retracted_at.is_some());
    assert_eq!(view.notes[0].text, "canary: it was another child");
    for body in Raw::owner(&hub).await.rows("SELECT body FROM log_body").await {
        assert!(!String::from_utf8_lossy(&body[0].bytes()).contains("canary"), "words are sealed");
    }
    hub.finish().await;
}

crate::support::on_both! {
    a_question_waits_for_its_answer_and_some_clocks_with_it => asked,
    a_referrer_asks_to_withdraw_and_the_team_decides => withdrawal_is_asked_for,
}

#[tokio::test(flavor = "multi_thread")]
async fn where_lines_alone_are_told_the_message_box_says_so_to_the_team() {
    for (free, warns) in [("true", false), ("false", true)] {
        let changed = |text: String| text.replace("free_feedback = true", &format!("free_feedback = {free}"));
        let hub = notice::founded_with(ENGINES[0], changed).await;
        let tess = hub.sign_in("tess.example").await;
        let reference = notice::send(&hub.app, &tess, &notice::plain()).await.reference.to_string();
        let served = hub.serve().await;
        for (who, told) in [("paul.figment", warns), ("tess.example", false)] {
            let client = Client::new(&served);
            client.sign_in(&served, who).await;
            let page = client.get(&format!("/referrals/{reference}")).await;
            assert_eq!(page.body.contains("Do not tell the referrer here what you found or decided"), told, "{who}, {free}");
        }
        served.finish().await;
    }
}
