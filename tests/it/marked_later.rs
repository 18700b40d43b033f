//! What is marked after sending as never to reach an agency: from then on its people are refused it by every door, though they hold
//! the key, and no paper and no later share contains it.

use std::time::Duration;

use referral_exchange::{
    app::{
        Caller, Choices, Error, IdempotencyKey, LogQuery, NoticeQuery, Redirection, ReferralView, Said, answers_to_json, flags,
        latest,
    },
    domain::{
        action::Action,
        compartment::{CompartmentKind, EntryKind},
        ids::{EntryId, TeamId},
        reference::Reference,
        sharing::{NewShare, ShareTo},
        withheld::Withhold,
    },
    store::Engine,
};
use serde_json::{Value, json};

use crate::support::{
    client::Client,
    hub::{ENGINES, Hub},
    kept_back::{REFUGE, keep, try_send, try_send_chosen},
    raw::Raw,
};

const POLICE: &str = "leicestershire-police";
const CITY: &str = "leicester-city-council";
const COUNTY: &str = "leicestershire-county-council";
const RUTLAND: &str = "rutland-county-council";
const SCHOOL: &str = "ashgrove-academy";

/// A referral of a child, sent by a school and received by the city; the police are told as well.
struct Case {
    hub: Hub,
    reference: String,
    tess: Caller,
    nia: Caller,
    erin: Caller,
}

async fn case(engine: Engine) -> Case {
    case_of(Hub::founded(engine).await, ("child-exploitation", json!({ "district": "leicester" })), keep(&[], &[])).await
}

async fn case_of(hub: Hub, form: (&str, Value), kept: Withhold) -> Case {
    case_chosen(hub, form, Choices { withhold: Some(kept), ..Choices::default() }).await
}

async fn case_chosen(hub: Hub, form: (&str, Value), choices: Choices) -> Case {
    let tess = hub.sign_in("tess.example").await;
    let sent = try_send_chosen(&hub.app, &tess, form, choices).await.unwrap_or_else(|error| panic!("{error:?}"));
    let (nia, erin) = (hub.sign_in("nia.imaginary").await, hub.sign_in("erin.hypothetical").await);
    Case { reference: sent.reference.to_string(), hub, tess, nia, erin }
}

fn key(text: &str) -> IdempotencyKey {
    IdempotencyKey::parse(text).unwrap()
}

impl Case {
    async fn read(&self, who: &Caller) -> ReferralView {
        let view = Box::pin(self.hub.app.read_referral(&self.hub.app.request(None), who, &self.reference)).await;
        view.unwrap_or_else(|error| panic!("{error:?}"))
    }

    /// All that somebody reads of answers, as sent, as changed and as they stand.
    async fn told(&self, who: &Caller) -> String {
        let view = self.read(who).await;
        let additions: Vec<_> = view.additions.iter().map(|added| answers_to_json(&added.answers)).collect();
        let sent = view.answers.as_ref().map(answers_to_json);
        format!("{sent:?} {} {additions:?}", answers_to_json(&latest(&view)))
    }

    async fn mark(&self, who: &Caller, (answers, from): (&[&str], &[&str]), as_key: &str) -> Result<(), Error> {
        let revision = self.read(who).await.referral.revision;
        let withhold = keep(answers, from);
        let asked = (self.reference.as_str(), &withhold, revision);
        self.hub.app.withhold_answers(&self.hub.app.request(None), who, &key(as_key), asked).await.map(drop)
    }

    async fn unmark(&self, who: &Caller, (answer, from): (&str, &str), as_key: &str) -> Result<(), Error> {
        let asked = (self.reference.as_str(), answer, from);
        self.hub.app.end_withholding(&self.hub.app.request(None), who, &key(as_key), asked).await.map(drop)
    }

    async fn amend(&self, who: &Caller, change: &Value) {
        let (body, revision) = (change.to_string(), self.read(who).await.referral.revision);
        let (said, asked) = ((Said::Json(change), body.as_bytes()), (self.reference.as_str(), None, revision));
        let app = &self.hub.app;
        let done = app.amend_answers(&app.request(None), who, &key(&app.request(None).id.to_string()), asked, said).await;
        done.unwrap_or_else(|error| panic!("{error:?}"));
    }

