//! Walks through a pathway by what its pages show, without a browser: links are followed, forms are filled in from answers.

use referral_exchange::domain::{agency::AgencyKind, pathway::Pathway, question::Question};

use super::{
    answers::{Form, Set, fields},
    client::{Client, Page},
    hub::{Hub, Served},
};

/// Those who walk, by user name and kind of agency: between them they may send every pathway.
pub const WALKERS: [(&str, AgencyKind); 2] = [("tess.example", AgencyKind::Education), ("quinn.mock", AgencyKind::Police)];

/// Who walks a pathway: the first of them whose agency may send it.
pub fn walker_of(pathway: &Pathway) -> (&'static str, AgencyKind) {
    WALKERS.into_iter().find(|(_, kind)| pathway.may_submit(*kind)).unwrap()
}

impl Hub {
    /// A pathway as its walker fills it in today.
    pub fn form<'p>(&self, pathway: &'p Pathway) -> Form<'p> {
        Form { pathway, sender: walker_of(pathway).1, today: self.app.now().uk_date() }
    }
}

/// A walk: the pages visited, in order.
pub struct Walk<'c> {
    pub client: &'c Client,
    pub pathway: &'c Pathway,
    pub seen: Vec<String>,
    /// Their titles and headers.
    pub heads: Vec<String>,
}

impl<'c> Walk<'c> {
    pub fn new(client: &'c Client, pathway: &'c Pathway) -> Self {
        Self { client, pathway, seen: Vec::new(), heads: Vec::new() }
    }

    pub async fn open(&mut self, path: &str) -> Page {
        self.seen.push(path.to_owned());
        let page = self.client.get(path).await;
        assert_eq!(page.status.as_u16(), 200, "{path}: {}", page.body);
        self.heads.push(format!("{:?} {:?}", page.words("title"), page.headers));
        page
    }

    /// Posts the form that a page shows, hidden fields included; gives where it led.
    pub async fn post(&mut self, page: &Page, answers: &[(String, String)]) -> String {
        let hidden = page.hidden();
        let all: Vec<(&str, &str)> = hidden.iter().chain(answers).map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let path = page.action();
        let sent = self.client.post(&path, &all).await;
        assert_eq!(sent.status.as_u16(), 303, "{path}: {}", sent.body);
        self.heads.push(format!("{:?}", sent.headers));
        sent.location().to_owned()
    }

    /// From the start page over the question about danger; gives the address of the draft.
    pub async fn begin(&mut self, answers: &Set) -> String {
        self.open(&format!("/refer/{}", self.pathway.id)).await;
        let page = self.open(&format!("/refer/{}/danger", self.pathway.id)).await;
        let danger = answers[self.pathway.danger.question.as_str()] == true;
        let mut at = self.post(&page, &[("danger".to_owned(), if danger { "yes" } else { "no" }.to_owned())]).await;
        if at.ends_with("/ring") {
            let page = self.open(&at).await;
            at = self.post_last(&page).await;
        }
        at
    }

    /// Presses the last form of a page.
    async fn post_last(&mut self, page: &Page) -> String {
        let (path, hidden) = page.last_form();
        let all: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.client.post(&path, &all).await.location().to_owned()
    }

    /// The fields that answer the questions which a page draws.
    pub fn asked(&self, page: &Page, answers: &Set) -> Vec<(String, String)> {
        let answered = |id: String| Some((self.question(&id)?, answers.get(&id)?));
        page.asked()
            .into_iter()
            .filter_map(answered)
            .flat_map(|(question, answer)| fields(question, question.id.as_str(), answer))
            .collect()
    }

    fn question(&self, id: &str) -> Option<&'c Question> {
        self.pathway.questions().find(|question| question.id.as_str() == id)
    }

    /// Fills in a section; gives where it led.
    pub async fn fill(&mut self, at: &str, answers: &Set) -> String {
        let page = self.open(at).await;
        let mut led = self.post(&page, &self.asked(&page, answers)).await;
        // What may mean danger shows whom to ring, and the way on.
        if led.contains("?ring=yes") {
            led = self.open(&led).await.links("main a.govuk-button").remove(0);
        }
        led
    }

    /// From the task list through its sections as the pages lead, those that may follow only if `later`; gives the address of
    /// the page that checks.
    pub async fn fill_all(&mut self, draft: &str, answers: &Set, later: bool) -> String {
        let mut filled: Vec<String> = Vec::new();
        loop {
            let open = self.open(draft).await.open_tasks();
            let wanted = |at: &&String| !filled.contains(at) && (later || !self.is_later(at));
            let Some(mut at) = open.iter().find(wanted).cloned() else { return format!("{draft}/check") };
            while at.contains("/section/") {
                assert!(!at.contains("look=yes"), "{at}: {:?}", self.open(&at).await.words(".govuk-error-summary"));
                filled.push(at.clone());
                at = self.fill(&at, answers).await;
            }
        }
    }

    fn is_later(&self, at: &str) -> bool {
        self.pathway.sections.iter().any(|section| section.later && at.ends_with(&format!("/section/{}", section.id)))
    }

    /// The whole way; gives the address of the page after sending.
    pub async fn send(&mut self, answers: &Set, later: bool) -> String {
        let draft = self.begin(answers).await;
        let check = self.fill_all(&draft, answers, later).await;
        let page = self.open(&check).await;
        assert!(page.body.contains("Send referral"), "{}: {:?}", self.pathway.id, page.words("main li"));
        // Who receives it, and when a human reads it.
        let reads = page.words("main .govuk-inset-text");
        assert!(page.words("main").concat().contains("Who will receive this"), "{}", self.pathway.id);
        // A team reads in hours; people who receive it by name promise none.
        let is_told = |line: &String| line.contains(" reads new referrals ") || line.contains("no hour is promised");
        assert!(reads.iter().any(is_told), "{}: {reads:?}", self.pathway.id);
        let mut chosen = page.chosen();
        // A case that goes by name: nobody of those people is involved.
        if !page.select_values("strike_out").is_empty() {
            chosen.push(("strike_out".to_owned(), "none".to_owned()));
        }
        let sent = self.post(&page, &chosen).await;
        assert!(sent.ends_with("/sent"), "{sent}");
        sent
    }
}

/// Signs in whoever walks a pathway.
pub async fn signed_in(served: &Served, pathway: &Pathway) -> Client {
    let client = Client::new(served);
    client.sign_in(served, walker_of(pathway).0).await;
    client
}
