//! Every page in every state: nothing for axe to find, nothing stopped by the security policy, nothing cut off on a phone.

use std::collections::BTreeSet;

use referral_exchange::web::table::ROUTES;
use serde_json::Value;

use super::{eyes::Eyes, sweep_people::joining};
use crate::support::{
    browser::{Browser, NARROW, WIDE},
    files::photograph,
    hub::{ENGINES, Hub, Served},
};

/// The pages visited by one walk, by the route they belong to.
pub(super) struct Sweep<'s> {
    pub(super) browser: &'s Browser,
    eyes: Eyes,
    seen: BTreeSet<&'static str>,
    width: u32,
}

impl Sweep<'_> {
    /// Checks the page that is open, as a state of a route.
    pub(super) async fn look(&mut self, route: &'static str, state: &str) {
        self.seen.insert(route);
        let name = format!("{}-{state}-{}", route.trim_matches('/').replace(['/', '{', '}'], "_"), self.width);
        self.browser.picture(&name).await;
        self.eyes.look(self.browser, &name).await;
    }

    pub(super) async fn open(&mut self, path: &str, route: &'static str, state: &str) {
        self.browser.go(path).await;
        self.look(route, state).await;
    }
}

async fn sweep(kind: crate::support::browser::Kind) {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let browser = Browser::open(kind, &served.url()).await;
    let mut sweep = Sweep { browser: &browser, eyes: Eyes::open(), seen: BTreeSet::new(), width: kind.width };
    signing_in(&mut sweep, &served).await;
    let with_file = sending(&mut sweep, &served).await;
    joining(&mut sweep, &served).await;
    asking(&mut sweep, &served).await;
    reading(&mut sweep, &served, &with_file).await;
    sweep.eyes.assert_nothing_found();
    // `find`, downloads and the assets have no page of their own.
    let pages: BTreeSet<&str> = ROUTES
        .iter()
        .filter(|route| {
            route.method == "GET"
                && !matches!(
                    route.path,
                    "/find"
                        | "/referrals/{reference}/files/{id}"
                        | "/drafts/{reference}/files/{id}"
                        | "/assets/{name}"
                        | "/log/export"
                )
        })
        .map(|route| route.path)
        .collect();
    let missing: Vec<_> = pages.difference(&sweep.seen).collect();
    assert!(missing.is_empty(), "pages that nobody looked at: {missing:?}");
    browser.close().await;
    served.finish().await;
}

async fn signing_in(sweep: &mut Sweep<'_>, served: &Served) {
    let browser = sweep.browser;
    sweep.open("/open", "/open", "nobody").await;
    sweep.open("/sign-in", "/sign-in", "good").await;
    browser.fill("username", "tess.example").await;
    browser.fill("password", "wrong").await;
    browser.submit().await;
    sweep.look("/sign-in", "bad").await;
    browser.fill("password", &served.hub.person("tess.example").password).await;
    browser.submit().await;
    sweep.look("/sign-in/code", "good").await;
    browser.fill("code", "000000").await;
    browser.submit().await;
    sweep.look("/sign-in/code", "bad").await;
    browser.fill("code", &served.next_code("tess.example")).await;
    browser.submit().await;
    sweep.look("/", "practitioner").await;
    sweep.open("/account", "/account", "good").await;
    sweep.open("/sent", "/sent", "empty").await;
    sweep.open("/checks", "/checks", "nothing").await;
    sweep.open("/notices", "/notices", "empty").await;
    sweep.open("/account/password", "/account/password", "good").await;
    browser.submit().await;
    sweep.look("/account/password", "bad").await;
    sweep.open("/account/sessions", "/account/sessions", "good").await;
    sweep.open("/account/mail", "/account/mail", "empty").await;
    browser.fill("address", "tess").await;
    browser.submit().await;
    sweep.look("/account/mail", "bad").await;
    browser.fill("address", "tess@school.example").await;
    browser.submit().await;
    sweep.open("/account/mail", "/account/mail", "good").await;
    sweep.open("/open", "/open", "somebody").await;
    browser.follow("Go on to your notices").await;
    sweep.look("/notices", "from-a-mail").await;
    sweep.open("/referrals/0000-0000-0", "/referrals/{reference}", "bad").await;
    sweep.open("/referrals/0000-0000-0/sent", "/referrals/{reference}/sent", "bad").await;
    sweep.open("/log", "/log", "bad").await;
}

