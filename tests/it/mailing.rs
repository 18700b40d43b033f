//! Mail that somebody has notices: it says nothing, goes to those who are told and nobody else, at hours they want, and is not
//! lost when a process ends.

use std::{sync::Arc, time::Duration};

use referral_exchange::{
    app::{App, Caller, Error, NoticeQuery},
    domain::{
        mailing::{MailAddress, MailHours},
        role::Role,
        time::Timestamp,
    },
    store::Engine,
};
use serde_json::json;

use crate::support::{
    acts::send as send_example,
    hub::{ENGINES, Hub},
    notice::{self, send, with},
    raw::Raw,
    smtp::Smtp,
};

const SOON: Duration = Duration::from_mins(6);

/// A person's own address, given by themselves.
async fn reachable(hub: &Hub, username: &str, quiet: bool) -> Caller {
    let caller = hub.sign_in(username).await;
    let address = MailAddress::parse(&format!("{username}@agency.example")).unwrap();
    let hours = if quiet { MailHours::Working } else { MailHours::Any };
    hub.app.set_mailbox(&hub.app.request(None), &caller, Some(&address), hours).await.unwrap();
    caller
}

/// What is due goes now: gathered, and handed to the relay once the time to join it has passed.
async fn round(hub: &Hub, node: &App) -> usize {
    let at_once = node.mind_mail().await.unwrap();
    hub.clock.advance(SOON);
    at_once + node.mind_mail().await.unwrap()
}

async fn says_nothing(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let smtp = Smtp::open().await;
    let node = hub.node_mailing(smtp.relay()).await;
    for username in ["theo.invented", "fay.fictional"] {
        reachable(&hub, username, true).await;
    }
    let tess = hub.sign_in("tess.example").await;
    let mut references = Vec::new();
    for number in 0..10 {
        let canary = |answers: &mut serde_json::Value| answers["premises_name"] = json!("Canaryplace");
        let sent = send_example(&node, &tess, &format!("mail-{number}"), canary).await;
        references.push(sent.reference.to_string());
    }
    assert_eq!(round(&hub, &node).await, 2);
    assert_eq!(
        smtp.recipients(),
        ["fay.fictional@agency.example", "theo.invented@agency.example"],
        "ten notices within minutes are one mail to each of the team, and none to those who gave no address"
    );
    for got in smtp.got() {
        let text = got.text.to_lowercase();
        let telling = ["canary", "fire", "theo", "fay", "tess", "school", "referral/"];
        let body = text.split_once("\r\n\r\n").unwrap().1.to_owned() + got.header("Subject");
        assert!(telling.iter().all(|word| !body.contains(word)), "{body}");
        assert!(references.iter().all(|reference| !got.text.contains(reference)), "no reference either");
        assert!(got.text.contains("https://hub.example/open"), "{}", got.text);
        assert!(got.from.starts_with("bounces+") && got.from.ends_with("@hub.example"), "{}", got.from);
    }
    assert_eq!(round(&hub, &node).await, 0, "and once");
    // No address stands in the database in clear.
    let mut raw = Raw::owner(&hub).await;
    let sealed = raw.rows("SELECT sealed FROM mailbox").await;
    assert!(sealed.iter().all(|row| !String::from_utf8_lossy(&row[0].bytes()).contains("agency.example")));
    hub.finish().await;
}

async fn hours(engine: Engine) {
    let hub = notice::founded(engine).await;
    let smtp = Smtp::open().await;
    let node = hub.node_mailing_with(notice::library(), smtp.relay()).await;
    // A Friday evening.
    hub.clock.set(Timestamp::parse("2026-11-27T19:50:00Z").unwrap());
    reachable(&hub, "petra.phantom", true).await;
    reachable(&hub, "paul.figment", false).await;
    let tess = hub.sign_in("tess.example").await;
    hub.clock.advance(Duration::from_mins(10));
    send(&node, &tess, &notice::plain()).await;
    assert_eq!(round(&hub, &node).await, 1);
    assert_eq!(smtp.recipients(), ["paul.figment@agency.example"], "who wants no quiet has it at once");
    smtp.forget();
    let tess = hub.sign_in("tess.example").await;
    send(&node, &tess, &with(&json!({ "danger_now": true }))).await;
    node.mind_mail().await.unwrap();
    let urgent = smtp.recipients();
    assert!(urgent.contains(&"petra.phantom@agency.example".to_owned()), "what is for today waits for nothing: {urgent:?}");
    assert!(smtp.got().iter().all(|got| got.header("Subject") == "Something for you today"));
    smtp.forget();
    send(&node, &tess, &notice::plain()).await;
    hub.clock.set(Timestamp::parse("2026-11-30T06:59:00Z").unwrap());
    node.mind_mail().await.unwrap();
    assert!(!smtp.recipients().contains(&"petra.phantom@agency.example".to_owned()), "a weekend is quiet");
    hub.clock.set(Timestamp::parse("2026-11-30T07:05:30Z").unwrap());
    node.mind_mail().await.unwrap();
    node.mind_mail().await.unwrap();
    hub.clock.advance(SOON);
    node.mind_mail().await.unwrap();
    assert!(smtp.recipients().contains(&"petra.phantom@agency.example".to_owned()), "on Monday morning it goes");
    hub.finish().await;
}

