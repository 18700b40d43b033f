//! The page after sending, come back to from a bookmark: it says what is, and nothing that was to come and has passed.

use std::time::Duration;

use crate::support::{
    client::Client,
    hub::{ENGINES, Hub},
};

#[tokio::test(flavor = "multi_thread")]
async fn the_page_after_sending_tells_no_time_that_has_passed() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let tess = Client::new(&served);
    tess.sign_in(&served, "tess.example").await;
    let sent = tess.refer(&[]).await;
    let page = tess.get(&sent).await.body;
    assert!(page.contains("Fire Protection decides by "), "{page}");
    assert!(!page.contains("Nobody there reads at that hour"), "the limit is the hour at which they close: {page}");

    served.hub.clock.advance(Duration::from_hours(24 * 30));
    tess.sign_in(&served, "tess.example").await;
    let page = tess.get(&sent).await.body;
    assert!(page.contains("was to act by ") && page.contains("and has not"), "{page}");
    assert!(!page.contains("decides by ") && !page.contains("they read next on"), "{page}");

    let opened = tess.refer(&[]).await;
    let theo = Client::new(&served);
    theo.sign_in(&served, "theo.invented").await;
    assert_eq!(theo.get(opened.trim_end_matches("/sent")).await.status.as_u16(), 200);
    let page = tess.get(&opened).await.body;
    assert!(page.contains("Fire Protection has opened it since.") && !page.contains("decides by "), "{page}");
    served.finish().await;
}
