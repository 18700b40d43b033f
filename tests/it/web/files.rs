//! Files by way of the pages: added with a form, listed, taken, stopped.

use referral_exchange::store::Engine;
use scraper::{Html, Selector};

use crate::support::{
    acts::send,
    files::{content_type, form, pdf, photograph},
    hub::Hub,
};

fn attribute(page: &str, selector: &str, name: &str) -> String {
    let selector = Selector::parse(selector).unwrap();
    let page = Html::parse_document(page);
    let element = page.select(&selector).next().unwrap_or_else(|| panic!("{selector:?}"));
    element.attr(name).unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_has_a_page_of_files_and_the_check_names_them() {
    let served = Hub::founded(Engine::Sqlite).await.serve().await;
    let (client, token) = served.signed_in("tess.example").await;
    let url = |path: &str| format!("{}{path}", served.url());
    let text = async |path: &str| client.get(url(path)).send().await.unwrap().text().await.unwrap();
    let danger = text("/refer/fire-protection/danger").await;
    let key = attribute(&danger, "[name=form_token]", "value");
    let fields = [("csrf_token", token.as_str()), ("form_token", &key), ("danger", "no")];
    let begun = client.post(url("/refer/fire-protection/start")).form(&fields).send().await.unwrap();
    let draft = begun.headers()["location"].to_str().unwrap().to_owned();
    assert!(text(&draft).await.contains("No files have been added"));
    let page = format!("{draft}/files");
    let blank = text(&page).await;
    assert!(blank.contains("Never add a sexual image of a child"));
    // Which kinds are taken is said before anybody chooses.
    assert!(blank.contains("JPEG") && blank.contains("HEIC pictures, which cannot be taken"), "{blank}");
    let key = attribute(&blank, "[name=form_token]", "value");
    let post = async |token: &str, file: (&str, &[u8])| {
        let body = form(&[("csrf_token", token), ("form_token", &key), ("description", "The <door>")], Some(file));
        client.post(url(&page)).header("Content-Type", content_type()).body(body).send().await.unwrap()
    };
    assert_eq!(post("none", ("a.jpg", &photograph().0)).await.status(), 403);
    let wrong = post(&token, ("a.exe", b"MZ\0")).await;
    assert_eq!(wrong.status(), 415);
    let wrong = wrong.text().await.unwrap();
    assert!(wrong.contains("The file is none of PDF") && wrong.contains("The &#60;door&#62;"), "{wrong}");
    let added = post(&token, ("a.jpg", &photograph().0)).await;
    assert_eq!((added.status().as_u16(), added.headers()["location"].to_str().unwrap()), (303, page.as_str()));
    let listed = text(&page).await;
    assert!(listed.contains("a.jpg") && listed.contains("The &#60;door&#62;"), "{listed}");
    assert!(text(&draft).await.contains("One file goes with it"));
    assert!(text(&format!("{draft}/check")).await.contains("a.jpg"));
    // Those who go on with it can look at it again, its place taken out; nobody else finds it.
    let href = attribute(&listed, "main a[download]", "href");
    let got = client.get(url(&href)).send().await.unwrap();
    assert_eq!(got.status(), 200);
    assert!(got.headers()["content-disposition"].to_str().unwrap().starts_with("attachment"));
    assert_eq!(got.bytes().await.unwrap(), photograph().1);
    let (stranger, _) = served.signed_in("adam.notional").await;
    assert_eq!(stranger.get(url(&href)).send().await.unwrap().status(), 404);
    let remove = attribute(&listed, "form[action$='/remove']", "action");
    let removed = client.post(url(&remove)).form(&[("csrf_token", &token)]).send().await.unwrap();
    assert_eq!(removed.headers()["location"].to_str().unwrap(), page);
    assert!(!text(&page).await.contains("a.jpg"));
    assert_eq!(client.get(url(&href)).send().await.unwrap().status(), 404, "what was taken out is gone");
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_added_taken_and_stopped_on_the_pages() {
    let hub = Hub::founded(Engine::Sqlite).await;
    let sender = hub.sign_in("tess.example").await;
    let reference = send(&hub.app, &sender, "one", |_| ()).await.reference.to_string();
    let served = hub.serve().await;
    let (client, token) = served.signed_in("tess.example").await;
    let url = |path: &str| format!("{}{path}", served.url());
    let get = async |path: &str| client.get(url(path)).send().await.unwrap();
    let post = async |path: &str, body: Vec<u8>| {
        let request = client.post(url(path)).header("Content-Type", content_type()).body(body);
        request.send().await.unwrap()
    };
    let page = format!("/referrals/{reference}");
    let blank = get(&format!("{page}/files/new")).await.text().await.unwrap();
    assert!(blank.contains("Never add a sexual image of a child"));
    let key = attribute(&blank, "[name=form_token]", "value");
    let action = attribute(&blank, "main form", "action");
    let fields = |token: &str| {
        [("csrf_token", token), ("form_token", &key), ("description", "The <door>"), ("audience", "shared")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
    };
    let body = |token: &str, file: (&str, &[u8])| {
        let fields = fields(token);
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        form(&fields, Some(file))
    };
    let (photograph, clean) = photograph();

    // Not ours; nothing; the wrong kind; too large: each told, and what was typed stays.
    assert_eq!(post(&action, body("none", ("a.jpg", &photograph))).await.status(), 403);
    let foreign = client.post(url(&action)).header("Origin", "https://evil.example").header("Content-Type", content_type());
    assert_eq!(foreign.body(body(&token, ("a.jpg", &photograph))).send().await.unwrap().status(), 403);
    for (file, status, words) in [
        (("", &b""[..]), 422, "Choose a file"),
        (("a.exe", b"MZ\0"), 415, "The file is none of PDF"),
        (("a.heic", b"\0\0\0\x18ftypheic\0\0\0\0"), 415, "Settings, Camera, Formats, Most Compatible"),
        (("a.pdf", &pdf(25 * 1024 * 1024 + 1)), 413, "The file must be 25 MB or smaller"),
    ] {
        let answer = post(&action, body(&token, file)).await;
        assert_eq!(answer.status(), status, "{words}");
        let text = answer.text().await.unwrap();
        assert!(text.contains(words) && text.contains("Error: Add a file"), "{text}");
    }
    assert!(get(&page).await.text().await.unwrap().contains("No files have been added"));

    for _ in 0..2 {
        // A double click adds it once.
        let answer = post(&action, body(&token, ("front door.jpg", &photograph))).await;
        assert_eq!((answer.status().as_u16(), answer.headers()["location"].to_str().unwrap()), (303, &*format!("{page}#files")));
    }
    let text = get(&page).await.text().await.unwrap();
    let links = Html::parse_document(&text).select(&Selector::parse("a[download]").unwrap()).count();
    assert_eq!(links, 1);
    for words in ["front door.jpg", "The &#60;door&#62;", "JPEG picture", "Nothing was found", "Tess Example"] {
        assert!(text.contains(words), "{words} in {text}");
    }
    let answer = get(&attribute(&text, "a[download]", "href")).await;
    assert!(answer.headers()["content-disposition"].to_str().unwrap().starts_with("attachment; filename=\"front door.jpg\""));
    assert_eq!(answer.headers()["content-security-policy"], "default-src 'none'; sandbox");
    assert_eq!(answer.bytes().await.unwrap(), clean);

    let press = async |selector: &str, more: &[(&str, &str)]| {
        let path = attribute(&text, selector, "action");
        let form = [&[("csrf_token", token.as_str())], more].concat();
        client.post(url(&path)).form(&form).send().await.unwrap()
    };
    assert_eq!(press("form[action$='/original']", &[]).await.bytes().await.unwrap(), photograph);
    let asked = attribute(&text, "a[href$='/quarantine']", "href");
    let text_of_page = get(&asked).await.text().await.unwrap();
    assert!(text_of_page.contains("Whoever could read it is told") && text_of_page.contains("A lead of"), "{text_of_page}");
    let once = attribute(&text_of_page, "form[action$='/quarantine'] [name=form_token]", "value");
    let stop = async |reason: &str| {
        let form = [("csrf_token", token.as_str()), ("form_token", &once), ("reason", reason)];
        client.post(url(&asked)).form(&form).send().await.unwrap()
    };
    let answer = stop("").await;
    assert_eq!(answer.status(), 422);
    assert!(answer.text().await.unwrap().contains("Choose why it is stopped"));
    assert_eq!(stop("misplaced").await.status(), 303);
    let stopped = get(&page).await.text().await.unwrap();
    assert!(stopped.contains("This file is in quarantine. Nobody can download it.") && !stopped.contains("a[download]"));
    assert!(stopped.contains("by Tess Example, ") && stopped.contains("It does not belong to this case"), "{stopped}");
    assert!(!stopped.contains("Let it out of quarantine"), "the sender does not let it out");
    let answer = get(&attribute(&text, "a[download]", "href")).await;
    assert_eq!(answer.status(), 409);
    assert!(answer.text().await.unwrap().contains("in quarantine"));
    served.finish().await;
}