/// The agency's administrator says when mail comes to its people; whoever says so for themselves goes before it, and what is for
/// today goes at once.
async fn hours_of_an_agency(engine: Engine) {
    let hub = notice::founded(engine).await;
    let smtp = Smtp::open().await;
    let node = hub.node_mailing_with(notice::library(), smtp.relay()).await;
    let administrator = hub
        .people
        .iter()
        .find(|person| person.role == Role::AgencyAdministrator && person.agency == hub.person("paul.figment").agency);
    let administrator = administrator.unwrap().username.clone();
    let night = async |text: &str| {
        hub.clock.set(Timestamp::parse(text).unwrap());
        smtp.forget();
    };
    let follow = async |username: &str, hours| {
        let caller = hub.sign_in(username).await;
        let address = MailAddress::parse(&format!("{username}@agency.example")).unwrap();
        hub.app.set_mailbox(&hub.app.request(None), &caller, Some(&address), hours).await.unwrap();
        assert_eq!(hub.app.own_mailbox(&caller).await.unwrap().unwrap().hours, hours);
    };
    let send_one = async |answers: &serde_json::Value| {
        let tess = hub.sign_in("tess.example").await;
        send(&node, &tess, answers).await;
        round(&hub, &node).await;
        let mut got = smtp.recipients();
        got.sort();
        got
    };
    night("2026-11-27T22:00:00Z").await;
    follow("paul.figment", MailHours::Agency).await;
    follow("petra.phantom", MailHours::Working).await;
    assert!(send_one(&notice::plain()).await.is_empty(), "an agency that says nothing is quiet at night");
    let urgent = with(&json!({ "danger_now": true }));
    assert_eq!(send_one(&urgent).await, ["paul.figment@agency.example", "petra.phantom@agency.example"]);

    let app = &hub.app;
    let refused = app.set_mail_hours(&app.request(None), &hub.sign_in("paul.figment").await, false).await;
    assert!(matches!(refused, Err(Error::Refused)), "{refused:?}");
    let officer = hub.sign_in(&administrator).await;
    assert!(app.mail_hours(&officer).await.unwrap());
    app.set_mail_hours(&app.request(None), &officer, false).await.unwrap();
    assert!(!app.mail_hours(&officer).await.unwrap());
    night("2026-11-30T22:00:00Z").await;
    assert_eq!(send_one(&notice::plain()).await, ["paul.figment@agency.example"], "who keeps quiet hours keeps them");
    let officer = hub.sign_in(&administrator).await;
    app.set_mail_hours(&app.request(None), &officer, true).await.unwrap();
    follow("petra.phantom", MailHours::Any).await;
    night("2026-12-01T22:00:00Z").await;
    assert_eq!(send_one(&notice::plain()).await, ["petra.phantom@agency.example"], "who wants none has none");
    hub.finish().await;
}

async fn named_only(engine: Engine) {
    let hub = notice::founded(engine).await;
    let smtp = Smtp::open().await;
    let node = hub.node_mailing_with(notice::library(), smtp.relay()).await;
    let everybody: Vec<String> = hub.people.iter().map(|person| person.username.clone()).collect();
    for username in everybody.iter().filter(|name| name.as_str() != "tess.example") {
        reachable(&hub, username, false).await;
    }
    let tess = hub.sign_in("tess.example").await;
    send(&node, &tess, &with(&json!({ "involved": true, "danger_now": true }))).await;
    let mut raw = Raw::owner(&hub).await;
    let rows = raw.rows("SELECT a.username FROM notice n JOIN account a ON a.id = n.to_id ORDER BY a.username").await;
    let named: Vec<String> = rows.iter().map(|row| format!("{}@agency.example", row[0].shown())).collect();
    round(&hub, &node).await;
    assert_eq!(smtp.recipients(), named, "of a restricted case the people named, and nobody else");
    hub.finish().await;
}