    /// How many marks, and how many changes, an officer reads of in the log.
    async fn logged(&self, officer: &str) -> (usize, usize) {
        let (app, officer) = (&self.hub.app, self.hub.sign_in(officer).await);
        let query = LogQuery { reference: Some(self.reference.clone()), ..LogQuery::default() };
        let items = app.read_log(&app.request(None), &officer, &query).await.unwrap().items;
        let of = |action: &str| items.iter().filter(|item| item.action == action).count();
        (of("withhold-answer"), of("amend-referral"))
    }

    async fn team(&self, code: &str) -> TeamId {
        self.hub.app.store().team_by_code(code).await.unwrap().unwrap().id
    }

    /// Shares what the answers say with a team.
    async fn share(&self, code: &str, as_key: &str) -> Result<(), Error> {
        Box::pin(self.share_of(code, as_key, &[EntryKind::Submission, EntryKind::Amendment])).await
    }

    /// Shares items of these kinds with a team.
    async fn share_of(&self, code: &str, as_key: &str, kinds: &[EntryKind]) -> Result<(), Error> {
        let view = self.read(&self.nia).await;
        let of = view.entries.iter().filter(|entry| entry.compartment == CompartmentKind::Shared && kinds.contains(&entry.kind));
        let entries: Vec<EntryId> = of.map(|entry| entry.id).collect();
        let app = &self.hub.app;
        let (basis, purpose) = app.own_law(&self.nia, &view).await.unwrap();
        let to = ShareTo { team: Some(self.team(code).await), person: String::new() };
        let share = NewShare { to, entries, basis: Some(basis), purpose: Some(purpose), ..NewShare::default() };
        let looked_at = Box::pin(app.preview_share(&app.request(None), &self.nia, (&self.reference, &share))).await.map(drop);
        assert!(!matches!(looked_at, Err(Error::Integrity(_))), "{looked_at:?}");
        Box::pin(app.share(&app.request(None), &self.nia, &key(as_key), (&self.reference, &share))).await.map(drop)
    }
}

async fn refused_from_then_on(engine: Engine) {
    let case = case(engine).await;
    let Case { hub, tess, nia, erin, .. } = &case;
    assert!(case.told(erin).await.contains(REFUGE), "before, the police read it like everybody");
    case.mark(tess, (&["lives_at"], &[POLICE]), "mark").await.unwrap();

    let view = case.read(erin).await;
    assert!(!case.told(erin).await.contains("Canary"));
    assert!(view.withheld.is_empty() && view.marks.is_empty() && !view.holds_withheld, "nor do they learn of it");
    assert!(view.answers.is_some(), "everything else they read");
    for reader in [tess, nia] {
        let view = case.read(reader).await;
        assert!(case.told(reader).await.contains(REFUGE));
        assert_eq!(view.withheld.len(), 1);
        assert_eq!(view.withheld[0].from, ["Leicestershire Police"]);
        // It is on nobody's paper.
        let paper = hub.app.print_referral(&hub.app.request(None), reader, &case.reference, true).await.unwrap();
        assert!(paper.holds_withheld && !answers_to_json(paper.answers.as_ref().unwrap()).to_string().contains("Canary"));
    }
    // What it is changed to is refused like what it was, and nobody of theirs hears of a change that they cannot see.
    let before = hub.app.unread_notices(erin).await.unwrap();
    case.amend(tess, &json!({ "lives_at": { "line_1": "3 Canaryhaven Close", "town": "Oakham" } })).await;
    assert!(case.told(nia).await.contains("Canaryhaven"));
    assert_eq!(hub.app.unread_notices(erin).await.unwrap(), before);
    let view = case.read(erin).await;
    assert!(!case.told(erin).await.contains("Canary") && view.additions.is_empty());
    assert!(view.entries.iter().all(|entry| entry.kind != EntryKind::Amendment));
    // Their officer reads neither in the log; the desk's own does.
    assert_eq!(case.logged("dina.proforma").await, (0, 0));
    assert_eq!(case.logged("dev.specimen").await, (1, 1));
    case.hub.finish().await;
}

