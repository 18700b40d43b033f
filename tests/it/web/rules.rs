//! What answers call up, where they are given: a form that ends, and whom to ring before it goes on. And who is said to
//! receive it, before anything is written and before it is sent.

use referral_exchange::{
    app::{Choices, IdempotencyKey, example, raw_from_json},
    domain::agency::AgencyKind,
};

use crate::support::{
    answers::fields,
    client::{Client, Page},
    hub::{ENGINES, Hub, Served},
    kept_back::try_send_chosen,
};

async fn signed_in(username: &str) -> (Served, Client) {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let client = Client::new(&served);
    client.sign_in(&served, username).await;
    (served, client)
}

/// Begins a draft of a pathway; gives its address.
async fn begin(client: &Client, pathway: &str) -> String {
    let page = client.get(&format!("/refer/{pathway}/danger")).await;
    let (csrf, token) = (page.token(), page.value("form_token"));
    let fields = [("csrf_token", csrf.as_str()), ("form_token", token.as_str()), ("danger", "no")];
    client.post(&format!("/refer/{pathway}/start"), &fields).await.location().to_owned()
}

/// Saves a section with these answers, from the page that asks them.
async fn save(client: &Client, draft: &str, section: &str, answers: &[(&str, &str)]) -> Page {
    let address = format!("{draft}/section/{section}");
    let shown = client.get(&address).await;
    let answers: Vec<_> = answers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    client.save_from(&shown, &address, &answers).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_ends_where_the_answer_that_ends_it_is_given() {
    let (served, client) = signed_in("quinn.mock").await;
    let draft = begin(&client, "foreign-national-offender").await;
    let saved = save(&client, &draft, "role", &[("person_role", "victim"), ("harm_signs", "yes")]).await;
    assert_eq!(saved.location(), format!("{draft}/check"));
    let stop = client.get(saved.location()).await;
    assert_eq!(stop.heading(), "This person may need protecting");
    assert!(stop.body.contains("/refer/modern-slavery") && stop.body.contains("tel:999"), "{}", stop.body);
    // It stops at once, whatever else on the page is still open.
    let open = begin(&client, "foreign-national-offender").await;
    let saved = save(&client, &open, "role", &[("person_role", "victim")]).await;
    assert_eq!(saved.location(), format!("{open}/check"));
    // Nothing more about a victim is asked for; the answer that led here can be changed.
    for later in ["conduct", "person"] {
        assert_eq!(client.get(&format!("{draft}/section/{later}")).await.location(), format!("{draft}/check"), "{later}");
    }
    let tasks = client.get(&draft).await;
    assert!(tasks.body.contains("This person may need protecting"), "{}", tasks.body);
    let saved = save(&client, &draft, "role", &[("person_role", "suspect"), ("harm_signs", "no"), ("under_18", "no")]).await;
    assert_eq!(saved.location(), format!("{draft}/section/conduct"));

    let draft = begin(&client, "child-exploitation-information").await;
    let saved = save(&client, &draft, "child-check", &[("child_at_risk", "yes")]).await;
    assert_eq!(client.get(saved.location()).await.heading(), "Refer the child first");
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_else_is_asked_before_the_part_played_is_known() {
    let (served, client) = signed_in("quinn.mock").await;
    let draft = begin(&client, "foreign-national-offender").await;
    let waiting = |page: &Page| page.words(".govuk-task-list__status--cannot-start-yet");
    let tasks = client.get(&draft).await;
    assert!(waiting(&tasks).len() > 2 && waiting(&tasks).iter().all(|words| words == "Cannot start yet"), "{}", tasks.body);
    assert_eq!(tasks.words(&format!("a[href='{draft}/section/person']")).len(), 0, "and no link leads there");
    for later in ["conduct", "person"] {
        assert_eq!(client.get(&format!("{draft}/section/{later}")).await.location(), draft, "{later}");
    }
    let saved = save(&client, &draft, "role", &[("person_role", "suspect")]).await;
    let look = client.get(saved.location()).await;
    assert_eq!(look.words(&format!("a[href='{draft}']")).last().map(String::as_str), Some("Go on and mend this later"));
    save(&client, &draft, "role", &[("person_role", "suspect"), ("harm_signs", "no"), ("under_18", "no")]).await;
    assert_eq!(waiting(&client.get(&draft).await), [""; 0]);
    assert_eq!(client.get(&format!("{draft}/section/person")).await.status.as_u16(), 200);
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_without_a_name_says_everywhere_what_to_leave_out() {
    let (served, client) = signed_in("tess.example").await;
    let draft = begin(&client, "modern-slavery").await;
    let said = async |page: &str| client.get(&format!("{draft}/{page}")).await.body.contains("so this goes without a name.");
    for page in ["section/story", "files", "check"] {
        assert!(!said(page).await, "{page}");
    }
    let refused = [("under_18_now", "no"), ("consent_nrm", "refused"), ("will_work", "no")];
    save(&client, &draft, "age", &refused).await;
    for page in ["section/story", "files", "check"] {
        assert!(said(page).await, "{page}");
    }
    assert!(!client.get(&format!("{draft}/section/others")).await.body.contains("crime_reference"));
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signs_of_means_or_plans_show_whom_to_ring_before_the_form_goes_on() {
    let (served, client) = signed_in("tess.example").await;
    let draft = begin(&client, "prevent").await;
    let saved = save(&client, &draft, "concern", &[("concern", "not-sure"), ("cues", "access")]).await;
    assert_eq!(saved.location(), format!("{draft}/section/concern?ring=yes"));
    let ring = client.get(saved.location()).await;
    assert_eq!(ring.heading(), "Could this happen soon?");
    assert!(ring.body.contains("tel:999") && ring.body.contains(&format!("{draft}/section/person")), "{}", ring.body);
    let saved = save(&client, &draft, "concern", &[("concern", "not-sure"), ("cues", "none")]).await;
    assert_eq!(saved.location(), format!("{draft}/section/person"));
    assert_eq!(client.get(&format!("{draft}/section/concern?ring=yes")).await.heading(), "Kind of concern");
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn danger_that_turns_up_in_the_form_shows_whom_to_ring_at_once() {
    let (served, client) = signed_in("tess.example").await;
    let draft = begin(&client, "child-exploitation").await;
    let saved = save(&client, &draft, "danger", &[("danger_now", "yes")]).await;
    assert_eq!(saved.location(), format!("{draft}/section/danger?ring=yes"));
    let ring = client.get(saved.location()).await;
    assert!(ring.body.contains("tel:999") && ring.body.contains("Emergency duty team"), "{}", ring.body);
    assert_eq!(save(&client, &draft, "danger", &[("danger_now", "no")]).await.location(), format!("{draft}/section/child"));
    let form = served.hub.app.pathway("child-exploitation").unwrap();
    let example = served.hub.form(&form.pathway).example();
    let child = form.pathway.sections.iter().find(|section| section.id.as_str() == "child").unwrap();
    let given = child.questions.iter().filter_map(|question| Some((question, example.get(question.id.as_str())?)));
    let mut fields: Vec<_> = given.flat_map(|(question, answer)| fields(question, question.id.as_str(), answer)).collect();
    fields.retain(|(name, _)| name != "safe_tonight");
    fields.push(("safe_tonight".to_owned(), "unsafe".to_owned()));
    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let saved = save(&client, &draft, "child", &fields).await;
    assert_eq!(saved.location(), format!("{draft}/section/child?ring=yes"));
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_area_decides_every_team_that_may_receive_it_is_named() {
    let (served, client) = signed_in("tess.example").await;
    let every = ["City children", "County children", "Rutland children", "Child exploitation hub"];
    let start = client.get("/refer/child-exploitation").await;
    assert!(every.iter().all(|team| start.body.contains(team)), "{}", start.body);
    let draft = begin(&client, "child-exploitation").await;
    let tasks = client.get(&draft).await;
    assert!(every.iter().all(|team| tasks.body.contains(team)), "{}", tasks.body);
    save(&client, &draft, "child", &[("district", "leicester")]).await;
    let tasks = client.get(&draft).await;
    assert!(tasks.body.contains("City children") && !tasks.body.contains("Rutland children"), "{}", tasks.body);
    let check = client.get(&format!("{draft}/check")).await;
    assert!(check.body.contains("City children") && !check.body.contains("Rutland children"), "{}", check.body);
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_checks_first_stands_on_the_page_before_sending() {
    let (served, client) = signed_in("tess.example").await;
    let draft = begin(&client, "prevent").await;
    save(&client, &draft, "person", &[("district", "leicester")]).await;
    let check = client.get(&format!("{draft}/check")).await;
    assert!(check.body.contains("Lena Sample, who checks it first for your agency"), "{}", check.body);
    assert!(check.body.contains("Prevent team (Leicestershire Police), once it has been passed on"), "{}", check.body);

    save(&client, &draft, "about-this-referral", &[("conflict", "yes")]).await;
    let check = client.get(&format!("{draft}/check")).await;
    assert!(check.body.contains("First, people of Police restricted cases (Leicestershire Police)"), "{}", check.body);
    assert!(check.body.contains("Your safeguarding lead does not check it first"), "{}", check.body);
    assert!(!check.body.contains("reads new referrals") && !check.body.contains("once it has been passed on"), "{}", check.body);
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_address_says_beside_what_a_page_knows_is_passed_over() {
    let (served, client) = signed_in("fay.fictional").await;
    // As a mail program or a link shortener leaves it.
    for address in ["/queue?utm_source=mail", "/sent?x=1", "/notices?from=elsewhere", "/shared?a=b"] {
        assert_eq!(client.get(address).await.status.as_u16(), 200, "{address}");
    }
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_queue_is_the_one_whose_work_is_due_soonest_and_each_team_has_its_number() {
    let (served, client) = signed_in("mara.storybook").await;
    let before = client.get("/queue").await;
    assert!(before.body.contains("Queue of MARAC team"), "the first of them where none has any: {}", before.body);
    let (app, tess) = (&served.hub.app, served.hub.sign_in("tess.example").await);
    let (request, form) = (app.request(None), app.pathway("modern-slavery").unwrap());
    let body = example(&form.pathway, AgencyKind::Education, request.at.uk_date());
    let raw = raw_from_json(&body["answers"]).unwrap();
    let key = IdempotencyKey::parse("soonest").unwrap();
    app.submit(&request, &tess, &key, body.to_string().as_bytes(), &form, raw).await.unwrap();
    let after = client.get("/queue").await;
    assert!(after.body.contains("Queue of Modern slavery team"), "{}", after.body);
    assert!(after.body.contains("Modern slavery team (1)") && after.body.contains("MARAC team (0)"), "{}", after.body);
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn danger_that_is_learnt_after_sending_shows_whom_to_ring_before_the_referral() {
    let hub = Hub::founded(ENGINES[0]).await;
    let tess = hub.sign_in("tess.example").await;
    let calm = serde_json::json!({ "district": "leicester", "danger_now": false, "missing_now": false, "safe_tonight": "safe" });
    let sent = try_send_chosen(&hub.app, &tess, ("child-exploitation", calm), Choices::default()).await.unwrap();
    let served = hub.serve().await;
    let client = Client::new(&served);
    client.sign_in(&served, "tess.example").await;
    let referral = format!("/referrals/{}", sent.reference);
    let pathway = served.hub.app.pathway("child-exploitation").unwrap();
    let asks = |name: &str| {
        let id = referral_exchange::domain::code::QuestionId::parse(name).unwrap();
        format!("{referral}/amend/{}", pathway.pathway.section_of(&id).unwrap().id)
    };
    let change = async |name: &str, value: &str| {
        let address = asks(name);
        let form = client.get(&address).await;
        let mut fields = form.filled();
        fields.retain(|(known, _)| known != name);
        fields.push((name.to_owned(), value.to_owned()));
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        client.post(&address, &fields).await
    };
    let calm = change("parents_view", "Dad knows about the late nights.").await;
    assert_eq!(calm.location(), referral, "{}", calm.body);
    let alarming = change("missing_now", "yes").await;
    assert_eq!(alarming.location(), format!("{}?ring=yes", asks("missing_now")), "{}", alarming.body);
    let ring = client.get(alarming.location()).await;
    assert_eq!((ring.status.as_u16(), ring.heading().as_str()), (200, "Could this happen soon?"));
    let numbers = ring.words("main a[href^='tel:']");
    assert!(numbers.contains(&"999".to_owned()) && numbers.contains(&"0116 496 0101".to_owned()), "{numbers:?}");
    assert!(ring.links("main a.govuk-button").contains(&referral), "{:?}", ring.links("main a"));
    // Once it stands so, a further change leads to the referral.
    let again = change("parents_view", "Both know of it now.").await;
    assert_eq!(again.location(), referral);
    served.finish().await;
}