/// Gives the address of a referral with a file, which is in quarantine.
async fn sending(sweep: &mut Sweep<'_>, served: &Served) -> String {
    let browser = sweep.browser;
    browser.go("/").await;
    browser.follow("I am not sure which form fits").await;
    sweep.look("/not-sure", "good").await;
    browser.submit().await;
    sweep.look("/not-sure", "bad").await;
    browser.choose("child", "yes").await;
    browser.choose("held", "yes").await;
    browser.submit().await;
    sweep.look("/not-sure", "forms").await;
    browser.go("/not-sure").await;
    browser.choose("child", "no").await;
    browser.submit().await;
    sweep.look("/not-sure", "none").await;
    sweep.open("/refer/fire-protection", "/refer/{pathway}", "good").await;
    sweep.open("/refer/nothing", "/refer/{pathway}", "bad").await;
    sweep.open("/refer/fire-protection/danger", "/refer/{pathway}/danger", "good").await;
    browser.submit().await;
    sweep.look("/refer/{pathway}/danger", "bad").await;
    sweep.open("/refer/fire-protection/ring", "/refer/{pathway}/ring", "good").await;
    browser.press("form[action$='/start'] button").await;
    sweep.look("/drafts/{reference}", "fresh").await;
    let draft = browser.path().await;
    browser.follow("The premises").await;
    sweep.look("/drafts/{reference}/section/{section}", "empty").await;
    browser.submit().await;
    sweep.look("/drafts/{reference}/section/{section}", "bad").await;
    sweep.open(&format!("{draft}/check"), "/drafts/{reference}/check", "open").await;
    draft_files(sweep, &draft).await;
    sweep.open(&format!("{draft}/check"), "/drafts/{reference}/check", "files").await;
    sweep.open(&format!("{draft}/deputy"), "/drafts/{reference}/deputy", "good").await;
    browser.press("main form button").await;
    sweep.open(&format!("{draft}/delete"), "/drafts/{reference}/delete", "good").await;
    browser.follow("Keep it").await;
    browser.follow("The premises").await;
    browser.fill_fire("A way out is blocked.\n\nBoxes stand on the stairs.").await;
    // Saved in another window meanwhile.
    let section = format!("{draft}/section/seen");
    browser.go(&section).await;
    browser
        .run("document.querySelector('[name=revision]').value = '0'; document.querySelector('[name=narrative]').value = 'Other'")
        .await;
    browser.submit().await;
    sweep.look("/drafts/{reference}/section/{section}", "conflict").await;
    // A form of a session that is over.
    browser.go(&section).await;
    browser.run("document.querySelector('main [name=csrf_token]').value = 'old'").await;
    browser.submit().await;
    sweep.look("/drafts/{reference}/section/{section}", "kept").await;
    browser.submit().await;
    sweep.look("/drafts/{reference}/section/{section}", "resumed").await;
    kept(sweep, served, &section).await;
    sweep.open(&draft, "/drafts/{reference}", "done").await;
    sweep.open("/", "/", "drafts").await;
    sweep.open("/drafts/0000-0000-0", "/drafts/{reference}", "bad").await;
    sweep.open(&format!("{draft}/check"), "/drafts/{reference}/check", "good").await;
    browser.submit().await;
    sweep.look("/referrals/{reference}/sent", "good").await;
    browser.follow("See this referral").await;
    sweep.look("/referrals/{reference}", "own").await;
    browser.follow("What you saw").await;
    sweep.look("/referrals/{reference}/add/{section}", "good").await;
    browser.submit().await;
    sweep.look("/referrals/{reference}/add/{section}", "bad").await;
    browser.fill("opinion", "It was worse inside.").await;
    browser.submit().await;
    sweep.look("/referrals/{reference}", "added").await;
    browser.follow("Change: What you saw").await;
    sweep.look("/referrals/{reference}/amend/{section}", "good").await;
    browser.submit().await;
    sweep.look("/referrals/{reference}/amend/{section}", "bad").await;
    browser.fill("opinion", "It was worse inside, and upstairs.").await;
    browser.submit().await;
    sweep.look("/referrals/{reference}", "amended").await;
    adding_a_file(sweep).await;
    let with_file = browser.path().await;
    sweep.open("/sent", "/sent", "good").await;
    sweep.open("/account/deputy", "/account/deputy", "good").await;
    sweep.open("/account/contact", "/account/contact", "good").await;
    sweep.open("/account/absence", "/account/absence", "good").await;
    browser.go("/account").await;
    browser.run("document.querySelector('main [name=csrf_token]').value = 'old'").await;
    browser.press("main form[action='/sign-out'] button").await;
    sweep.look("/account", "expired").await;
    browser.go("/").await;
    browser.press(".app-account form[action='/sign-out'] button").await;
    sweep.look("/sign-in", "signed-out").await;
    with_file
}

