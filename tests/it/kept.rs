//! What was posted when its session had run out: sealed to whoever typed it, offered to nobody else, acted on by nobody.

use std::time::Duration;

use referral_exchange::{
    app::RequestContext,
    domain::{
        code::Code,
        kept::{KeptForm, KeptPlace},
        reference::Reference,
    },
    store::Engine,
};

use crate::support::{
    client::{Client, Page, section},
    hub::{ENGINES, Hub, Served},
    raw::Raw,
};

const OVER: Duration = Duration::from_mins(20);
const LIVE: &str = "SELECT COUNT(*) FROM entry_kept_bytes";
const WORDS: &str = "Canarykept Stores";

/// Somebody who has a section of a draft open, and whose session then ran out.
async fn interrupted(engine: Engine) -> (Served, Client, String, Page) {
    let served = Hub::founded(engine).await.serve().await;
    let client = Client::new(&served);
    client.sign_in(&served, "tess.example").await;
    let address = format!("{}/section/premises", client.begin().await);
    let shown = client.get(&address).await;
    served.hub.clock.advance(OVER);
    (served, client, address, shown)
}

fn answers() -> Vec<(String, String)> {
    section("premises", &[("premises_name", WORDS)])
}

async fn live(served: &Served) -> i64 {
    Raw::owner(&served.hub).await.count(LIVE).await
}

/// The acts on record with this name, done or refused.
async fn on_record(served: &Served, action: &str) -> i64 {
    Raw::owner(&served.hub).await.count(&format!("SELECT COUNT(*) FROM log_event WHERE action = '{action}'")).await
}

fn encoded(address: &str) -> String {
    url::form_urlencoded::byte_serialize(address.as_bytes()).collect()
}

async fn offered_to_its_author(engine: Engine) {
    let (served, client, address, shown) = interrupted(engine).await;
    let posted = client.save_from(&shown, &address, &answers()).await;
    assert_eq!(posted.location(), format!("/sign-in?kept=1&next={}", encoded(&address)));
    assert!(!posted.body.contains("Canarykept"), "nothing comes back in clear");
    assert!(client.get(posted.location()).await.body.contains("What you typed is kept"));
    let mut raw = Raw::owner(&served.hub).await;
    for table in ["entry_kept", "entry_kept_bytes", "log_body"] {
        for row in raw.rows(&format!("SELECT * FROM {table}")).await {
            for cell in row {
                assert!(!cell.shown().contains("Canarykept"), "{table}");
            }
        }
    }
    assert_eq!((live(&served).await, on_record(&served, "keep-form").await), (1, 1));
    let author = raw.texts("SELECT account FROM entry_kept").await.remove(0);
    assert_eq!(author, served.hub.person("tess.example").user.to_string());

    // Somebody else who signs in here sees nothing of it, and a colleague who may go on with the draft neither.
    client.sign_in(&served, "omar.placeholder").await;
    let id = raw.texts("SELECT id FROM entry_kept").await.remove(0);
    assert_eq!(client.get(&format!("{address}?kept={id}&use=premises_name")).await.status.as_u16(), 404);
    let token = client.get("/account").await.token();
    let discard = format!("/kept/{id}/discard");
    assert_eq!(client.post(&discard, &[("csrf_token", &token)]).await.status.as_u16(), 404);
    client.post("/sign-out", &[("csrf_token", &token)]).await;

    // Its author is offered it, each answer beside what stands; nothing was saved by that.
    client.sign_in(&served, "tess.example").await;
    let offer = client.get(&address).await;
    assert_eq!(offer.value("premises_name"), "", "nothing was acted on");
    assert!(offer.words("#kept-heading").contains(&"What you typed is kept".to_owned()), "{}", offer.body);
    assert!(offer.words(".app-kept").contains(&format!("You typed: {WORDS}")));
    assert_eq!((offer.value("kept"), on_record(&served, "read-kept").await), (id.clone(), 1));
    let chosen = client.get(&format!("{address}?kept={id}&use=premises_name&use=district")).await;
    assert_eq!((chosen.value("premises_name").as_str(), chosen.value("premises_address.town").as_str()), (WORDS, ""));
    assert!(chosen.body.contains("It is not saved until you press a save button"));
    assert_eq!(client.get(&address).await.value("premises_name"), "", "putting back saves nothing");
    assert_eq!(live(&served).await, 1);

    // Saved, it is kept no longer.
    let mut fields = answers();
    fields.push(("kept".to_owned(), id.clone()));
    assert_eq!(client.save_from(&chosen, &address, &fields).await.status.as_u16(), 303);
    let after = client.get(&address).await;
    assert_eq!(after.value("premises_name"), WORDS);
    assert!(after.words("#kept-heading").is_empty());
    assert_eq!((live(&served).await, on_record(&served, "erase-kept").await), (0, 2), "one of them refused");
    let erased = format!("SELECT COUNT(*) FROM log_erased WHERE what = 'kept' AND id = '{id}'");
    assert_eq!(raw.count(&erased).await, 1);
    served.finish().await;
}

