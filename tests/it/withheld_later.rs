//! What is said later where something is kept from an agency: it is kept, too, and nothing shows that it was said.

use std::sync::Arc;

use referral_exchange::{
    app::{
        App, Caller, Choices, DraftView, Error, IdempotencyKey, ListQuery, LogQuery, ReferralView, Said, Stop, Verdict,
        answers_to_json, latest,
    },
    domain::{
        answers::Answers,
        code::Code,
        compartment::{CompartmentKind, EntryKind},
        draft::Part,
        ids::TeamId,
        pathway::Pathway,
        queue::QueueFilter,
        relation::Relation,
        withheld::Withhold,
    },
    store::Engine,
};
use serde_json::{Value, json};

use crate::support::{
    client::Client,
    hub::{ENGINES, Hub},
    kept_back::{keep, try_send},
    notice,
    raw::Raw,
};

const POLICE: &str = "leicestershire-police";
const CITY: &str = "leicester-city-council";
const COUNTY: &str = "leicestershire-county-council";
const HEALTH: &str = "leicestershire-partnership-trust";

fn key(app: &App) -> IdempotencyKey {
    IdempotencyKey::parse(&app.request(None).id.to_string()).unwrap()
}

async fn send(app: &Arc<App>, caller: &Caller, form: (&str, Value), withhold: Withhold) -> String {
    let sent = try_send(app, caller, form, withhold).await;
    sent.unwrap_or_else(|error| panic!("{error:?}")).reference.to_string()
}

async fn read(app: &App, caller: &Caller, reference: &str) -> ReferralView {
    app.read_referral(&app.request(None), caller, reference).await.unwrap_or_else(|error| panic!("{error:?}"))
}

async fn amend(app: &App, caller: &Caller, reference: &str, change: &Value) -> Result<(), Error> {
    let revision = read(app, caller, reference).await.referral.revision;
    let body = change.to_string();
    let said = (Said::Json(change), body.as_bytes());
    app.amend_answers(&app.request(None), caller, &key(app), (reference, None, revision), said).await.map(drop)
}

/// Marks answers as never to reach some agencies.
async fn mark(app: &App, caller: &Caller, reference: &str, withhold: Withhold) {
    let revision = read(app, caller, reference).await.referral.revision;
    let marked = app.withhold_answers(&app.request(None), caller, &key(app), (reference, &withhold, revision)).await;
    marked.unwrap_or_else(|error| panic!("{error:?}"));
}

/// Where what somebody changed is sealed, as its sender sees it.
async fn changed_in(app: &App, caller: &Caller, reference: &str) -> Vec<CompartmentKind> {
    let entries = read(app, caller, reference).await.entries.into_iter();
    entries.filter(|entry| entry.kind == EntryKind::Amendment).map(|entry| entry.compartment).collect()
}

async fn team(hub: &Hub, code: &str) -> TeamId {
    hub.app.store().team_by_code(code).await.unwrap().unwrap().id
}

/// Answers of a household with a child at a school, of whom it is not known where it lives.
fn household() -> Value {
    json!({
        "lives_at": { "not_known": "not-told" },
        "children_known": "yes",
        "children": [{
            "child": { "not_known": "not-known" }, "child_age": { "not_known": "not-known" },
            "school": "Canaryschool Primary", "child_where": "with Canaryaunt",
        }],
    })
}

async fn one_line(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let form = ("child-exploitation", json!({ "district": "leicester" }));
    send(app, &tess, form, keep(&["lives_at"], &[HEALTH])).await;
    // Whoever is told of it for information was given two parts.
    let erin = hub.sign_in("erin.hypothetical").await;
    let team = team(&hub, "exploitation-hub").await;
    let mut raw = Raw::owner(&hub).await;
    let given = format!("SELECT COUNT(*) FROM grant_made WHERE to_id = '{team}' AND reason = 'copy'");
    assert_eq!(raw.count(&given).await, 2);
    let query = ListQuery { team: Some(team), ..ListQuery::default() };
    let items = app.queue(&app.request(None), &erin, &query).await.unwrap().items;
    assert_eq!(items.len(), 1);
    assert_eq!(app.queue_counts(&erin, team).await.unwrap().copies, 1);
    assert_eq!(raw.count("SELECT COUNT(*) FROM log_event WHERE action = 'list-queue'").await, 1, "nor is it on record twice");
    hub.finish().await;
}

