//! Every pathway walked by its pages, from the start page to the page after sending, without a browser.

use std::collections::BTreeSet;

use serde_json::json;

use crate::support::{
    answers::{Form, Set},
    hub::{ENGINES, Hub},
    walker::{Walk, signed_in, walker_of},
};

/// The most pages from the question about danger to the button that sends.
const MOST_SCREENS: usize = 12;

/// Between them, the sets that two kinds of agency can send answer every question that there is.
#[tokio::test(flavor = "multi_thread")]
async fn every_question_of_every_pathway_can_be_reached() {
    let hub = Hub::founded(ENGINES[0]).await;
    for versioned in hub.app.pathways() {
        let pathway = &versioned.pathway;
        let kinds = pathway.may_submit.iter().map(|kind| Form { sender: *kind, ..hub.form(pathway) });
        let mut missing: BTreeSet<String> = hub.form(pathway).questions().map(|(_, question)| question.id.to_string()).collect();
        for form in kinds {
            for set in form.covering() {
                let items =
                    set.values().filter_map(serde_json::Value::as_array).flatten().filter_map(serde_json::Value::as_object);
                let inside = items.flat_map(Set::keys).cloned().collect::<Vec<_>>();
                for id in set.keys().chain(&inside) {
                    missing.remove(id);
                }
            }
        }
        assert_eq!(missing, BTreeSet::new(), "{}", pathway.id);
    }
    hub.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fewest_answers_are_sent_within_twelve_screens() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    for versioned in served.hub.app.pathways() {
        let pathway = &versioned.pathway;
        let client = signed_in(&served, pathway).await;
        let mut walk = Walk::new(&client, pathway);
        let fewest = served.hub.form(pathway).fewest();
        let sent = walk.send(&fewest, false).await;
        assert!(screens(&walk) <= MOST_SCREENS, "{}: {:?}", pathway.id, walk.seen);
        let page = client.get(&sent).await;
        assert_eq!(page.words("h1"), ["Referral sent"], "{} by {}", pathway.id, walker_of(pathway).0);
        assert!(pathway.minutes <= 5);
        // Real times, and whom to ring.
        assert!(page.words("ol li").iter().any(|step| step.contains(" decides ") && step.contains(" 2026 at ")));
        for ring in pathway.danger.ring_in(None, true) {
            assert!(page.words("main a[href^='tel:']").contains(&ring.number), "{}: {}", pathway.id, ring.number);
        }
    }
    served.finish().await;
}

/// Whatever the answers call up: follow-up questions, and the pages that say whom to ring, come on the way and count.
#[tokio::test(flavor = "multi_thread")]
async fn the_longest_way_through_each_minimum_is_sent_within_twelve_screens() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    for versioned in served.hub.app.pathways() {
        let pathway = &versioned.pathway;
        let client = signed_in(&served, pathway).await;
        let form = served.hub.form(pathway);
        for mut answers in form.covering() {
            answers.insert(pathway.danger.question.to_string(), json!(true));
            if !form.fits(&answers) {
                continue;
            }
            let mut walk = Walk::new(&client, pathway);
            walk.send(&answers, false).await;
            assert!(walk.seen.iter().any(|at| at.ends_with("/ring")), "{}: {:?}", pathway.id, walk.seen);
            assert!(screens(&walk) <= MOST_SCREENS, "{}: {} screens, {:?}", pathway.id, screens(&walk), walk.seen);
        }
    }
    served.finish().await;
}

/// How many screens somebody goes through, from the question about danger to the button that sends.
fn screens(walk: &Walk<'_>) -> usize {
    walk.seen.iter().collect::<BTreeSet<_>>().len() - 1
}

/// On every way through a form, each answer is asked for on a page, said again before sending and read by whoever sent it.
#[tokio::test(flavor = "multi_thread")]
async fn every_way_through_every_pathway_leads_to_sent() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    for versioned in served.hub.app.pathways() {
        let pathway = &versioned.pathway;
        let client = signed_in(&served, pathway).await;
        for answers in served.hub.form(pathway).covering() {
            let mut walk = Walk::new(&client, pathway);
            let sent = walk.send(&answers, true).await;
            let read = client.get(sent.trim_end_matches("/sent")).await;
            let shown = read.words("dt");
            for question in pathway.questions().filter(|question| answers.contains_key(question.id.as_str())) {
                assert!(shown.contains(&question.short), "{}: {} in {shown:?}", pathway.id, question.id);
            }
        }
    }
    served.finish().await;
}

/// What the shortest way left out is added afterwards, section by section, from the links of the page after sending.
#[tokio::test(flavor = "multi_thread")]
async fn what_may_follow_is_added_after_sending() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let mut added = 0;
    for versioned in served.hub.app.pathways() {
        let pathway = &versioned.pathway;
        let client = signed_in(&served, pathway).await;
        let form = served.hub.form(pathway);
        let mut walk = Walk::new(&client, pathway);
        let fewest = form.fewest();
        let sent = walk.send(&fewest, false).await;
        let more = form.completed(fewest);
        for at in walk.open(&sent).await.links("main a[href*='/add/']") {
            let page = walk.open(&at).await;
            assert!(!page.asked().is_empty(), "{at} asks nothing");
            let fields = walk.asked(&page, &more);
            let all: Vec<_> = page.hidden().into_iter().chain(fields).collect();
            let pairs: Vec<(&str, &str)> = all.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let answer = client.post(&at, &pairs).await;
            assert_eq!(answer.status.as_u16(), 303, "{at}: {:?}", answer.words(".govuk-error-summary"));
            added += 1;
        }
        let rest = walk.open(sent.trim_end_matches("/sent")).await.links("main a[href*='/add/']");
        let later = |at: &String| pathway.sections.iter().any(|section| section.later && at.ends_with(section.id.as_str()));
        assert!(rest.iter().all(later), "{}: {rest:?}", pathway.id);
    }
    assert!(added >= 30, "{added}");
    served.finish().await;
}