/// A case of domestic abuse in which somebody of a partner is involved: a few people receive it by name, of several agencies.
async fn by_name(engine: Engine, kept: Withhold) -> Case {
    let household = json!({
        "lives_at": { "not_known": "not-told" },
        "children_known": "yes",
        "children": [{
            "child": { "not_known": "not-known" }, "child_age": { "not_known": "not-known" },
            "school": "Canaryschool Primary", "child_where": "with Canaryaunt",
        }],
        "conflict": true,
        "conflict_who": "An officer of the force",
    });
    case_of(Hub::founded(engine).await, ("marac", household), kept).await
}

async fn of_a_group(engine: Engine) {
    let case = by_name(engine, keep(&[], &[])).await;
    let Case { hub, tess, erin, .. } = &case;
    let iris = hub.sign_in("iris.makebelieve").await;
    assert!(case.told(&iris).await.contains("Canaryschool"));
    case.mark(tess, (&["children"], &[COUNTY]), "mark").await.unwrap();
    let told = case.told(&iris).await;
    assert!(!told.contains("Canary") && told.contains("child_age"), "what else is said of the children stays: {told}");
    let news = async |who: &Caller| hub.app.unread_notices(who).await.unwrap();
    let before = (news(&iris).await, news(erin).await);
    let children = json!([{
        "child": { "not_known": "not-known" }, "child_age": { "not_known": "not-known" },
        "school": "Canaryacademy", "child_where": "with Canaryaunt",
    }]);
    case.amend(tess, &json!({ "children": children })).await;
    assert_eq!((news(&iris).await, news(erin).await), (before.0, before.1 + 1), "nor is she told by a notice");
    assert!(case.told(erin).await.contains("Canaryacademy"));
    let view = case.read(&iris).await;
    assert!(view.additions.is_empty(), "what stands as it stood is not said again: {:?}", view.additions);
    assert!(view.entries.iter().all(|entry| entry.kind != EntryKind::Amendment));
    // What else changes of them she reads.
    hub.clock.advance(Duration::from_secs(1));
    let mut children = children;
    children[0]["child_age"] = json!({ "years": 7 });
    case.amend(tess, &json!({ "children": children })).await;
    assert_eq!(news(&iris).await, before.0 + 1);
    assert_eq!(case.read(&iris).await.additions.len(), 1);
    assert!(!case.told(&iris).await.contains("Canary"));
    case.hub.finish().await;
}

async fn most_sensitive(engine: Engine) {
    let case = case_of(Hub::founded(engine).await, ("prevent", json!({})), keep(&[], &[])).await;
    case.mark(&case.tess, (&["lives_at"], &[COUNTY]), "mark").await.unwrap();
    assert_eq!(case.logged("dina.proforma").await.0, 1, "the desk's officer reads that it was marked, at L4 as well");
    assert_eq!(case.logged("della.facsimile").await.0, 0);
    case.hub.finish().await;
}

async fn of_the_team(engine: Engine) {
    // Nobody knows the area: the hub of the police receives it, where iris works, who is of the county.
    let form = ("child-exploitation", json!({ "district": { "not_known": "not-known" } }));
    let case = case_of(Hub::founded(engine).await, form, keep(&[], &[])).await;
    let Case { hub, tess, erin, reference, .. } = &case;
    let app = &hub.app;
    let iris = hub.sign_in("iris.makebelieve").await;
    case.mark(tess, (&["lives_at"], &[COUNTY]), "mark").await.unwrap();
    case.read(erin).await;
    app.claim(&app.request(None), &iris, &key("claim"), reference).await.unwrap();
    let news = async |who: &Caller| app.unread_notices(who).await.unwrap();
    let before = (news(&iris).await, news(erin).await);
    case.amend(tess, &json!({ "lives_at": { "line_1": "3 Canaryhaven Close", "town": "Oakham" } })).await;
    assert_eq!(news(erin).await, before.1 + 1, "she works on it and is refused it: the team is told");
    let mark =
        async || app.store().referral_by_reference(Reference::parse(reference).unwrap()).await.unwrap().unwrap().desk.amended_at;
    case.read(&iris).await;
    assert!(mark().await.is_some(), "whoever is refused the change does not take its mark away");
    assert_eq!(news(erin).await, before.1 + 1, "nor reads the team's notice for it");
    case.read(erin).await;
    assert!(mark().await.is_none());
    // Iris does not learn what is marked: to her it is as if nothing were.
    case.mark(tess, (&["lives_at"], &[CITY]), "city").await.unwrap();
    for (agency, name) in [(CITY, "again"), (RUTLAND, "new")] {
        case.mark(&iris, (&["lives_at"], &[agency]), name).await.unwrap_or_else(|error| panic!("{agency}: {error:?}"));
    }
    // What the sender marked stays the sender's, though somebody of the desk marked it anew and another took that away.
    case.unmark(erin, ("lives_at", CITY), "ours").await.unwrap();
    let refused = case.unmark(erin, ("lives_at", CITY), "theirs").await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    case.hub.finish().await;
}

