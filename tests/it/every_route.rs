//! The sweep: every route of both doors, asked by nobody, by a stranger's agency and by the wrong role. Each is refused, and
//! each refusal is on record. A route that no table below knows fails the test.

use std::collections::BTreeSet;

use referral_exchange::{
    api,
    app::{IdempotencyKey, example, raw_from_json},
    audit::body::Body,
    domain::{action::Action, agency::AgencyKind, enquiry::FormKind},
    store::Engine,
    web,
};
use reqwest::{Client, Method, StatusCode};

use crate::support::{
    files,
    hub::{Hub, Served},
};

/// A route of either door, as the sweep asks it.
struct Asked {
    method: Method,
    /// The whole path, its variable parts filled in.
    path: String,
    /// With its variable parts, to tell routes apart.
    template: String,
    name: &'static str,
    action: Option<Action>,
    page: bool,
}

/// Acts that every role may do for themselves: there is no wrong role for them.
const EVERYBODYS: [Action; 12] = [
    Action::SignOut,
    Action::SignOutEverywhere,
    Action::EndSession,
    Action::ChangePassword,
    Action::ReadAccount,
    Action::ListNotices,
    Action::MarkNotice,
    Action::SetMailbox,
    Action::ReadPathways,
    Action::ListSent,
    Action::ListShared,
    Action::ListChecks,
];

/// Who may not do an act, and the answers that are right for them: 403 where they know of it, 404 where they must not.
fn wrong_role(action: Action) -> Option<(&'static str, &'static [StatusCode])> {
    match action {
        Action::SubmitReferral
        | Action::AskAdvice
        | Action::StartDraft
        | Action::ChooseDeputy
        | Action::ChangeContact
        | Action::SetAbsence => Some(("dev.specimen", &[StatusCode::FORBIDDEN])),
        Action::ListQueue
        | Action::ReadSafeguardingLeads
        | Action::SetSafeguardingLeads
        | Action::ChangeViews
        | Action::AddAgreement
        | Action::EndAgreement
        | Action::ReadPeople
        | Action::ReadKeys
        | Action::ReconcileKeys
        | Action::PauseRenewal
        | Action::ResumeRenewal
        | Action::MakeAccount
        | Action::MakeTeam
        | Action::ReadMailboxes
        | Action::EnrolAgency
        | Action::ReadAgencies
        | Action::InviteAdministrator
        | Action::ResumeMail
        | Action::SetMailHours => Some(("tess.example", &[StatusCode::FORBIDDEN])),
        Action::SetTeamRegister
        | Action::BearTeam
        | Action::ReadAdmissions
        | Action::AdmitMember
        | Action::RefuseMember
        | Action::ReplaceTeamKey => Some(("tess.example", &[StatusCode::FORBIDDEN, StatusCode::NOT_FOUND])),
        Action::InvitePerson
        | Action::GivePlace
        | Action::EndPlace
        | Action::SuspendPerson
        | Action::ReinstatePerson
        | Action::RemovePerson
        | Action::ResetPerson
        | Action::SetTraining => Some(("tess.example", &[StatusCode::NOT_FOUND])),
        Action::ReadReferral
        | Action::ReadAccess
        | Action::GiveBack
        | Action::PrintReferral
        | Action::AmendReferral
        | Action::WriteMessage
        | Action::AddToReferral
        | Action::TakeUpEnquiry
        | Action::ReadDraft
        | Action::SaveDraft
        | Action::SendDraft
        | Action::EraseKept
        | Action::RemoveFile
        | Action::DeleteDraft
        | Action::AttachFile
        | Action::DownloadFile
        | Action::DownloadOriginal
        | Action::QuarantineFile
        | Action::LiftQuarantine
        | Action::PassCheck
        | Action::SendStopped
        | Action::WithdrawStopped
        | Action::ChangeStopped
        | Action::ClaimReferral
        | Action::ReleaseClaim
        | Action::AssignReferral
        | Action::DecideReferral
        | Action::CloseReferral
        | Action::ReopenReferral
        | Action::MarkStep
        | Action::Disagree
        | Action::Retract
        | Action::RedirectReferral
        | Action::Share
        | Action::RecallShare
        | Action::DeclineToShare
        | Action::GiveCaseworkAccess
        | Action::WithholdAnswer
        | Action::EndWithholding
        | Action::EndCaseworkAccess => Some(("adam.notional", &[StatusCode::NOT_FOUND])),
        Action::ReadLog | Action::ExportLog => Some(("theo.invented", &[StatusCode::FORBIDDEN])),
        _ => None,
    }
}

