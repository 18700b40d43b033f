//! The hub's own number stands wherever a page says whom to ring and the form knows nobody for where it is.

use std::sync::Arc;

use referral_exchange::{
    app::Choices,
    domain::{code::Code, question::Kind},
};
use serde_json::json;

use crate::support::{
    client::{Client, Page},
    hub::{ENGINES, Hub},
    kept_back::try_send_chosen,
};

const NUMBER: &str = "01632 960177";

fn numbers(page: &Page) -> Vec<String> {
    page.words("main a[href^='tel:']")
}

fn has(page: &Page) -> bool {
    numbers(page).iter().any(|number| number == NUMBER)
}

/// A hub whose configuration names its own number.
async fn with_helpline() -> Hub {
    let mut hub = Hub::founded(ENGINES[0]).await;
    let first = Arc::clone(&hub.app);
    hub.app = hub.node_with_helpline(NUMBER, "Weekdays, 9am to 5pm").await;
    first.close().await.unwrap();
    hub
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hubs_number_is_there_where_a_district_is_unknown_or_has_none_of_its_own() {
    let served = with_helpline().await.serve().await;
    let client = Client::new(&served);
    client.sign_in(&served, "quinn.mock").await;
    let (mut own, mut hubs) = (0, 0);
    for versioned in served.hub.app.pathways() {
        let pathway = &versioned.pathway;
        let start = client.get(&format!("/refer/{}", pathway.id)).await;
        assert!(has(&start), "{}: when the service is down", pathway.id);
        let ring = format!("/refer/{}/ring", pathway.id);
        let by_area = pathway.danger.ring.iter().any(|ring| !ring.districts.is_empty());
        let only_999 = pathway.danger.ring.iter().all(|ring| ring.number.len() <= 3);
        let page = client.get(&ring).await;
        assert_eq!(has(&page), by_area || only_999, "{}: the area is not known", pathway.id);
        assert!(numbers(&page).len() > 1, "{}: nobody but 999", pathway.id);
        let kind = pathway.district.as_ref().and_then(|id| pathway.question(id)).map(|question| &question.kind);
        let Some(Kind::Choice(areas)) = kind.filter(|_| by_area) else { continue };
        for area in areas {
            let is_named = |code: &Code| pathway.danger.ring.iter().any(|ring| ring.districts.contains(code));
            let page = client.get(&format!("{ring}?district={}", area.code)).await;
            assert_eq!(has(&page), !is_named(&area.code), "{}: {}", pathway.id, area.code);
            if is_named(&area.code) { own += 1 } else { hubs += 1 }
        }
    }
    assert!(own > 20 && hubs > 3, "{own} with a number of their own, {hubs} without");
    // Whoever is not sure which form fits has no area yet, and every page says whom to ask for help.
    let asked = client.get("/not-sure").await;
    let question = served.hub.app.screening().questions[0].id.to_string();
    let page = client.post("/not-sure", &[("csrf_token", &asked.token()), (&question, "no")]).await;
    assert!(has(&page), "{}", page.body);
    let foot = "ask the lead of your team, or your agency’s administrator, or ring 01632 960177 (Weekdays, 9am to 5pm).";
    assert!(page.words("footer p").iter().any(|line| line.ends_with(foot)), "{:?}", page.words("footer p"));
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_after_sending_has_the_hubs_number_where_the_area_is_not_known() {
    for (number_wanted, hub) in [(true, with_helpline().await), (false, Hub::founded(ENGINES[0]).await)] {
        let served = hub.serve().await;
        let client = Client::new(&served);
        client.sign_in(&served, "tess.example").await;
        let tess = served.hub.sign_in("tess.example").await;
        for (area, is_open) in [(json!({ "not_known": "not-known" }), true), (json!("leicester"), false)] {
            let form = ("child-exploitation", json!({ "district": area }));
            let receipt = try_send_chosen(&served.hub.app, &tess, form, Choices::default()).await.unwrap();
            let page = client.get(&format!("/referrals/{}/sent", receipt.reference)).await;
            assert!(page.body.contains("If things get worse") && !numbers(&page).is_empty(), "{}", page.body);
            assert_eq!(has(&page), number_wanted && is_open, "{:?}", numbers(&page));
        }
        served.finish().await;
    }
}