/// A form whose session ended while somebody wrote.
async fn kept(sweep: &mut Sweep<'_>, served: &Served, section: &str) {
    let browser = sweep.browser;
    browser.go(section).await;
    browser.fill("narrative", "A way out is blocked.\n\nBoxes stand on the stairs, and more came today.").await;
    browser.choose("hazards", "alarm").await;
    served.hub.clock.advance(std::time::Duration::from_mins(20));
    browser.press("form[data-app-autosave] .govuk-button-group button").await;
    sweep.look("/sign-in", "kept").await;
    browser.fill("username", "tess.example").await;
    browser.fill("password", &served.hub.person("tess.example").password).await;
    browser.submit().await;
    browser.fill("code", &served.next_code("tess.example")).await;
    browser.submit().await;
    sweep.look("/drafts/{reference}/section/{section}", "offered").await;
    browser.press("main form[method='get'] button").await;
    sweep.look("/drafts/{reference}/section/{section}", "restored").await;
    browser.press("form[data-app-autosave] .govuk-button-group button").await;
}

async fn draft_files(sweep: &mut Sweep<'_>, draft: &str) {
    let browser = sweep.browser;
    let route = "/drafts/{reference}/files";
    browser.go(draft).await;
    browser.follow("Add or remove files").await;
    sweep.look(route, "empty").await;
    browser.submit().await;
    sweep.look(route, "bad").await;
    let folder = tempfile::tempdir().unwrap();
    for name in ["the-stairs-on-the-second-floor-seen-from-the-lower-landing.jpg", "again.jpg"] {
        let picture = folder.path().join(name);
        std::fs::write(&picture, photograph().0).unwrap();
        browser.find("main [name='file']").await.send_keys(picture.to_str().unwrap()).await.unwrap();
        browser.fill("description", "The stairs, with the boxes on them.").await;
        browser.press("form[enctype] button").await;
    }
    sweep.look(route, "good").await;
    browser.press("form[action$='/remove'] button").await;
    sweep.look(route, "removed").await;
    browser.follow("Go on with the draft").await;
    sweep.look("/drafts/{reference}", "file").await;
}

