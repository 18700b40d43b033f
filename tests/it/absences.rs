//! Who is away: said by themselves or a lead, read by their team, and acted on where their work lies.

use std::time::Duration;

use referral_exchange::{
    app::{App, Assignment, Caller, Error, IdempotencyKey, ListQuery, NewAbsence, NoticeQuery},
    domain::{absence::Absence, answers::FieldError, message::Audience, queue::QueueView},
    store::Engine,
};

use crate::support::{
    acts::send,
    client::Client,
    hub::{ENGINES, Hub},
    raw::Raw,
};

fn key(app: &App) -> IdempotencyKey {
    IdempotencyKey::parse(&app.request(None).id.to_string()).unwrap()
}

/// A day so many days from now, as it is typed.
fn days_on(app: &App, days: u64) -> String {
    app.now().plus(Duration::from_hours(24 * days)).uk_date().strftime("%-d/%-m/%Y").to_string()
}

async fn say(app: &App, caller: &Caller, (of, from, until): (&str, &str, &str)) -> Result<(), Error> {
    let new = NewAbsence { of: of.to_owned(), from: from.to_owned(), until: until.to_owned() };
    app.set_absence(&app.request(None), caller, &key(app), &new).await.map(drop)
}

async fn give(app: &App, by: &Caller, reference: &str, to: &str) {
    let assignment = Assignment { to: to.to_owned(), note: String::new(), revision: None };
    app.assign(&app.request(None), by, &key(app), (reference, &assignment)).await.unwrap();
}

fn faults(refused: &Result<(), Error>) -> Vec<String> {
    match refused {
        Err(Error::Invalid(faults)) => faults.iter().map(FieldError::name).collect(),
        other => panic!("{other:?}"),
    }
}

/// What stands in a view of the queue: the reference, and until when whoever has it is away.
async fn view(hub: &Hub, caller: &Caller, view: QueueView) -> Vec<(String, Option<Absence>)> {
    let query = ListQuery { view: Some(view), team: Some(hub.person("theo.invented").team_id), ..ListQuery::default() };
    let page = hub.app.queue(&hub.app.request(None), caller, &query).await.unwrap();
    page.items.into_iter().map(|item| (item.reference.to_string(), item.assigned_away)).collect()
}

/// How many notices of a code somebody has.
async fn told(app: &App, caller: &Caller, code: &str) -> usize {
    let page = app.notices(&app.request(None), caller, &NoticeQuery::default()).await.unwrap();
    page.items.iter().filter(|notice| notice.code.code() == code).count()
}

