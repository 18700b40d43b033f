//! The log's page.

use crate::support::{
    client::Client,
    hub::{ENGINES, Hub},
};

#[tokio::test(flavor = "multi_thread")]
async fn the_use_is_chosen_before_any_event_is_shown() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let sender = Client::new(&served);
    sender.sign_in(&served, "theo.invented").await;
    let sent = sender.refer(&[]).await;
    let reference = sent.split('/').nth(2).unwrap().to_owned();

    let dpo = Client::new(&served);
    dpo.sign_in(&served, "dora.madeup").await;
    let rows = |page: &crate::support::client::Page| page.words("tbody tr");
    let blank = dpo.get("/log").await;
    assert_eq!((blank.status.as_u16(), rows(&blank).len()), (200, 0));
    let unused = dpo.get(&format!("/log?reference={reference}")).await;
    assert_eq!((unused.status.as_u16(), rows(&unused).len()), (422, 0));
    assert_eq!(unused.words(".govuk-error-summary__list a"), ["Select what you use the log for"]);

    let found = dpo.get(&format!("/log?use=lawfulness&reference={reference}&action=submit-referral")).await;
    assert_eq!(rows(&found).len(), 1, "{}", found.body);
    assert!(rows(&found)[0].contains("Theo Invented") && rows(&found)[0].contains("sent a referral"));
    assert!(rows(&found)[0].contains("Sent it. A public task, for fire safety"), "on what ground: {}", rows(&found)[0]);
    let day = dpo.get("/log?use=lawfulness&from=2026-11-20&to=2026-11-20&action=submit-referral").await;
    assert_eq!(rows(&day).len(), 1);
    let before = dpo.get("/log?use=lawfulness&to=2026-11-19").await;
    assert_eq!(rows(&before).len(), 0);
    let wrong = dpo.get("/log?use=lawfulness&from=yesterday&to=2026-02-30").await;
    assert_eq!((wrong.status.as_u16(), wrong.words(".govuk-error-message").len()), (422, 2));
    // A slip is no "nobody": a name for a user name, what is no reference. Dates are read as people write them.
    for (slip, words) in [
        ("actor=Theo+Invented", "No account has this user name"),
        ("actor=nobody.known", "No account has this user name"),
        ("reference=nope", "This is no reference"),
    ] {
        let told = dpo.get(&format!("/log?use=lawfulness&{slip}")).await;
        assert_eq!((told.status.as_u16(), rows(&told).len()), (422, 0), "{slip}");
        assert!(told.words(".govuk-error-summary__list a")[0].starts_with(words), "{slip}: {}", told.body);
    }
    let day = dpo.get("/log?use=lawfulness&from=20/11/2026&to=20/11/2026&action=submit-referral&actor=theo.invented").await;
    assert_eq!(rows(&day).len(), 1);
    // The same as a file, which needs a use as well.
    let links = format!("/log?use=lawfulness&reference={reference}");
    let page = dpo.get(&links).await;
    assert!(page.body.contains(&format!("/log/export?use=lawfulness&#38;reference={reference}&#38;format=csv")), "{}", page.body);
    let file = dpo.get(&format!("/log/export?use=lawfulness&reference={reference}&format=csv")).await;
    assert_eq!(file.status.as_u16(), 200);
    let table = crate::support::csv::read(&file.body);
    assert_eq!(table.len() - 1, rows(&page).len());
    assert!(table[1..].iter().all(|row| row[12] == reference), "{table:?}");
    let unused = dpo.get("/log/export?format=csv").await;
    assert_eq!(unused.words(".govuk-error-summary__list a"), ["Select what you use the log for"]);
    // Reading it is in it, with the use.
    let readings = dpo.get("/log?use=integrity&action=read-log").await;
    assert!(rows(&readings).len() >= 3, "{}", readings.body);
    let all = dpo.get("/log?use=integrity").await;
    if let Some(next) = all.words(".govuk-pagination__next a").first() {
        assert!(!next.is_empty());
    }
    served.finish().await;
}
