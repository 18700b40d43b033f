//! From the question about danger to the page that survives a bookmark.

use std::time::Duration;

use crate::support::{
    client::{Client, Page, fire},
    hub::{ENGINES, Hub, Served},
};

async fn sender() -> (Served, Client) {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let client = Client::new(&served);
    client.sign_in(&served, "tess.example").await;
    (served, client)
}

async fn form(client: &Client) -> Page {
    let page = client.get("/refer/fire-protection/form?danger=no").await;
    assert_eq!(page.status.as_u16(), 200);
    page
}

#[tokio::test(flavor = "multi_thread")]
async fn danger_is_asked_first_and_the_record_can_still_be_made() {
    let (served, client) = sender().await;
    assert_eq!(client.get("/refer/fire-protection/form").await.location(), "/refer/fire-protection/danger");
    assert_eq!(client.get("/refer/fire-protection/danger").await.status.as_u16(), 200);
    assert_eq!(client.get("/refer/fire-protection/danger?").await.status.as_u16(), 422);
    let no = client.get("/refer/fire-protection/danger?danger=no").await;
    assert_eq!(no.location(), "/refer/fire-protection/form?danger=no");
    let yes = client.get("/refer/fire-protection/danger?danger=yes").await;
    assert!(yes.body.contains("href=\"tel:999\"") && yes.body.contains("/refer/fire-protection/form?danger=yes"));
    let form = client.get("/refer/fire-protection/form?danger=yes").await;
    assert!(form.body.contains("value=\"yes\" checked"), "the answer is carried over");
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sending_twice_is_sending_once() {
    let (served, client) = sender().await;
    let page = form(&client).await;
    let (csrf, token) = (page.token(), page.value("form_token"));
    let check = client.post("/refer/fire-protection/check", &fire(&csrf, &token, &[])).await;
    assert_eq!((check.status.as_u16(), check.heading().as_str()), (200, "Check your answers"));
    assert!(check.body.contains("Fire Protection (Leicestershire Fire and Rescue Service)"));
    assert!(check.body.contains("Monday to Friday, 9am to 5pm") && check.body.contains("ring 999 and ask for the fire service"));
    assert!(check.body.contains("modern slavery"), "the advice that these answers call up");

    let hidden = check.hidden();
    let fields: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let sent = client.post("/refer/fire-protection/send", &fields).await;
    assert_eq!(sent.status.as_u16(), 303);
    let again = client.post("/refer/fire-protection/send", &fields).await;
    assert_eq!(again.location(), sent.location());

    for _ in 0..2 {
        let page = client.get(sent.location()).await;
        assert_eq!(page.heading(), "Referral sent");
        assert!(page.body.contains("Fire Protection decides by"), "{}", page.body);
    }
    let list = client.get("/sent").await;
    assert_eq!(list.words("tbody tr").len(), 1);

    // The same form with another answer is no new referral.
    let changed = client.post("/refer/fire-protection/send", &fire(&csrf, &token, &[("narrative", "Something else.")])).await;
    assert_eq!((changed.status.as_u16(), changed.heading().as_str()), (409, "You have already sent this form"));
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_comes_back_with_everything_that_was_written() {
    let (served, client) = sender().await;
    let page = form(&client).await;
    let (csrf, token) = (page.token(), page.value("form_token"));
    let changes = [("premises_address.town", ""), ("premises_use", "other"), ("narrative", "<script>alert(1)</script>")];
    let failed = client.post("/refer/fire-protection/check", &fire(&csrf, &token, &changes)).await;
    assert_eq!(failed.status.as_u16(), 422);
    assert!(failed.words("title")[0].starts_with("Error: "));
    assert_eq!(
        failed.words(".govuk-error-summary__list a"),
        ["Enter the town or city of the premises address", "Enter what it is used as"]
    );
    assert_eq!(failed.value("form_token"), token);
    assert_eq!(failed.value("premises_name"), "Example Stores");
    assert!(!failed.body.contains("<script>alert"), "what was typed is text");
    assert!(failed.words("textarea").contains(&"<script>alert(1)</script>".to_owned()));

    // Now it asks the question that the answer called up; taken back, the question goes and its answer is not sent.
    let changes = [("premises_use", "other"), ("other_use", "a covered car wash")];
    let fine = client.post("/refer/fire-protection/check", &fire(&csrf, &token, &changes)).await;
    assert!(fine.status.as_u16() == 200 && fine.body.contains("a covered car wash"));
    let back = client.post("/refer/fire-protection/check", &fire(&csrf, &token, &[("other_use", "a covered car wash")])).await;
    assert!(back.status.as_u16() == 200 && !back.body.contains("a covered car wash"));

    let change = client.post("/refer/fire-protection/form", &fire(&csrf, &token, &[("change", "narrative")])).await;
    assert_eq!((change.status.as_u16(), change.value("premises_name").as_str()), (200, "Example Stores"));
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_outlive_the_session() {
    let (served, client) = sender().await;
    let page = form(&client).await;
    let (csrf, token) = (page.token(), page.value("form_token"));
    served.hub.clock.advance(Duration::from_mins(20));
    let kept = client.post("/refer/fire-protection/send", &fire(&csrf, &token, &[])).await;
    assert_eq!((kept.status.as_u16(), kept.heading().as_str()), (403, "Sign in to go on"));
    let hidden = kept.hidden();
    let fields: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    // Nobody has signed in yet: the same page again, nothing lost.
    let still = client.post("/refer/fire-protection/resume", &fields).await;
    assert_eq!(still.hidden(), hidden);
    client.sign_in(&served, "tess.example").await;
    // The old form, sent again from the browser's history, comes back as well.
    let old = client.post("/refer/fire-protection/send", &fire(&csrf, &token, &[])).await;
    assert_eq!((old.status.as_u16(), old.heading().as_str()), (403, "Look at your answers again"));
    assert_eq!(client.get("/sent").await.words("tbody tr").len(), 0, "nothing was acted on");

    let resumed = client.post("/refer/fire-protection/resume", &fields).await;
    assert_eq!((resumed.status.as_u16(), resumed.value("premises_name").as_str()), (200, "Example Stores"));
    assert_eq!(resumed.value("form_token"), token);
    let sent = client.post("/refer/fire-protection/send", &fire(&resumed.token(), &token, &[])).await;
    assert!(sent.location().ends_with("/sent"), "{}", sent.status);
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_finds_ones_own_and_everything_else_looks_the_same() {
    let (served, client) = sender().await;
    let page = form(&client).await;
    let sent = client.post("/refer/fire-protection/send", &fire(&page.token(), &page.value("form_token"), &[])).await;
    let reference = sent.location().split('/').nth(2).unwrap().to_owned();
    let typed = reference.to_lowercase().replace('-', "+");
    let found = client.get(&format!("/find?reference={typed}")).await;
    assert_eq!(found.location(), format!("/referrals/{reference}"));
    let own = client.get(found.location()).await;
    assert_eq!(own.heading(), format!("Referral {reference}"));

    let stranger = Client::new(&served);
    stranger.sign_in(&served, "omar.placeholder").await;
    let page = |path: String| {
        let stranger = &stranger;
        async move {
            let mut answer = stranger.get(&path).await;
            if answer.status.as_u16() == 303 {
                answer = stranger.get(answer.location()).await;
            }
            (answer.status.as_u16(), answer.words("main h1, main p:not(:has(strong))"))
        }
    };
    let forbidden = page(format!("/find?reference={typed}")).await;
    assert_eq!(forbidden.0, 404);
    for other in ["/find?reference=0112-3456-7", "/find?reference=nonsense", "/find", "/find?reference="] {
        assert_eq!(page(other.to_owned()).await, forbidden, "{other}");
    }
    assert_eq!(page(format!("/referrals/{reference}/sent")).await, forbidden);

    let triager = Client::new(&served);
    triager.sign_in(&served, "theo.invented").await;
    let queue = triager.get("/queue").await;
    assert_eq!(queue.words("tbody tr").len(), 1);
    assert!(queue.body.contains("Nobody has opened it"));
    assert_eq!(triager.get(&format!("/referrals/{reference}")).await.status.as_u16(), 200);
    assert_eq!(triager.get("/queue?state=received").await.words("tbody tr").len(), 0);
    assert_eq!(triager.get("/queue?state=opened").await.words("tbody tr").len(), 1);
    assert_eq!(triager.get(sent.location()).await.location(), format!("/referrals/{reference}"));
    assert_eq!(triager.get("/queue?state=none").await.status.as_u16(), 400);
    assert_eq!(triager.get("/queue?team=none").await.status.as_u16(), 404);
    served.finish().await;
}
