//! Giving several referrals of a queue to one member of the team.

use referral_exchange::app::IdempotencyKey;

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
    let fay = hub.sign_in("fay.fictional").await;
    let key = IdempotencyKey::parse("fays").unwrap();
    hub.app.claim(&hub.app.request(None), &fay, &key, &references[0]).await.unwrap();
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
    let asked = post(&[]).await;
    assert_eq!(asked.status.as_u16(), 200);
    assert!(asked.body.contains(&references[2]) && !asked.body.contains(&references[1]), "{}", asked.body);
    let form_token = asked.value("form_token");
    assert_eq!(post(&[("form_token", &form_token), ("step", "look"), ("to", "tess.example")]).await.status.as_u16(), 422);
    // What goes, with whom it is and when it is due; nothing has gone yet.
    let strange = ("reference", "7K3F-9QXD-2");
    let look = post(&[("form_token", &form_token), ("step", "look"), ("to", "theo.invented"), strange]).await;
    assert_eq!(look.heading(), "What Theo Invented gets");
    assert!(look.body.contains("With Fay Fictional. Due by") && look.body.contains("With Nobody. Due by"), "{}", look.body);
    assert!(look.body.contains("your team did not receive it"), "{}", look.body);
    assert!(!lead.get("/queue").await.body.contains("Theo Invented"));
    let form_token = look.value("form_token");
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
    // Taking it keeps nobody else from acting, so the page of an act says who has it, and what it is.
    lead.get(&format!("/referrals/{}", references[0])).await;
    let close = lead.get(&format!("/referrals/{}/close", references[0])).await;
    assert!(close.body.contains("Theo Invented works on this. Speak with them before you go on"), "{}", close.body);
    assert!(close.body.contains(&references[0]));
    let close = triager.get(&format!("/referrals/{}/close", references[0])).await;
    assert!(close.body.contains(&references[0]) && !close.body.contains("works on this"));
    served.finish().await;
}
