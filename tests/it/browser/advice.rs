//! Advice without naming anybody, on a small phone without scripts: asked, answered, made a referral.

use crate::support::{
    browser::{Browser, Kind},
    hub::{ENGINES, Hub, Served},
};

impl Browser {
    /// Fills in the one section of a question to the MARAC team.
    pub async fn fill_question(&self, worry: &str) {
        self.fill("advice_worry", worry).await;
        self.choose("advice_wanted", "threshold").await;
        self.choose("advice_setting", "education").await;
        self.choose("advice_soon", "tomorrow").await;
        self.choose("district", "leicester").await;
        self.choose("conflict", "no").await;
    }

    async fn signs_in_again(&self, served: &Served, username: &str) {
        self.press(".app-account form[action='/sign-out'] button").await;
        self.sign_in(served, username).await;
    }

    async fn fits(&self) {
        assert!(!self.overflows().await, "{} is wider than the phone", self.path().await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_asked_answered_and_made_a_referral_on_a_small_phone_without_scripts() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let browser = Browser::open(Kind { width: 320, scripts: false }, &served.url()).await;
    browser.sign_in(&served, "tess.example").await;
    browser.follow("High-risk domestic abuse (MARAC)").await;
    browser.fits().await;
    browser.follow("Ask for advice without naming anyone").await;
    assert!(browser.text("main").await.contains("You name nobody."));
    browser.fits().await;
    browser.follow("Start now").await;
    browser.choose("danger", "yes").await;
    browser.submit().await;
    assert!(browser.path().await.ends_with("/advice/ring"), "danger stops the form");
    browser.fits().await;
    browser.press("form[action$='/start'] button").await;
    assert!(browser.text("main").await.contains("Leave out names"));
    for field in ["given_name", "family_name", "line_1", "postcode", "years"] {
        assert!(!browser.has(&format!("main [name$='{field}']")).await, "nobody's {field} is asked for");
    }
    browser.fill_question("A mother of two is waited for outside her work.").await;
    browser.submit().await;
    // What is said to be danger shows whom to ring again, and the way on.
    browser.follow("Go on with the record").await;
    assert_eq!(browser.heading().await, "Check your answers");
    assert!(browser.text("main").await.contains("can tell who it is about: take it out"));
    assert!(browser.text("main").await.contains("You said that somebody may be in danger now"));
    browser.fits().await;
    browser.submit().await;
    assert_eq!(browser.heading().await, "Question sent");
    browser.follow("See this question").await;
    let reference = browser.heading().await.replace("Question ", "");
    browser.fits().await;

    browser.signs_in_again(&served, "mara.storybook").await;
    browser.go(&format!("/queue?team={}", served.hub.person("mara.storybook").team_id)).await;
    assert!(browser.text("tbody").await.contains("Advice: Whether this is something to refer"));
    browser.go(&format!("/referrals/{reference}")).await;
    assert!(browser.text(".app-identity").await.to_uppercase().contains("ADVICE"));
    browser.fill("text", "This should be referred.").await;
    browser.press("form[action$='/messages'] button").await;
    assert!(browser.text("main").await.contains("This should be referred."));
    browser.fits().await;

    browser.signs_in_again(&served, "tess.example").await;
    assert!(browser.text("main").await.contains("Answers to your questions"));
    browser.go("/sent").await;
    assert!(browser.text("tbody").await.contains("Answered"));
    browser.go(&format!("/referrals/{reference}")).await;
    assert!(browser.text("main").await.contains("This should be referred."));
    browser.follow("Make this a referral").await;
    assert!(browser.text("main").await.contains("A mother of two is waited for outside her work."));
    browser.fits().await;
    browser.choose("danger", "yes").await;
    browser.submit().await;
    assert!(browser.heading().await.starts_with("Ring 999"), "danger is asked anew, and stops again");
    browser.fits().await;
    browser.press("form[action$='/refer'] button").await;
    let draft = browser.path().await;
    assert!(draft.starts_with("/drafts/"), "{draft}");
    browser.go(&format!("{draft}/check")).await;
    let check = browser.text("main").await;
    assert!(check.contains(&format!("made of your question {reference}")), "{check}");
    assert!(check.contains("A mother of two is waited for outside her work."));
    browser.close().await;
    served.finish().await;
}
