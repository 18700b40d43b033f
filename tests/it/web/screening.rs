//! "I am not sure": every yes suggests its form, nothing of the answers is kept anywhere.

use crate::support::{
    client::Client,
    hub::{ENGINES, Hub, Served},
};

async fn events(served: &Served) -> i64 {
    served.hub.app.sequence().await.unwrap();
    served.hub.app.store().sequenced_from(0, 10_000).await.unwrap().len().try_into().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_yes_suggests_its_form_and_whom_to_ring_is_always_there() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let client = Client::new(&served);
    client.sign_in(&served, "tess.example").await;
    let home = client.get("/").await;
    assert!(home.words("main a").contains(&"I am not sure which form fits".to_owned()));

    let asked = client.get("/not-sure").await;
    assert_eq!(asked.heading(), "Which form fits?");
    assert!(asked.body.contains("ring 999 first"));
    let (csrf, before) = (asked.token(), events(&served).await);
    let answers = async |given: &[(&str, &str)]| {
        let all: Vec<_> = std::iter::once(("csrf_token", csrf.as_str())).chain(given.iter().copied()).collect();
        client.post("/not-sure", &all).await
    };
    let nothing = answers(&[]).await;
    assert_eq!(nothing.status.as_u16(), 422);
    assert_eq!(nothing.words(".govuk-error-summary__list a"), ["Answer yes or no to at least one of these"]);

    let several = answers(&[("child", "no"), ("home", "yes"), ("held", "yes")]).await;
    assert_eq!((several.status.as_u16(), several.heading().as_str()), (200, "These forms may fit"));
    assert_eq!(
        several.words("main h2")[..2],
        ["High-risk domestic abuse (MARAC)", "Modern slavery or trafficking"],
        "{}",
        several.body
    );
    for form in ["/refer/marac", "/refer/modern-slavery"] {
        assert!(several.body.contains(&format!("href=\"{form}\"")), "{form}");
        assert_eq!(client.get(form).await.status.as_u16(), 200);
    }
    let none = answers(&[("child", "no"), ("home", "no"), ("held", "no"), ("drawn-in", "no")]).await;
    assert_eq!(none.heading(), "None of these");
    assert!(none.body.contains("href=\"/refer/fire-protection\""));
    // What was left open is not answered with no, and is offered before what is left.
    let open = answers(&[("child", "no")]).await;
    assert_eq!(open.heading(), "A form that you left open may fit");
    let offered = open.links("main li a");
    assert_eq!(offered[..3], ["/refer/marac", "/refer/modern-slavery", "/refer/prevent"], "{offered:?}");
    assert!(!offered.contains(&"/refer/child-exploitation".to_owned()));
    for page in [&several, &none] {
        assert!(page.body.contains("href=\"tel:999\"") && page.body.contains("Whom to ring"));
        assert!(page.location().is_empty(), "the answers go into no address");
    }
    // Reading the start pages of the forms is no event either.
    assert_eq!(events(&served).await, before, "nothing is kept of the answers");
    assert_eq!(answers(&[("stranger", "yes")]).await.status.as_u16(), 400);
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_the_agency_does_not_send_is_named_without_a_way_in() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let client = Client::new(&served);
    // A data protection officer sends nothing.
    client.sign_in(&served, "dora.madeup").await;
    let csrf = client.get("/not-sure").await.token();
    let page = client.post("/not-sure", &[("csrf_token", &csrf), ("home", "yes")]).await;
    assert_eq!(page.heading(), "This form may fit");
    assert!(page.body.contains("Your agency does not send this form.") && !page.body.contains("/refer/"), "{}", page.body);
    served.finish().await;
}
