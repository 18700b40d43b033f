//! Who checks for an agency, as its administrator names them: on the page and over the API.

use referral_exchange::domain::referral::ReferralState;
use serde_json::json;

use crate::support::{
    client::{Client, Page},
    hub::{ENGINES, Hub, Served},
    notice::{self, send, with},
};

async fn save(client: &Client, page: &Page, fields: &[(&str, &str)]) -> Page {
    let csrf = page.token();
    let all: Vec<_> = std::iter::once(("csrf_token", csrf.as_str())).chain(fields.iter().copied()).collect();
    client.post("/safeguarding-leads", &all).await
}

/// Where a notice of the police stands that is to be checked first.
async fn sent(served: &Served) -> ReferralState {
    let quinn = served.hub.sign_in("quinn.mock").await;
    send(&served.hub.app, &quinn, &with(&json!({ "lead_party": false }))).await.state
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_names_who_checks_and_says_who_is_away() {
    let served = notice::founded(ENGINES[0]).await.serve().await;
    let abel = Client::new(&served);
    abel.sign_in(&served, "abel.template").await;
    assert!(abel.get("/").await.words("main a").contains(&"Who checks".to_owned()));
    let page = abel.get("/safeguarding-leads").await;
    let (pia, quinn) = (served.hub.person("pia.supposed").user.to_string(), served.hub.person("quinn.mock").user.to_string());
    let names = page.words(".govuk-checkboxes__label");
    assert!(names.contains(&"Pia Supposed".to_owned()) && names.contains(&"Quinn Mock".to_owned()), "{names:?}");
    assert!(!names.contains(&"Abel Template".to_owned()), "an administrator works on no referrals");
    assert_eq!(page.words("label[for^='away-']"), ["Pia Supposed is away until"]);
    assert_eq!(sent(&served).await, ReferralState::Checking);

    let away = format!("away-{pia}");
    let wrong = save(&abel, &page, &[("lead", &pia), (&away, "some day")]).await;
    assert_eq!(wrong.status.as_u16(), 422);
    assert_eq!(wrong.value(&away), "some day", "what was typed stays");
    assert!(wrong.words(".govuk-error-summary__list a")[0].starts_with("The day that Pia Supposed is back"));

    assert_eq!(save(&abel, &page, &[("lead", &pia), (&away, "23/11/2026")]).await.location(), "/safeguarding-leads?kept=yes");
    let kept = abel.get("/safeguarding-leads?kept=yes").await;
    assert_eq!(kept.value(&away), "23/11/2026");
    assert!(kept.body.contains("goes to the receiving team at once"), "nobody is there: {}", kept.body);
    assert_eq!(sent(&served).await, ReferralState::Received, "nobody waits for somebody who is away");

    save(&abel, &page, &[("lead", &pia), (&away, "23/11/2026"), ("lead", &quinn)]).await;
    let both = abel.get("/safeguarding-leads").await;
    assert_eq!(both.words("label[for^='away-']").len(), 2);
    assert!(!both.body.contains("goes to the receiving team at once"));
    // Back on the day that was said.
    save(&abel, &page, &[("lead", &pia), (&away, "23/11/2026")]).await;
    served.hub.clock.advance(std::time::Duration::from_hours(96));
    let abel = Client::new(&served);
    abel.sign_in(&served, "abel.template").await;
    assert_eq!(abel.get("/safeguarding-leads").await.value(&away), "");
    assert_eq!(sent(&served).await, ReferralState::Checking);
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_names_them_and_nobody_is_named_who_could_not_check() {
    let served = notice::founded(ENGINES[0]).await.serve().await;
    let (abel, token) = served.signed_in("abel.template").await;
    let at = format!("{}/api/v1/safeguarding-leads", served.url());
    let listed: serde_json::Value = abel.get(&at).send().await.unwrap().json().await.unwrap();
    let pia = listed["items"].as_array().unwrap().iter().find(|item| item["name"] == "Pia Supposed").unwrap();
    assert_eq!((&pia["checks"], &pia["away_until"]), (&json!(true), &json!(null)));
    let administrator = served.hub.person("abel.template").user.to_string();
    let stranger = served.hub.person("tess.example").user.to_string();
    for (id, status) in [(administrator, 400), (stranger, 400), (pia["id"].as_str().unwrap().to_owned(), 204)] {
        let body = json!({ "leads": [{ "id": id }] });
        let call = abel.post(&at).header("X-CSRF-Token", &token).header("Idempotency-Key", &id).json(&body);
        assert_eq!(call.send().await.unwrap().status(), status, "{body}");
    }
    let lead = Client::new(&served);
    lead.sign_in(&served, "pia.supposed").await;
    assert_eq!(lead.get("/safeguarding-leads").await.status.as_u16(), 403);
    assert!(!lead.get("/").await.body.contains("/safeguarding-leads"));
    served.finish().await;
}

/// Whoever checks and may be involved loses sight of a draft before its story is written, and is not offered again.
#[tokio::test(flavor = "multi_thread")]
async fn a_lead_who_may_be_a_party_loses_sight_of_the_draft_before_the_story_is_written() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let client = Client::new(&served);
    client.sign_in(&served, "tess.example").await;
    let lena = served.hub.person("lena.sample").user.to_string();
    let account = client.get("/account/deputy").await;
    client.post("/account/deputy", &[("csrf_token", &account.token()), ("deputy", &lena)]).await;
    let page = client.get("/refer/prevent/danger").await;
    let (csrf, token) = (page.token(), page.value("form_token"));
    let begun = client.post("/refer/prevent/start", &[("csrf_token", &csrf), ("form_token", &token), ("danger", "no")]).await;
    let draft = begun.location().to_owned();
    let deputy = Client::new(&served);
    deputy.sign_in(&served, "lena.sample").await;
    assert_eq!(deputy.get(&draft).await.status.as_u16(), 200);

    let address = format!("{draft}/section/check");
    let answers = [("can_wait".to_owned(), "yes".to_owned()), ("lead_is_party".to_owned(), "yes".to_owned())];
    let saved = client.save_from(&client.get(&address).await, &address, &answers).await;
    assert_eq!(saved.location(), format!("{draft}/deputy?party=yes"));
    let told = client.get(saved.location()).await;
    assert!(told.body.contains("can no longer see this draft"), "{}", told.body);
    assert_eq!(told.words("option"), ["Nobody"], "the only colleague may be involved");
    assert_eq!(deputy.get(&draft).await.status.as_u16(), 404);
    let again = client.post(&format!("{draft}/deputy"), &[("csrf_token", &told.token()), ("deputy", &lena)]).await;
    assert_eq!(again.status.as_u16(), 409);
    assert_eq!(deputy.get(&draft).await.status.as_u16(), 404);
    served.finish().await;
}
