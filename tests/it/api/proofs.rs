//! What anybody can check without the hub: receipts, checkpoints, the key.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use referral_exchange::{
    app::verifier_key,
    audit::{Checkpoint, LogProof},
    store::Engine,
};
use reqwest::header;

use super::Client;
use crate::support::hub::{ENGINES, Hub};

async fn text(client: &Client, path: &str) -> String {
    let answer = client.get(path).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/plain; charset=utf-8", "{path}");
    answer.text().await.unwrap()
}

async fn receipts_verify(engine: Engine) {
    let served = Hub::founded(engine).await.serve().await;
    let tess = Client::signed_in(&served, "tess.example").await;
    tess.sends_example("one").await;
    let dora = Client::signed_in(&served, "dora.madeup").await;
    let page = dora.json("/log?limit=100").await;
    let nobody = Client::nobody(&served);
    let key = verifier_key(&text(&nobody, "/log/key").await).unwrap();
    let items = page["items"].as_array().unwrap();
    let (mut earlier, mut proofs) = (None, 0);
    for item in items.iter().step_by(5).chain(items.last()) {
        let place = item["index"].as_u64().unwrap();
        let event = dora.json(&format!("/log/{place}")).await;
        let leaf = STANDARD.decode(event["leaf_data"].as_str().unwrap()).unwrap();
        let receipt = text(&dora, &format!("/log/{place}/receipt")).await;
        let proof = LogProof::parse(receipt.as_bytes()).unwrap();
        assert_eq!(proof.index(), place);
        let checkpoint = proof.verify(&leaf, &key).unwrap();
        assert!(checkpoint.size() > place);
        if let Some((other_leaf, other)) = earlier.replace((leaf.clone(), proof)) {
            let other: LogProof = other;
            assert!(other.verify(&leaf, &key).is_err(), "one event's receipt does not stand for another");
            assert!(other.verify(&other_leaf, &key).is_ok());
        }
        proofs += 1;
    }
    assert!(proofs > 3);
    let note = text(&nobody, "/log/checkpoint").await;
    let checkpoint = Checkpoint::open(note.as_bytes(), &key).unwrap();
    assert!(checkpoint.size() > page["items"][0]["index"].as_u64().unwrap());
    assert!(Checkpoint::open(note.replace('\n', "\n1").as_bytes(), &key).is_err());
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn receipts_and_checkpoints_verify_offline_on_sqlite() {
    receipts_verify(ENGINES[0]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn receipts_and_checkpoints_verify_offline_on_postgres() {
    receipts_verify(ENGINES[1]).await;
}