async fn adding_a_file(sweep: &mut Sweep<'_>) {
    let browser = sweep.browser;
    browser.follow("Add a file").await;
    sweep.look("/referrals/{reference}/files/new", "good").await;
    browser.submit().await;
    sweep.look("/referrals/{reference}/files/new", "bad").await;
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("the-stairs-on-the-second-floor-seen-from-the-lower-landing.jpg");
    std::fs::write(&picture, photograph().0).unwrap();
    browser.find("main [name='file']").await.send_keys(picture.to_str().unwrap()).await.unwrap();
    browser.fill("description", "The stairs, with the boxes on them.").await;
    browser.submit().await;
    sweep.look("/referrals/{reference}", "file").await;
    browser.run("document.querySelectorAll('main details').forEach(part => part.open = true)").await;
    sweep.look("/referrals/{reference}", "file-open").await;
    browser.press("a[href$='/quarantine']").await;
    sweep.look("/referrals/{reference}/files/{id}/quarantine", "good").await;
    browser.submit().await;
    sweep.look("/referrals/{reference}/files/{id}/quarantine", "bad").await;
    browser.choose("reason", "harmful").await;
    browser.submit().await;
    sweep.look("/referrals/{reference}", "quarantine").await;
}

/// Advice without naming anybody: asked, answered, and made a referral.
async fn asking(sweep: &mut Sweep<'_>, served: &Served) {
    let browser = sweep.browser;
    browser.sign_in(served, "tess.example").await;
    sweep.open("/refer/marac", "/refer/{pathway}", "with-advice").await;
    browser.follow("Ask for advice without naming anyone").await;
    sweep.look("/refer/{pathway}/advice", "good").await;
    browser.follow("Start now").await;
    sweep.look("/refer/{pathway}/advice/danger", "good").await;
    browser.submit().await;
    sweep.look("/refer/{pathway}/advice/danger", "bad").await;
    browser.choose("danger", "yes").await;
    browser.submit().await;
    sweep.look("/refer/{pathway}/advice/ring", "good").await;
    browser.press("form[action$='/start'] button").await;
    sweep.look("/drafts/{reference}/section/{section}", "question-empty").await;
    browser.submit().await;
    sweep.look("/drafts/{reference}/section/{section}", "question-bad").await;
    browser.fill_question("A mother of two is waited for outside her work each day.").await;
    browser.submit().await;
    sweep.look("/drafts/{reference}/section/{section}", "question-ring").await;
    browser.follow("Go on with the record").await;
    sweep.look("/drafts/{reference}/check", "question").await;
    browser.submit().await;
    sweep.look("/referrals/{reference}/sent", "question").await;
    browser.follow("See this question").await;
    sweep.look("/referrals/{reference}", "question").await;
    let question = browser.path().await;
    browser.follow("Make this a referral").await;
    sweep.look("/referrals/{reference}/refer", "good").await;
    browser.submit().await;
    sweep.look("/referrals/{reference}/refer", "bad").await;
    browser.choose("danger", "yes").await;
    browser.submit().await;
    sweep.look("/referrals/{reference}/refer", "ring").await;
    browser.press("form[action$='/refer'] button").await;
    sweep.look("/drafts/{reference}", "of-a-question").await;
    browser.press(".app-account form[action='/sign-out'] button").await;

    browser.sign_in(served, "mara.storybook").await;
    let queue = format!("/queue?team={}", served.hub.person("mara.storybook").team_id);
    sweep.open(&queue, "/queue", "question").await;
    sweep.open(&question, "/referrals/{reference}", "to-answer").await;
    browser.submit().await;
    sweep.look("/referrals/{reference}", "answer-bad").await;
    browser.fill("text", "This should be referred.\n\nMake the referral from this page.").await;
    browser.submit().await;
    sweep.look("/referrals/{reference}", "answered").await;
    browser.press(".app-account form[action='/sign-out'] button").await;
    browser.sign_in(served, "tess.example").await;
    sweep.look("/", "answered").await;
    sweep.open("/sent", "/sent", "answered").await;
    sweep.open(&question, "/referrals/{reference}", "answer-read").await;
    browser.press(".app-account form[action='/sign-out'] button").await;
}

