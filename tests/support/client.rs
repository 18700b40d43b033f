//! A plain HTTP client of the pages: it keeps cookies and follows nothing by itself.

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use reqwest::redirect::Policy;
use scraper::{Html, Selector};

use super::hub::Served;

/// A browser without eyes.
pub struct Client {
    http: reqwest::Client,
    base: String,
}

/// One answer.
pub struct Page {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Client {
    pub fn new(served: &Served) -> Self {
        let http = reqwest::Client::builder()
            .cookie_store(true)
            .redirect(Policy::none())
            // Chains are tested in the server's own tests, on a clock that fits the certificate.
            .tls_danger_accept_invalid_certs(true)
            .timeout(Duration::from_secs(30))
            .build()
            .unwrap();
        Self { http, base: served.url() }
    }

    pub async fn get(&self, path: &str) -> Page {
        read(self.http.get(self.base.clone() + path)).await
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.post_with(path, fields, &[]).await
    }

    pub async fn post_with(&self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Page {
        let mut request = self.http.post(self.base.clone() + path).form(fields);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(request).await
    }

    /// Another method, without a body.
    pub async fn send(&self, method: &str, path: &str) -> Page {
        let method = http::Method::from_bytes(method.as_bytes()).unwrap();
        read(self.http.request(method, self.base.clone() + path)).await
    }

    /// Signs in through both pages; ends where `next` led.
    pub async fn sign_in(&self, served: &Served, username: &str) -> Page {
        let token = self.get("/sign-in").await.token();
        let person = served.hub.person(username);
        let fields = [("csrf_token", token.as_str()), ("username", username), ("password", &person.password), ("next", "/")];
        assert_eq!(self.post("/sign-in", &fields).await.location(), "/sign-in/code");
        let code = served.next_code(username);
        let signed_in = self.post("/sign-in/code", &[("csrf_token", &token), ("code", &code), ("next", "/")]).await;
        assert_eq!(signed_in.location(), "/");
        signed_in
    }
}

impl Served {
    /// The code of the next half minute: the clock moves on, so that it is a new one.
    pub fn next_code(&self, username: &str) -> String {
        self.hub.clock.advance(Duration::from_secs(31));
        self.hub.person(username).code(self.hub.app.now()).unwrap()
    }
}

async fn read(request: reqwest::RequestBuilder) -> Page {
    let answer = request.send().await.unwrap();
    let (status, headers) = (answer.status(), answer.headers().clone());
    Page { status, headers, body: answer.text().await.unwrap() }
}

impl Page {
    fn select<T>(&self, selector: &str, of: impl Fn(scraper::ElementRef<'_>) -> T) -> Vec<T> {
        let page = Html::parse_document(&self.body);
        page.select(&Selector::parse(selector).unwrap()).map(of).collect()
    }

    /// The first token of its forms.
    pub fn token(&self) -> String {
        self.value("csrf_token")
    }

    /// The value of the first input of a name.
    pub fn value(&self, name: &str) -> String {
        let found =
            self.select(&format!("main [name='{name}'], [name='{name}']"), |input| input.attr("value").unwrap_or("").to_owned());
        found.into_iter().next().unwrap_or_else(|| panic!("no {name} in {}", self.body))
    }

    /// Names and values of the hidden inputs of the main form.
    pub fn hidden(&self) -> Vec<(String, String)> {
        let pair = |input: scraper::ElementRef<'_>| {
            (input.attr("name").unwrap_or("").to_owned(), input.attr("value").unwrap_or("").to_owned())
        };
        self.select("main form input[type=hidden]", pair)
    }

    /// Where its first form in the main part posts to.
    pub fn action(&self) -> String {
        self.select("main form", |form| form.attr("action").unwrap_or("").to_owned()).remove(0)
    }

