//! Closing without a decision over the API: never in silence.

use serde_json::{Value, json};

use super::{Client, fields, problem};
use crate::support::hub::{ENGINES, Hub};

#[tokio::test(flavor = "multi_thread")]
async fn a_closing_names_the_field_that_would_tell_the_referrer() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let tess = Client::signed_in(&served, "tess.example").await;
    let reference = tess.sends_example("one").await;
    let path = format!("/referrals/{reference}");
    let theo = Client::signed_in(&served, "theo.invented").await;
    let revision = theo.json(&path).await["revision"].clone();
    let posts = async |name: &str, body: &Value| {
        theo.post(&format!("{path}/close")).header("Idempotency-Key", name).json(body).send().await.unwrap()
    };
    let mut body = json!({ "reason": "wrong-desk", "text": "It is about a home.", "revision": revision });
    let told = problem(posts("silent", &body).await, 422, "answers").await;
    assert_eq!(fields(&told), ["reason_for_referrer"]);
    assert!(theo.json(&path).await.get("closed").is_none());
    body["reason_for_referrer"] = json!("Ring the housing team.");
    assert_eq!(posts("told", &body).await.status(), 201);
    for client in [&tess, &theo] {
        let view = client.json(&path).await;
        assert_eq!(view["closed"], json!({ "reason_for_referrer": "Ring the housing team." }));
        assert!(view.get("decision").is_none(), "nothing was decided");
    }
    served.finish().await;
}
