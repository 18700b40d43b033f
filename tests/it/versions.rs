//! Pathway files change; what was sent or begun stays with the file it was written on.

use referral_exchange::{
    app::{IdempotencyKey, PathwayLibrary, example, raw_from_json},
    domain::{agency::AgencyKind, draft::Part, enquiry::FormKind},
    store::Engine,
};

use crate::support::{
    acts::send,
    hub::{ENGINES, Hub},
    raw::Raw,
};

const FILE: &str = include_str!("../../pathways/fire-protection.toml");

/// The files of the tree, fire protection without a question and with another label for one that stays.
fn changed() -> PathwayLibrary {
    let folder = tempfile::tempdir().unwrap();
    let start = FILE.find("[[section.question]]\nid = \"responsible_person\"").unwrap();
    let end = start + FILE[start..].find("[[section]]").unwrap();
    let text = FILE.replace(&FILE[start..end], "").replace("short = \"Hazards\"", "short = \"What is unsafe\"");
    std::fs::write(folder.path().join("fire-protection.toml"), text).unwrap();
    PathwayLibrary::load(folder.path()).unwrap_or_else(|error| panic!("{error}"))
}

async fn keeps_its_version(engine: Engine) {
    const ACTIVATED: &str =
        "SELECT CAST(COUNT(*) AS BIGINT) FROM log_event WHERE action = 'activate-pathway' AND outcome = 'allow'";
    let hub = Hub::founded(engine).await;
    let tess = hub.sign_in("tess.example").await;
    let sent = send(&hub.app, &tess, "before", |_| ()).await.reference.to_string();
    let part = Part { section: "premises".to_owned(), fields: vec![("responsible_person".to_owned(), "Somebody".to_owned())] };
    let key = IdempotencyKey::parse("begun").unwrap();
    let begun = hub
        .app
        .start_draft(&hub.app.request(None), &tess, &key, (("fire-protection", FormKind::Referral), &part))
        .await
        .unwrap()
        .value;
    let mut raw = Raw::owner(&hub).await;
    let before = raw.count(ACTIVATED).await;

    let app = hub.another_node_with(changed()).await;
    assert_eq!(raw.count(ACTIVATED).await, before + 1, "the changed file comes into force by an event, the others are in force");
    hub.clock.advance(std::time::Duration::from_secs(31));
    let (tess, _) = hub.person("tess.example").sign_in(&app).await.unwrap();
    let now = app.pathway("fire-protection").unwrap();
    let view = app.read_referral(&app.request(None), &tess, &sent).await.unwrap();
    assert_ne!(view.pathway.version, now.version);
    let label = |pathway: &referral_exchange::domain::pathway::Pathway| {
        let hazards = pathway.questions().find(|question| question.id.as_str() == "hazards").unwrap();
        (hazards.short.clone(), pathway.questions().any(|question| question.id.as_str() == "responsible_person"))
    };
    assert_eq!(label(&view.pathway.pathway), ("Hazards".to_owned(), true), "as it was asked");
    assert_eq!(label(&now.pathway), ("What is unsafe".to_owned(), false));
    let draft = app.read_draft(&app.request(None), &tess, &begun.to_string()).await.unwrap();
    assert_eq!(draft.pathway.version, view.pathway.version, "a draft goes on with the form it was begun on");

    let answers = |view: &referral_exchange::app::DraftView| {
        raw_from_json(&example(&view.pathway.pathway, AgencyKind::Education, view.draft.saved_at.uk_date())["answers"])
    };
    let from_draft = app.send_draft(&app.request(None), &tess, begun, answers).await.unwrap().value;
    let later = send(&app, &tess, "after", |_| ()).await;
    let mut versions = Vec::new();
    for reference in [from_draft.reference, later.reference] {
        let view = app.read_referral(&app.request(None), &tess, &reference.to_string()).await.unwrap();
        versions.push(view.pathway.version);
    }
    assert_eq!(versions, [view.pathway.version, now.version]);
    app.close().await.unwrap();
    hub.finish().await;
}

crate::support::on_both! {
    what_was_sent_or_begun_keeps_the_version_of_its_pathway => keeps_its_version,
}
