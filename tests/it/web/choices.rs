//! What is chosen on the page before sending: the lawful basis, with a reason where it is not the default, and who is struck out.

use crate::support::{
    client::{Client, Page},
    hub::{ENGINES, Hub, Served},
    raw::Raw,
};

async fn drafted(more: &[(&str, &str)]) -> (Served, Client, String) {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let client = Client::new(&served);
    client.sign_in(&served, "tess.example").await;
    let draft = client.begin().await;
    client.fill(&draft, more).await;
    (served, client, draft)
}

async fn send(client: &Client, draft: &str, fields: &[(&str, &str)]) -> Page {
    let csrf = client.get(&format!("{draft}/check")).await.token();
    let all: Vec<_> = std::iter::once(("csrf_token", csrf.as_str())).chain(fields.iter().copied()).collect();
    client.post(&format!("{draft}/send"), &all).await
}

#[tokio::test(flavor = "multi_thread")]
async fn another_basis_than_the_first_is_sent_with_a_line_of_reason() {
    const BASES: &str = "SELECT basis || '/' || purpose FROM log_event WHERE action = 'submit-referral' AND outcome = 'allow'";
    let (served, client, draft) = drafted(&[]).await;
    let page = client.get(&format!("{draft}/check")).await;
    assert!(page.body.contains("A public task, for fire safety"), "{}", page.body);
    assert!(
        page.words(".govuk-radios__label").contains(&"Vital interests: somebody’s life or safety, for fire safety".to_owned())
    );

    let vital = ("legal", "vital-interests/fire-safety");
    let bare = send(&client, &draft, &[vital]).await;
    assert_eq!(bare.status.as_u16(), 422);
    assert_eq!(bare.words(".govuk-error-summary__list a"), ["Say why you rest on another basis than the first"]);
    assert_eq!(bare.words("details[open] summary"), ["Rest on another basis"], "what is wrong is in sight");
    assert!(bare.body.contains("value=\"vital-interests/fire-safety\" checked"), "the choice stays");

    let vague = send(&client, &draft, &[("legal", "other"), ("legal_reason", "It is an odd case.")]).await;
    assert_eq!(vague.words(".govuk-error-summary__list a"), ["Say which basis, and for which purpose"]);
    assert_eq!(vague.value("legal_reason"), "It is an odd case.");
    let other = [("legal", "other"), ("legal_basis", "law-enforcement"), ("legal_purpose", "investigation")];
    let refused = send(&client, &draft, &[&other[..], &[("legal_reason", "An offence")]].concat()).await;
    assert_eq!(refused.words(".govuk-error-summary__list a"), ["Choose another basis: this one is for law enforcement"]);
    for damaged in [("legal", "luck/fire-safety"), ("legal", "vital-interests"), ("strike_out", "nobody")] {
        assert_eq!(send(&client, &draft, &[damaged]).await.status.as_u16(), 400, "{damaged:?}");
    }

    let other = [("legal", "other"), ("legal_basis", "consent"), ("legal_purpose", "service-provision")];
    let sent = send(&client, &draft, &[&other[..], &[("legal_reason", "The owner asked us to.")]].concat()).await;
    assert_eq!(sent.status.as_u16(), 303, "{}", sent.body);
    let view = client.get(sent.location().trim_end_matches("/sent")).await;
    assert!(view.body.contains("The owner asked us to."), "{}", view.body);
    assert_eq!(Raw::owner(&served.hub).await.texts(BASES).await, ["consent/service-provision"]);
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_goes_by_name_is_sent_once_its_sender_says_that_nobody_of_them_is_involved() {
    let (served, client, draft) = drafted(&[("involved", "yes"), ("involved_who", "the owner’s sister works in the team")]).await;
    let sent = send(&client, &draft, &[("strike_out", "none")]).await;
    assert_eq!(sent.status.as_u16(), 303, "{}", sent.body);
    // Those who received it can be rung about it.
    let page = client.get(sent.location()).await;
    assert!(page.body.contains("Whom to ring about it") && page.body.contains("Fay Fictional"), "{}", page.body);
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_the_sender_strikes_out_holds_nothing_of_it() {
    const NAMED: &str =
        "SELECT a.username FROM grant_made g JOIN account a ON a.id = g.to_id WHERE g.reason = 'named' ORDER BY 1";
    let (served, client, draft) = drafted(&[("involved", "yes"), ("involved_who", "the owner’s sister works in the team")]).await;
    let page = client.get(&format!("{draft}/check")).await;
    let offered = page.words(".govuk-checkboxes__label");
    assert!(offered.contains(&"Fay Fictional".to_owned()) && offered.contains(&"Mara Storybook".to_owned()), "{offered:?}");
    assert!(page.body.contains("You; nobody else in your agency"));
    let fay = served.hub.person("fay.fictional").user.to_string();

    // Something is ticked, if only that nobody is involved; and beside each stands where else they sit.
    let hints = page.words(".govuk-checkboxes__hint");
    assert!(hints.iter().any(|hint| hint.contains("Also in Fire Protection")), "{hints:?}");
    let unsaid = send(&client, &draft, &[]).await;
    assert_eq!(unsaid.status.as_u16(), 422);
    let words = ["Tick everybody who is involved, or that none of these people is"];
    assert_eq!(unsaid.words(".govuk-error-summary__list a"), words);

    // Somebody who is in no restricted team cannot be struck out; the ticks stay.
    let stranger = served.hub.person("petra.phantom").user.to_string();
    let wrong = send(&client, &draft, &[("strike_out", &fay), ("strike_out", &stranger)]).await;
    assert_eq!(wrong.words(".govuk-error-summary__list a"), ["Choose from the people of the restricted teams"]);
    assert!(wrong.body.contains(&format!("value=\"{fay}\" checked")));

    // With everybody struck out nobody is left: the page says so and whom to ring, and keeps the ticks.
    let everybody = page.select_values("strike_out");
    let all: Vec<(&str, &str)> = everybody.iter().map(|id| ("strike_out", id.as_str())).collect();
    let nobody = send(&client, &draft, &all).await;
    assert_eq!(nobody.status.as_u16(), 422);
    assert!(nobody.body.contains("Nobody is left who may receive this. Untick somebody") && nobody.body.contains("Ring 999"));
    assert_eq!(nobody.chosen().iter().filter(|(name, _)| name == "strike_out").count(), all.len());

    let sent = send(&client, &draft, &[("strike_out", &fay)]).await;
    assert_eq!(sent.status.as_u16(), 303, "{}", sent.body);
    let named = Raw::owner(&served.hub).await.texts(NAMED).await;
    assert!(!named.is_empty() && !named.contains(&"fay.fictional".to_owned()), "{named:?}");
    let at = sent.location().trim_end_matches("/sent").to_owned();
    let team = served.hub.app.store().team_by_code("fire-restricted").await.unwrap().unwrap().id;
    for (person, status) in [("fay.fictional", 404), ("theo.invented", 404), (named[0].as_str(), 200)] {
        let reader = Client::new(&served);
        reader.sign_in(&served, person).await;
        assert_eq!(reader.get(&at).await.status.as_u16(), status, "{person}");
        let queue = reader.get(&format!("/queue?team={team}")).await;
        assert_eq!(queue.body.contains(&at), status == 200, "{person} and the list");
    }
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_date_of_long_ago_gets_a_hint_on_the_page_that_checks_and_can_be_sent() {
    let long_ago = [("seen_on-day", "1"), ("seen_on-month", "6"), ("seen_on-year", "1920")];
    let (served, client, draft) = drafted(&long_ago).await;
    let page = client.get(&format!("{draft}/check")).await;
    let hints = page.words("h2 ~ .govuk-list--bullet li");
    let hint = hints.iter().find(|hint| hint.starts_with("Last seen: this is more than 12 months ago."));
    assert!(hint.is_some_and(|hint| hint.contains("Change: Last seen")), "{hints:?}");
    assert!(page.body.contains(&format!("{draft}/section/seen#seen_on")), "it leads to the answer");
    assert_eq!(send(&client, &draft, &[]).await.status.as_u16(), 303);
    served.finish().await;
}
