//! The four steps as people take them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{
    AGREEMENT, ANSWER, CASEWORK, CHILD, FOR_FILE, OWN, QUESTION, SECRETS, STRANGERS, TOLD, answers, form_of, parties,
    strangers_find_nothing,
};
use crate::support::{
    answers::fields,
    browser::{Browser, WIDE},
    hub::{ENGINES, Hub, Served},
};

/// What is shown of a referral, whatever its address ends in.
const PAGES: [&str; 9] = ["", "/print", "/access", "/sent", "/decision", "/share", "/redirect", "/casework-access", "/add/child"];
const LISTS: [&str; 6] = ["/", "/sent", "/queue", "/shared", "/checks", "/notices"];

async fn is_now(browser: &Browser, served: &Served, username: &str) {
    if browser.has(".app-account").await {
        browser.press(".app-account form[action='/sign-out'] button").await;
    }
    browser.sign_in(served, username).await;
}

/// The words of the cells of each row of a page's table.
async fn rows(browser: &Browser) -> Vec<Vec<String>> {
    let cells = "return [...document.querySelectorAll('main tbody tr')].map(row => [...row.children].map(cell => \
        (cell.querySelector('.app-table__value') ?? cell).textContent.replace(/\\s+/g, ' ').trim()))";
    serde_json::from_value(browser.run(cells).await).unwrap()
}

/// Fills in the minimum and sends it; gives the reference.
async fn refers(browser: &Browser, hub: &Hub) -> String {
    let versioned = form_of(hub);
    let (pathway, answers) = (&versioned.pathway, answers(hub));
    let given = pathway.questions().filter_map(|question| Some((question, answers.get(question.id.as_str())?)));
    let given: Vec<_> = given.flat_map(|(question, answer)| fields(question, question.id.as_str(), answer)).collect();
    browser.follow(&pathway.title).await;
    browser.follow("Start now").await;
    browser.choose("danger", "no").await;
    browser.submit().await;
    let draft = browser.path().await;
    for section in pathway.minimum().filter(|section| !section.questions.iter().any(|one| one.id == pathway.danger.question)) {
        browser.go(&format!("{draft}/section/{}", section.id)).await;
        browser.answer(&given).await;
        browser.submit().await;
        assert!(!browser.has(".govuk-error-summary").await, "{}: {}", section.id, browser.text("main").await);
    }
    browser.go(&format!("{draft}/check")).await;
    assert!(browser.text("main").await.contains("Child exploitation hub"), "who receives it stands before sending");
    browser.submit().await;
    assert_eq!(browser.heading().await, "Referral sent");
    browser.follow("See this referral").await;
    browser.heading().await.replace("Referral ", "")
}

async fn writes(browser: &Browser, audience: Option<&str>, text: &str) {
    if let Some(audience) = audience {
        browser.choose("audience", audience).await;
    }
    browser.fill("text", text).await;
    browser.press("form[action$='/messages'] button").await;
}

async fn agrees(browser: &Browser, hub: &Hub) {
    browser.go("/agreements/new").await;
    browser.fill("title", AGREEMENT).await;
    for agency in parties(hub).await {
        browser.choose("agencies", &agency.to_string()).await;
    }
    browser.choose("pathways", "child-exploitation").await;
    browser.choose("purposes", "safeguarding").await;
    browser.fill("starts", "1/1/2026").await;
    browser.submit().await;
    assert!(browser.text("main").await.contains(AGREEMENT));
}

async fn asks(browser: &Browser, served: &Served, reference: &str) {
    browser.go(&format!("/queue?team={}", served.hub.person("toby.fabled").team_id)).await;
    assert!(browser.text("tbody").await.contains(CHILD), "the headline is opened for the page");
    browser.follow(reference).await;
    writes(browser, Some("question"), QUESTION).await;
    assert!(browser.text("main").await.contains("You wait for an answer from the referrer"));
}

async fn answers_the_question(browser: &Browser, reference: &str) {
    browser.go("/sent").await;
    browser.follow(reference).await;
    assert!(browser.text("main").await.contains(QUESTION));
    writes(browser, None, ANSWER).await;
}

