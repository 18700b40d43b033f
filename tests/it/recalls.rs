//! What was shared and is taken back: whoever shared it sees who opened it and how they are rung, and each person who could open it
//! is told to destroy their copies and whom to ask, though no key leads them there any more.

use std::time::Duration;

use referral_exchange::{
    app::{App, Caller, Error, IdempotencyKey, NewAccess, NoticeQuery, NoticeView, WorkContact},
    domain::{
        file::FileForm,
        ids::EntryId,
        message::Audience,
        notice::NoticeCode,
        sharing::{NewShare, ShareTo},
        text::{JobTitle, WorkPhone},
    },
    store::Engine,
};

use crate::support::{
    acts::{lawful, send},
    client::Client,
    files::{attach, fetch, pdf},
    hub::{ENGINES, Hub},
    raw::Raw,
};

fn key(app: &App) -> IdempotencyKey {
    IdempotencyKey::parse(&app.request(None).id.to_string()).unwrap()
}

/// The notices of somebody that something was taken back, and whether they are unread.
async fn told(app: &App, caller: &Caller) -> Vec<NoticeView> {
    let page = app.notices(&app.request(None), caller, &NoticeQuery::default()).await.unwrap();
    page.items.into_iter().filter(|view| view.code == NoticeCode::Recalled).collect()
}

async fn share(app: &App, by: &Caller, reference: &str, to: ShareTo, entries: &[EntryId]) -> String {
    let view = app.read_referral(&app.request(None), by, reference).await.unwrap();
    let (basis, purpose) = app.own_law(by, &view).await.unwrap();
    let what = NewShare { to, entries: entries.to_vec(), basis: Some(basis), purpose: Some(purpose), ..NewShare::default() };
    app.share(&app.request(None), by, &key(app), (reference, &what)).await.unwrap().value.id
}

/// A hub with a referral, a note and a file of the receiving team on it: triager, reference, note and file.
async fn worked_on(engine: Engine) -> (Hub, Caller, String, EntryId, EntryId) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(app, &tess, "one", |_| ()).await.reference.to_string();
    attach(app, &tess, &reference, "plan", ("shared", "plan.pdf", &pdf(2_000))).await.unwrap();
    let theo = hub.sign_in("theo.invented").await;
    let title = Some(JobTitle::parse("Fire safety adviser").unwrap());
    let contact = WorkContact { title, phone: Some(WorkPhone::parse("0116 496 0711").unwrap()) };
    app.change_work_contact(&app.request(None), &theo, &contact).await.unwrap();
    app.write_message(&app.request(None), &theo, &key(app), (&reference, Audience::Casework, "canarynote")).await.unwrap();
    let view = app.read_referral(&app.request(None), &theo, &reference).await.unwrap();
    let (note, file) = (view.messages[0].id, view.files[0].id);
    (hub, theo, reference, note, file)
}

