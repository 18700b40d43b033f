//! What becomes of somebody's drafts while they are shut out, when they are back, and when they are gone.

use std::time::Duration;

use referral_exchange::{
    app::{App, Caller, DraftView, Error, NoticeQuery, Saved},
    domain::{draft::Part, enquiry::FormKind, reference::Reference},
    store::Engine,
};

use crate::support::{
    client::Client,
    hub::{ENGINES, Hub},
    newcomer::{key, sign_in},
    raw::Raw,
};

const DAY: Duration = Duration::from_hours(24);

fn part(section: &str, text: &str) -> Part {
    Part { section: section.to_owned(), fields: vec![("narrative".to_owned(), text.to_owned())] }
}

async fn begin(app: &App, caller: &Caller) -> Reference {
    let form = ("fire-protection", FormKind::Referral);
    app.start_draft(&app.request(None), caller, &key(app), (form, &part("first", "begun"))).await.unwrap().value
}

async fn read(app: &App, caller: &Caller, draft: Reference) -> Result<DraftView, Error> {
    app.read_draft(&app.request(None), caller, &draft.to_string()).await
}

async fn save(app: &App, caller: &Caller, draft: Reference, expected: i64, part: &Part) {
    let saved = app.save_draft(&app.request(None), caller, (&draft.to_string(), expected), part).await;
    assert!(matches!(saved, Ok(Saved::Done { .. })), "{saved:?}");
}

fn texts(view: &DraftView) -> Vec<&str> {
    view.parts.iter().map(|view| view.part.fields[0].1.as_str()).collect()
}

/// How often somebody was told that a colleague's draft is theirs to go on with.
async fn handed(app: &App, caller: &Caller) -> usize {
    let page = app.notices(&app.request(None), caller, &NoticeQuery::default()).await.unwrap();
    page.items.iter().filter(|notice| notice.code.code() == "draft-handed").count()
}

async fn suspend(hub: &Hub) {
    let abel = hub.sign_in("abel.template").await;
    hub.app.suspend(&hub.app.request(None), &abel, &key(&hub.app), hub.person("quinn.mock").user).await.unwrap();
}

/// Has the owner back, with their team's key from its lead.
async fn back(hub: &Hub) -> Caller {
    let (app, quinn) = (&hub.app, hub.person("quinn.mock").clone());
    let abel = hub.sign_in("abel.template").await;
    app.reinstate(&app.request(None), &abel, &key(app), quinn.user).await.unwrap();
    let pia = hub.sign_in("pia.supposed").await;
    app.admit_member(&app.request(None), &pia, quinn.team_id, quinn.user).await.unwrap();
    sign_in(hub, &quinn).await
}

/// A draft with a deputy, and one without.
async fn two_drafts(hub: &Hub) -> (Reference, Reference) {
    let app = &hub.app;
    let quinn = hub.sign_in("quinn.mock").await;
    let alone = begin(app, &quinn).await;
    app.choose_deputy(&app.request(None), &quinn, Some(hub.person("pia.supposed").user)).await.unwrap();
    (begin(app, &quinn).await, alone)
}

async fn told_at_once(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let (shared, alone) = two_drafts(&hub).await;
    app.mind_drafts().await.unwrap();
    let pia = hub.sign_in("pia.supposed").await;
    assert_eq!(handed(app, &pia).await, 0, "its owner goes on with it");
    suspend(&hub).await;
    app.mind_drafts().await.unwrap();
    app.mind_drafts().await.unwrap();
    assert_eq!(handed(app, &pia).await, 1, "told at once, and once");
    assert_eq!(texts(&read(app, &pia, shared).await.unwrap()), ["begun"]);
    assert!(matches!(read(app, &pia, alone).await, Err(Error::Unseen)), "nobody else was ever given this one");
    save(app, &pia, shared, 1, &part("first", "gone on with")).await;
    app.mind_drafts().await.unwrap();
    assert_eq!(handed(app, &pia).await, 1, "whoever went on with it knows");
    hub.finish().await;
}