async fn decides(browser: &Browser, path: &str) {
    browser.go(path).await;
    assert!(browser.text("main").await.contains(ANSWER));
    writes(browser, Some("casework"), OWN).await;
    browser.follow("Decide").await;
    browser.choose("choice", "panel/panel-listed").await;
    browser.choose("grade", "high").await;
    browser.fill("reason_for_file", FOR_FILE).await;
    browser.fill("reason_for_referrer", TOLD).await;
    browser.submit().await;
    assert!(browser.text("main").await.contains(TOLD), "who reads what stands before deciding");
    browser.submit().await;
    assert!(browser.text("main").await.contains("grade: High"));
}

async fn shares(browser: &Browser, hub: &Hub) {
    browser.follow("Share part of this").await;
    let team = hub.person("hugh.pseudo").team_id;
    browser.click(&format!("[name=team] option[value='{team}']")).await;
    let ticked = "return [...document.querySelectorAll('[name=entries]')].filter(box => box.checked).length";
    assert_eq!(browser.run(ticked).await, json!(0), "nothing is ticked at first");
    let tick = "document.querySelectorAll('.govuk-checkboxes__item').forEach(item => { \
        if (['Canaryanswered', 'Canaryown'].some(word => item.textContent.includes(word))) item.querySelector('input').click() })";
    browser.run(tick).await;
    assert_eq!(browser.run(ticked).await, json!(2));
    browser
        .run(&format!(
            "[...document.querySelectorAll('[name=agreement] option')].find(one => one.text === '{AGREEMENT}').selected = true"
        ))
        .await;
    let law = "return ['basis', 'purpose'].map(name => document.querySelector(`[name=${name}]`).value).join('')";
    assert_eq!(browser.run(law).await, json!(""), "nor is what it rests on chosen");
    for (name, code) in [("basis", "public-task"), ("purpose", "safeguarding")] {
        browser.click(&format!("[name={name}] option[value='{code}']")).await;
    }
    browser.submit().await;
    let preview = browser.text("main").await;
    assert!(preview.contains(ANSWER) && preview.contains(OWN) && preview.contains(AGREEMENT), "{preview}");
    assert!(!preview.contains(FOR_FILE), "{preview}");
    // The head of the page names the case to whoever shares it; what they give is framed.
    let given = browser.text(".app-preview").await;
    assert!(given.contains(ANSWER) && !given.contains(FOR_FILE) && !given.contains(CHILD), "{given}");
    browser.press("button[value='send']").await;
}

async fn health_reads(browser: &Browser) {
    browser.go("/shared").await;
    browser.press("tbody a").await;
    let given = browser.text("main").await;
    assert!(given.contains(ANSWER) && given.contains(OWN), "{given}");
    for word in SECRETS.into_iter().filter(|word| !["Canaryanswered", "Canaryown"].contains(word)) {
        assert!(!given.contains(word), "{word} was not chosen");
    }
}

/// The words of an error's page but for the line with the request's id.
fn without_id(words: &str) -> String {
    words.lines().filter(|line| !line.starts_with("If you ask for help, quote ")).collect()
}