async fn each_is_told(engine: Engine) {
    let (hub, theo, reference, note, file) = worked_on(engine).await;
    let app = &hub.app;
    let (hugh, hana) = (hub.sign_in("hugh.pseudo").await, hub.sign_in("hana.conjured").await);
    let health = hub.person("hugh.pseudo").team_id;
    let team = ShareTo { team: Some(health), person: String::new() };
    let id = share(app, &theo, &reference, team, &[note, file]).await;
    let by_name = ShareTo { team: Some(health), person: "hugh.pseudo".to_owned() };
    share(app, &theo, &reference, by_name, &[note]).await;

    // Twice opened and once downloaded is two rows, not three.
    let request = app.request(None);
    let first = app.now();
    let copy = app.read_referral(&app.request(None), &hugh, &reference).await.unwrap().files[0].id.to_string();
    hub.clock.advance(Duration::from_mins(5));
    app.read_referral(&app.request(None), &hugh, &reference).await.unwrap();
    fetch(app, &hugh, (&reference, &copy), FileForm::File).await.unwrap();
    let shares = app.read_referral(&request, &theo, &reference).await.unwrap().shares;
    let opened = &shares.iter().find(|share| share.id.to_string() == id).unwrap().opened;
    let rows: Vec<_> = opened.iter().map(|row| (row.by.name.as_str(), row.times, row.is_file)).collect();
    assert!(rows.contains(&("Hugh Pseudo", 2, false)) && rows.contains(&("Hugh Pseudo", 1, true)), "{rows:?}");
    assert_eq!(rows.len(), 2);
    let read = opened.iter().find(|row| !row.is_file).unwrap();
    assert_eq!((read.first, read.last), (first, app.now()));
    assert_eq!(read.team, "Health safeguarding (Leicestershire Partnership NHS Trust)");
    assert!(told(app, &hugh).await.is_empty());

    app.recall_share(&request, &theo, &key(app), (&reference, &id)).await.unwrap();
    assert!(matches!(app.read_referral(&request, &hana, &reference).await.map(drop), Err(Error::Unseen)));
    // Whoever still has something of it by another share opens nothing of what was taken back.
    assert!(app.read_referral(&request, &hugh, &reference).await.unwrap().files.is_empty());
    let again = fetch(app, &hugh, (&reference, &copy), FileForm::File).await;
    assert!(matches!(again.map(drop), Err(Error::Unseen)), "nor its file");
    for (caller, why) in [(&hugh, "who opened it"), (&hana, "who could have opened it")] {
        let told = told(app, caller).await;
        let [notice] = &told[..] else { panic!("{why} is told once: {told:?}") };
        assert_eq!(notice.reference.unwrap().to_string(), reference);
        assert_eq!((notice.address(), notice.read_at), (None, None), "{why}: there is nothing of it to open");
        let (by, team) = notice.ask.as_ref().unwrap();
        assert_eq!(
            (by.name.as_str(), by.role.as_str(), by.phone.as_deref(), team.as_str()),
            (
                "Theo Invented",
                "Fire safety adviser",
                Some("0116 496 0711"),
                "Fire Protection (Leicestershire Fire and Rescue Service)"
            ),
            "{why} learns whom to ask"
        );
    }
    assert!(told(app, &theo).await.is_empty(), "not whoever took it back");
    for stranger in ["cleo.dummy", "tess.example"] {
        assert!(told(app, &hub.sign_in(stranger).await).await.is_empty(), "{stranger}");
    }
    // What is left to them they open, and have not read that by it; only they mark it, each for themselves.
    app.read_referral(&request, &hugh, &reference).await.unwrap();
    let notice = told(app, &hugh).await.remove(0);
    assert_eq!(notice.read_at, None);
    let theirs = app.mark_notice(&request, &hana, &key(app), &notice.id.to_string()).await;
    assert!(matches!(theirs.map(drop), Err(Error::Unseen)));
    app.mark_notice(&request, &hugh, &key(app), &notice.id.to_string()).await.unwrap();
    assert!(told(app, &hugh).await[0].read_at.is_some(), "it stays in the list");
    assert_eq!(told(app, &hana).await[0].read_at, None, "what one has read the other has not");
    hub.finish().await;
}

async fn whoever_left_is_told(engine: Engine) {
    let (hub, theo, reference, note, _) = worked_on(engine).await;
    let app = &hub.app;
    let request = app.request(None);
    let county = hub.app.store().team_by_code("county-front-door").await.unwrap().unwrap().id;
    let team = ShareTo { team: Some(county), person: String::new() };
    let id = share(app, &theo, &reference, team.clone(), &[note]).await;
    let ines = hub.sign_in("ines.legendary").await;
    app.read_referral(&request, &ines, &reference).await.unwrap();
    let administrator = hub.sign_in("anya.artifice").await;
    app.end_place(&request, &administrator, ines.user(), county).await.unwrap();
    app.recall_share(&request, &theo, &key(app), (&reference, &id)).await.unwrap();
    let ines = hub.sign_in("ines.legendary").await;
    assert_eq!(told(app, &ines).await.len(), 1, "they opened it before they left");

    // Reading along that ends is told likewise, to those who could read by then.
    let fay = hub.sign_in("fay.fictional").await;
    let access = NewAccess { to: team, reason: "They plan with us.".to_owned(), ..lawful() };
    let id = app.give_casework_access(&request, &fay, &key(app), (&reference, &access)).await.unwrap().value.id;
    app.end_casework_access(&request, &fay, &key(app), (&reference, &id)).await.unwrap();
    let iris = hub.sign_in("iris.makebelieve").await;
    assert_eq!((told(app, &iris).await.len(), told(app, &ines).await.len()), (2, 1));
    hub.finish().await;
}