    /// The last form in the main part: where it posts to, and its hidden inputs.
    pub fn last_form(&self) -> (String, Vec<(String, String)>) {
        let hidden = Selector::parse("input[type=hidden]").unwrap();
        let form = |form: scraper::ElementRef<'_>| {
            let pair = |input: scraper::ElementRef<'_>| {
                (input.attr("name").unwrap_or("").to_owned(), input.attr("value").unwrap_or("").to_owned())
            };
            (form.attr("action").unwrap_or("").to_owned(), form.select(&hidden).map(pair).collect())
        };
        self.select("main form", form).pop().unwrap()
    }

    /// The addresses of the links that a selector finds.
    pub fn links(&self, selector: &str) -> Vec<String> {
        self.select(selector, |link| link.attr("href").unwrap().to_owned())
    }

    /// The ids of the questions that a section draws, in order: controls are named after them.
    pub fn asked(&self) -> Vec<String> {
        let controls = "main input:not([type=hidden]), main textarea, main select";
        let names = self.select(controls, |control| control.attr("name").unwrap_or("").to_owned());
        let mut ids: Vec<String> = names.iter().map(|name| name.split(['.', '-']).next().unwrap().to_owned()).collect();
        ids.dedup();
        ids
    }

    /// Names and values of what is chosen or ticked before anybody touches it.
    pub fn chosen(&self) -> Vec<(String, String)> {
        self.select("main input[checked]", |input| {
            (input.attr("name").unwrap().to_owned(), input.attr("value").unwrap().to_owned())
        })
    }

    /// The values of every box or button of a name.
    pub fn select_values(&self, name: &str) -> Vec<String> {
        self.select(&format!("main input[name={name}]"), |input| input.attr("value").unwrap().to_owned())
    }

