//! Signing in and out by the pages.

use std::time::Duration;

use crate::support::{
    client::Client,
    hub::{ENGINES, Hub},
};

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_gives_a_new_cookie_and_leads_where_one_wanted_to_go() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let client = Client::new(&served);
    let turned_away = client.get("/queue?state=received").await;
    assert_eq!((turned_away.status.as_u16(), turned_away.location()), (303, "/sign-in?next=%2Fqueue%3Fstate%3Dreceived"));

    let page = client.get(turned_away.location()).await;
    assert_eq!(page.value("next"), "/queue?state=received");
    let form_cookie = [turned_away.cookies(), page.cookies()].concat().join("\n");
    let token = page.token();
    let password = served.hub.person("theo.invented").password.clone();
    let fields = [
        ("csrf_token", token.as_str()),
        ("username", "theo.invented"),
        ("password", &password),
        ("next", "/queue?state=received"),
    ];
    let first = client.post("/sign-in", &fields).await;
    assert_eq!(first.location(), "/sign-in/code?next=%2Fqueue%3Fstate%3Dreceived");
    let code_page = client.get(first.location()).await;
    assert_eq!(code_page.heading(), "Enter the code from your app");
    // With the password alone nothing else opens.
    assert_eq!(client.get("/sent").await.location(), "/sign-in?next=%2Fsent");

    let code = served.next_code("theo.invented");
    let spaced = format!(" {} {} ", &code[..3], &code[3..]);
    let fields = [("csrf_token", token.as_str()), ("code", &spaced), ("next", "/queue?state=received")];
    let second = client.post("/sign-in/code", &fields).await;
    assert_eq!((second.status.as_u16(), second.location()), (303, "/queue?state=received"));
    assert_eq!(client.get("/queue?state=received").await.heading(), "Queue of Fire Protection");
    assert_eq!(client.get("/sign-in").await.location(), "/");

    let cookies = [form_cookie, first.cookies().join("\n"), second.cookies().join("\n")].join("\n");
    for (name, count) in [("__Host-form=", 1), ("__Host-pre-session=", 2), ("__Host-session=", 1)] {
        let set: Vec<&str> = cookies.lines().filter(|cookie| cookie.starts_with(name)).collect();
        assert_eq!(set.len(), count, "{name}: {cookies}");
        for cookie in set {
            for attribute in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict"] {
                assert!(cookie.contains(attribute), "{cookie}");
            }
            assert!(!cookie.contains("Domain") && cookie.len() < 4096, "{cookie}");
        }
    }
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_wrong_looks_the_same_and_a_code_works_once() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let client = Client::new(&served);
    let token = client.get("/sign-in").await.token();
    let password = served.hub.person("tess.example").password.clone();
    let mut seen = Vec::new();
    for (username, password) in [("tess.example", "wrong"), ("nobody.here", "wrong"), ("no name!", "wrong")] {
        let answer = client.post("/sign-in", &[("csrf_token", &token), ("username", username), ("password", password)]).await;
        assert_eq!(answer.status.as_u16(), 422);
        seen.push((answer.words(".govuk-error-summary__list li"), answer.words(".govuk-error-message")));
    }
    seen.dedup();
    assert_eq!(seen.len(), 1, "{seen:?}");

    let right = [("csrf_token", token.as_str()), ("username", "tess.example"), ("password", &password)];
    assert_eq!(client.post("/sign-in", &right).await.location(), "/sign-in/code");
    let wrong = client.post("/sign-in/code", &[("csrf_token", &token), ("code", "000000")]).await;
    assert_eq!(wrong.status.as_u16(), 422);
    let code = served.next_code("tess.example");
    assert_eq!(client.post("/sign-in/code", &[("csrf_token", &token), ("code", &code)]).await.location(), "/");

    let other = Client::new(&served);
    let token = other.get("/sign-in").await.token();
    let right = [("csrf_token", token.as_str()), ("username", "tess.example"), ("password", &password)];
    assert_eq!(other.post("/sign-in", &right).await.location(), "/sign-in/code");
    let replay = other.post("/sign-in/code", &[("csrf_token", &token), ("code", &code)]).await;
    assert_eq!(replay.status.as_u16(), 422, "the same code again");
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_said_at_its_field_and_is_no_guess() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let client = Client::new(&served);
    let token = client.get("/sign-in").await.token();
    let (name, word) = ("Enter your user name", "Enter your password");
    for _ in 0..10 {
        for (username, password, missing) in
            [("", "", &[name, word][..]), ("tess.example", "", &[word]), (" ", "some password", &[name])]
        {
            let answer = client.post("/sign-in", &[("csrf_token", &token), ("username", username), ("password", password)]).await;
            assert_eq!(answer.status.as_u16(), 422);
            assert_eq!(answer.words(".govuk-error-summary__list li"), missing);
            let errors: Vec<String> = missing.iter().map(|text| format!("Error: {text}")).collect();
            assert_eq!(answer.words(".govuk-error-message"), errors);
        }
    }
    client.sign_in(&served, "tess.example").await;
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_has_to_wait_and_is_told_how_long() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let client = Client::new(&served);
    let token = client.get("/sign-in").await.token();
    let guess = [("csrf_token", token.as_str()), ("username", "tess.example"), ("password", "a wrong password")];
    let mut answer = client.post("/sign-in", &guess).await;
    for _ in 0..10 {
        if answer.status.as_u16() != 422 {
            break;
        }
        answer = client.post("/sign-in", &guess).await;
    }
    assert_eq!((answer.status.as_u16(), answer.heading().as_str()), (429, "Wait before you try again"));
    let wait: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait));
    served.hub.clock.advance(Duration::from_secs(wait));
    assert_eq!(client.post("/sign-in", &guess).await.status.as_u16(), 422);
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_pages_of_ours_are_gone_to_after_signing_in() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let client = Client::new(&served);
    for next in ["//evil.example", "https://evil.example", "/\\evil.example", "/sign-out"] {
        let address =
            format!("/sign-in?{}", url::form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish());
        assert_eq!(client.get(&address).await.value("next"), "/", "{next}");
    }
    let token = client.get("/sign-in").await.token();
    let password = served.hub.person("tess.example").password.clone();
    let fields =
        [("csrf_token", token.as_str()), ("username", "tess.example"), ("password", &password), ("next", "//evil.example")];
    assert_eq!(client.post("/sign-in", &fields).await.location(), "/sign-in/code");
    let code = served.next_code("tess.example");
    let fields = [("csrf_token", token.as_str()), ("code", &code), ("next", "https://evil.example")];
    assert_eq!(client.post("/sign-in/code", &fields).await.location(), "/");
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_it_here_or_everywhere() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let (here, there) = (Client::new(&served), Client::new(&served));
    here.sign_in(&served, "tess.example").await;
    there.sign_in(&served, "tess.example").await;
    let account = here.get("/account").await;
    assert!(account.body.contains("You are signed in here and in one other place."), "{}", account.body);

    let token = account.token();
    let out = here.post("/sign-out", &[("csrf_token", &token)]).await;
    assert_eq!((out.status.as_u16(), out.location()), (303, "/sign-in?signed-out=1"));
    assert_eq!(out.headers["clear-site-data"], "\"cache\", \"storage\"");
    assert!(out.cookies().iter().any(|cookie| cookie.starts_with("__Host-session=;") && cookie.contains("Max-Age=0")));
    assert!(here.get(out.location()).await.body.contains("You have signed out."));
    assert_eq!(here.get("/").await.location(), "/sign-in");

    here.sign_in(&served, "tess.example").await;
    let token = here.get("/account").await.token();
    assert_eq!(here.post("/sign-out-everywhere", &[("csrf_token", &token)]).await.status.as_u16(), 303);
    assert_eq!(there.get("/sent").await.location(), "/sign-in?next=%2Fsent");
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_when_it_is_not_used() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let client = Client::new(&served);
    client.sign_in(&served, "tess.example").await;
    served.hub.clock.advance(Duration::from_mins(14));
    assert_eq!(client.get("/").await.status.as_u16(), 200);
    let token = client.get("/account/contact").await.token();
    served.hub.clock.advance(Duration::from_mins(16));
    assert_eq!(client.get("/").await.location(), "/sign-in");

    // Whoever presses a button then must not believe that it was done, and comes back to where they were.
    let late = client.post("/account/contact", &[("csrf_token", &token), ("phone", "0116 496 0000")]).await;
    assert_eq!(late.location(), "/sign-in?unsent=1&next=%2Faccount%2Fcontact");
    assert!(client.get(late.location()).await.body.contains("Nothing was sent, and nothing was changed"));
    let sent = client.post("/drafts/7K3F-9QXD-2/send", &[("csrf_token", &token)]).await;
    assert_eq!(sent.location(), "/sign-in?unsent=1&next=%2Fdrafts%2F7K3F-9QXD-2%2Fcheck");
    assert_eq!(client.post("/sign-out", &[("csrf_token", &token)]).await.location(), "/sign-in");
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_presses_send_after_the_session_ended_reads_that_nothing_was_sent_and_comes_back_to_the_page() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let client = Client::new(&served);
    client.sign_in(&served, "tess.example").await;
    let draft = client.begin().await;
    client.fill(&draft, &[]).await;
    let check = client.get(&format!("{draft}/check")).await;
    served.hub.clock.advance(std::time::Duration::from_mins(20));
    let late = client.post(&format!("{draft}/send"), &[("csrf_token", &check.token())]).await;
    assert!(late.location().starts_with("/sign-in?unsent=1&next="), "{}", late.location());
    let page = client.get(late.location()).await;
    assert!(page.body.contains("You were signed out before this arrived. Nothing was sent"), "{}", page.body);
    assert_eq!(page.value("next"), format!("{draft}/check"));
    client.sign_in(&served, "tess.example").await;
    let again = client.get(&format!("{draft}/check")).await;
    let sent = client.post(&format!("{draft}/send"), &[("csrf_token", &again.token())]).await;
    assert!(sent.location().ends_with("/sent"), "{}", sent.body);
    served.finish().await;
}