async fn reading(sweep: &mut Sweep<'_>, served: &Served, with_file: &str) {
    let browser = sweep.browser;
    browser.sign_in(served, "theo.invented").await;
    sweep.look("/", "triager").await;
    sweep.open("/notices", "/notices", "good").await;
    sweep.open("/notices?cursor=nothing", "/notices", "bad").await;
    browser.go("/notices").await;
    browser.press("main form[action$='/read'] button").await;
    sweep.look("/notices", "read").await;
    sweep.open("/queue", "/queue", "good").await;
    sweep.open("/queue?view=mine", "/queue", "empty").await;
    sweep.open("/queue?overdue=yes&pathway=prevent", "/queue", "narrowed").await;
    sweep.open("/queue?state=nothing", "/queue", "bad").await;
    sweep.open("/queue?view=away", "/queue", "nobody-away").await;
    sweep.open("/queue/absences", "/queue/absences", "empty").await;
    sweep.open("/queue/absences?team=none", "/queue/absences", "bad").await;
    browser.go("/queue?overdue=yes&pathway=fire-protection").await;
    browser.follow("Keep this view").await;
    sweep.look("/queue/views", "empty").await;
    browser.submit().await;
    sweep.look("/queue/views", "bad").await;
    browser.fill("name", "Overdue fire safety of premises").await;
    browser.submit().await;
    sweep.look("/queue", "of-a-view").await;
    browser.follow("Keep this view, or remove one").await;
    sweep.look("/queue/views", "good").await;
    browser.go("/queue").await;
    browser.press("tbody a").await;
    sweep.look("/referrals/{reference}", "good").await;
    let referral = browser.path().await;
    browser.press("form[action$='/claim'] button").await;
    sweep.look("/referrals/{reference}", "taken").await;
    browser.follow("Hand it to somebody else").await;
    sweep.look("/referrals/{reference}/assign", "good").await;
    browser.submit().await;
    sweep.look("/referrals/{reference}/assign", "bad").await;
    browser.choose("to", "fay.fictional").await;
    browser.fill("note", "Ring before noon.").await;
    browser.submit().await;
    sweep.look("/referrals/{reference}", "handed-on").await;
    browser.follow("Who has seen this").await;
    sweep.look("/referrals/{reference}/access", "good").await;
    browser.follow("Back").await;
    browser.follow("Print this").await;
    sweep.look("/referrals/{reference}/print", "good").await;
    browser.follow("Back").await;
    browser.follow("Add a file").await;
    sweep.look("/referrals/{reference}/files/new", "team").await;
    sharing(sweep, served, (&referral, with_file)).await;
    deciding(sweep, served).await;
    browser.sign_in(served, "dora.madeup").await;
    sweep.look("/", "dpo").await;
    sweep.open("/log", "/log", "empty").await;
    sweep.open("/log?from=yesterday", "/log", "mend").await;
    sweep.open("/log?use=lawfulness", "/log", "good").await;
    sweep.open("/log?use=lawfulness&to=2020-01-01", "/log", "none").await;
    browser.press(".app-account form[action='/sign-out'] button").await;
    browser.sign_in(served, "abel.template").await;
    sweep.look("/", "administrator").await;
    sweep.open("/members/mail", "/members/mail", "empty").await;
    sweep.open("/safeguarding-leads", "/safeguarding-leads", "good").await;
    browser.run("document.querySelector('main input[type=text]').value = 'soon'").await;
    browser.submit().await;
    sweep.look("/safeguarding-leads", "bad").await;
    browser.run("document.querySelector('main input[type=text]').value = ''").await;
    browser.submit().await;
    sweep.look("/safeguarding-leads", "kept").await;
}

/// Nothing is chosen beforehand of what something is shared on.
async fn law(browser: &Browser) {
    browser.run("document.querySelector('[name=basis]').value = 'public-task'").await;
    browser.run("document.querySelector('[name=purpose]').value = 'safeguarding'").await;
    browser.run("document.querySelectorAll('[name=reason]').forEach(box => { box.value = 'They know the family.' })").await;
}