async fn nobody_left(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let form = json!({ "district": "leicester", "conflict": true, "conflict_who": "An officer of the county" });
    let struck_out = vec![hub.person("iris.makebelieve").user];
    let case = case_chosen(hub, ("child-exploitation", form), Choices { struck_out, ..Choices::default() }).await;
    let Case { tess, .. } = &case;
    // Nia of the city and Rory of Rutland receive it.
    case.mark(tess, (&["lives_at"], &[CITY]), "one").await.unwrap_or_else(|error| panic!("{error:?}"));
    let last = case.mark(tess, (&["lives_at"], &[RUTLAND]), "two").await;
    let Err(Error::Invalid(faults)) = last else { panic!("{last:?}") };
    assert!(faults[0].message.contains("Nobody would be left"), "{faults:?}");
    case.hub.finish().await;
}

async fn no_later_share(engine: Engine) {
    let case = case(engine).await;
    let Case { hub, nia, .. } = &case;
    case.read(nia).await;
    case.share("police-neighbourhoods", "early").await.unwrap();
    let quinn = hub.sign_in("quinn.mock").await;
    assert!(case.told(&quinn).await.contains(REFUGE));
    case.mark(nia, (&["lives_at"], &[POLICE]), "mark").await.unwrap();
    let told = case.told(&quinn).await;
    assert!(!told.contains("Canary") && told.contains("district"), "what was shared before is refused, the rest of it is not");
    case.share("community-nursing", "late").await.unwrap();
    let hugh = hub.sign_in("hugh.pseudo").await;
    let told = case.told(&hugh).await;
    assert!(!told.contains("Canary") && told.contains("district"));
    // The copy itself has it not, whoever might read it once the mark is gone.
    case.unmark(nia, ("lives_at", POLICE), "unmark").await.unwrap();
    assert!(!case.told(&hugh).await.contains("Canary"));
    assert!(case.told(&quinn).await.contains(REFUGE));
    case.hub.finish().await;
}

async fn given_once_the_mark_is_gone(engine: Engine) {
    let case = case(engine).await;
    let Case { hub, tess, nia, .. } = &case;
    case.mark(nia, (&["lives_at"], &[POLICE]), "mark").await.unwrap();
    case.amend(tess, &json!({ "lives_at": { "line_1": "3 Canaryhaven Close", "town": "Oakham" } })).await;
    let answers = &[EntryKind::Submission];
    // Of the change nothing would be given: nobody is asked to tick it.
    Box::pin(case.share_of("community-nursing", "first", answers)).await.unwrap_or_else(|error| panic!("{error:?}"));
    let again = Box::pin(case.share_of("community-nursing", "again", answers)).await;
    assert!(matches!(again, Err(Error::Conflict(_))), "{again:?}");
    case.unmark(nia, ("lives_at", POLICE), "unmark").await.unwrap();
    let unticked = Box::pin(case.share_of("community-nursing", "unticked", answers)).await;
    assert!(matches!(&unticked, Err(Error::Invalid(faults)) if faults[0].name() == "entries"), "{unticked:?}");
    case.share("community-nursing", "whole").await.unwrap_or_else(|error| panic!("what was cut was not given: {error:?}"));
    let hugh = hub.sign_in("hugh.pseudo").await;
    assert!(case.told(&hugh).await.contains("Canaryhaven"));
    case.hub.finish().await;
}

