//! Who reads what is written is narrow until its writer says otherwise, and never left open.

use crate::support::{
    acts::send,
    client::Client,
    hub::{ENGINES, Hub},
};

#[tokio::test(flavor = "multi_thread")]
async fn what_a_team_writes_stays_with_it_unless_it_chooses_otherwise() {
    let hub = Hub::founded(ENGINES[0]).await;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(&hub.app, &tess, "one", |_| ()).await.reference.to_string();
    let served = hub.serve().await;
    let team = Client::new(&served);
    team.sign_in(&served, "theo.invented").await;
    let href = format!("/referrals/{reference}");
    let audiences = |page: &crate::support::client::Page| {
        let chosen = page.chosen().into_iter().filter(|(name, _)| name == "audience");
        chosen.map(|(_, value)| value).collect::<Vec<_>>()
    };
    let page = team.get(&href).await;
    assert_eq!(audiences(&page), ["casework"], "a message is for the team alone at first");
    assert_eq!(audiences(&team.get(&format!("{href}/files/new")).await), [""; 0], "of a file it is asked");
    let (csrf, token) = (page.token(), page.value("form_token"));
    let fields = [("csrf_token", &*csrf), ("form_token", &*token), ("text", "Who reads this?")];
    let asked = team.post(&format!("{href}/messages"), &fields).await;
    assert_eq!(asked.status.as_u16(), 422);
    assert!(asked.words(".govuk-error-summary__list a").iter().any(|words| words == "Choose who can see it"), "{}", asked.body);
    assert!(served.hub.app.read_referral(&served.hub.app.request(None), &tess, &reference).await.unwrap().messages.is_empty());
    served.finish().await;
}