async fn from_day_to_day(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let (theo, fay) = (hub.sign_in("theo.invented").await, hub.sign_in("fay.fictional").await);
    let team = hub.person("theo.invented").team_id;
    let mut sent = Vec::new();
    for number in 0..2 {
        sent.push(send(app, &tess, &format!("away-{number}"), |_| ()).await.reference.to_string());
    }
    give(app, &fay, &sent[0], "theo.invented").await;
    give(app, &fay, &sent[1], "fay.fictional").await;
    assert!(view(&hub, &fay, QueueView::Away).await.is_empty());

    // From tomorrow on for two days.
    say(app, &theo, ("", &days_on(app, 1), &days_on(app, 3))).await.unwrap();
    assert!(view(&hub, &fay, QueueView::Away).await.is_empty(), "not yet");
    hub.clock.advance(Duration::from_hours(24));
    let (theo, fay) = (hub.sign_in("theo.invented").await, hub.sign_in("fay.fictional").await);
    let absence = app.own_absence(&theo).await.unwrap().unwrap();
    assert!(absence.is_on(app.now()));
    assert_eq!(view(&hub, &fay, QueueView::Away).await, [(sent[0].clone(), Some(absence))]);
    assert!(view(&hub, &fay, QueueView::Team).await.contains(&(sent[0].clone(), Some(absence))));
    let counts = app.queue_counts(&fay, team).await.unwrap();
    assert_eq!((counts.away, counts.team), (1, 2));
    let read = app.read_referral(&app.request(None), &fay, &sent[0]).await.unwrap();
    let desk = read.desk.unwrap();
    assert_eq!((desk.assigned_away, desk.members.len()), (Some(absence), 1));
    let read = app.read_referral(&app.request(None), &fay, &sent[1]).await.unwrap();
    let members = read.desk.unwrap().members;
    assert_eq!(members[0].away, Some(absence), "whoever gives it out reads that they are away");
    assert_eq!(app.colleague_away(&fay, "theo.invented").await.unwrap(), Some(absence));
    assert_eq!(app.colleague_away(&tess, "theo.invented").await.unwrap(), None, "it is for the team");

    // What is said to them is told to those who can give it out as well.
    let message = (sent[0].as_str(), Audience::Shared, "The door is locked now.");
    let tess = hub.sign_in("tess.example").await;
    app.write_message(&app.request(None), &tess, &key(app), message).await.unwrap();
    assert_eq!((told(app, &theo, "message").await, told(app, &fay, "message").await), (1, 1));
    // It warns; it does not stop.
    give(app, &fay, &sent[1], "theo.invented").await;
    assert_eq!(view(&hub, &fay, QueueView::Away).await.len(), 2);

    // It ends by itself, and nothing is kept of it.
    hub.clock.advance(Duration::from_hours(48));
    let (theo, fay) = (hub.sign_in("theo.invented").await, hub.sign_in("fay.fictional").await);
    assert_eq!(app.own_absence(&theo).await.unwrap(), None);
    assert!(view(&hub, &fay, QueueView::Away).await.is_empty());
    assert_eq!(app.queue_counts(&fay, team).await.unwrap().away, 0);
    let tess = hub.sign_in("tess.example").await;
    app.write_message(&app.request(None), &tess, &key(app), message).await.unwrap();
    assert_eq!((told(app, &theo, "message").await, told(app, &fay, "message").await), (2, 1));
    app.store().forget_absences(app.now()).await.unwrap();
    assert_eq!(Raw::owner(&hub).await.count("SELECT COUNT(*) FROM absence").await, 0);
    hub.finish().await;
}

async fn who_says_it(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let (theo, fay) = (hub.sign_in("theo.invented").await, hub.sign_in("fay.fictional").await);
    say(app, &fay, ("theo.invented", "", "")).await.unwrap();
    let absence = app.own_absence(&theo).await.unwrap().unwrap();
    assert_eq!((absence.until, absence.is_on(app.now())), (None, true), "from today, open");
    let (_, members) = app.absences(&app.request(None), &theo, None).await.unwrap();
    let away: Vec<_> = members.iter().filter(|view| view.absence.is_some()).map(|view| view.username.as_str()).collect();
    assert_eq!(away, ["theo.invented"]);
    assert!(app.says_who_is_away(&fay, hub.person("fay.fictional").team_id));

    // Colleagues do not say it of each other, and nobody of strangers.
    assert!(matches!(say(app, &theo, ("fay.fictional", "", "")).await, Err(Error::Refused)));
    for stranger in ["tess.example", "nobody.atall"] {
        assert!(matches!(say(app, &fay, (stranger, "", "")).await, Err(Error::Unseen)), "{stranger}");
    }
    let dev = hub.sign_in("dev.specimen").await;
    assert!(matches!(say(app, &dev, ("", "", "")).await, Err(Error::Refused)), "no work lies with an officer");
    let tess = hub.sign_in("tess.example").await;
    assert!(matches!(app.absences(&app.request(None), &tess, None).await, Err(Error::Refused)));
    let team = Some(hub.person("theo.invented").team_id);
    assert!(matches!(app.absences(&app.request(None), &tess, team).await, Err(Error::Unseen)));

    // Days that are none, or in no order, are said.
    for (from, until, wrong) in [
        ("31/2/2026", "", vec!["from"]),
        ("", "soon", vec!["until"]),
        ("", &days_on(app, 0), vec!["until"]),
        (&days_on(app, 5), &days_on(app, 5), vec!["until"]),
        ("x", "y", vec!["from", "until"]),
    ] {
        assert_eq!(faults(&say(app, &theo, ("", from, until)).await), wrong, "{from} {until}");
    }
    assert_eq!(app.own_absence(&theo).await.unwrap(), Some(absence), "nothing of that was kept");
    app.end_absence(&app.request(None), &theo, &key(app), "").await.unwrap();
    assert_eq!(app.own_absence(&theo).await.unwrap(), None);
    let mut raw = Raw::owner(&hub).await;
    let on_record = "SELECT COUNT(*) FROM log_event WHERE action = 'set-absence' AND outcome = 'allow'";
    assert_eq!(raw.count(on_record).await, 2);
    hub.finish().await;
}

