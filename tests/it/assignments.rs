//! Who works on a referral: one of two who take it at once; given back, handed on, given out; and its clocks.

use referral_exchange::{
    app::{App, Assignment, Caller, Error, IdempotencyKey, ListQuery, NoticeQuery},
    domain::{
        action::Action,
        clock::Step,
        notice::NoticeCode,
        running_clock::{Run, RunningClock, soonest},
        withheld::Withhold,
    },
    store::Engine,
};
use serde_json::json;

use crate::support::{
    acts::send,
    hub::{ENGINES, Hub},
    kept_back::try_send,
    notice,
    raw::Raw,
};

fn key(text: &str) -> IdempotencyKey {
    IdempotencyKey::parse(text).unwrap()
}

async fn claim(app: &App, caller: &Caller, reference: &str) -> Result<bool, Error> {
    let done = app.claim(&app.request(None), caller, &key(&format!("claim-{reference}")), reference).await;
    done.map(|answered| answered.replayed)
}

async fn give(app: &App, caller: &Caller, reference: &str, to: &str, note: &str, revision: Option<i64>) -> Result<(), Error> {
    let assignment = Assignment { to: to.to_owned(), note: note.to_owned(), revision };
    let key = key(&format!("give-{to}-{}-{}", note.len(), revision.unwrap_or_default()));
    app.assign(&app.request(None), caller, &key, (reference, &assignment)).await.map(drop)
}

/// Who works on each referral of the queue, as the list says it.
async fn queue(hub: &Hub, caller: &Caller) -> Vec<Option<String>> {
    let (app, team) = (&hub.app, Some(hub.person("theo.invented").team_id));
    let page = app.queue(&app.request(None), caller, &ListQuery { team, ..ListQuery::default() }).await.unwrap();
    page.items.into_iter().map(|item| item.assigned_to).collect()
}

async fn two_at_once(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let (theo, fay) = (hub.sign_in("theo.invented").await, hub.sign_in("fay.fictional").await);
    let mut won = [0, 0];
    for number in 0..6 {
        let reference = send(app, &tess, &format!("two-{number}"), |_| ()).await.reference.to_string();
        let (one, two) = tokio::join!(claim(app, &theo, &reference), claim(app, &fay, &reference));
        let (winner, loser) = match (&one, &two) {
            (Ok(false), Err(error)) => (0, error),
            (Err(error), Ok(false)) => (1, error),
            other => panic!("one gets it: {other:?}"),
        };
        won[winner] += 1;
        let name = ["Theo Invented", "Fay Fictional"][winner];
        assert!(matches!(loser, Error::Taken(by) if by == name), "{loser:?}");
    }
    assert_eq!(won[0] + won[1], 6);
    let mut raw = Raw::owner(&hub).await;
    assert_eq!(raw.count("SELECT COUNT(*) FROM log_event WHERE action = 'claim-referral' AND outcome = 'allow'").await, 6);
    hub.finish().await;
}

async fn from_hand_to_hand(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(app, &tess, "one", |_| ()).await.reference.to_string();
    let theo = hub.sign_in("theo.invented").await;
    let request = app.request(None);
    let view = app.read_referral(&request, &theo, &reference).await.unwrap();
    assert!(view.actions.contains(&Action::ClaimReferral) && !view.actions.contains(&Action::ReleaseClaim));
    assert_eq!(queue(&hub, &theo).await, [None]);
    assert!(!claim(app, &theo, &reference).await.unwrap());
    assert!(claim(app, &theo, &reference).await.unwrap(), "once for each key");
    assert_eq!(queue(&hub, &theo).await, [Some("Theo Invented".to_owned())]);

    // The referrer is not told who of the team has it, and can do none of this.
    let own = app.read_referral(&request, &tess, &reference).await.unwrap();
    assert!(own.desk.is_none() && !own.actions.iter().any(|action| action.is_of_the_desk()));
    let sent = app.sent(&request, &tess, &ListQuery::default()).await.unwrap();
    assert_eq!(sent.items[0].assigned_to, None);
    assert!(matches!(claim(app, &tess, &reference).await, Err(Error::Refused)));

    // A triager gives on what they have, and only to somebody who can work on it; a lead gives out anything.
    let view = app.read_referral(&request, &theo, &reference).await.unwrap();
    let members: Vec<_> = view.desk.unwrap().members.into_iter().map(|member| member.username).collect();
    assert_eq!(members, ["fay.fictional"]);
    let revision = Some(view.referral.revision);
    for stranger in ["tess.example", "nia.imaginary", "theo.invented"] {
        let wrong = give(app, &theo, &reference, stranger, "", revision).await;
        assert!(matches!(wrong, Err(Error::Invalid(_))), "{stranger}: {wrong:?}");
    }
    let stale = give(app, &theo, &reference, "fay.fictional", "", Some(1)).await;
    assert!(matches!(stale, Err(Error::Conflict(_))), "{stale:?}");
    give(app, &theo, &reference, "fay.fictional", "canarynote: ring before noon", revision).await.unwrap();
    let taken_back = give(app, &theo, &reference, "theo.invented", "", None).await;
    assert!(matches!(taken_back, Err(Error::Refused)), "a triager does not give out what others have: {taken_back:?}");

    let fay = hub.sign_in("fay.fictional").await;
    let view = app.read_referral(&app.request(None), &fay, &reference).await.unwrap();
    let notes: Vec<_> = view.notes.iter().map(|note| (note.from.as_str(), note.text.as_str())).collect();
    assert_eq!(notes, [("Theo Invented", "canarynote: ring before noon")]);
    assert!(app.read_referral(&app.request(None), &tess, &reference).await.unwrap().notes.is_empty(), "the team's own");
    let release = app.release(&app.request(None), &theo, &key("not-mine"), &reference).await;
    assert!(matches!(release, Err(Error::Conflict(_))), "{release:?}");
    app.release(&app.request(None), &fay, &key("mine"), &reference).await.unwrap();
    assert_eq!(queue(&hub, &fay).await, [None]);
    give(app, &fay, &reference, "theo.invented", "", None).await.unwrap();
    // Whoever had it is told that it went to somebody else.
    let told = async |caller: &Caller| {
        let page = app.notices(&app.request(None), caller, &NoticeQuery::default()).await.unwrap();
        page.items.iter().filter(|notice| notice.code == NoticeCode::GivenOn).count()
    };
    assert_eq!((told(&theo).await, told(&fay).await), (0, 0));
    give(app, &fay, &reference, "fay.fictional", "", None).await.unwrap();
    assert_eq!((told(&theo).await, told(&fay).await), (1, 0));
    give(app, &fay, &reference, "theo.invented", "back", None).await.unwrap();
    assert_eq!((told(&theo).await, told(&fay).await), (1, 0), "nobody is told of what they gave away");
    assert_eq!(queue(&hub, &fay).await, [Some("Theo Invented".to_owned())]);
    for body in Raw::owner(&hub).await.rows("SELECT body FROM log_body").await {
        assert!(!String::from_utf8_lossy(&body[0].bytes()).contains("canary"), "words are sealed");
    }
    hub.finish().await;
}