fn filled(template: &str, reference: &str) -> String {
    // Only a pathway about a person has an enquiry.
    let asks = template.contains("/advice") || template.contains("/enquiry");
    let pathway = if asks { "fire-prevention" } else { "fire-protection" };
    template
        .replace("{reference}", reference)
        .replace("{index}", "0")
        .replace("{pathway}", pathway)
        .replace("{id}", pathway)
        .replace("{team}", "none")
        .replace("{section}", "about")
        .replace("{name}", "missing")
}

/// Every route that is not public, of both doors.
fn closed_routes(reference: &str) -> Vec<Asked> {
    let method = |text: &str| Method::from_bytes(text.as_bytes()).unwrap();
    let calls = api::table::ROUTES.iter().filter(|route| !route.public).map(|route| Asked {
        method: method(route.method),
        path: format!("/api/v1{}", filled(route.path, reference)),
        template: format!("{} /api/v1{}", route.method, route.path),
        name: route.name,
        action: route.action,
        page: false,
    });
    let pages = web::table::ROUTES.iter().filter(|route| !route.public).map(|route| Asked {
        method: method(route.method),
        path: filled(route.path, reference),
        template: format!("{} {}", route.method, route.path),
        name: route.name,
        action: route.action,
        page: true,
    });
    calls.chain(pages).collect()
}

/// The refusals on record.
async fn refusals(hub: &Hub) -> Vec<Body> {
    hub.app.sequence().await.unwrap();
    let events = hub.app.store().sequenced_from(0, 10_000).await.unwrap();
    let bodies = events
        .iter()
        .map(|row| row.event.as_ref().expect("a readable event").check(hub.app.store().authenticator()).unwrap().unwrap());
    bodies.filter(|body| body.outcome == "refuse").collect()
}

async fn sent_referral(hub: &Hub) -> String {
    let sender = hub.sign_in("tess.example").await;
    let request = hub.app.request(None);
    let pathway = hub.app.pathway("fire-protection").unwrap();
    let body = example(&pathway.pathway, AgencyKind::Police, request.at.uk_date());
    let raw = raw_from_json(&body["answers"]).unwrap();
    let key = IdempotencyKey::parse("sweep").unwrap();
    hub.app.submit(&request, &sender, &key, b"sweep", &pathway, raw).await.unwrap().value.reference.to_string()
}

fn client(served: &Served) -> Client {
    served.client()
}

/// What a call of the API takes, as far as it may be refused for something else than its body.
fn body_for(served: &Served, asked: &Asked, last: &str) -> serde_json::Value {
    match last {
        "views" => serde_json::json!({ "name": "Overdue" }),
        "messages" => serde_json::json!({ "audience": "shared", "text": "Anybody there?" }),
        "check" => serde_json::json!({ "decision": "pass" }),
        "quarantine" => serde_json::json!({ "reason": "harmful" }),
        "end" if asked.template.contains("quarantine") => serde_json::json!({ "reason": "slip" }),
        "end" if asked.template.contains("withheld") => serde_json::json!({ "answer": "lives_at", "from": "none" }),
        "withheld" => serde_json::json!({
            "withhold": { "answers": ["lives_at"], "from": ["none"] }, "revision": 1,
        }),
        "send-anyway" | "withdraw" | "claim" | "release" | "read" | "recall" | "delete" | "invite" | "suspend" | "leave"
        | "reset" | "return" => {
            serde_json::json!({})
        }
        "not-shared" => serde_json::json!({ "team": "none", "reason": "No need to know." }),
        "casework-access" => serde_json::json!({
            "team": "none", "basis": "public-task", "purpose": "safeguarding", "reason": "They plan with us.",
        }),
        "agreements" => serde_json::json!({
            "title": "Sharing", "agencies": [], "purposes": ["safeguarding"], "starts": "2026-01-01",
        }),
        "shares" => serde_json::json!({
            "team": "none", "entries": [], "basis": "public-task", "purpose": "safeguarding",
        }),
        "decision" => {
            serde_json::json!({ "outcome": "no-action", "reason_for_file": "Seen before.", "revision": 1 })
        }
        "close" => serde_json::json!({ "reason": "other", "text": "Seen before.", "revision": 1 }),
        "amendment" => serde_json::json!({ "answers": { "narrative": "Otherwise." }, "revision": 1 }),
        "reopen" => serde_json::json!({ "text": "More is known.", "revision": 1 }),
        "disagreement" | "retraction" => serde_json::json!({ "text": "More is known." }),
        "redirect" => serde_json::json!({ "team": "none", "text": "For another desk.", "revision": 1 }),
        "step" => serde_json::json!({ "step": "first-contact" }),
        "assign" => serde_json::json!({ "to": "theo.invented", "revision": 1 }),
        "training" => serde_json::json!({ "trained_on": "2026-01-05" }),
        "teams" => serde_json::json!({ "name": "A new desk", "code": "new-desk" }),
        "places" => serde_json::json!({ "team": "none", "role": "triager" }),
        "end" if asked.template.contains("places") => serde_json::json!({ "team": "none" }),
        "{id}" if asked.template.contains("/give-back/") => serde_json::json!({}),
        "absences" | "register" | "key" | "replace" | "reconcile" | "pause" | "resume" | "end" => serde_json::json!({}),
        "safeguarding-leads" => serde_json::json!({ "leads": [] }),
        "admissions" => serde_json::json!({ "team": "none", "user": "none", "fingerprint": "none" }),
        "refuse" => serde_json::json!({ "team": "none", "user": "none", "reason": "not-expected" }),
        "agencies" => serde_json::json!({
            "name": "Another Council", "code": "another-council", "kind": "council",
            "recovery": served.hub.app.recipient_without_secret(),
            "administrator": {
                "name": "Ivy Fancied", "username": "ivy.fancied", "team": "Governance", "team_code": "another-governance",
            },
        }),
        "people" => serde_json::json!({
            "name": "Ivy Fancied", "username": "ivy.fancied", "team": "none", "role": "triager",
        }),
        "enquiries" => example(
            &served.hub.app.form("fire-prevention", FormKind::Enquiry).unwrap().pathway,
            AgencyKind::Police,
            served.hub.app.now().uk_date(),
        ),
        _ => example(
            &served.hub.app.pathway("fire-protection").unwrap().pathway,
            AgencyKind::Police,
            served.hub.app.now().uk_date(),
        ),
    }
}