async fn discarded_or_overtaken(engine: Engine) {
    let (served, client, address, shown) = interrupted(engine).await;
    client.save_from(&shown, &address, &answers()).await;
    client.sign_in(&served, "tess.example").await;
    let offer = client.get(&address).await;
    let fields = [("csrf_token", offer.token()), ("back", address.clone())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let discard = format!("/kept/{}/discard", offer.value("kept"));
    assert_eq!(client.post(&discard, &fields).await.location(), address);
    assert_eq!(live(&served).await, 0);
    assert!(client.get(&address).await.words("#kept-heading").is_empty());
    assert_eq!(client.post(&discard, &fields).await.status.as_u16(), 404, "once is all");

    // What says the same as what stands is not offered, and goes with the next saving.
    let shown = client.get(&address).await;
    assert_eq!(client.save_from(&shown, &address, &answers()).await.status.as_u16(), 303);
    let shown = client.get(&address).await;
    served.hub.clock.advance(OVER);
    client.save_from(&shown, &address, &answers()).await;
    client.sign_in(&served, "tess.example").await;
    let same = client.get(&address).await;
    assert!(same.words("#kept-heading").is_empty() && live(&served).await == 1);
    let mut fields = answers();
    fields.push(("kept".to_owned(), same.value("kept")));
    client.save_from(&same, &address, &fields).await;
    assert_eq!(live(&served).await, 0);

    // A draft that is deleted takes it along.
    let shown = client.get(&address).await;
    served.hub.clock.advance(OVER);
    client.save_from(&shown, &address, &section("premises", &[("premises_name", "Other")])).await;
    client.sign_in(&served, "tess.example").await;
    assert_eq!(live(&served).await, 1);
    let draft = address.split("/section/").next().unwrap();
    let ask = client.get(&format!("{draft}/delete")).await;
    client.post(&format!("{draft}/delete"), &[("csrf_token", &ask.token())]).await;
    assert_eq!(live(&served).await, 0);
    served.finish().await;
}

/// Only the cookie of a session that ran out by itself, with its own token, from our own pages, at the press of a button.
async fn only_of_a_session_that_ran_out(engine: Engine) {
    let (served, client, address, shown) = interrupted(engine).await;
    let mut fields = vec![("csrf_token".to_owned(), shown.token())];
    fields.extend(answers());
    let pairs = |fields: &[(String, String)]| -> Vec<(String, String)> { fields.to_vec() };
    let post = async |client: &Client, fields: Vec<(String, String)>, headers: &[(&str, &str)]| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        client.post_with(&address, &fields, headers).await
    };
    let plain = format!("/sign-in?next={}", encoded(&address));
    let nobody = Client::new(&served);
    assert_eq!(post(&nobody, pairs(&fields), &[]).await.location(), plain, "no cookie");
    let unknown = format!("__Host-session={}", "A".repeat(43));
    for cookie in [unknown.as_str(), "__Host-session=nonsense"] {
        assert_eq!(post(&nobody, pairs(&fields), &[("cookie", cookie)]).await.location(), plain, "{cookie}");
    }
    let mut wrong = pairs(&fields);
    wrong[0].1 = "A".repeat(43);
    assert_eq!(post(&client, wrong, &[]).await.location(), plain, "another's token");
    let foreign = post(&client, pairs(&fields), &[("origin", "https://evil.example")]).await;
    assert_eq!(foreign.status.as_u16(), 403);
    let mut by_itself = pairs(&fields);
    by_itself.push(("autosave".to_owned(), "yes".to_owned()));
    assert_eq!(post(&client, by_itself, &[]).await.status.as_u16(), 403, "a script hears it and tells the person");
    assert_eq!((live(&served).await, on_record(&served, "keep-form").await), (0, 0));

    // Signed out is not run out: whoever ended a session wants nothing more of it.
    let signed_in = client.sign_in(&served, "tess.example").await;
    let cookie = signed_in.cookies().into_iter().find(|text| text.starts_with("__Host-session=")).unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let token = client.get("/account").await.token();
    client.post("/sign-out", &[("csrf_token", &token)]).await;
    let mut ended = pairs(&fields);
    ended[0].1 = token;
    assert_eq!(post(&nobody, ended, &[("cookie", &cookie)]).await.location(), plain);
    assert_eq!(live(&served).await, 0);
    served.finish().await;
}