async fn no_mark(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let form = ("child-exploitation", json!({ "district": "leicester" }));
    let reference = send(app, &tess, form, keep(&["lives_at"], &[POLICE])).await;
    let (nia, erin) = (hub.sign_in("nia.imaginary").await, hub.sign_in("erin.hypothetical").await);
    read(app, &nia, &reference).await;
    let rows = async |caller: &Caller, code: &str, unread: bool| {
        let filter = QueueFilter { unread, ..QueueFilter::default() };
        let query = ListQuery { team: Some(team(&hub, code).await), filter, ..ListQuery::default() };
        app.queue(&app.request(None), caller, &query).await.unwrap().items
    };
    amend(app, &tess, &reference, &json!({ "lives_at": { "line_1": "3 Canaryhaven Close", "town": "Oakham" } })).await.unwrap();
    let desk = rows(&nia, "city-front-door", true).await;
    assert!(desk.len() == 1 && desk[0].amended_at.is_some(), "the desk is told by a mark");
    let copy = rows(&erin, "exploitation-hub", false).await;
    assert!(copy.len() == 1 && copy[0].copied && copy[0].amended_at.is_none(), "a copy bears none");
    assert!(rows(&erin, "exploitation-hub", true).await.is_empty(), "nor is it found as unread");
    assert!(read(app, &erin, &reference).await.additions.is_empty());
    let changes = async |officer: &str| {
        let officer = hub.sign_in(officer).await;
        let query = LogQuery { reference: Some(reference.clone()), ..LogQuery::default() };
        let items = app.read_log(&app.request(None), &officer, &query).await.unwrap().items;
        items.iter().filter(|item| item.action == "amend-referral").count()
    };
    assert_eq!((changes("dev.specimen").await, changes("dina.proforma").await), (1, 0), "the log tells it to whom it is for");
    // What everybody may read is marked, told and filed as ever.
    amend(app, &tess, &reference, &json!({ "district": "blaby" })).await.unwrap();
    assert_eq!((changes("dev.specimen").await, changes("dina.proforma").await), (2, 1));
    assert_eq!(read(app, &erin, &reference).await.additions.len(), 1);
    hub.finish().await;
}

async fn group(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(app, &tess, ("marac", household()), keep(&["children"], &[CITY])).await;
    let mut children = household()["children"].clone();
    children[0]["school"] = json!("Canaryacademy");
    amend(app, &tess, &reference, &json!({ "children": children })).await.unwrap();
    assert_eq!(changed_in(app, &tess, &reference).await, [CompartmentKind::Withheld], "what stays as it was is not said again");
    children[0]["child_age"] = json!({ "years": 7 });
    amend(app, &tess, &reference, &json!({ "children": children })).await.unwrap();
    let mut places = changed_in(app, &tess, &reference).await;
    places.sort_unstable_by_key(|kind| kind.code());
    assert_eq!(places, [CompartmentKind::Shared, CompartmentKind::Withheld, CompartmentKind::Withheld]);
    let mara = hub.sign_in("mara.storybook").await;
    let stands = answers_to_json(&latest(&read(app, &mara, &reference).await));
    assert_eq!(stands["children"][0]["school"], "Canaryacademy", "whoever holds both reads the whole");
    hub.finish().await;
}

async fn new_address(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(app, &tess, ("marac", household()), keep(&["children"], &[CITY])).await;
    // Nobody knew where they live, so that it could not be chosen: it is kept all the same from whom the school is kept.
    amend(app, &tess, &reference, &json!({ "lives_at": { "line_1": "3 Canaryhaven Close", "town": "Oakham" } })).await.unwrap();
    assert_eq!(changed_in(app, &tess, &reference).await, [CompartmentKind::Withheld]);
    let mara = hub.sign_in("mara.storybook").await;
    let view = read(app, &mara, &reference).await;
    assert!(answers_to_json(&latest(&view)).to_string().contains("Canaryhaven"));
    assert!(view.withheld.iter().any(|kept| kept.questions.iter().any(|id| id.as_str() == "lives_at")), "and is marked so");
    let paper = app.print_referral(&app.request(None), &mara, &reference, true).await.unwrap();
    assert!(!answers_to_json(&latest(&paper)).to_string().contains("Canary"));
    hub.finish().await;
}