    /// Names and values of what is typed and chosen in the form of the main part, as a browser would post it back.
    pub fn filled(&self) -> Vec<(String, String)> {
        let pair = |input: scraper::ElementRef<'_>| {
            (input.attr("name").unwrap_or("").to_owned(), input.attr("value").unwrap_or("").to_owned())
        };
        let mut fields = self.hidden();
        fields.extend(self.chosen());
        fields.extend(self.select("main form input[type=text], main form input[type=tel]", pair));
        let text = |area: scraper::ElementRef<'_>| {
            (area.attr("name").unwrap_or("").to_owned(), area.text().collect::<String>().trim_start_matches('\n').to_owned())
        };
        fields.extend(self.select("main form textarea", text));
        let chosen = Selector::parse("option[selected]").unwrap();
        let choice = |list: scraper::ElementRef<'_>| {
            let value = list.select(&chosen).next().and_then(|option| option.attr("value")).unwrap_or("");
            (list.attr("name").unwrap_or("").to_owned(), value.to_owned())
        };
        fields.extend(self.select("main form select", choice));
        fields
    }

    /// The addresses of the tasks of a draft that are not complete, in order; without those that cannot start yet.
    pub fn open_tasks(&self) -> Vec<String> {
        let link = Selector::parse("a").unwrap();
        let task = |task: scraper::ElementRef<'_>| {
            let is_done = task.text().collect::<String>().contains("Completed");
            task.select(&link).next().filter(|_| !is_done).map(|link| link.attr("href").unwrap().to_owned())
        };
        self.select(".govuk-task-list__item", task).into_iter().flatten().collect()
    }

    /// The words of the parts a selector finds.
    pub fn words(&self, selector: &str) -> Vec<String> {
        self.select(selector, |part| part.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// The heading.
    pub fn heading(&self) -> String {
        self.words("h1").into_iter().next().unwrap_or_default()
    }

    /// Where it sends on to; blank for nowhere.
    pub fn location(&self) -> &str {
        self.headers.get("location").map_or("", |value| value.to_str().unwrap())
    }

    /// Every cookie that it sets, as text.
    pub fn cookies(&self) -> Vec<&str> {
        self.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect()
    }
}

/// A whole fire referral, as the form posts it, without tokens.
pub const FIRE: &[(&str, &str)] = &[
    ("danger_now", "no"),
    ("premises_name", "Example Stores"),
    ("premises_address.line_1", "1 Example Street"),
    ("premises_address.line_2", ""),
    ("premises_address.town", "Leicester"),
    ("premises_address.postcode", "le1 1aa"),
    ("premises_address.uprn", ""),
    ("district", "leicester"),
    ("premises_use", "shop"),
    ("responsible_person", ""),
    ("seen_on-day", "4"),
    ("seen_on-month", "6"),
    ("seen_on-year", "2026"),
    ("in_use", "open-public"),
    ("sleeping", "yes"),
    ("hazards", "alarm"),
    ("hazards", "doors"),
    ("narrative", "The alarm was silent."),
    ("opinion", ""),
    ("involved", "no"),
    ("agency_reference", ""),
];

/// The sections of that form, each with the questions it asks.
pub const FIRE_SECTIONS: &[(&str, &[&str])] = &[
    ("premises", &["premises_name", "premises_address", "district", "premises_use", "other_use", "responsible_person"]),
    ("seen", &["seen_on", "in_use", "sleeping", "hazards", "narrative", "opinion"]),
    ("about-this-referral", &["involved", "involved_who", "agency_reference"]),
];

/// The fields of one section, some of them changed, without tokens.
pub fn section(id: &str, changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let (_, questions) = FIRE_SECTIONS.iter().find(|(section, _)| *section == id).unwrap();
    let mine = |name: &str| {
        let base = name.split(['.', '-']).next().unwrap();
        questions.contains(&base)
    };
    let is_other = |name: &str| changes.iter().any(|(known, _)| *known == name);
    let fields = FIRE.iter().filter(|(name, _)| mine(name) && !is_other(name)).chain(changes);
    fields.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

impl Client {
    /// Begins a draft of a fire referral; gives its address.
    pub async fn begin(&self) -> String {
        let page = self.get("/refer/fire-protection/danger").await;
        let fields = [("csrf_token", page.token()), ("form_token", page.value("form_token")), ("danger", "no".to_owned())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let begun = self.post("/refer/fire-protection/start", &fields).await;
        assert!(begun.location().starts_with("/drafts/"), "{}", begun.status);
        begun.location().to_owned()
    }

    /// Saves a section as the form that is shown would post it, some answers changed.
    pub async fn save(&self, draft: &str, id: &str, changes: &[(&str, &str)]) -> Page {
        let address = format!("{draft}/section/{id}");
        let shown = self.get(&address).await;
        self.save_from(&shown, &address, &section(id, changes)).await
    }

    /// Posts answers to a section from a page of it, however old that page is.
    pub async fn save_from(&self, shown: &Page, address: &str, answers: &[(String, String)]) -> Page {
        let (csrf, revision) = (shown.token(), shown.value("revision"));
        let mut fields = vec![("csrf_token", csrf.as_str()), ("revision", revision.as_str())];
        fields.extend(answers.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        self.post(address, &fields).await
    }

    /// Fills in every section of a draft, some answers changed.
    pub async fn fill(&self, draft: &str, changes: &[(&str, &str)]) {
        for (id, questions) in FIRE_SECTIONS {
            let mine: Vec<_> =
                changes.iter().filter(|(name, _)| questions.contains(&name.split(['.', '-']).next().unwrap())).copied().collect();
            let saved = self.save(draft, id, &mine).await;
            assert_eq!(saved.status.as_u16(), 303, "{id}: {}", saved.body);
        }
    }

    /// Begins, fills in and sends a fire referral; gives the address of the page after sending.
    pub async fn refer(&self, changes: &[(&str, &str)]) -> String {
        let draft = self.begin().await;
        self.fill(&draft, changes).await;
        let check = self.get(&format!("{draft}/check")).await;
        let sent = self.post(&format!("{draft}/send"), &[("csrf_token", &check.token())]).await;
        assert!(sent.location().ends_with("/sent"), "{} {}", sent.status, check.body);
        sent.location().to_owned()
    }
}