async fn not_lost(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let smtp = Smtp::open().await;
    reachable(&hub, "theo.invented", true).await;
    let tess = hub.sign_in("tess.example").await;
    // The process that took the act ends before it has sent anything.
    send_example(&hub.app, &tess, "before", |_| ()).await;
    let node = hub.node_mailing(smtp.relay()).await;
    smtp.is_busy(true);
    assert_eq!(round(&hub, &node).await, 0, "the relay is busy");
    smtp.is_busy(false);
    assert_eq!(node.mind_mail().await.unwrap(), 0, "and is given time");
    // The next try is cut off when the relay has the mail and has not said so.
    smtp.is_mute(true);
    hub.clock.advance(SOON);
    tokio::select! {
        sent = node.mind_mail() => panic!("{sent:?}"),
        () = smtp.taken() => {}
    }
    smtp.is_mute(false);
    hub.clock.advance(SOON);
    assert_eq!(node.mind_mail().await.unwrap(), 1);
    let got = smtp.got();
    assert_eq!(got.len(), 2, "at least once");
    assert_eq!(got[0].header("Message-ID"), got[1].header("Message-ID"), "and a mailbox can tell that it is the same");
    hub.clock.advance(SOON);
    assert_eq!(node.mind_mail().await.unwrap(), 0);
    // Of two nodes one sends.
    send_example(&hub.app, &hub.sign_in("tess.example").await, "after", |_| ()).await;
    let other = hub.node_mailing(smtp.relay()).await;
    round(&hub, &node).await;
    let (one, two) = tokio::join!(node.mind_mail(), other.mind_mail());
    assert_eq!((one.unwrap() + two.unwrap(), smtp.got().len()), (0, 3));
    hub.finish().await;
}

async fn comes_back(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let smtp = Smtp::open().await;
    let node: Arc<App> = hub.node_mailing(smtp.relay()).await;
    let theo = reachable(&hub, "theo.invented", false).await;
    let tess = hub.sign_in("tess.example").await;
    send_example(&node, &tess, "one", |_| ()).await;
    round(&hub, &node).await;
    let sent = smtp.got().remove(0);
    let report = |to: &str| {
        format!(
            "To: <{to}>\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n--x\r\n\
             Content-Type: message/delivery-status\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n--x--\r\n"
        )
    };
    let forged = sent.from.replace(['a', '1'], "0");
    assert_ne!(node.take_bounce(report(&forged).as_bytes(), None).await.unwrap(), "Counted.");
    assert_eq!(node.take_bounce(report(&sent.from).as_bytes(), None).await.unwrap(), "Counted.");
    for _ in 0..2 {
        let again = node.take_bounce(report(&sent.from).as_bytes(), None).await.unwrap();
        assert_eq!(again, "Counted already: this mail came back before.");
    }
    let mut raw = Raw::owner(&hub).await;
    assert_eq!(raw.count("SELECT bounces FROM mailbox").await, 1, "one mail comes back once");
    // Those that the relay refuses at once count as well; after three no more is sent.
    smtp.knows_not("theo");
    for number in 0..3 {
        send_example(&node, &hub.sign_in("tess.example").await, &format!("n{number}"), |_| ()).await;
        round(&hub, &node).await;
    }
    assert_eq!(raw.count("SELECT bounces FROM mailbox WHERE stopped_at IS NOT NULL").await, 3);
    smtp.knows_not("");
    smtp.forget();
    send_example(&node, &hub.sign_in("tess.example").await, "quiet", |_| ()).await;
    round(&hub, &node).await;
    assert_eq!(smtp.got().len(), 0);
    // The administrator of that agency hears of the member and of nothing else, and lets it go again.
    let rows = raw
        .rows("SELECT a.username FROM notice n JOIN account a ON a.id = n.to_id WHERE n.code = 'mail-failing' AND n.referral IS NULL")
        .await;
    let officers: Vec<String> = rows.iter().map(|row| row[0].shown()).collect();
    let mut once = officers.clone();
    once.sort();
    once.dedup();
    assert_eq!(officers.len(), once.len() * 2, "of the first, and of the last: {officers:?}");
    let now = hub.sign_in("theo.invented").await;
    let own = node.notices(&node.request(None), &now, &NoticeQuery::default()).await.unwrap();
    assert_eq!(own.items.iter().filter(|view| view.code.code() == "mail-returned").count(), 2, "and so do they themselves");
    let officer = hub.sign_in(&once[0]).await;
    let page = node.notices(&node.request(None), &officer, &NoticeQuery::default()).await.unwrap();
    let about: Vec<_> = page.items.iter().filter_map(|view| view.about.as_deref()).collect();
    assert_eq!(about, ["Theo Invented"; 2]);
    let failing = node.failing_mailboxes(&node.request(None), &officer).await.unwrap();
    assert_eq!(failing.iter().map(|view| view.user).collect::<Vec<_>>(), [theo.user()]);
    let refused = node.failing_mailboxes(&node.request(None), &hub.sign_in("tess.example").await).await;
    assert!(matches!(refused, Err(Error::Refused)));
    node.resume_mail(&node.request(None), &officer, theo.user()).await.unwrap();
    assert!(matches!(node.resume_mail(&node.request(None), &officer, theo.user()).await, Err(Error::Malformed(_))));
    send_example(&node, &hub.sign_in("tess.example").await, "again", |_| ()).await;
    round(&hub, &node).await;
    assert_eq!(smtp.recipients(), ["theo.invented@agency.example"]);
    hub.finish().await;
}