async fn deputy(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let ines = hub.sign_in("ines.legendary").await;
    app.choose_deputy(&app.request(None), &ines, Some(hub.person("iris.makebelieve").user)).await.unwrap();
    // Iris stands in for Ines, and sits in a team of the police, too.
    let form = || ("child-exploitation", json!({ "district": "leicester" }));
    let kept = send(app, &ines, form(), keep(&["lives_at"], &[POLICE])).await;
    let plain = send(app, &ines, form(), Withhold::default()).await;
    let iris = hub.sign_in("iris.makebelieve").await;
    for reference in [&kept, &plain] {
        assert_eq!(read(app, &iris, reference).await.relation, Relation::Deputy);
        let refused = amend(app, &iris, reference, &json!({ "lives_at": { "line_1": "1 Elsewhere", "town": "Oakham" } })).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "the same whether or not something is kept: {refused:?}");
    }
    hub.finish().await;
}

const SAFE: &str = "[[section.question]]\nid = \"safe_number\"\nkind = \"text\"\nmax = 120\nwithhold = true\n\
     label = \"Which number is safe?\"\nnoun = \"the safe number\"\n\n[[section.question]]\nid = \"informant\"";

/// Sections as their forms would post them, of answers that are words.
fn write_again(pathway: &Pathway, answers: &Answers) -> Vec<Part> {
    let json = answers_to_json(answers);
    let fields = json.as_object().unwrap().iter().filter_map(|(id, answer)| Some((id.clone(), answer.as_str()?.to_owned())));
    vec![Part { section: pathway.sections[0].id.to_string(), fields: fields.collect() }]
}

/// A referral that holds a safe number and was stopped at the check, sent with this kept back: the hub, its sender, its reference.
async fn stopped(engine: Engine, withhold: Option<Withhold>) -> (Hub, Caller, String) {
    let change = |text: String| text.replacen("[[section.question]]\nid = \"informant\"", SAFE, 1);
    let hub = notice::founded_with(engine, change).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let answers = notice::with(&json!({ "lead_party": false, "child": true, "safe_number": "canarynumber" }));
    let sent = notice::try_send(app, &tess, &answers, Choices { withhold, ..Default::default() }).await.unwrap();
    let reference = sent.reference.to_string();
    let lena = hub.sign_in("lena.sample").await;
    let verdict = Verdict::Stop(Stop { reason: Code::parse("other-way").unwrap(), text: "The name is wrong.".to_owned() });
    app.check(&app.request(None), &lena, &key(app), (&reference, &verdict)).await.unwrap();
    (hub, tess, reference)
}

/// The draft by which it is put right.
async fn put_right(app: &Arc<App>, caller: &Caller, reference: &str) -> DraftView {
    let begun = app.change_stopped(&app.request(None), caller, &key(app), reference, write_again).await.unwrap().value;
    let draft = app.read_draft(&app.request(None), caller, &begun.to_string()).await.unwrap();
    assert!(draft.fields().iter().any(|(_, value)| value == "canarynumber"), "what was kept back comes along");
    draft
}

async fn sealed_comes_along(engine: Engine) {
    let (hub, tess, reference) = stopped(engine, Some(keep(&["safe_number"], &[CITY]))).await;
    let app = &hub.app;
    let draft = put_right(app, &tess, &reference).await;
    assert_eq!(draft.withheld, keep(&["safe_number"], &[CITY]), "and that it was, and from whom");
    assert!(draft.parts.iter().all(|part| !part.part.section.starts_with('(')), "which is no section of the form");
    assert_eq!(read(app, &tess, &reference).await.withheld.len(), 1, "nothing becomes of it until it is sent");
    let opened = "SELECT COUNT(*) FROM log_event WHERE action = 'change-stopped'";
    assert!(Raw::owner(&hub).await.count(opened).await >= 2, "each opening of what is kept is an event of its own");
    hub.finish().await;
}

