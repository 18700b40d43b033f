//! What stands before every page, walked from the list of routes.

use referral_exchange::web::table::{ROUTES, Route};

use crate::support::{
    client::Client,
    hub::{ENGINES, Hub},
    raw::Raw,
};

/// An address of a route, with made-up names in its places.
fn address(route: &Route) -> String {
    // Only a pathway about a person has an enquiry.
    let pathway = if route.path.contains("/advice") { "marac" } else { "fire-protection" };
    route
        .path
        .replace("{pathway}", pathway)
        .replace("{reference}", "7K3F-9QXD-2")
        .replace("{section}", "seen")
        .replace("{name}", "missing.css")
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reaches_anything_but_the_sign_in() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    for route in ROUTES.iter().filter(|route| !route.public) {
        let client = Client::new(&served);
        let answer = client.send(route.method, &address(route)).await;
        assert_eq!(answer.status.as_u16(), 303, "{} {}", route.method, route.path);
        assert!(answer.location().starts_with("/sign-in"), "{}: {}", route.path, answer.location());
    }
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_of_the_list_is_there_and_no_other_method_is() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let client = Client::new(&served);
    client.sign_in(&served, "lena.sample").await;
    for route in ROUTES.iter().filter(|route| route.method == "GET" && !route.path.contains("{name}")) {
        let answer = client.get(&address(route)).await;
        let expected: &[u16] = match route.path {
            "/sign-in" | "/sign-in/code" | "/join" | "/join/ready" => &[303],
            // Whoever keeps no register is led back to it.
            "/agreements/new" => &[200, 303],
            "/log" | "/log/export" | "/queue" | "/queue/absences" | "/safeguarding-leads" | "/members/mail" => &[200, 403],
            path if path == "/keys" || path.starts_with("/people") || path.starts_with("/agencies") => &[403],
            "/teams/{team}/key" => &[404],
            path if path.starts_with("/teams") => &[403],
            "/admissions" | "/admissions/{team}/{id}" => &[200, 403, 404],
            // Where nothing was sought it leads back.
            "/find" => &[303],
            path if path.contains("{reference}") => &[404],
            _ => &[200],
        };
        assert!(expected.contains(&answer.status.as_u16()), "{}: {}", route.path, answer.status);
    }
    for (method, path) in
        [("DELETE", "/sent"), ("PUT", "/"), ("TRACE", "/"), ("OPTIONS", "/sent"), ("GET", "/nowhere"), ("GET", "/sign-out")]
    {
        let answer = client.send(method, path).await;
        assert_eq!((answer.status.as_u16(), answer.heading().as_str()), (404, "Page not found"), "{method} {path}");
    }
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_kept_by_nobody_and_says_what_the_browser_must_not_do() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let client = Client::new(&served);
    let mut answers = vec![client.get("/").await, client.get("/nowhere").await, client.get("/sign-in").await];
    answers.push(client.post("/sign-in", &[]).await);
    client.sign_in(&served, "tess.example").await;
    for path in ["/", "/sent", "/log", "/referrals/none", "/refer/none", "/refer/fire-protection"] {
        answers.push(client.get(path).await);
    }
    answers.push(client.post("/sign-out", &[]).await);
    for answer in answers {
        let header = |name: &str| answer.headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
        assert_eq!(header("cache-control"), "no-store", "{}", answer.status);
        assert!(header("content-security-policy").starts_with("default-src 'none'"), "{}", answer.status);
        assert!(header("strict-transport-security").contains("max-age="));
        assert_eq!((header("x-content-type-options").as_str(), header("server").as_str()), ("nosniff", ""));
        if !answer.body.is_empty() {
            assert_eq!(header("content-type"), "text/html; charset=utf-8");
        }
    }
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_needs_its_token_and_our_own_origin() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let client = Client::new(&served);
    client.sign_in(&served, "tess.example").await;
    let token = client.get("/account").await.token();
    let other = Client::new(&served);
    other.sign_in(&served, "lena.sample").await;
    let foreign_token = other.get("/account").await.token();
    let own = served.url();
    let refused: &[(&str, &[(&str, &str)])] = &[
        ("", &[]),
        ("wrong", &[]),
        (&foreign_token, &[]),
        (&token, &[("origin", "https://evil.example")]),
        (&token, &[("origin", "null")]),
        (&token, &[("sec-fetch-site", "cross-site")]),
        (&token, &[("sec-fetch-site", "same-site")]),
    ];
    for route in ROUTES.iter().filter(|route| route.method == "POST" && !route.public) {
        for (sent, headers) in refused {
            let answer = client.post_with(&address(route), &[("csrf_token", *sent), ("narrative", "kept")], headers).await;
            assert_eq!(answer.status.as_u16(), 403, "{} {headers:?}", route.path);
            // Answers come back to our own page, and never to another site's.
            let kept = answer.hidden().contains(&("narrative".to_owned(), "kept".to_owned()));
            assert_eq!(kept, route.keeps_answers && headers.is_empty(), "{} {headers:?}", route.path);
        }
    }
    let mut raw = Raw::owner(&served.hub).await;
    let posts = ROUTES.iter().filter(|route| route.method == "POST" && !route.public).count();
    let of_tess = "SELECT CAST(COUNT(*) AS BIGINT) FROM log_event WHERE outcome = 'refuse' AND actor IS NOT NULL";
    assert_eq!(raw.count(of_tess).await, i64::try_from(posts * refused.len()).unwrap(), "each is an event that names her");
    assert_eq!(client.get("/account").await.status.as_u16(), 200, "nobody was signed out");
    for headers in [&[("origin", own.as_str())][..], &[("sec-fetch-site", "same-origin")], &[]] {
        let client = Client::new(&served);
        client.sign_in(&served, "tess.example").await;
        let token = client.get("/account").await.token();
        let answer = client.post_with("/sign-out", &[("csrf_token", &token)], headers).await;
        assert_eq!(answer.location(), "/sign-in?signed-out=1", "{headers:?}");
    }
    // The sign-in's own forms.
    let nobody = Client::new(&served);
    nobody.get("/sign-in").await;
    for path in ["/sign-in", "/sign-in/code"] {
        assert_eq!(nobody.post(path, &[("csrf_token", "wrong")]).await.status.as_u16(), 403, "{path}");
    }
    let token = nobody.get("/sign-in").await.token();
    let extra = nobody.post("/sign-in", &[("csrf_token", &token), ("username", "x"), ("role", "dpo")]).await;
    assert_eq!(extra.status.as_u16(), 400, "a field that is no part of the form");

    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_keep_to_their_pages() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let seen = |username: &'static str| {
        let served = &served;
        async move {
            let client = Client::new(served);
            client.sign_in(served, username).await;
            let links = client.get("/").await.words(".govuk-service-navigation__link").join(", ");
            let mut statuses = Vec::new();
            for path in ["/sent", "/queue", "/log", "/refer/fire-protection", "/account"] {
                statuses.push(client.get(path).await.status.as_u16());
            }
            (links, statuses)
        }
    };
    // The list of what one sent is empty, not forbidden, for those who send nothing.
    let start = "Start, ";
    let account = "Your account";
    assert_eq!(
        seen("tess.example").await,
        (format!("{start}My referrals, Shared with us, {account}"), vec![200, 403, 403, 200, 200])
    );
    assert_eq!(
        seen("theo.invented").await,
        (format!("{start}My referrals, Queue, Shared with us, {account}"), vec![200, 200, 403, 200, 200])
    );
    assert_eq!(seen("dora.madeup").await, (format!("{start}Log, {account}"), vec![200, 403, 200, 403, 200]));
    assert_eq!(
        seen("adam.notional").await,
        (format!("{start}Agreements, People, Who checks, Mail, {account}"), vec![200, 403, 403, 403, 200])
    );
    served.finish().await;
}