async fn back_again(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let (shared, alone) = two_drafts(&hub).await;
    suspend(&hub).await;
    let pia = hub.sign_in("pia.supposed").await;
    app.renew_keys().await.unwrap();
    // Nothing was saved: who is back opens both.
    let quinn = back(&hub).await;
    for draft in [shared, alone] {
        assert_eq!(texts(&read(app, &quinn, draft).await.unwrap()), ["begun"]);
    }
    // Gone on with meanwhile, it opens for its owner once the deputy saves it again.
    suspend(&hub).await;
    save(app, &pia, shared, 0, &part("second", "while away")).await;
    let quinn = back(&hub).await;
    let refused = read(app, &quinn, shared).await;
    assert!(matches!(&refused, Err(Error::Conflict(why)) if why.contains("your deputy went on")), "{:?}", refused.map(drop));
    assert_eq!(app.drafts(&app.request(None), &quinn).await.unwrap().len(), 2, "both are listed");
    let pia = hub.sign_in("pia.supposed").await;
    save(app, &pia, shared, 1, &part("second", "given back")).await;
    let quinn = hub.sign_in("quinn.mock").await;
    for caller in [&quinn, &pia] {
        assert_eq!(texts(&read(app, caller, shared).await.unwrap()), ["begun", "given back"]);
    }
    save(app, &quinn, shared, 1, &part("first", "and on")).await;
    assert_eq!(texts(&read(app, &pia, shared).await.unwrap()), ["and on", "given back"]);
    assert_eq!(texts(&read(app, &quinn, alone).await.unwrap()), ["begun"]);
    hub.finish().await;
}

async fn gone(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let (shared, alone) = two_drafts(&hub).await;
    let abel = hub.sign_in("abel.template").await;
    app.remove_person(&app.request(None), &abel, &key(app), hub.person("quinn.mock").user).await.unwrap();
    app.mind_drafts().await.unwrap();
    app.renew_keys().await.unwrap();
    let pia = hub.sign_in("pia.supposed").await;
    assert_eq!(handed(app, &pia).await, 1);
    save(app, &pia, shared, 1, &part("first", "gone on with")).await;
    // What nobody else was given ends by time, on record as not sent; the other stays while somebody saves it.
    hub.clock.advance(30 * DAY);
    let pia = hub.sign_in("pia.supposed").await;
    save(app, &pia, shared, 2, &part("first", "still at it")).await;
    assert_eq!(app.expire_drafts().await.unwrap(), 1);
    let mut raw = Raw::owner(&hub).await;
    assert_eq!(raw.texts(&format!("SELECT state FROM draft WHERE reference = '{alone}'")).await, ["expired"]);
    assert_eq!(texts(&read(app, &pia, shared).await.unwrap()), ["still at it"]);
    hub.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_back_reads_on_the_page_why_their_draft_does_not_open() {
    let hub = Hub::founded(ENGINES[0]).await;
    let (shared, _) = two_drafts(&hub).await;
    suspend(&hub).await;
    let pia = hub.sign_in("pia.supposed").await;
    save(&hub.app, &pia, shared, 1, &part("first", "while away")).await;
    back(&hub).await;
    let served = hub.serve().await;
    let client = Client::new(&served);
    client.sign_in(&served, "quinn.mock").await;
    let page = client.get(&format!("/drafts/{shared}")).await;
    assert_eq!(page.status.as_u16(), 409);
    assert!(page.body.contains("Your deputy went on with this draft while you could not"), "{}", page.body);
    served.finish().await;
}

crate::support::on_both! {
    the_deputy_of_somebody_suspended_is_told_at_once_and_goes_on => told_at_once,
    whoever_was_suspended_and_is_back_opens_their_drafts => back_again,
    a_draft_of_somebody_who_left_is_its_deputys_or_ends_by_time => gone,
}
