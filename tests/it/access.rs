//! Who has seen a referral: persons for the receiving team and officers, teams for everybody else, and of a compartment only
//! those who hold it learn.

use std::time::Duration;

use referral_exchange::{
    app::{AccessItem, AccessPage, AccessQuery, App, Caller, Error, IdempotencyKey, ListQuery, NewAccess},
    domain::{action::Action, file::FileForm, message::Audience, sharing::ShareTo},
    store::Engine,
};

use crate::support::{
    acts::{lawful, send},
    files::{attach, fetch, pdf},
    hub::{ENGINES, Hub},
    raw::Raw,
};

async fn asked(app: &App, caller: &Caller, reference: &str, query: AccessQuery) -> Result<AccessPage, Error> {
    app.read_access(&app.request(None), caller, reference, query).await
}

async fn seen(app: &App, caller: &Caller, reference: &str) -> Vec<AccessItem> {
    asked(app, caller, reference, AccessQuery::default()).await.unwrap_or_else(|error| panic!("{error:?}")).items
}

/// What stands in a line: the person or nobody, the team, the act and how often.
fn lines(items: &[AccessItem]) -> Vec<(Option<&str>, &str, &'static str, u64)> {
    items
        .iter()
        .map(|item| (item.person.as_deref(), item.team.as_deref().unwrap_or(""), item.action.code(), item.times))
        .collect()
}

/// Tess of the police sends; Theo of fire protection sees it in the queue, opens it twice, and gives himself a file of the team's.
async fn told(hub: &Hub) -> (Caller, Caller, String) {
    let app = &hub.app;
    // What happens at the same moment has no order.
    let moment = || hub.clock.advance(Duration::from_secs(1));
    let tess = hub.sign_in("tess.example").await;
    let reference = send(app, &tess, "access", |_| ()).await.reference.to_string();
    let theo = hub.sign_in("theo.invented").await;
    app.queue(&app.request(None), &theo, &ListQuery::default()).await.unwrap();
    moment();
    app.read_referral(&app.request(None), &theo, &reference).await.unwrap();
    hub.clock.advance(Duration::from_mins(5));
    app.read_referral(&app.request(None), &theo, &reference).await.unwrap();
    moment();
    let file = attach(app, &theo, &reference, "own", ("casework", "notes.pdf", &pdf(200))).await.unwrap().value.id.clone();
    fetch(app, &theo, (&reference, &file), FileForm::File).await.unwrap();
    moment();
    app.read_referral(&app.request(None), &tess, &reference).await.unwrap();
    moment();
    (tess, theo, reference)
}

async fn persons_or_teams(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let (tess, theo, reference) = told(&hub).await;
    let app = &hub.app;
    let team = |name: &str| {
        let person = hub.person(name).team_id;
        async move { app.store().team(person).await.unwrap().unwrap().name.as_str().to_owned() }
    };
    let (police, fire) = (team("tess.example").await, team("theo.invented").await);

    let his = seen(app, &theo, &reference).await;
    let (tess_name, theo_name) = (Some("Tess Example"), Some("Theo Invented"));
    assert_eq!(
        lines(&his),
        [
            (theo_name, fire.as_str(), "read-access", 1),
            (tess_name, police.as_str(), "read-referral", 1),
            (theo_name, fire.as_str(), "download-file", 1),
            (theo_name, fire.as_str(), "read-referral", 2),
            (theo_name, fire.as_str(), "list-queue", 1),
        ]
    );
    assert_eq!(his[3].last.since(his[3].first), Duration::from_mins(5));

    hub.clock.advance(Duration::from_secs(1));
    let hers = seen(app, &tess, &reference).await;
    assert_eq!(
        lines(&hers),
        [
            (None, police.as_str(), "read-access", 1),
            (None, fire.as_str(), "read-access", 1),
            (None, police.as_str(), "read-referral", 1),
            (None, fire.as_str(), "read-referral", 2),
            (None, fire.as_str(), "list-queue", 1),
        ],
        "teams only, and nothing of what the team keeps for itself"
    );

    // Page by page it is the same, newest first; what comes meanwhile stands above.
    hub.clock.advance(Duration::from_secs(1));
    let whole = seen(app, &theo, &reference).await;
    let mut paged = Vec::new();
    let mut query = AccessQuery { cursor: None, limit: Some(2) };
    loop {
        hub.clock.advance(Duration::from_secs(1));
        let page = asked(app, &theo, &reference, query).await.unwrap();
        paged.extend(page.items);
        let Some(next) = page.next else { break };
        query.cursor = Some(next);
    }
    assert_eq!(lines(&paged[1..]), lines(&whole[1..]));
    hub.finish().await;
}