/// Each act stands in the history of those who may know of it, and the other side has a notice; whoever it is kept from has
/// neither, now or afterwards.
async fn on_record(engine: Engine) {
    let case = case(engine).await;
    let Case { hub, tess, nia, erin, .. } = &case;
    let acts = async |who: &Caller| {
        let acts = case.read(who).await.markings.into_iter();
        let told = acts.map(|act| (act.by, act.questions.iter().map(ToString::to_string).collect(), act.from, act.refused));
        told.collect::<Vec<(String, Vec<String>, Vec<String>, bool)>>()
    };
    let told = async |who: &Caller| {
        let page = hub.app.notices(&hub.app.request(None), who, &NoticeQuery::default()).await.unwrap();
        page.items.iter().filter(|notice| notice.code.code() == "withholding").count()
    };
    case.mark(tess, (&["lives_at", "contact_phone"], &[POLICE]), "sender").await.unwrap();
    assert_eq!((told(nia).await, told(tess).await, told(erin).await), (1, 0, 0), "the desk is told");
    case.mark(nia, (&["lives_at"], &[RUTLAND]), "desk").await.unwrap();
    assert_eq!((told(nia).await, told(tess).await, told(erin).await), (1, 1, 0), "and so is the sender");
    hub.clock.advance(std::time::Duration::from_mins(1));
    case.unmark(tess, ("lives_at", POLICE), "end").await.unwrap();
    assert_eq!((told(nia).await, told(tess).await, told(erin).await), (2, 1, 0));
    let line = |by: &str, questions: &[&str], from: &str, refused| {
        (by.to_owned(), questions.iter().map(|id| (*id).to_owned()).collect(), vec![from.to_owned()], refused)
    };
    let mut all = acts(tess).await;
    for act in &mut all {
        act.1.sort();
    }
    let police = "Leicestershire Police";
    let expected = [
        line("Tess Example", &["contact_phone", "lives_at"], police, true),
        line("Nia Imaginary", &["lives_at"], "Rutland County Council", true),
        line("Tess Example", &["lives_at"], police, false),
    ];
    assert_eq!(all, expected);
    assert_eq!(acts(nia).await.len(), 3);
    assert_eq!(acts(erin).await, [line("Nia Imaginary", &["lives_at"], "Rutland County Council", true)], "nothing of their own");
    let view = case.read(tess).await;
    let (left, of) = hub.app.who_is_left(&view).await.unwrap();
    assert!(left > 0 && left <= of, "{left} of {of}");
    case.hub.finish().await;
}

async fn taken_away(engine: Engine) {
    let case = case(engine).await;
    let Case { tess, nia, erin, .. } = &case;
    case.mark(nia, (&["lives_at"], &[POLICE]), "desk").await.unwrap();
    let again = case.mark(nia, (&["lives_at"], &[POLICE]), "twice").await;
    assert!(matches!(again, Err(Error::Conflict(_))), "{again:?}");
    // The sender marks it, too: each side takes away its own, and it is withheld until both have.
    case.mark(tess, (&["lives_at"], &[POLICE]), "sender").await.unwrap();
    let may_end = async |who: &Caller| case.read(who).await.marks.iter().map(|mark| mark.may_end).collect::<Vec<_>>();
    assert_eq!((may_end(nia).await, may_end(tess).await), (vec![true], vec![true]));
    case.unmark(nia, ("lives_at", POLICE), "own").await.unwrap();
    assert_eq!((may_end(nia).await, may_end(tess).await), (vec![false], vec![true]));
    let desk = case.unmark(nia, ("lives_at", POLICE), "no").await;
    assert!(matches!(desk, Err(Error::Conflict(_))), "{desk:?}");
    assert!(!case.told(erin).await.contains("Canary"));
    case.mark(nia, (&["lives_at"], &[POLICE]), "desk-again").await.unwrap();
    let refused = case.unmark(erin, ("lives_at", POLICE), "theirs").await;
    assert!(matches!(refused, Err(Error::Refused)), "{refused:?}");
    let none = case.unmark(tess, ("lives_at", CITY), "none").await;
    assert!(matches!(none, Err(Error::Unseen)), "{none:?}");
    case.unmark(tess, ("lives_at", POLICE), "yes").await.unwrap();
    assert!(!case.told(erin).await.contains("Canary"), "the desk's mark stands");
    let sender = case.unmark(tess, ("lives_at", POLICE), "theirs-too").await;
    assert!(matches!(sender, Err(Error::Conflict(_))), "{sender:?}");
    case.unmark(nia, ("lives_at", POLICE), "last").await.unwrap();
    assert!(case.told(erin).await.contains(REFUGE) && case.read(nia).await.withheld.is_empty());
    case.mark(nia, (&["lives_at"], &[POLICE]), "once-more").await.unwrap();
    assert!(!case.told(erin).await.contains("Canary"));
    case.hub.finish().await;
}