async fn nobody_else_is_there(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let (tess, fay) = (hub.sign_in("tess.example").await, hub.sign_in("fay.fictional").await);
    let reference = send(app, &tess, "one", |_| ()).await.reference.to_string();
    give(app, &fay, &reference, "fay.fictional").await;
    say(app, &fay, ("", "", &days_on(app, 2))).await.unwrap();
    app.write_message(&app.request(None), &tess, &key(app), (&reference, Audience::Shared, "It burns.")).await.unwrap();
    let theo = hub.sign_in("theo.invented").await;
    assert_eq!(told(app, &theo, "message").await, 1, "without anybody to give it out the team is told");
    hub.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_away_is_said_to_be_before_work_goes_to_them() {
    let hub = Hub::founded(ENGINES[0]).await;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(&hub.app, &tess, "one", |_| ()).await.reference.to_string();
    let until = hub.app.now().plus(Duration::from_hours(72));
    let served = hub.serve().await;
    let (theo, fay) = (Client::new(&served), Client::new(&served));
    theo.sign_in(&served, "theo.invented").await;
    let own = theo.get("/account/absence").await;
    let save = async |page: &crate::support::client::Page, until: &str| {
        let fields = [("csrf_token", page.token()), ("form_token", page.value("form_token")), ("until", until.to_owned())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        theo.post("/account/absence", &fields).await
    };
    let wrong = save(&own, "32/1/2026").await;
    assert_eq!((wrong.status.as_u16(), wrong.value("until")), (422, "32/1/2026".to_owned()));
    assert_eq!(save(&wrong, &until.uk_date().to_string()).await.location(), "/account");
    let words = format!("away until {}", until.uk_date().strftime("%-d %B %Y"));
    assert!(theo.get("/account").await.body.contains(&words));
    assert!(theo.get("/queue").await.body.contains(&words), "they read what the team reads of them");

    fay.sign_in(&served, "fay.fictional").await;
    let team = fay.get("/queue/absences").await;
    assert!(team.body.contains(&words) && team.body.contains("Theo Invented"), "{}", team.body);
    let page = fay.get(&format!("/referrals/{reference}/assign")).await;
    assert!(page.body.contains(&format!("Theo Invented ({words})")), "{}", page.body);
    let assign = async |page: &crate::support::client::Page, anyway: &str| {
        let (csrf, form, revision) = (page.token(), page.value("form_token"), page.value("revision"));
        let fields = [
            ("csrf_token", &*csrf),
            ("form_token", &*form),
            ("revision", &*revision),
            ("to", "theo.invented"),
            ("anyway", anyway),
        ];
        fay.post(&format!("/referrals/{reference}/assign"), &fields).await
    };
    let warned = assign(&page, "").await;
    assert!(warned.status.is_success() && warned.body.contains(&format!("Whoever you chose is {words}")), "{}", warned.body);
    let anyway = warned.value("anyway");
    assert_eq!(anyway, "theo.invented");
    assert_eq!(assign(&warned, &anyway).await.location(), format!("/referrals/{reference}"));
    let referral = fay.get(&format!("/referrals/{reference}")).await;
    assert!(referral.body.contains(&format!("Theo Invented works on this. They are {words}.")));
    let queue = fay.get("/queue?view=away").await;
    assert!(queue.body.contains(&format!("Theo Invented ({words})")) && queue.body.contains(&reference));

    // The lead says that they are back.
    let back = [("csrf_token", team.token()), ("form_token", team.value("form_token")), ("of", "theo.invented".to_owned())];
    let back: Vec<(&str, &str)> = back.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(fay.post("/queue/absences/end", &back).await.status.as_u16(), 303);
    assert!(fay.get("/queue/absences").await.body.contains("Nobody has said that they are away."));
    served.finish().await;
}

crate::support::on_both! {
    an_absence_is_read_where_work_lies_and_ends_by_itself => from_day_to_day,
    people_say_it_themselves_or_a_lead_says_it => who_says_it,
    without_a_lead_the_team_is_told => nobody_else_is_there,
}
