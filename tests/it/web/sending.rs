//! From the question about danger to the page that survives a bookmark.

use std::time::Duration;

use crate::support::{
    client::{Client, Page, section},
    hub::{ENGINES, Hub, Served},
};

async fn sender() -> (Served, Client) {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let client = Client::new(&served);
    client.sign_in(&served, "tess.example").await;
    (served, client)
}

/// Names and values as a form takes them.
fn pairs(fields: &[(impl AsRef<str>, String)]) -> Vec<(&str, &str)> {
    fields.iter().map(|(name, value)| (name.as_ref(), value.as_str())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn danger_is_asked_first_and_the_record_can_still_be_made() {
    let (served, client) = sender().await;
    let page = client.get("/refer/fire-protection/danger").await;
    let (csrf, token) = (page.token(), page.value("form_token"));
    let answer = |fields: &[(&'static str, &'static str)]| {
        let (client, csrf, token, fields) = (&client, csrf.clone(), token.clone(), fields.to_vec());
        async move {
            let mut all = vec![("csrf_token", csrf.as_str()), ("form_token", token.as_str())];
            all.extend(fields);
            client.post("/refer/fire-protection/start", &all).await
        }
    };
    let nothing = answer(&[]).await;
    assert_eq!((nothing.status.as_u16(), nothing.value("form_token")), (422, token.clone()));
    assert_eq!(answer(&[("danger", "perhaps")]).await.status.as_u16(), 422);
    assert_eq!(answer(&[("danger", "yes")]).await.location(), "/refer/fire-protection/ring");
    let ring = client.get("/refer/fire-protection/ring").await;
    assert!(ring.body.contains("href=\"tel:999\"") && ring.value("danger") == "yes", "{}", ring.body);
    assert!(!client.get("/").await.body.contains("Your drafts"), "nothing was begun so far");
    let begun = answer(&[("danger", "yes"), ("rung", "yes")]).await;
    assert!(begun.location().starts_with("/drafts/"), "{}", begun.status);
    // The button pressed twice begins one draft.
    assert_eq!(answer(&[("danger", "yes"), ("rung", "yes")]).await.location(), begun.location());
    let check = client.get(&format!("{}/check", begun.location())).await;
    assert!(check.body.contains("You said that somebody may be in danger now."), "the answer is carried over");
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_area_that_was_chosen_to_hear_whom_to_ring_is_not_asked_again() {
    let (served, client) = sender().await;
    let start = client.get("/refer/child-exploitation").await;
    assert!(start.body.contains("If this service is down") && start.body.contains("href=\"tel:999\""), "{}", start.body);
    let ring = client.get("/refer/child-exploitation/ring?district=rutland").await;
    assert!(ring.body.contains("<input type=\"hidden\" name=\"district\" value=\"rutland\">"), "{}", ring.body);
    let begin = async |district: &str| {
        let ring = client.get("/refer/child-exploitation/ring").await;
        let (csrf, token) = (ring.token(), ring.value("form_token"));
        let own = [("csrf_token", csrf.as_str()), ("form_token", token.as_str()), ("danger", "yes"), ("rung", "yes")];
        let fields = [&own[..], &[("district", district)]].concat();
        let begun = client.post("/refer/child-exploitation/start", &fields).await;
        assert_eq!(client.post("/refer/child-exploitation/start", &fields).await.location(), begun.location(), "begun once");
        client.get(&format!("{}/check", begun.location())).await.body
    };
    assert!(begin("rutland").await.contains(">Rutland</dd>"), "it stands among the answers");
    for nowhere in ["", "atlantis"] {
        assert!(!begin(nowhere).await.contains(">Rutland</dd>"), "{nowhere}");
    }
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_covers_is_named_before_sending_and_after() {
    let (served, client) = sender().await;
    let draft = client.begin().await;
    client.fill(&draft, &[]).await;
    let address = format!("{draft}/section/danger");
    let danger = [("danger_now".to_owned(), "yes".to_owned())];
    assert_eq!(client.save_from(&client.get(&address).await, &address, &danger).await.status.as_u16(), 303);
    let check = client.get(&format!("{draft}/check")).await;
    assert!(check.body.contains("Fire Control (Leicestershire Fire and Rescue Service), at once"), "{}", check.body);
    let sent = client.post(&format!("{draft}/send"), &[("csrf_token", &check.token())]).await;
    let page = client.get(sent.location()).await;
    let own = sent.location().trim_end_matches("/sent");
    assert_eq!(page.words(&format!("a[href='{own}/print']")), ["Print this referral, or save a copy"]);
    assert!(page.body.contains("data-app-copy"), "with scripts the reference can be copied");
    assert!(page.body.contains("covers outside those hours and has it now"), "{}", page.body);

    let routine = client.get(&client.refer(&[]).await).await;
    assert!(!routine.body.contains("covers outside those hours"), "{}", routine.body);
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_a_list_of_tasks() {
    let (served, client) = sender().await;
    let draft = client.begin().await;
    let statuses = |page: &Page| page.words(".govuk-task-list__status");
    let count = |page: &Page, status: &str| statuses(page).iter().filter(|words| *words == status).count();
    let fresh = client.get(&draft).await;
    assert_eq!((count(&fresh, "Completed"), count(&fresh, "Not started")), (1, 3), "{:?}", statuses(&fresh));
    // What does not fit is saved all the same, and shown as it was typed.
    let saved = client.save(&draft, "premises", &[("premises_address.town", ""), ("premises_name", "<b>Example</b>")]).await;
    assert_eq!(saved.location(), format!("{draft}/section/premises?look=yes"));
    let look = client.get(saved.location()).await;
    assert!(look.words("title")[0].starts_with("Error: "));
    assert_eq!(look.words(".govuk-error-summary__list a"), ["Enter the town or city of the premises address"]);
    assert_eq!(look.value("premises_name"), "<b>Example</b>");
    assert!(!look.body.contains("<b>Example"), "what was typed is text");
    assert_eq!(count(&client.get(&draft).await, "Incomplete"), 1);
    // Mended, it goes on to what is next; left, back to the tasks.
    assert_eq!(client.save(&draft, "premises", &[]).await.location(), format!("{draft}/section/seen"));
    assert_eq!(client.save(&draft, "seen", &[("narrative", ""), ("leave", "yes")]).await.location(), draft);
    // When all that must be answered is, the page that checks comes by itself.
    assert_eq!(client.save(&draft, "seen", &[]).await.location(), format!("{draft}/section/about-this-referral"));
    assert_eq!(client.save(&draft, "about-this-referral", &[]).await.location(), format!("{draft}/check"));
    let listed = client.get("/").await;
    assert!(listed.body.contains("Your drafts") && listed.body.contains(&draft));
    assert_eq!(client.get(&format!("{draft}/section/nothing")).await.status.as_u16(), 404);
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_an_answer_calls_up_is_on_its_page_and_taken_back_it_is_not_sent() {
    let (served, client) = sender().await;
    let draft = client.begin().await;
    let address = format!("{draft}/section/premises");
    // It stands on the page of the question that calls it up, under words that say when it is asked.
    let shown = client.get(&address).await;
    assert_eq!(shown.words("fieldset:has(> .govuk-form-group [name=other_use]) > legend").len(), 1, "{}", shown.body);
    assert!(shown.words(".app-follow-up__when").iter().any(|when| when.starts_with("If you answer “Something else” to “")));
    let without = client.save(&draft, "premises", &[("premises_use", "other")]).await;
    assert!(without.location().ends_with("?look=yes"), "{}", without.location());
    client.save(&draft, "premises", &[("premises_use", "other"), ("other_use", "a covered car wash")]).await;
    assert!(client.get(&format!("{draft}/check")).await.body.contains("a covered car wash"));
    // Taken back, its answer is kept in the form in case it is asked again.
    client.save(&draft, "premises", &[("other_use", "a covered car wash")]).await;
    assert!(!client.get(&format!("{draft}/check")).await.body.contains("a covered car wash"));
    assert_eq!(client.get(&address).await.value("other_use"), "a covered car wash");
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hint_that_points_to_another_form_leads_there_before_sending_and_after() {
    let (served, client) = sender().await;
    let draft = client.begin().await;
    client.fill(&draft, &[]).await;
    client.save(&draft, "premises", &[("premises_use", "private-home")]).await;
    let link = "main a[href='/refer/fire-prevention']";
    let check = client.get(&format!("{draft}/check")).await;
    assert_eq!(check.words(link), ["Also refer: Home fire safety"], "{}", check.body);
    let sent = client.post(&format!("{draft}/send"), &[("csrf_token", &check.token())]).await;
    assert_eq!(client.get(sent.location()).await.words(link).len(), 1, "it stays to be seen");
    let own = sent.location().trim_end_matches("/sent").to_owned();
    assert_eq!(client.get(&own).await.words(link).len(), 1);
    let reader = Client::new(&served);
    reader.sign_in(&served, "theo.invented").await;
    let read = reader.get(&own).await;
    assert_eq!((read.status.as_u16(), read.words(link).len()), (200, 0), "it is for whoever sent it");
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn check_answers_says_what_is_open_who_receives_it_and_when() {
    let (served, client) = sender().await;
    let draft = client.begin().await;
    let open = client.get(&format!("{draft}/check")).await;
    assert!(open.words("main li a").contains(&"Enter the name of the premises".to_owned()), "{}", open.body);
    assert!(!open.body.contains("Send referral"), "what is not complete has no button that sends");
    // Sent all the same, it is not: the page says again what is open.
    let csrf = client.get(&format!("{draft}/delete")).await.token();
    let sent = client.post(&format!("{draft}/send"), &[("csrf_token", &csrf)]).await;
    assert_eq!(sent.location(), format!("{draft}/check"));
    assert_eq!(client.get("/sent").await.words("tbody tr").len(), 0);

    client.fill(&draft, &[]).await;
    let check = client.get(&format!("{draft}/check")).await;
    assert!(check.body.contains("Fire Protection (Leicestershire Fire and Rescue Service)"));
    assert!(check.body.contains("Monday to Friday, 9am to 5pm") && check.body.contains("ring 999 and ask for the fire service"));
    assert!(check.body.contains("modern slavery"), "the advice that these answers call up");
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sending_twice_is_sending_once() {
    let (served, client) = sender().await;
    let draft = client.begin().await;
    client.fill(&draft, &[]).await;
    let csrf = client.get(&format!("{draft}/check")).await.token();
    let sent = client.post(&format!("{draft}/send"), &[("csrf_token", &csrf)]).await;
    assert_eq!(sent.status.as_u16(), 303);
    let again = client.post(&format!("{draft}/send"), &[("csrf_token", &csrf)]).await;
    assert_eq!(again.location(), sent.location());
    let reference = draft.trim_start_matches("/drafts/");
    assert_eq!(sent.location(), format!("/referrals/{reference}/sent"), "the referral keeps the draft's reference");
    for _ in 0..2 {
        let page = client.get(sent.location()).await;
        assert_eq!(page.heading(), "Referral sent");
        assert!(page.body.contains("Fire Protection decides by"), "{}", page.body);
    }
    assert_eq!(client.get("/sent").await.words("tbody tr").len(), 1);
    // Back leads to what it has become, from every page of the draft.
    for address in ["", "/check", "/section/seen", "/delete", "/deputy"] {
        let back = client.get(&format!("{draft}{address}")).await;
        assert_eq!(back.location(), sent.location(), "{address}");
    }
    assert!(!client.get("/").await.body.contains("Your drafts"));
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_windows_show_both_and_lose_nothing() {
    let (served, client) = sender().await;
    let draft = client.begin().await;
    let address = format!("{draft}/section/seen");
    let (one, other) = (client.get(&address).await, client.get(&address).await);
    client.save_from(&one, &address, &section("seen", &[("narrative", "From one window.")])).await;
    let conflict = client.save_from(&other, &address, &section("seen", &[("narrative", "From the other.")])).await;
    assert_eq!((conflict.status.as_u16(), conflict.heading().as_str()), (422, "This section was saved in another window"));
    assert_eq!(conflict.words(".govuk-summary-list dd"), ["Saved: From one window.", "You wrote: From the other."]);
    assert!(client.get(&address).await.body.contains("From one window."), "nothing was overwritten");
    // Chosen, the other's words are saved.
    assert_eq!(client.post(&address, &pairs(&conflict.hidden())).await.status.as_u16(), 303);
    assert!(client.get(&address).await.body.contains("From the other."));
    // The very same words from an old page are no conflict, and other sections are none either.
    let same = section("seen", &[("narrative", "From the other.")]);
    assert_eq!(client.save_from(&one, &address, &same).await.status.as_u16(), 303);
    assert_eq!(client.save(&draft, "premises", &[]).await.status.as_u16(), 303);
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_section_saves_itself_and_says_when() {
    let (served, client) = sender().await;
    let draft = client.begin().await;
    let address = format!("{draft}/section/seen");
    let shown = client.get(&address).await;
    let by_itself = section("seen", &[("autosave", "yes"), ("narrative", "Half a sen")]);
    let saved = client.save_from(&shown, &address, &by_itself).await;
    let told: serde_json::Value = serde_json::from_str(&saved.body).unwrap();
    assert_eq!((saved.status.as_u16(), &told["revision"]), (200, &serde_json::json!(1)));
    assert!(told["at"].as_str().unwrap().ends_with('m'), "{told}");
    assert!(client.get(&address).await.body.contains("Half a sen"), "another device goes on from there");
    // From an older page it overwrites nothing.
    let stale = client.save_from(&shown, &address, &section("seen", &[("autosave", "yes"), ("narrative", "Other")])).await;
    assert_eq!(stale.status.as_u16(), 409);
    served.hub.clock.advance(Duration::from_mins(20));
    assert_eq!(client.save_from(&shown, &address, &by_itself).await.status.as_u16(), 403);
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_an_earlier_session_is_given_back_and_saved_when_asked() {
    let (served, client) = sender().await;
    let draft = client.begin().await;
    let address = format!("{draft}/section/premises");
    let shown = client.get(&address).await;
    served.hub.clock.advance(Duration::from_mins(20));
    client.sign_in(&served, "tess.example").await;
    let old = client.save_from(&shown, &address, &section("premises", &[])).await;
    assert_eq!((old.status.as_u16(), old.heading().as_str()), (403, "Look at your answers again"));
    assert_eq!(client.get(&address).await.value("premises_name"), "", "nothing was acted on");

    assert_eq!(client.post("/drafts/resume", &pairs(&old.hidden())).await.location(), address);
    assert_eq!(client.get(&address).await.value("premises_name"), "Example Stores");
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_of_one_person_are_not_saved_to_anothers_draft() {
    let (served, client) = sender().await;
    let draft = client.begin().await;
    let address = format!("{draft}/section/premises");
    let shown = client.get(&address).await;
    served.hub.clock.advance(Duration::from_mins(20));
    client.sign_in(&served, "omar.placeholder").await;
    let hidden = client.save_from(&shown, &address, &section("premises", &[])).await.hidden();
    assert_eq!(client.post("/drafts/resume", &pairs(&hidden)).await.status.as_u16(), 404);
    for nonsense in ["/sign-out", "/drafts/0000-0000-0/section/a/section/b"] {
        let mut fields = pairs(&hidden);
        fields.iter_mut().filter(|(name, _)| *name == "kept_at").for_each(|field| field.1 = nonsense);
        assert_eq!(client.post("/drafts/resume", &fields).await.status.as_u16(), 400, "{nonsense}");
    }
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_deleted_after_a_question_and_its_deputy_is_changed_by_its_owner() {
    let (served, client) = sender().await;
    let draft = client.begin().await;
    assert!(client.get(&draft).await.body.contains("Nobody else can go on with this draft"), "with no deputy there is a warning");
    let choose = client.get(&format!("{draft}/deputy")).await;
    assert!(choose.words("option").contains(&"Lena Sample".to_owned()));
    let fields = [("csrf_token", choose.token()), ("deputy", served.hub.person("lena.sample").user.to_string())];
    assert_eq!(client.post(&format!("{draft}/deputy"), &pairs(&fields)).await.location(), draft);
    assert!(client.get(&draft).await.body.contains("You and Lena Sample can see this draft"));
    assert_eq!(client.post("/account/deputy", &pairs(&fields)).await.location(), "/account");
    assert!(client.get("/account").await.body.contains("Lena Sample can go on with your drafts"));

    let deputy = Client::new(&served);
    deputy.sign_in(&served, "lena.sample").await;
    let seen = deputy.get(&draft).await;
    assert!(seen.body.contains("Tess Example began this draft") && !seen.body.contains("Delete this draft"));
    assert!(deputy.get("/").await.body.contains("You are its deputy."));
    assert_eq!(deputy.get(&format!("{draft}/deputy")).await.location(), draft);
    assert_eq!(deputy.post(&format!("{draft}/delete"), &[("csrf_token", &seen.token())]).await.status.as_u16(), 403);

    let ask = client.get(&format!("{draft}/delete")).await;
    assert_eq!(ask.heading(), "Do you want to delete this draft?");
    assert_eq!(client.post(&format!("{draft}/delete"), &[("csrf_token", &ask.token())]).await.location(), "/");
    let ended = client.get(&draft).await;
    assert_eq!((ended.status.as_u16(), ended.heading().as_str()), (410, "This draft was never sent"));
    let stranger = Client::new(&served);
    stranger.sign_in(&served, "omar.placeholder").await;
    assert_eq!(stranger.get(&draft).await.status.as_u16(), 404, "others learn nothing of it");
    assert!(!client.get("/").await.body.contains("Your drafts"));
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_nears_its_end_says_so_on_the_start_page() {
    let (served, client) = sender().await;
    client.begin().await;
    for (days, said) in [(22, false), (2, true)] {
        served.hub.clock.advance(Duration::from_hours(days * 24));
        client.sign_in(&served, "tess.example").await;
        assert_eq!(client.get("/").await.body.contains("It is deleted on"), said, "{days}");
    }
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_finds_ones_own_and_everything_else_looks_the_same() {
    let (served, client) = sender().await;
    let sent = client.refer(&[]).await;
    let reference = sent.split('/').nth(2).unwrap().to_owned();
    let typed = reference.to_lowercase().replace('-', "+");
    let found = client.get(&format!("/find?reference={typed}")).await;
    assert_eq!(found.location(), format!("/referrals/{reference}"));
    let own = client.get(found.location()).await;
    assert_eq!(own.heading(), format!("Referral {reference}"));

    let stranger = Client::new(&served);
    stranger.sign_in(&served, "omar.placeholder").await;
    let page = |path: String| {
        let stranger = &stranger;
        async move {
            let mut answer = stranger.get(&path).await;
            if answer.status.as_u16() == 303 {
                answer = stranger.get(answer.location()).await;
            }
            (answer.status.as_u16(), answer.words("main h1, main p:not(:has(strong))"))
        }
    };
    let forbidden = page(format!("/find?reference={typed}")).await;
    assert_eq!(forbidden.0, 404);
    for other in ["/find?reference=0112-3456-7", "/find?reference=nonsense"] {
        assert_eq!(page(other.to_owned()).await, forbidden, "{other}");
    }
    for nothing in ["/find", "/find?reference="] {
        assert_eq!(stranger.get(nothing).await.status.as_u16(), 303, "without words it leads back: {nothing}");
    }
    assert_eq!(page(format!("/referrals/{reference}/sent")).await, forbidden);

    let triager = Client::new(&served);
    triager.sign_in(&served, "theo.invented").await;
    let queue = triager.get("/queue").await;
    assert!(!queue.body.contains("unopened"), "nothing is urgent: {}", queue.body);
    assert_eq!(queue.words("tbody tr").len(), 1);
    let heads = ["Reference", "About", "Urgency", "Due", "With", "Sent by", "State"].map(str::to_owned);
    assert_eq!(queue.words("thead th"), heads);
    assert!(queue.words("tbody td").iter().any(|words| words.ends_with("November 2026")), "when and by whom it was sent");
    assert_eq!(triager.get(&format!("/referrals/{reference}")).await.status.as_u16(), 200);
    assert_eq!(triager.get("/queue?state=received").await.words("tbody tr").len(), 0);
    assert_eq!(triager.get("/queue?state=opened").await.words("tbody tr").len(), 1);
    // A place in the queue is kept for the way back, and an address that is none leads to its beginning.
    assert!(triager.get(&format!("/referrals/{reference}")).await.body.contains("/queue?team="));
    assert_eq!(triager.get("/queue?view=mine").await.words("tbody tr").len(), 0);
    assert!(triager.get("/queue?view=mine&unread=yes").await.body.contains("Show everything"));
    assert_eq!(triager.get(&sent).await.location(), format!("/referrals/{reference}"));
    assert_eq!(triager.get("/queue?state=none").await.status.as_u16(), 400);
    assert_eq!(triager.get("/queue?team=none").await.status.as_u16(), 404);
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_opens_it_sees_dangers_first_then_who_has_it_then_the_parts() {
    let (served, client) = sender().await;
    let place = client.refer(&[("sleeping", "yes"), ("hazards", "exit-blocked")]).await;
    let reference = place.trim_start_matches("/referrals/").trim_end_matches("/sent").to_owned();
    let team = Client::new(&served);
    team.sign_in(&served, "theo.invented").await;
    for (reader, parts) in
        [(&team, "desk decision answers messages files history"), (&client, "decision answers messages files history")]
    {
        let page = reader.get(&format!("/referrals/{reference}")).await;
        assert_eq!(page.words(".app-flags__list li"), ["People sleep there, and a way out or the alarm may fail them."]);
        let at = |text: &str| page.body.find(text).unwrap_or_else(|| panic!("{text}: {}", page.body));
        assert!(
            at("app-flags") < at("app-facts")
                && at("app-facts") < at("app-contents")
                && at("app-contents") < at("What was sent</h2>")
        );
        let linked: Vec<_> = parts.split(' ').filter(|part| !page.body.contains(&format!("href=\"#{part}\""))).collect();
        assert_eq!(linked, [""; 0], "{}", page.body);
        for part in parts.split(' ') {
            assert_eq!(page.body.matches(&format!("id=\"{part}\"")).count(), 1, "{part}");
        }
        assert!(page.words(".app-history__act").iter().any(|act| act.contains("Tess Example") && act.contains("sent it")));
    }
    served.finish().await;
}