async fn not_from_those_who_work_on_it(engine: Engine) {
    let case = case(engine).await;
    let Case { hub, tess, nia, erin, .. } = &case;
    for (what, who, wrong, field) in [
        ("the desk", tess, (&["lives_at"][..], &[CITY][..]), "withhold.from"),
        ("the sender", nia, (&["lives_at"], &[SCHOOL]), "withhold.from"),
        ("one's own", tess, (&["lives_at"], &[SCHOOL]), "withhold.from"),
        ("nobody", tess, (&["lives_at"], &[]), "withhold.from"),
        ("no agency", tess, (&["lives_at"], &["none"]), "withhold.from"),
        ("what all must read", tess, (&["district"], &[POLICE]), "withhold"),
        ("nothing", tess, (&[], &[POLICE]), "withhold"),
    ] {
        let refused = case.mark(who, wrong, &what.replace([' ', '\''], "-")).await;
        let Err(Error::Invalid(faults)) = refused else { panic!("{what}: {refused:?}") };
        assert_eq!(faults[0].name(), field, "{what}");
    }
    let refused = case.mark(erin, (&["lives_at"], &[CITY]), "told").await;
    assert!(matches!(refused, Err(Error::Refused)), "whoever was told as well marks nothing: {refused:?}");
    assert!(!case.read(erin).await.actions.contains(&Action::WithholdAnswer));
    // Nor does it go to a desk of theirs.
    case.mark(tess, (&["lives_at"], &[POLICE]), "mark").await.unwrap();
    let there = Redirection {
        team: Some(case.team("exploitation-hub").await),
        text: "For the hub.".to_owned(),
        revision: case.read(nia).await.referral.revision,
        ..Redirection::default()
    };
    let moved = hub.app.redirect_referral(&hub.app.request(None), nia, &key("moved"), (&case.reference, &there)).await;
    assert!(matches!(&moved, Err(Error::Invalid(faults)) if faults[0].name() == "team"), "{moved:?}");
    case.hub.finish().await;
}

async fn sealed_before(engine: Engine) {
    // The city placed the child, and is told as well; the police are, too, and never get the address.
    let form = ("child-exploitation", json!({ "district": "rutland", "care": "away", "placed_by": "leicester" }));
    let case = case_of(Hub::founded(engine).await, form, keep(&["lives_at"], &[POLICE])).await;
    let Case { hub, tess, nia, .. } = &case;
    let rory = hub.sign_in("rory.whimsy").await;
    assert_eq!(case.read(nia).await.withheld.len(), 1);
    case.mark(tess, (&["lives_at"], &[CITY]), "mark").await.unwrap();
    let view = case.read(nia).await;
    assert!(!case.told(nia).await.contains("Canary"));
    assert!(view.withheld.is_empty() && view.marks.is_empty() && !view.holds_withheld, "nor is told that there is something");
    assert!(view.entries.iter().all(|entry| entry.compartment != CompartmentKind::Withheld));
    let paper = hub.app.print_referral(&hub.app.request(None), nia, &case.reference, true).await.unwrap();
    assert!(!paper.holds_withheld, "not by their paper either");
    let view = case.read(&rory).await;
    let from: Vec<_> = view.withheld.iter().flat_map(|kept| kept.from.clone()).collect();
    assert_eq!(from, ["Leicestershire Police", "Leicester City Council"]);
    assert!(case.told(&rory).await.contains(REFUGE));
    let paper = hub.app.print_referral(&hub.app.request(None), &rory, &case.reference, true).await.unwrap();
    assert!(paper.holds_withheld);
    case.hub.finish().await;
}