async fn clocks(engine: Engine) {
    let hub = notice::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let at_once = notice::send(app, &tess, &notice::plain()).await;
    let paul = hub.sign_in("paul.figment").await;
    let view = notice::read(app, &paul, &at_once).await.unwrap();
    let clocks = view.desk.unwrap().clocks;
    assert_eq!(clocks[0].step, Step::Triage);
    assert!(clocks.iter().all(RunningClock::is_running));
    assert_eq!((soonest(&clocks), view.referral.due_at), (Some(at_once.due_at), Some(at_once.due_at)));

    // What is checked first starts the team's clock when it goes on.
    let checked = notice::with(&json!({ "lead_party": false, "child": true, "informant": "somebody" }));
    let held = notice::send(app, &tess, &checked).await;
    let id = "SELECT id FROM referral WHERE state = 'checking'";
    let mut raw = Raw::owner(&hub).await;
    assert_eq!(raw.count(&format!("SELECT COUNT(*) FROM clock WHERE referral = ({id}) AND started_at IS NOT NULL")).await, 0);
    let until = held.check.as_ref().unwrap().until;
    hub.clock.advance(until.since(app.now()));
    assert_eq!(app.mind_checks().await.unwrap(), 1);
    let released = app.now();
    let paul = hub.sign_in("paul.figment").await;
    let view = notice::read(app, &paul, &held).await.unwrap();
    let triage = view.desk.unwrap().clocks[0];
    assert!(matches!(triage.run, Run::Running { since, .. } if since == released), "{triage:?}");
    assert_eq!(view.referral.due_at, triage.due());
    assert_eq!(triage.due(), Some(held.due_at), "what was told while it waited is what holds");
    hub.finish().await;
}

/// Giving out looks at what the team received and the caller holds there, as its queue does: not at what they sent themselves.
async fn only_of_the_queue(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let (iris, nia) = (hub.sign_in("iris.makebelieve").await, hub.sign_in("nia.imaginary").await);
    let form = json!({ "district": "leicester", "conflict": true, "conflict_who": "An officer of the county" });
    let sent = try_send(app, &iris, ("child-exploitation", form), Withhold::default()).await;
    let sent = sent.unwrap_or_else(|error| panic!("{error:?}")).reference;
    let team = app.store().team_by_code("council-restricted").await.unwrap().unwrap().id;
    let seen = async |caller: &Caller| app.of_queue(&app.request(None), caller, (team, &[sent])).await.unwrap().len();
    assert_eq!((seen(&nia).await, seen(&iris).await), (1, 0), "she sent it, and works in the team that received it by name");
    hub.finish().await;
}

crate::support::on_both! {
    what_is_given_out_is_what_the_queue_shows => only_of_the_queue,
    of_two_who_take_it_at_once_one_gets_it_and_the_other_hears_who => two_at_once,
    it_is_taken_handed_on_given_back_and_given_out => from_hand_to_hand,
    clocks_begin_when_the_team_gets_it => clocks,
}
