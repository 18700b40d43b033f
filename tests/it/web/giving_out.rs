//! Giving several referrals of a queue to one member of the team.

use crate::support::{
    acts::send,
    client::Client,
    hub::{ENGINES, Hub},
};

#[tokio::test(flavor = "multi_thread")]
async fn several_are_given_out_after_a_look_at_which() {
    let hub = Hub::founded(ENGINES[0]).await;
    let tess = hub.sign_in("tess.example").await;
    let mut references = Vec::new();
    for number in 0..3 {
        references.push(send(&hub.app, &tess, &format!("many-{number}"), |_| ()).await.reference.to_string());
    }
    let team = hub.person("theo.invented").team_id.to_string();
    let served = hub.serve().await;
    let lead = Client::new(&served);
    lead.sign_in(&served, "fay.fictional").await;
    let queue = lead.get(&format!("/queue?team={team}")).await;
    assert!(references.iter().all(|reference| queue.body.contains(&format!("id=\"pick-{reference}\""))));
    let token = queue.token();
    let chosen = [("team", team.as_str()), ("reference", references[0].as_str()), ("reference", references[2].as_str())];
    let post = async |more: &[(&'static str, &str)]| {
        let fields: Vec<(&str, &str)> = [("csrf_token", token.as_str())].into_iter().chain(chosen).chain(more.to_vec()).collect();
        lead.post("/queue/assign", &fields).await
    };
    let preview = post(&[]).await;
    assert_eq!(preview.status.as_u16(), 200);
    assert!(preview.body.contains(&references[2]) && !preview.body.contains(&references[1]), "{}", preview.body);
    let form_token = preview.value("form_token");
    assert_eq!(post(&[("form_token", &form_token), ("step", "give"), ("to", "tess.example")]).await.status.as_u16(), 422);
    let given = post(&[("form_token", &form_token), ("step", "give"), ("to", "theo.invented"), ("note", "")]).await;
    assert_eq!(given.body.matches("Given out").count(), 2, "{}", given.body);

    let triager = Client::new(&served);
    triager.sign_in(&served, "theo.invented").await;
    let own = triager.get("/queue?view=mine").await;
    assert_eq!(own.words("tbody tr").len(), 2);
    assert!(!own.body.contains("id=\"pick-"), "a triager gives out nothing");
    let fields = [("csrf_token", own.token()), ("team", team.clone()), ("reference", references[1].clone())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(triager.post("/queue/assign", &fields).await.status.as_u16(), 404);
    served.finish().await;
}