async fn sealed_away_and_marked(engine: Engine) {
    let form = ("child-exploitation", json!({ "district": "leicester", "contact_never": "never the Canaryphone" }));
    let case = case_of(Hub::founded(engine).await, form, keep(&["lives_at"], &[POLICE])).await;
    let Case { hub, tess, nia, erin, .. } = &case;
    let all = async |who: &Caller| hub.app.who_is_left(&case.read(who).await).await.unwrap();
    let whole = all(erin).await;
    assert_eq!(whole.0, whole.1, "what is sealed away from a reader is not counted before them");
    case.mark(tess, (&["lives_at"], &[RUTLAND]), "mark").await.unwrap();
    let view = case.read(nia).await;
    assert_eq!((view.markings.len(), view.marks.len()), (1, 1), "whoever reads the answer is told who marked it");
    let view = case.read(erin).await;
    assert!(view.markings.is_empty() && view.marks.is_empty(), "a mark would tell of what is sealed away");
    assert_eq!(case.read(tess).await.marks.len(), 1, "whoever made it can take it away");
    case.mark(tess, (&["contact_never"], &[RUTLAND]), "another").await.unwrap();
    let told: Vec<_> = case.read(erin).await.markings.iter().flat_map(|act| act.questions.clone()).collect();
    assert_eq!(told.iter().map(ToString::to_string).collect::<Vec<_>>(), ["contact_never"], "of others they are told");
    case.hub.finish().await;
}

async fn warned_all_the_same(engine: Engine) {
    let form = json!({ "district": "leicester", "contact_never": "never the Canaryphone" });
    let case = case_of(Hub::founded(engine).await, ("child-exploitation", form), keep(&[], &[])).await;
    let Case { hub, tess, nia, erin, .. } = &case;
    let warned = |view: &ReferralView| {
        let flags = flags(view);
        let has = |words: &str| flags.iter().any(|flag| flag.contains(words));
        (has("must never be used. Read safe contact"), has("Ask City children's front door"))
    };
    assert_eq!(warned(&case.read(erin).await), (true, false));
    case.mark(tess, (&["contact_never"], &["leicestershire-fire"]), "mark").await.unwrap();
    assert_eq!(warned(&case.read(erin).await), (true, false), "whoever reads the answer is told as before");
    let paper = hub.app.print_referral(&hub.app.request(None), nia, &case.reference, true).await.unwrap();
    assert_eq!(warned(&paper), (false, true), "without it they are told to ask first");
    case.share("community-nursing", "share").await.unwrap();
    let hugh = hub.sign_in("hugh.pseudo").await;
    assert_eq!(warned(&case.read(&hugh).await), (false, true));
    // Where nobody gave such an answer the words are the same: they tell nobody that one is kept back.
    let form = ("child-exploitation", json!({ "district": "leicester", "contact_never": null }));
    let plain = try_send(&hub.app, tess, form, keep(&[], &[])).await.unwrap().reference.to_string();
    let plain = hub.app.read_referral(&hub.app.request(None), erin, &plain).await.unwrap();
    assert_eq!(warned(&plain), (false, true));
    case.hub.finish().await;
}

async fn planted(engine: Engine) {
    let case = case(engine).await;
    case.mark(&case.tess, (&["lives_at"], &[POLICE]), "mark").await.unwrap();
    let copied = "SELECT 'planted', referral, question, agency, 0, by_sender, revision + 1, at, event FROM grant_refused";
    let columns = "id, referral, question, agency, refused, by_sender, revision, at, event";
    Raw::owner(&case.hub).await.run(&format!("INSERT INTO grant_refused ({columns}) {copied}")).await;
    assert!(!case.told(&case.erin).await.contains("Canary"), "a row that no event vouches for lifts nothing");
    case.hub.abandon().await;
}