async fn marked_comes_along(engine: Engine) {
    let (hub, tess, reference) = stopped(engine, None).await;
    let app = &hub.app;
    for (answer, agency) in [("safe_number", CITY), ("safe_number", COUNTY)] {
        mark(app, &tess, &reference, keep(&[answer], &[agency])).await;
    }
    let draft = put_right(app, &tess, &reference).await;
    assert_eq!(draft.withheld, keep(&["safe_number"], &[CITY, COUNTY]), "what was marked is kept back again, from all of them");
    hub.finish().await;
}

async fn marked_as_well(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let form = ("child-exploitation", json!({ "district": "leicester" }));
    let reference = send(app, &tess, form, keep(&["lives_at"], &[POLICE])).await;
    mark(app, &tess, &reference, keep(&["contact_never"], &[HEALTH])).await;
    amend(app, &tess, &reference, &json!({ "contact_never": "the canarynumber of the refuge" })).await.unwrap();
    assert_eq!(changed_in(app, &tess, &reference).await, [CompartmentKind::Withheld], "to mark more keeps no less");
    let (nia, erin) = (hub.sign_in("nia.imaginary").await, hub.sign_in("erin.hypothetical").await);
    let stands = async |who: &Caller| answers_to_json(&latest(&read(app, who, &reference).await)).to_string();
    assert!(stands(&nia).await.contains("canarynumber") && !stands(&erin).await.contains("canarynumber"));
    assert!(read(app, &erin, &reference).await.additions.is_empty());
    hub.finish().await;
}

crate::support::on_both! {
    of_what_was_given_in_several_parts_a_list_has_one_line => one_line,
    a_change_of_what_is_kept_leaves_no_mark_no_line_and_no_notice_with_whom_it_is_kept_from => no_mark,
    of_a_group_only_the_part_that_changed_is_said_again => group,
    what_was_not_known_is_kept_like_the_rest_when_it_is_learnt => new_address,
    a_deputy_from_whom_it_could_be_kept_answers_nothing_in_its_place => deputy,
    what_was_kept_back_comes_along_when_it_is_put_right => sealed_comes_along,
    what_was_marked_comes_along_when_it_is_put_right => marked_comes_along,
    a_mark_on_an_answer_leaves_what_it_is_changed_to_where_the_rest_is_sealed => marked_as_well,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withheld_address_is_changed_on_the_page_that_says_who_gets_it() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let app = &served.hub.app;
    let tess = served.hub.sign_in("tess.example").await;
    let form = || ("child-exploitation", json!({ "district": "leicester" }));
    let kept = send(app, &tess, form(), keep(&["lives_at"], &[POLICE])).await;
    let plain = send(app, &tess, form(), Withhold::default()).await;
    let client = Client::new(&served);
    client.sign_in(&served, "tess.example").await;
    let page = client.get(&format!("/referrals/{kept}")).await;
    assert!(page.body.contains("Never write in a message what is kept from an agency"));
    let address = format!("/referrals/{kept}/amend/living");
    assert!(page.links("a").contains(&address), "{:?}", page.links("a"));
    let form = client.get(&address).await;
    assert!(form.body.contains("withheld, too: never to Leicestershire Police"), "{}", form.body);
    let mut fields = form.filled();
    for (name, value) in &mut fields {
        if name == "lives_at.line_1" {
            "3 Canaryhaven Close".clone_into(value);
        }
    }
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let changed = client.post(&address, &fields).await;
    assert_eq!(changed.status.as_u16(), 303, "{}", changed.body);
    assert_eq!(changed_in(app, &tess, &kept).await, [CompartmentKind::Withheld]);

    let page = client.get(&format!("/referrals/{plain}")).await;
    assert!(!page.body.contains("Never write in a message"));
    let form = client.get(&format!("/referrals/{plain}/amend/living")).await;
    assert!(
        form.body.contains("What you write here goes to all who hold this referral")
            && form.body.contains("Child exploitation hub")
    );
    served.finish().await;
}