async fn ask(served: &Served, client: &Client, asked: &Asked, token: Option<&str>) -> reqwest::Response {
    let mut request = client.request(asked.method.clone(), format!("{}{}", served.url(), asked.path));
    if asked.method != Method::GET {
        let token = token.unwrap_or("none");
        let last = asked.template.rsplit('/').next().unwrap_or_default();
        request = match last {
            "attachments" | "files" => {
                let fields = [("csrf_token", token), ("form_token", "sweep-file"), ("audience", "shared")];
                let fields = if asked.page { &fields[..] } else { &fields[2..] };
                let body = files::form(fields, Some(("a.txt", b"Anybody there?")));
                let request = request.header("X-CSRF-Token", token).header("Idempotency-Key", "sweep-file");
                request.header("Content-Type", files::content_type()).body(body)
            }
            "messages" if asked.page => request.form(&[
                ("csrf_token", token),
                ("form_token", "sweep-form-token"),
                ("audience", "shared"),
                ("text", "Anybody there?"),
            ]),
            "refer" => request.form(&[("csrf_token", token), ("form_token", "sweep-form-token"), ("danger", "no")]),
            "training" if asked.page => {
                request.form(&[("csrf_token", token), ("form_token", "sweep-form-token"), ("trained_on", "5/1/2026")])
            }
            "{team}" if asked.page => request.form(&[("csrf_token", token), ("form_token", "sweep-form-token")]),
            "key" if asked.page => request.form(&[("csrf_token", token)]),
            "place" => request.form(&[
                ("csrf_token", token),
                ("form_token", "sweep-form-token"),
                ("team", "00000000000000000000000000000000"),
                ("role", "triager"),
            ]),
            _ if asked.template.contains("/admissions/") && asked.page => request.form(&[
                ("csrf_token", token),
                ("form_token", "sweep-form-token"),
                if last == "refuse" { ("why", "not-expected") } else { ("compared", "yes") },
            ]),
            _ if asked.page => request.form(&[("csrf_token", token), ("form_token", "sweep-form-token")]),
            _ => {
                let body = body_for(served, asked, last);
                request.header("X-CSRF-Token", token).header("Idempotency-Key", "sweep-key").json(&body)
            }
        };
    }
    request.send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_nothing_and_it_is_on_record() {
    let hub = Hub::founded(Engine::Sqlite).await;
    let reference = sent_referral(&hub).await;
    let served = hub.serve().await;
    let stranger = client(&served);
    let routes = closed_routes(&reference);
    for asked in &routes {
        let answer = ask(&served, &stranger, asked, None).await;
        let status = answer.status();
        if asked.page {
            assert!(!status.is_success(), "{} answered {status}", asked.template);
            if status.is_redirection() {
                let to = answer.headers()["location"].to_str().unwrap();
                assert!(to.starts_with("/sign-in"), "{} led to {to}", asked.template);
            }
        } else {
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{}", asked.template);
        }
    }
    let on_record: BTreeSet<String> = refusals(&served.hub).await.into_iter().filter_map(|body| body.route).collect();
    let missing: Vec<_> = routes.iter().filter(|asked| !on_record.contains(asked.name)).map(|asked| &asked.template).collect();
    assert!(missing.is_empty(), "refused, but not on record: {missing:?}");
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strangers_agency_sees_no_referral_by_any_route() {
    let hub = Hub::founded(Engine::Sqlite).await;
    let reference = sent_referral(&hub).await;
    let served = hub.serve().await;
    let mut session = served.signed_in("omar.placeholder").await;
    let routes = closed_routes(&reference).into_iter().filter(|asked| asked.template.contains("{reference}"));
    for (number, asked) in routes.enumerate() {
        // Whoever misses more than sixty times within a minute has to wait.
        if number % 50 == 49 {
            session = served.signed_in("omar.placeholder").await;
        }
        let (stranger, token) = &session;
        let before = refusals(&served.hub).await.len();
        let answer = ask(&served, stranger, &asked, Some(token)).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{}", asked.template);
        let after = refusals(&served.hub).await;
        assert_eq!(after.len(), before + 1, "{} must leave one refusal", asked.template);
        let last = after.last().unwrap();
        assert_eq!((last.reason.as_deref(), last.object.kind.as_str()), (Some("unseen"), "unseen"), "{}", asked.template);
    }
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wrong_role_is_refused_by_every_route_and_it_is_on_record() {
    let hub = Hub::founded(Engine::Sqlite).await;
    let reference = sent_referral(&hub).await;
    let served = hub.serve().await;
    for asked in closed_routes(&reference) {
        let Some(action) = asked.action else {
            assert_eq!(asked.template, "GET /", "a route without an act shows nothing of anybody: name it here if that is so");
            continue;
        };
        if EVERYBODYS.contains(&action) {
            continue;
        }
        let (person, statuses) = wrong_role(action).unwrap_or_else(|| panic!("no wrong role is known for {}", asked.template));
        let (wrong, token) = served.signed_in(person).await;
        let before = refusals(&served.hub).await.len();
        let answer = ask(&served, &wrong, &asked, Some(&token)).await;
        let status = answer.status();
        if is_free_of_data(&asked) {
            continue;
        }
        assert!(statuses.contains(&status), "{} answered {person} with {status}", asked.template);
        assert!(refusals(&served.hub).await.len() > before, "{} left no refusal of {person}", asked.template);
    }
    served.finish().await;
}

/// Asks every door as somebody signed in: every route about this referral, whatever its method, and every page and list there is.
/// What is about the referral is unseen, and nothing anywhere holds its reference or any of these words.
pub async fn finds_nothing(served: &Served, username: &str, reference: &str, words: &[&str]) {
    let mut session = served.signed_in(username).await;
    let about = |asked: &Asked| asked.template.contains("{reference}");
    let routes = closed_routes(reference).into_iter().filter(|asked| asked.method == Method::GET || about(asked));
    for (number, mut asked) in routes.enumerate() {
        // Whoever misses more than sixty times within a minute has to wait.
        if number % 50 == 49 {
            session = served.signed_in(username).await;
        }
        let searches = asked.template == "GET /find";
        if searches {
            asked.path = format!("{}?reference={reference}", asked.path);
        }
        let (client, token) = &session;
        let answer = ask(served, client, &asked, Some(token)).await;
        if about(&asked) {
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{} of {username}", asked.template);
        }
        let body = String::from_utf8_lossy(&answer.bytes().await.unwrap()).into_owned();
        for word in words {
            assert!(!body.contains(word), "{} tells {username} {word}", asked.template);
        }
        assert!(about(&asked) || searches || !body.contains(reference), "{} names it to {username}", asked.template);
    }
}

/// Pages that carry an act's name but show or keep nothing yet: the answers given back, the search box without a reference, the
/// log's filters before a use is chosen. The act itself is refused where it is done.
fn is_free_of_data(asked: &Asked) -> bool {
    ["POST /drafts/resume", "GET /find"].contains(&asked.template.as_str())
}