crate::support::on_both! {
    what_is_marked_later_is_refused_to_those_who_hold_the_key => refused_from_then_on,
    no_later_share_contains_what_was_marked => no_later_share,
    what_a_mark_kept_out_of_a_share_is_given_once_it_is_gone => given_once_the_mark_is_gone,
    each_side_takes_away_its_own_mark => taken_away,
    who_marked_what_and_who_ended_it_is_told_to_those_who_may_know_and_the_other_side_hears => on_record,
    nothing_is_withheld_from_those_who_work_on_it => not_from_those_who_work_on_it,
    who_is_marked_later_learns_nothing_of_what_was_sealed_from_others => sealed_before,
    a_mark_on_what_is_sealed_away_from_a_reader_is_told_to_them_nowhere => sealed_away_and_marked,
    of_a_group_that_is_marked_a_change_of_the_refused_part_alone_is_no_change => of_a_group,
    who_is_refused_a_change_takes_no_sign_of_it_from_the_team_and_learns_no_mark => of_the_team,
    at_l4_the_desks_officer_reads_of_a_mark => most_sensitive,
    marks_one_after_the_other_leave_somebody_who_may_read => nobody_left,
    whoever_reads_without_what_must_never_be_used_is_told_to_ask_first => warned_all_the_same,
    a_planted_row_lifts_no_mark => planted,
}

#[tokio::test(flavor = "multi_thread")]
async fn page_and_call_withhold_and_say_nothing_to_whom_it_is_withheld_from() {
    let served = case(ENGINES[0]).await;
    let reference = served.reference.clone();
    let served = served.hub.serve().await;
    let erin = Client::new(&served);
    erin.sign_in(&served, "erin.hypothetical").await;
    assert!(erin.get(&format!("/referrals/{reference}")).await.body.contains(REFUGE));

    let tess = Client::new(&served);
    tess.sign_in(&served, "tess.example").await;
    let page = tess.get(&format!("/referrals/{reference}/withhold")).await;
    let labels = page.words(".govuk-checkboxes__label");
    assert!(labels.iter().any(|label| label.contains("Lives at")) && labels.iter().any(|label| label.contains("Police")));
    assert!(!labels.iter().any(|label| label.contains("Ashgrove") || label.contains("Leicester City Council")), "{labels:?}");
    let post = async |more: &[(&str, &str)]| {
        let hidden = tess.get(&format!("/referrals/{reference}/withhold")).await.last_form().1;
        let own = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let all: Vec<_> = own.chain(more.iter().copied()).collect();
        tess.post(&format!("/referrals/{reference}/withhold"), &all).await
    };
    let empty = post(&[]).await;
    assert_eq!(empty.status.as_u16(), 422);
    assert_eq!(empty.words(".govuk-error-summary__list a"), ["Choose from the answers that can be withheld"]);
    let done = post(&[("withhold", "lives_at"), ("withhold_from", POLICE)]).await;
    assert_eq!(done.status.as_u16(), 303, "{}", done.body);
    assert!(tess.get(done.location()).await.body.contains("never to Leicestershire Police"));

    for door in [
        format!("/referrals/{reference}"),
        format!("/referrals/{reference}/access"),
        format!("/referrals/{reference}/withhold"),
        format!("/api/v1/referrals/{reference}"),
        "/queue?view=team".to_owned(),
        "/notices".to_owned(),
    ] {
        let said = erin.get(&door).await.body.to_lowercase();
        for word in ["canary", "withheld", "withhold", "lives_at"] {
            assert!(!said.contains(word), "{door} says {word}");
        }
    }
    let own = tess.get(&format!("/referrals/{reference}")).await.body;
    assert!(own.contains("Tess Example withheld answers from Leicestershire Police: Lives at"), "{own}");
    let told: Value = serde_json::from_str(&tess.get(&format!("/api/v1/referrals/{reference}")).await.body).unwrap();
    assert_eq!(told["withheld"], json!([{ "answers": ["lives_at"], "from": ["Leicestershire Police"] }]));
    assert_eq!(told["marks"], json!([{ "answer": "lives_at", "from": POLICE, "may_end": true }]));
    let form = tess.get(&format!("/referrals/{reference}/amend/living")).await.body;
    assert!(form.contains("stays withheld, whatever you change it to: never to Leicestershire Police"), "{form}");
    served.finish().await;
}
