//! What a reader is told when a stored record is not what the log vouches for.

use crate::support::{
    acts::send,
    client::Client,
    hub::{ENGINES, Hub},
    raw::Raw,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_referral_says_so_in_plain_words() {
    let hub = Hub::founded(ENGINES[0]).await;
    let sender = hub.sign_in("tess.example").await;
    let reference = send(&hub.app, &sender, "damage", |_| {}).await.reference;
    Raw::unguarded(&hub)
        .await
        .run("UPDATE entry_bytes SET bytes = x'00' WHERE entry = (SELECT id FROM entry WHERE kind = 'submission')")
        .await;
    let served = hub.serve().await;
    let client = Client::new(&served);
    client.sign_in(&served, "theo.invented").await;
    let page = client.get(&format!("/referrals/{reference}")).await;
    assert_eq!((page.status.as_u16(), page.heading().as_str()), (500, "A stored record has been changed or damaged"));
    let words = page.words("main p").join(" ");
    for told in ["None of it was shown", "This is on record", "Tell your data-protection officer"] {
        assert!(words.contains(told), "{words}");
    }
    let number = page.words("main strong.app-number");
    assert!(number.len() == 1 && !number[0].is_empty(), "a number to quote: {words}");
    served.stop().await.abandon().await;
}
