//! How those who read a referral reach whoever sent it.

use referral_exchange::{
    app::{Error, WorkContact},
    domain::text::{JobTitle, WorkPhone},
    store::Engine,
};
use serde_json::json;

use crate::support::{
    client::Client,
    hub::{ENGINES, Hub},
    notice::{self, plain, read, send, with},
};

fn contact(title: &str, phone: &str) -> WorkContact {
    WorkContact { title: Some(JobTitle::parse(title).unwrap()), phone: Some(WorkPhone::parse(phone).unwrap()) }
}

async fn rings(engine: Engine) {
    let hub = notice::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let receipt = send(app, &tess, &plain()).await;
    // Said after sending, it stands on what was sent before.
    app.change_work_contact(&app.request(None), &tess, &contact("Deputy head", "0116 496 0711")).await.unwrap();
    let petra = hub.sign_in("petra.phantom").await;
    let sender = read(app, &petra, &receipt).await.unwrap().sender;
    assert_eq!((&*sender.name, &*sender.role, sender.phone.as_deref()), ("Tess Example", "Deputy head", Some("0116 496 0711")));
    // Whoever says nothing stands with their role in the team.
    app.change_work_contact(&app.request(None), &tess, &WorkContact::default()).await.unwrap();
    let sender = read(app, &petra, &receipt).await.unwrap().sender;
    assert_eq!((&*sender.role, sender.phone), ("Practitioner", None));
    let dev = hub.sign_in("dev.specimen").await;
    let refused = app.change_work_contact(&app.request(None), &dev, &contact("Officer", "0116 496 0712")).await;
    assert!(matches!(refused, Err(Error::Refused)), "{refused:?}");
    hub.finish().await;
}

async fn deputies_too(engine: Engine) {
    let hub = notice::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let receipt = send(app, &tess, &with(&json!({ "involved": true }))).await;
    let view = read(app, &tess, &receipt).await.unwrap();
    assert_eq!((view.sender.name.as_str(), view.deputy), ("Tess Example", None), "nobody but her sent it");
    hub.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_work_phone_is_said_on_the_account_and_read_where_it_is_needed() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let client = Client::new(&served);
    client.sign_in(&served, "tess.example").await;
    let save = async |title: &str, phone: &str| {
        let csrf = client.get("/account/contact").await.token();
        client.post("/account/contact", &[("csrf_token", &csrf), ("title", title), ("phone", phone)]).await
    };
    let wrong = save("Deputy head", "999").await;
    assert_eq!((wrong.status.as_u16(), wrong.value("title")), (422, "Deputy head".to_owned()), "what was right is kept");
    assert_eq!(wrong.words(".govuk-error-summary__list a"), ["Enter a work phone number, like 0116 496 0000"]);
    assert_eq!(save("", "").await.location(), "/account");
    let draft = client.begin().await;
    client.fill(&draft, &[]).await;
    assert!(client.get(&format!("{draft}/check")).await.body.contains("They cannot ring you"), "before it is sent");
    assert_eq!(save("Deputy head", "0116 496 0711").await.location(), "/account");
    assert!(client.get("/account").await.body.contains("0116 496 0711"));
    let check = client.get(&format!("{draft}/check")).await;
    assert!(check.body.contains("can ring you on 0116 496 0711"), "{}", check.body);
    let sent = client.post(&format!("{draft}/send"), &[("csrf_token", &check.token())]).await;
    let theo = Client::new(&served);
    theo.sign_in(&served, "theo.invented").await;
    let page = theo.get(sent.location().trim_end_matches("/sent")).await;
    assert!(page.body.contains("Ring Tess Example") && page.body.contains("0116 496 0711 (Deputy head)"), "{}", page.body);
    served.finish().await;
}

crate::support::on_both! {
    whoever_receives_a_referral_can_ring_its_sender => rings,
    a_deputy_is_named_only_where_they_sent_it => deputies_too,
}
