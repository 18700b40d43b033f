//! Views of queues that somebody keeps: their own, by name, at most twenty, of the queues that they work.

use referral_exchange::{
    app::{App, Caller, Error, IdempotencyKey, NewSavedView},
    domain::{
        answers::FieldError,
        ids::AgencyId,
        queue::{QueueFilter, QueueView},
        saved_view::MOST,
        urgency::Urgency,
    },
    store::Engine,
};

use crate::support::{
    client::Client,
    hub::{ENGINES, Hub},
    raw::Raw,
};

fn key(text: &str) -> IdempotencyKey {
    IdempotencyKey::parse(text).unwrap()
}

fn named(name: &str) -> NewSavedView {
    let filter = QueueFilter { urgency: Some(Urgency::Today), overdue: true, ..QueueFilter::default() };
    NewSavedView { name: name.to_owned(), view: Some(QueueView::Mine), filter, team: None }
}

async fn save(app: &App, caller: &Caller, name: &str, view: &NewSavedView) -> Result<String, Error> {
    app.save_view(&app.request(None), caller, &key(name), view).await.map(|saved| saved.value.id.clone())
}

fn fields(refused: &Result<String, Error>) -> Vec<String> {
    match refused {
        Err(Error::Invalid(faults)) => faults.iter().map(FieldError::name).collect(),
        other => panic!("{other:?}"),
    }
}

async fn own_and_few(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let theo = hub.sign_in("theo.invented").await;
    let first = save(app, &theo, "one", &named("Today and late")).await.unwrap();
    assert_eq!(save(app, &theo, "one", &named("Today and late")).await.unwrap(), first, "once for each key");
    let kept = app.saved_views(&theo).await.unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].kept.view, kept[0].kept.team), (QueueView::Mine, hub.person("theo.invented").team_id));
    assert_eq!(kept[0].kept.filter, named("").filter);
    // The same name is the same view.
    let other = NewSavedView { view: Some(QueueView::Closed), filter: QueueFilter::default(), ..named("Today and late") };
    let second = save(app, &theo, "two", &other).await.unwrap();
    let kept = app.saved_views(&theo).await.unwrap();
    assert_eq!((kept.len(), kept[0].kept.view, kept[0].id.to_string()), (1, QueueView::Closed, second.clone()));

    // It is nobody else's: neither to see nor to remove.
    let fay = hub.sign_in("fay.fictional").await;
    assert!(app.saved_views(&fay).await.unwrap().is_empty());
    let forgets =
        async |caller: &Caller, name: &str, id: &str| app.forget_view(&app.request(None), caller, &key(name), id).await.map(drop);
    for id in [second.as_str(), first.as_str(), "none"] {
        assert!(matches!(forgets(&fay, &format!("fay-{id}"), id).await, Err(Error::Unseen)));
    }
    let tess = hub.sign_in("tess.example").await;
    assert!(matches!(save(app, &tess, "tess", &named("Mine")).await, Err(Error::Refused)), "who works no queue keeps none");

    // What cannot be is said.
    let strange = NewSavedView { team: Some(hub.person("mara.storybook").team_id), ..named(" ") };
    assert_eq!(fields(&save(app, &theo, "bad", &strange).await), ["name", "team"]);
    let pathway = Some("made-up".to_owned());
    let strange = NewSavedView { filter: QueueFilter { pathway, ..QueueFilter::default() }, ..named(&"x".repeat(61)) };
    assert_eq!(fields(&save(app, &theo, "long", &strange).await), ["name", "pathway"]);
    let agency = Some(AgencyId::parse(&"ab".repeat(16)).unwrap());
    let strange = NewSavedView { filter: QueueFilter { agency, ..QueueFilter::default() }, ..named("Nobody's") };
    assert_eq!(fields(&save(app, &theo, "nobody", &strange).await), ["agency"]);
    for number in 1..MOST {
        save(app, &theo, &format!("more-{number}"), &named(&format!("View {number}"))).await.unwrap();
    }
    assert_eq!(fields(&save(app, &theo, "full", &named("One more")).await), ["name"]);
    save(app, &theo, "again", &named("View 3")).await.unwrap();
    forgets(&theo, "gone", &second).await.unwrap();
    save(app, &theo, "room", &named("One more")).await.unwrap();
    assert_eq!(app.saved_views(&theo).await.unwrap().len(), MOST);
    hub.finish().await;
}

/// Damage to one of a person's views hides neither the others nor the queue.
async fn damaged(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let theo = hub.sign_in("theo.invented").await;
    for name in ["One", "Two"] {
        let new = NewSavedView { name: name.to_owned(), ..NewSavedView::default() };
        app.save_view(&app.request(None), &theo, &IdempotencyKey::parse(name).unwrap(), &new).await.unwrap();
    }
    Raw::owner(&hub).await.run("UPDATE saved_view SET queue_view = 'nonsense' WHERE name = 'One'").await;
    let left = app.saved_views(&theo).await.unwrap();
    assert_eq!(left.iter().map(|view| view.name.as_str()).collect::<Vec<_>>(), ["Two"]);
    hub.finish().await;
}

crate::support::on_both! {
    a_view_that_does_not_read_hides_neither_the_others_nor_the_queue => damaged,
    a_view_is_its_owners_alone_and_there_are_twenty_at_most => own_and_few,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_is_kept_from_the_queue_shown_above_it_and_removed() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let client = Client::new(&served);
    client.sign_in(&served, "theo.invented").await;
    let queue = client.get("/queue?view=waiting&urgency=today").await;
    let keep = queue.links("nav[aria-label='Your views'] a").remove(0);
    let page = client.get(&keep).await;
    assert!(page.body.contains("The queue shows now: Waiting, Today."), "{}", page.body);
    let hidden = page.hidden();
    let fields: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let unnamed = client.post("/queue/views", &[&fields[..], &[("name", "")]].concat()).await;
    assert_eq!(unnamed.status.as_u16(), 422);
    let kept = client.post("/queue/views", &[&fields[..], &[("name", "<b>Late</b>")]].concat()).await;
    let queue = client.get(kept.location()).await;
    assert!(queue.body.contains("&#60;b&#62;Late") || queue.body.contains("&lt;b&gt;Late"), "a name is text");
    let address = queue.links("nav[aria-label='Your views'] a[aria-current]").remove(0);
    assert!(address.contains("view=waiting") && address.contains("urgency=today"), "{address}");
    let (path, hidden) = client.get("/queue/views").await.last_form();
    assert!(path.ends_with("/delete"), "{path}");
    let fields: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(client.post(&path, &fields).await.location(), "/queue/views");
    assert!(client.get("/queue/views").await.body.contains("Nothing yet."));
    served.finish().await;
}
