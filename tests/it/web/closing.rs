//! Closing without a decision: the team sees who will read what first, and whoever sent it reads why it ended and what to do.

use crate::support::{
    acts::send,
    client::Client,
    hub::{ENGINES, Hub},
};

#[tokio::test(flavor = "multi_thread")]
async fn whoever_sent_it_reads_why_it_was_closed_and_what_they_can_do() {
    let hub = Hub::founded(ENGINES[0]).await;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(&hub.app, &tess, "one", |_| ()).await.reference.to_string();
    let silent = send(&hub.app, &tess, "two", |_| ()).await.reference.to_string();
    let served = hub.serve().await;
    let [team, sender] = [Client::new(&served), Client::new(&served)];
    team.sign_in(&served, "theo.invented").await;
    sender.sign_in(&served, "tess.example").await;
    let close = async |reference: &str, words: &str, untold: &str| {
        team.get(&format!("/referrals/{reference}")).await;
        let way = format!("/referrals/{reference}/close");
        let form = team.get(&way).await;
        assert!(form.body.contains(&format!("/referrals/{reference}/redirect")), "passing it on may be better");
        let mut fields = vec![
            ("csrf_token".to_owned(), form.token()),
            ("revision".to_owned(), form.value("revision")),
            ("reason".to_owned(), "wrong-desk".to_owned()),
            ("text".to_owned(), "It is about a home.".to_owned()),
            ("reason_for_referrer".to_owned(), words.to_owned()),
            ("reason_untold".to_owned(), untold.to_owned()),
        ];
        let post = async |fields: &[(String, String)]| {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            team.post(&way, &fields).await
        };
        let preview = post(&fields).await;
        if words.is_empty() && untold.is_empty() {
            return preview;
        }
        assert!(preview.body.contains("Who reads this closing"), "{}", preview.body);
        fields.extend([("step".to_owned(), "send".to_owned()), ("form_token".to_owned(), preview.value("form_token"))]);
        let done = post(&fields).await;
        assert_eq!(done.status.as_u16(), 303, "{}", done.body);
        preview
    };
    let asked = close(&reference, "", "").await;
    assert_eq!(asked.status.as_u16(), 422);
    assert!(asked.body.contains("Say what the referrer reads, or below why they are told nothing"), "{}", asked.body);
    let preview = close(&reference, "Ring the housing team: this is theirs.", "").await;
    assert!(preview.body.contains("Ring the housing team") && preview.body.contains("Everybody who holds the referral"));
    let page = sender.get(&format!("/referrals/{reference}")).await.body;
    assert!(page.contains("The team has closed this") && page.contains("Ring the housing team: this is theirs."), "{page}");
    assert!(page.contains("say below that you do not agree") && !page.contains("Nothing has been decided yet"), "{page}");

    // Once it is taken up again, what they were told stays to be read.
    let way = format!("/referrals/{reference}/reopen");
    let form = team.get(&way).await;
    let (csrf, token, revision) = (form.token(), form.value("form_token"), form.value("revision"));
    let fields = [("csrf_token", &*csrf), ("form_token", &*token), ("revision", &*revision), ("text", "More is known.")];
    let done = team.post(&way, &fields).await;
    assert_eq!(done.status.as_u16(), 303, "{}", done.body);
    let page = sender.get(&format!("/referrals/{reference}")).await.body;
    assert!(page.contains("What the referrer was told when it was closed") && page.contains("Ring the housing team"), "{page}");
    let preview = close(&silent, "", "The canarysender must not learn of it.").await;
    assert!(preview.body.contains("Nothing but that it is closed."), "{}", preview.body);
    let page = sender.get(&format!("/referrals/{silent}")).await.body;
    assert!(page.contains("The team has closed this, and says no more about it here."), "{page}");
    assert!(page.contains("say below that you do not agree"), "{page}");
    assert!(!page.contains("Nothing has been decided yet") && !page.contains("canarysender"), "{page}");
    assert!(team.get(&format!("/referrals/{silent}")).await.body.contains("canarysender"), "it is on record why");
    served.finish().await;
}