async fn a_new_key_each_time(engine: Engine) {
    let (hub, theo, reference, note, _) = worked_on(engine).await;
    let app = &hub.app;
    let request = app.request(None);
    let hugh = hub.sign_in("hugh.pseudo").await;
    let team = ShareTo { team: Some(hub.person("hugh.pseudo").team_id), person: String::new() };
    let id = share(app, &theo, &reference, team.clone(), &[note]).await;
    app.recall_share(&request, &theo, &key(app), (&reference, &id)).await.unwrap();
    app.write_message(&request, &theo, &key(app), (&reference, Audience::Casework, "canarylater")).await.unwrap();
    assert!(matches!(app.read_referral(&request, &hugh, &reference).await.map(drop), Err(Error::Unseen)));
    let messages = app.read_referral(&request, &theo, &reference).await.unwrap().messages;
    let later = messages.into_iter().find(|message| message.text == "canarylater").unwrap();
    share(app, &theo, &reference, team, &[later.id]).await;
    let view = app.read_referral(&request, &hugh, &reference).await.unwrap();
    let said: Vec<_> = view.messages.iter().map(|message| message.text.as_str()).collect();
    assert_eq!(said, ["canarylater"], "what was recalled stays recalled");
    let mut raw = Raw::owner(&hub).await;
    let keys = "SELECT COUNT(DISTINCT g.key_id) FROM grant_made g JOIN grant_share s ON s.compartment = g.compartment";
    assert_eq!(raw.count(keys).await, 2, "no key of a recalled share seals anything later");
    hub.finish().await;
}

#[tokio::test]
async fn the_page_before_a_recall_names_each_once_and_the_notice_says_whom_to_ask() {
    let (hub, theo, reference, note, _) = worked_on(ENGINES[0]).await;
    let app = &hub.app;
    let health = hub.person("hugh.pseudo").team_id;
    let id = share(app, &theo, &reference, ShareTo { team: Some(health), person: String::new() }, &[note]).await;
    let hugh = hub.sign_in("hugh.pseudo").await;
    for _ in 0..3 {
        app.read_referral(&app.request(None), &hugh, &reference).await.unwrap();
    }
    let served = hub.serve().await;
    let (own, theirs) = (Client::new(&served), Client::new(&served));
    own.sign_in(&served, "theo.invented").await;
    theirs.sign_in(&served, "hugh.pseudo").await;
    let at = format!("/referrals/{reference}/shares/{id}/recall");
    for address in [at.clone(), format!("/referrals/{reference}")] {
        let page = own.get(&address).await.body;
        assert!(page.contains("Opened by 1 person"), "{address}: {page}");
        assert_eq!(page.matches("Opened it 3 times").count(), 1, "{address}");
        assert!(page.contains("Hugh Pseudo, ") && page.contains("Ring <span"), "{address}: {page}");
    }
    let (_, fields) = own.get(&at).await.last_form();
    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    own.post(&at, &fields).await;
    let page = theirs.get("/notices").await.body;
    assert!(page.contains("Something shared with you was taken back"), "{page}");
    assert!(page.contains("Ask Theo Invented, Fire safety adviser, Fire Protection"), "{page}");
    assert!(!page.contains("canarynote") && !page.contains(&format!("href=\"/referrals/{reference}\"")));
    served.finish().await;
}

crate::support::on_both! {
    each_person_who_could_open_it_is_told_that_it_was_taken_back => each_is_told,
    what_is_shared_after_a_recall_is_under_a_key_of_its_own => a_new_key_each_time,
    who_opened_it_and_left_is_told_that_it_was_taken_back => whoever_left_is_told,
}