/// Few of one person, few from one address, and none for long.
async fn bounded(engine: Engine) {
    let (served, _, address, shown) = interrupted(engine).await;
    let app = &served.hub.app;
    let reference = address.split('/').nth(2).unwrap();
    let place = KeptPlace {
        form: KeptForm::Section,
        reference: Reference::parse(reference).unwrap(),
        section: Code::parse("premises").unwrap(),
    };
    let client = Client::new(&served);
    let signed_in = client.sign_in(&served, "tess.example").await;
    let cookie = signed_in.cookies().into_iter().find_map(|text| text.strip_prefix("__Host-session=")).unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let token = client.get("/account").await.token();
    assert_ne!(token, shown.token());
    served.hub.clock.advance(OVER);
    let from = |last: u8| RequestContext { source: Some([192, 0, 2, last].into()), ..app.request(None) };
    let keep = async |last: u8, text: &str| {
        let fields = [("premises_name".to_owned(), text.to_owned())];
        app.keep_form(&from(last), (&cookie, Some(&token)), &place, &fields).await.unwrap()
    };
    for at in 0..6 {
        assert!(keep(1, &format!("Try {at}")).await);
        served.hub.clock.advance(Duration::from_secs(1));
    }
    assert_eq!(live(&served).await, 5, "a sixth takes the place of the oldest");
    for _ in 6..60 {
        assert!(keep(1, "Again").await);
    }
    assert!(!keep(1, "Once more").await, "enough from one address");
    assert!(keep(2, "Once more").await, "another address is none the worse");
    served.hub.clock.advance(Duration::from_mins(16));
    assert!(keep(1, "After a while").await);
    assert_eq!(live(&served).await, 5);

    let offered = app.kept_form(&app.request(None), &served.hub.sign_in("tess.example").await, &place).await.unwrap().unwrap();
    assert_eq!(offered.fields[0].1, "After a while", "the newest first");
    served.hub.clock.advance(Duration::from_hours(7 * 24 - 1));
    assert_eq!(app.expire_kept().await.unwrap(), 0);
    served.hub.clock.advance(Duration::from_hours(2));
    assert_eq!((app.expire_kept().await.unwrap(), live(&served).await), (5, 0));
    assert_eq!(on_record(&served, "expire-kept").await, 5);
    assert_eq!(app.expire_kept().await.unwrap(), 0);
    served.finish().await;
}

/// One that was bent is on record and not offered; the draft itself opens.
async fn bent(engine: Engine) {
    let (served, client, address, shown) = interrupted(engine).await;
    client.save_from(&shown, &address, &answers()).await;
    let mut past = Raw::unguarded(&served.hub).await;
    past.run("UPDATE entry_kept SET section = 'seen'").await;
    client.sign_in(&served, "tess.example").await;
    let elsewhere = client.get(&address.replace("/premises", "/seen")).await;
    assert!(elsewhere.status.as_u16() == 200 && elsewhere.words("#kept-heading").is_empty());
    let refused = "SELECT COUNT(*) FROM log_event WHERE action = 'read-kept'";
    assert_eq!(Raw::owner(&served.hub).await.count(refused).await, 1);
    let report = served.hub.verify().await;
    assert!(report.findings.iter().any(|finding| finding.table == "entry_kept"), "{:?}", report.findings);
    served.stop().await.abandon().await;
}

crate::support::on_both! {
    what_is_posted_after_the_session_is_kept_sealed_and_offered_to_its_author_alone => offered_to_its_author,
    what_is_kept_is_discarded_overtaken_or_goes_with_its_draft => discarded_or_overtaken,
    only_a_session_that_ran_out_has_its_form_kept => only_of_a_session_that_ran_out,
    what_is_kept_is_little_and_for_a_week => bounded,
    what_was_bent_is_not_offered => bent,
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_form_given_back_after_signing_in_is_kept_when_that_session_ends_too() {
    let (served, client, address, shown) = interrupted(ENGINES[0]).await;
    client.sign_in(&served, "tess.example").await;
    let old = client.save_from(&shown, &address, &answers()).await;
    let hidden = old.hidden();
    served.hub.clock.advance(OVER);
    let fields: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert!(client.post("/drafts/resume", &fields).await.location().starts_with("/sign-in?kept=1"));
    let without: Vec<(&str, &str)> = fields.iter().copied().filter(|(name, _)| *name != "csrf_token").collect();
    assert!(client.post("/drafts/resume", &without).await.location().starts_with("/sign-in?next="));
    assert_eq!(live(&served).await, 1);
    served.finish().await;
}