/// Part of it shared with health, seen there, and recalled.
async fn sharing(sweep: &mut Sweep<'_>, served: &Served, (referral, with_file): (&str, &str)) {
    const SIGN_OUT: &str = ".app-account form[action='/sign-out'] button";
    let browser = sweep.browser;
    sweep.open("/shared", "/shared", "empty").await;
    browser.go(referral).await;
    browser.follow("Share part of this").await;
    sweep.look("/referrals/{reference}/share", "good").await;
    browser.submit().await;
    sweep.look("/referrals/{reference}/share", "bad").await;
    let team = served.hub.person("hugh.pseudo").team_id;
    browser.run(&format!("document.querySelector('[name=team]').value = '{team}'")).await;
    browser.run("document.querySelectorAll('[name=entries]').forEach(box => box.click())").await;
    browser.run("document.querySelector('[name=urgent]').click()").await;
    law(browser).await;
    browser.submit().await;
    sweep.look("/referrals/{reference}/share", "preview").await;
    browser.press("button[value='send']").await;
    sweep.look("/referrals/{reference}", "shared").await;
    browser.press(SIGN_OUT).await;
    browser.sign_in(served, "hugh.pseudo").await;
    sweep.open("/shared", "/shared", "good").await;
    browser.press("tbody a").await;
    sweep.look("/referrals/{reference}", "by-share").await;
    browser.press(SIGN_OUT).await;
    browser.sign_in(served, "theo.invented").await;
    browser.go(referral).await;
    browser.press("a[href$='/recall']").await;
    sweep.look("/referrals/{reference}/shares/{id}/recall", "good").await;
    browser.submit().await;
    sweep.look("/referrals/{reference}", "recalled").await;
    browser.follow("Record that you do not share this").await;
    sweep.look("/referrals/{reference}/not-shared", "good").await;
    browser.submit().await;
    sweep.look("/referrals/{reference}/not-shared", "bad").await;
    browser.press(SIGN_OUT).await;
    browser.sign_in(served, "fay.fictional").await;
    browser.go(&format!("{referral}/casework-access")).await;
    sweep.look("/referrals/{reference}/casework-access", "good").await;
    browser.submit().await;
    sweep.look("/referrals/{reference}/casework-access", "bad").await;
    browser.run(&format!("document.querySelector('[name=team]').value = '{team}'")).await;
    law(browser).await;
    browser.submit().await;
    sweep.look("/referrals/{reference}", "reads-along").await;
    browser.press("a[href*='/casework-access/'][href$='/end']").await;
    sweep.look("/referrals/{reference}/casework-access/{id}/end", "good").await;
    browser.go(with_file).await;
    browser.press("a[href$='/quarantine/end']").await;
    sweep.look("/referrals/{reference}/files/{id}/quarantine/end", "good").await;
    browser.submit().await;
    sweep.look("/referrals/{reference}/files/{id}/quarantine/end", "bad").await;
    browser.choose("reason", "slip").await;
    browser.submit().await;
    sweep.look("/referrals/{reference}", "let-out").await;
    browser.press(SIGN_OUT).await;
    browser.sign_in(served, "adam.notional").await;
    sweep.open("/agreements", "/agreements", "empty").await;
    sweep.open("/agreements/new", "/agreements/new", "good").await;
    browser.submit().await;
    sweep.look("/agreements/new", "bad").await;
    browser.fill("title", "Homes at risk").await;
    browser.run("document.querySelectorAll('[name=agencies], [name=purposes]').forEach(box => box.click())").await;
    browser.fill("starts", "1/1/2026").await;
    browser.submit().await;
    sweep.look("/agreements", "good").await;
    browser.press(SIGN_OUT).await;
    browser.sign_in(served, "theo.invented").await;
}