/// Where the agency has no administrator the hub's operators are told: of the person, never of what the mail was about.
async fn nobody_administers(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let smtp = Smtp::open().await;
    let node = hub.node_mailing(smtp.relay()).await;
    let theo = reachable(&hub, "theo.invented", false).await;
    let mut raw = Raw::owner(&hub).await;
    raw.run("UPDATE membership SET state = 'ended' WHERE role = 'agency-administrator'").await;
    smtp.knows_not("theo");
    send_example(&node, &hub.sign_in("tess.example").await, "one", |_| ()).await;
    round(&hub, &node).await;
    let told = "SELECT a.username FROM notice n JOIN account a ON a.id = n.to_id WHERE n.referral IS NULL \
                AND n.code = 'mail-unattended' ORDER BY a.username";
    let operators = "SELECT DISTINCT a.username FROM membership m JOIN account a ON a.id = m.account \
                     WHERE m.role = 'hub-operator' ORDER BY a.username";
    let names = |rows: Vec<Vec<crate::support::raw::Cell>>| rows.iter().map(|row| row[0].shown()).collect::<Vec<_>>();
    let told = names(raw.rows(told).await);
    assert!(!told.is_empty() && told == names(raw.rows(operators).await), "{told:?}");
    let operator = hub.sign_in(&told[0]).await;
    let page = node.notices(&node.request(None), &operator, &NoticeQuery::default()).await.unwrap();
    let about: Vec<_> = page.items.iter().map(|view| (view.about.as_deref(), view.reference)).collect();
    assert_eq!(about, [(Some("Theo Invented"), None)]);
    let own = node.notices(&node.request(None), &theo, &NoticeQuery::default()).await.unwrap();
    assert!(own.items.iter().any(|view| view.code.code() == "mail-returned"));
    hub.abandon().await;
}

/// What a relay could not take in the evening does not come at night.
async fn held_up(engine: Engine) {
    let hub = notice::founded(engine).await;
    let smtp = Smtp::open().await;
    let node = hub.node_mailing_with(notice::library(), smtp.relay()).await;
    // A Friday afternoon: what is gathered now may go this evening, but the hub stands still until Sunday.
    hub.clock.set(Timestamp::parse("2026-11-27T16:00:00Z").unwrap());
    reachable(&hub, "petra.phantom", true).await;
    let tess = hub.sign_in("tess.example").await;
    send(&node, &tess, &notice::plain()).await;
    node.mind_mail().await.unwrap();
    hub.clock.set(Timestamp::parse("2026-11-29T20:00:00Z").unwrap());
    node.mind_mail().await.unwrap();
    assert!(smtp.recipients().is_empty(), "a Sunday evening is quiet: {:?}", smtp.recipients());
    hub.clock.set(Timestamp::parse("2026-11-30T07:00:00Z").unwrap());
    node.mind_mail().await.unwrap();
    assert_eq!(smtp.recipients(), ["petra.phantom@agency.example"], "on Monday morning it goes");
    hub.finish().await;
}

async fn without_a_relay(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let theo = reachable(&hub, "theo.invented", false).await;
    let tess = hub.sign_in("tess.example").await;
    send_example(app, &tess, "one", |_| ()).await;
    assert!(!app.sends_mail());
    assert_eq!(app.mind_mail().await.unwrap(), 0);
    let mut raw = Raw::owner(&hub).await;
    assert_eq!(raw.count("SELECT COUNT(*) FROM outbox").await + raw.count("SELECT COUNT(*) FROM mail").await, 0);
    assert_eq!(app.unread_notices(&theo).await.unwrap(), 1, "all is in the product");
    app.set_mailbox(&app.request(None), &theo, None, MailHours::Agency).await.unwrap();
    assert!(app.own_mailbox(&theo).await.unwrap().is_none());
    hub.finish().await;
}

crate::support::on_both! {
    a_mail_says_nothing_and_ten_notices_are_one => says_nothing,
    mail_waits_for_the_morning_unless_it_is_for_today => hours,
    an_agency_says_when_mail_comes_unless_its_people_do => hours_of_an_agency,
    of_a_restricted_case_only_the_people_named_get_mail => named_only,
    no_mail_is_lost_or_told_apart_when_a_process_ends => not_lost,
    an_address_from_which_mail_comes_back_is_left_alone => comes_back,
    where_nobody_administers_an_agency_the_operators_hear_whose_mail_comes_back => nobody_administers,
    what_was_held_up_goes_at_no_quiet_hour => held_up,
    without_a_relay_everything_is_in_the_product => without_a_relay,
}
