//! A referral on paper: on record before it is shown, marked, and without what is kept apart unless that is asked for.

use referral_exchange::{
    app::{Error, ReferralView},
    store::Engine,
};
use serde_json::json;

use crate::support::{
    client::Client,
    hub::{ENGINES, Hub},
    notice::{self, send, with},
    raw::Raw,
};

fn tells(view: &ReferralView, question: &str) -> bool {
    view.answers.as_ref().is_some_and(|answers| answers.iter().any(|(id, _)| id.as_str() == question))
}

/// The kinds of compartments that each printing reached into, in the order of printing.
async fn printed(hub: &Hub) -> Vec<String> {
    const SQL: &str = "SELECT c.kind FROM log_event e JOIN log_scope o ON o.event = e.id JOIN compartment c ON c.id = o.compartment \
         WHERE e.action = 'print-referral' AND e.outcome = 'allow' ORDER BY e.at, c.kind DESC";
    Raw::owner(hub).await.texts(SQL).await
}

async fn kept_apart(engine: Engine) {
    let hub = notice::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let told = with(&json!({ "informant": "canaryinformant", "health": "canaryhealth" }));
    let reference = send(app, &tess, &told).await.reference.to_string();
    let print = async |caller, apart| app.print_referral(&app.request(None), caller, &reference, apart).await.unwrap();

    let paper = print(&tess, false).await;
    assert!(paper.holds_apart && !tells(&paper, "informant") && !tells(&paper, "health"));
    assert_eq!(printed(&hub).await, ["shared"], "what is left out is not opened either");
    hub.clock.advance(std::time::Duration::from_secs(1));
    let paper = print(&tess, true).await;
    assert!(tells(&paper, "informant") && tells(&paper, "health"));
    assert_eq!(printed(&hub).await, ["shared", "shared", "restricted", "restricted"]);

    // The receiving team holds nothing of it, and asking for it changes nothing.
    let petra = hub.sign_in("petra.phantom").await;
    for apart in [false, true] {
        let paper = print(&petra, apart).await;
        assert!(!paper.holds_apart && !tells(&paper, "informant") && !tells(&paper, "health"));
    }
    let stranger = hub.sign_in("omar.placeholder").await;
    let unseen = app.print_referral(&app.request(None), &stranger, &reference, true).await;
    assert!(matches!(unseen, Err(Error::Unseen)));
    hub.finish().await;
}

crate::support::on_both! {
    what_is_kept_apart_is_printed_only_where_it_is_asked_for => kept_apart,
}

#[tokio::test(flavor = "multi_thread")]
async fn paper_says_at_head_and_foot_what_it_is_and_who_printed_it() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let sender = Client::new(&served);
    sender.sign_in(&served, "tess.example").await;
    let sent = sender.refer(&[]).await;
    let reference = sent.split('/').nth(2).unwrap().to_owned();
    let triager = Client::new(&served);
    triager.sign_in(&served, "theo.invented").await;
    let page = triager.get(&format!("/referrals/{reference}")).await;
    assert!(page.links("a").contains(&format!("/referrals/{reference}/print")));

    let paper = triager.get(&format!("/referrals/{reference}/print")).await;
    assert_eq!(paper.status.as_u16(), 200);
    let (head, foot) = (paper.words(".app-paper__head"), paper.words(".app-paper__foot"));
    assert_eq!(head, [format!("OFFICIAL {reference}")]);
    assert!(foot[0].starts_with("OFFICIAL Printed by Theo Invented, ") && foot[0].contains(&reference), "{foot:?}");
    assert!(foot[0].contains("Printing is recorded."), "{foot:?}");
    assert_eq!(paper.words(".app-paper form, .app-paper button"), [""; 0], "nothing to press on paper");
    let mut raw = Raw::owner(&served.hub).await;
    let events = raw.texts("SELECT relation FROM log_event WHERE action = 'print-referral' AND outcome = 'allow'").await;
    assert_eq!(events, ["receiving-team"]);
    served.finish().await;
}