async fn finds_no_page(browser: &Browser, served: &Served, path: &str) {
    for stranger in STRANGERS {
        is_now(browser, served, stranger).await;
        for page in PAGES.iter().map(|page| format!("{path}{page}")) {
            browser.go(&page).await;
            let seen = without_id(&browser.text("main").await);
            browser.go(&page.replace(path, "/referrals/7K3F-9QXD-2")).await;
            assert_eq!(seen, without_id(&browser.text("main").await), "{page} of {stranger}: as if there were none");
        }
        for list in LISTS {
            browser.go(list).await;
            let seen = browser.text("body").await;
            assert!(!seen.contains(path.rsplit('/').next().unwrap()), "{list} of {stranger}");
            assert!(!SECRETS.iter().any(|word| seen.contains(word)), "{list} of {stranger}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_is_referred_decided_on_and_shared_and_the_officer_sees_who_saw_what() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let browser = Browser::open(WIDE, &served.url()).await;
    is_now(&browser, &served, "abel.template").await;
    agrees(&browser, &served.hub).await;
    is_now(&browser, &served, "tess.example").await;
    let reference = refers(&browser, &served.hub).await;
    let path = format!("/referrals/{reference}");
    is_now(&browser, &served, "toby.fabled").await;
    asks(&browser, &served, &reference).await;
    is_now(&browser, &served, "tess.example").await;
    answers_the_question(&browser, &reference).await;
    is_now(&browser, &served, "toby.fabled").await;
    decides(&browser, &path).await;
    shares(&browser, &served.hub).await;
    is_now(&browser, &served, "hugh.pseudo").await;
    health_reads(&browser).await;

    // The school sees its outcome and nothing of the team's own.
    is_now(&browser, &served, "tess.example").await;
    browser.go(&path).await;
    let seen = browser.text("main").await;
    assert!(seen.contains("Exploitation panel") && seen.contains(TOLD), "{seen}");
    assert!(!CASEWORK.iter().any(|word| seen.contains(word)) && !seen.contains("grade") && !seen.contains("Hugh"), "{seen}");

    finds_no_page(&browser, &served, &path).await;
    strangers_find_nothing(&served, &reference).await;
    officer_sees(&browser, &served, &reference).await;
    browser.close().await;
    served.finish().await;
}

/// The officer of the team's agency finds exactly who did what.
async fn officer_sees(browser: &Browser, served: &Served, reference: &str) {
    is_now(browser, served, "dina.proforma").await;
    browser.go(&format!("/log?use=lawfulness&reference={reference}")).await;
    let log = rows(browser).await;
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for row in &log {
        assert_eq!((row[5].as_str(), row[7].as_str()), (reference, "Done"));
        *counts.entry((&row[2], &row[4])).or_default() += 1;
    }
    let done = [
        (("Hugh Pseudo", "opened a referral"), 1),
        (("Hugh Pseudo", "saw a referral in the list of what was shared with them"), 1),
        (("Tess Example", "opened a referral"), 5),
        // Once in the list, and twice on the start page, which says that the team waits for her answer.
        (("Tess Example", "saw a referral in the list of those sent"), 3),
        (("Tess Example", "sent a referral"), 1),
        (("Tess Example", "wrote a message on a referral"), 1),
        (("Toby Fabled", "asked the referrer something"), 1),
        (("Toby Fabled", "decided on a referral"), 1),
        (("Toby Fabled", "opened a referral"), 11),
        (("Toby Fabled", "saw a referral in a team's queue"), 1),
        (("Toby Fabled", "shared chosen parts of a referral"), 1),
        (("Toby Fabled", "wrote a message on a referral"), 1),
    ];
    assert_eq!(counts, BTreeMap::from(done));

    browser.go(&format!("/referrals/{reference}/access")).await;
    let access = rows(browser).await;
    let seen: BTreeSet<_> = access.iter().map(|row| [&row[0], &row[1], &row[2]].map(String::as_str)).collect();
    let health = "Hugh Pseudo, Health safeguarding, Leicestershire Partnership NHS Trust";
    let (school, hub) =
        ("Tess Example, Ashgrove safeguarding, Ashgrove Academy", "Toby Fabled, Child exploitation hub, Leicestershire Police");
    let officer = "Dina Proforma, Police information governance, Leicestershire Police";
    let wanted = [
        [officer, "Looked at who has seen it", "Once"],
        [health, "Opened it", "Once"],
        [health, "Saw a referral in the list of what was shared with them", "Once"],
        [school, "Opened it", "5 times"],
        [school, "Saw its line in a list", "3 times"],
        [hub, "Opened it", "11 times"],
        [hub, "Saw its line in a list", "Once"],
        [hub, "Shared chosen parts of a referral", "Once"],
    ];
    assert_eq!((seen, access.len()), (BTreeSet::from(wanted), wanted.len()));
    assert_eq!(browser.stopped().await, Value::Array(Vec::new()));
}