async fn officers_and_strangers(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let (tess, theo, reference) = told(&hub).await;
    let app = &hub.app;
    let dora = hub.sign_in("dora.madeup").await;
    let page = asked(app, &dora, &reference, AccessQuery::default()).await.unwrap();
    assert!(page.tells_persons);
    assert!(page.items.iter().any(|item| item.person.as_deref() == Some("Theo Invented") && item.action == Action::DownloadFile));
    for stranger in ["dev.specimen", "adam.notional", "omar.placeholder"] {
        let stranger = hub.sign_in(stranger).await;
        let answer = asked(app, &stranger, &reference, AccessQuery::default()).await;
        assert!(matches!(answer, Err(Error::Unseen)), "{answer:?}");
        let nothing = asked(app, &stranger, "7K3F-9QXD-2", AccessQuery::default()).await;
        assert!(matches!(nothing, Err(Error::Unseen)), "{nothing:?}");
    }
    // At L4 only officers are told.
    Raw::owner(&hub).await.run("UPDATE referral SET sensitivity = 'L4'").await;
    for caller in [&tess, &theo] {
        assert!(matches!(asked(app, caller, &reference, AccessQuery::default()).await, Err(Error::Refused)));
        let view = app.read_referral(&app.request(None), caller, &reference).await.unwrap();
        assert!(!view.actions.contains(&Action::ReadAccess), "and no page offers it");
    }
    assert!(!seen(app, &dora, &reference).await.is_empty());
    hub.finish().await;
}

async fn refusals_apart(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let (tess, theo, reference) = told(&hub).await;
    let app = &hub.app;
    let key = |text: &str| IdempotencyKey::parse(text).unwrap();
    let to = ShareTo { team: Some(hub.person("hugh.pseudo").team_id), person: String::new() };
    let access = NewAccess { to, reason: "They plan with us.".to_owned(), ..lawful() };
    for attempt in ["one", "two"] {
        let refused = app.give_casework_access(&app.request(None), &theo, &key(attempt), (&reference, &access)).await;
        assert!(matches!(refused.map(drop), Err(Error::Refused)), "it is the lead's to give");
    }
    let note = (reference.as_str(), Audience::Casework, "canary");
    let refused = app.write_message(&app.request(None), &tess, &key("note"), note).await;
    assert!(matches!(refused.map(drop), Err(Error::Refused)));
    let dora = hub.sign_in("dora.madeup").await;
    let refused = async |caller: &Caller| {
        let page = asked(app, caller, &reference, AccessQuery::default()).await.unwrap();
        assert!(page.items.iter().all(|item| item.action != Action::GiveCaseworkAccess), "what was refused was not done");
        let of = |item: AccessItem| (item.person.unwrap_or_default(), item.action, item.times);
        page.refused.into_iter().map(of).collect::<Vec<_>>()
    };
    let his = ("Theo Invented".to_owned(), Action::GiveCaseworkAccess, 2);
    let hers = ("Tess Example".to_owned(), Action::WriteMessage, 1);
    let (team, officer, sender) = (refused(&theo).await, refused(&dora).await, refused(&tess).await);
    assert!(team.contains(&his) && team.contains(&hers), "{team:?}");
    assert!(officer.contains(&his), "{officer:?}");
    let told = |(person, action, _): &(String, Action, u64)| !person.is_empty() || *action == Action::GiveCaseworkAccess;
    assert!(!sender.iter().any(told), "the sender is told no person, and nothing of the team's own words: {sender:?}");
    hub.finish().await;
}

async fn altered(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let (_, theo, reference) = told(&hub).await;
    hub.app.sequence().await.unwrap();
    let mut raw = Raw::unguarded(&hub).await;
    raw.run("UPDATE log_event SET at = at - 1000 WHERE action = 'download-file'").await;
    let answer = asked(&hub.app, &theo, &reference, AccessQuery::default()).await;
    assert!(matches!(answer, Err(Error::Integrity(_))), "an event that was altered is not told as it stands: {answer:?}");
    hub.abandon().await;
}

crate::support::on_both! {
    the_receiving_team_is_told_persons_and_the_sender_teams => persons_or_teams,
    officers_are_told_persons_and_strangers_nothing => officers_and_strangers,
    what_was_refused_stands_apart_and_within_what_the_asker_holds => refusals_apart,
    an_altered_event_is_not_told => altered,
}