/// From the decision to the referrer's answer, and back to the desk.
async fn deciding(sweep: &mut Sweep<'_>, served: &Served) {
    const SIGN_OUT: &str = ".app-account form[action='/sign-out'] button";
    let browser = sweep.browser;
    sweep.open("/queue", "/queue", "taken").await;
    browser.press("tbody a").await;
    let referral = browser.path().await;
    browser.follow("Decide").await;
    sweep.look("/referrals/{reference}/decision", "good").await;
    browser.submit().await;
    sweep.look("/referrals/{reference}/decision", "bad").await;
    browser.choose("choice", "satisfactory/visited-satisfactory").await;
    browser.fill("reason_for_file", "Visited on Thursday.\n\nThe stairs are clear.").await;
    browser.fill("reason_for_referrer", "Thank you for telling us.").await;
    browser.submit().await;
    sweep.look("/referrals/{reference}/decision", "preview").await;
    browser.submit().await;
    sweep.look("/referrals/{reference}", "closed").await;
    sweep.open("/queue?view=closed", "/queue", "closed").await;
    sweep.open(&format!("{referral}/reopen"), "/referrals/{reference}/reopen", "good").await;
    browser.submit().await;
    sweep.look("/referrals/{reference}/reopen", "bad").await;
    browser.press(SIGN_OUT).await;

    browser.sign_in(served, "tess.example").await;
    sweep.open(&referral, "/referrals/{reference}", "decided").await;
    browser.follow("I do not agree with this").await;
    sweep.look("/referrals/{reference}/disagree", "good").await;
    browser.submit().await;
    sweep.look("/referrals/{reference}/disagree", "bad").await;
    browser.fill("text", "The stairs are blocked again.").await;
    browser.submit().await;
    sweep.look("/referrals/{reference}", "not-agreed").await;
    sweep.open(&format!("{referral}/withhold"), "/referrals/{reference}/withhold", "empty").await;
    sweep.open(&format!("{referral}/retract"), "/referrals/{reference}/retract", "good").await;
    browser.submit().await;
    sweep.look("/referrals/{reference}/retract", "bad").await;
    browser.press(SIGN_OUT).await;

    browser.sign_in(served, "theo.invented").await;
    sweep.open("/queue", "/queue", "passed-up").await;
    sweep.open(&referral, "/referrals/{reference}", "again").await;
    sweep.open(&format!("{referral}/close"), "/referrals/{reference}/close", "good").await;
    browser.submit().await;
    sweep.look("/referrals/{reference}/close", "bad").await;
    browser.run("document.querySelector('[name=reason][value=other]').checked = true").await;
    browser.fill("text", "There is nothing to do here.").await;
    browser.fill("reason_for_referrer", "The stairs were cleared, so we have closed this.").await;
    browser.submit().await;
    sweep.look("/referrals/{reference}/close", "preview").await;
    sweep.open(&format!("{referral}/redirect"), "/referrals/{reference}/redirect", "good").await;
    browser.submit().await;
    sweep.look("/referrals/{reference}/redirect", "bad").await;
    let last = "const teams = document.querySelector('[name=team]'); teams.selectedIndex = teams.options.length - 1";
    browser.run(last).await;
    browser.fill("text", "It is about a home.").await;
    browser.submit().await;
    sweep.look("/referrals/{reference}/redirect", "preview").await;
    browser.press(SIGN_OUT).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_in_every_state_on_a_wide_window() {
    sweep(WIDE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_in_every_state_on_a_small_phone() {
    sweep(NARROW).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_checker_does_find_faults() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let browser = Browser::open(WIDE, &served.url()).await;
    let mut sweep = Sweep { browser: &browser, eyes: Eyes::open(), seen: BTreeSet::new(), width: 1200 };
    browser.go("/sign-in").await;
    let damage = "document.querySelector('label[for=username]').remove(); document.documentElement.lang = ''; \
        const inline = document.createElement('p'); inline.setAttribute('style', 'width: 3000px'); inline.textContent = 'wide'; \
        document.body.append(inline)";
    let _: Value = browser.run(damage).await;
    sweep.look("/sign-in", "damaged").await;
    let faults = sweep.eyes.faults.join("\n");
    for expected in ["label: ", "html-has-lang: ", "stopped "] {
        assert!(faults.contains(expected), "{expected} in {faults}");
    }
    browser.close().await;
    served.finish().await;
}
