//! Every route of the pages, in one list: what is not here is not reachable, and what is not marked public needs a session.

use http::Method;

use super::assets;
use crate::domain::action::Action;

/// What guards a route's posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    /// The session's token.
    Session,
    /// The token of the browser's form cookie: for forms shown while nobody is signed in.
    Form,
}

/// One route.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// The method; `GET` answers `HEAD` as well.
    pub method: &'static str,
    /// The path, as the router has it.
    pub path: &'static str,
    /// A short name, for the log's count of refusals.
    pub name: &'static str,
    /// The act that the route leads to; none where it shows nothing of anybody.
    pub action: Option<Action>,
    /// Whether it answers when nobody is signed in.
    pub public: bool,
    /// What guards its posts.
    pub token: Token,
    /// Whether what is posted are answers, to be kept for whoever typed them when the session has ended.
    pub keeps_answers: bool,
    /// Whether its posts are files: not read by the guard, and given more bytes and time than any other.
    pub takes_files: bool,
}

const fn get(path: &'static str, name: &'static str, action: Option<Action>) -> Route {
    Route { method: "GET", path, name, action, public: false, token: Token::Session, keeps_answers: false, takes_files: false }
}

const fn post(path: &'static str, name: &'static str, action: Action) -> Route {
    Route { method: "POST", ..get(path, name, Some(action)) }
}

const fn public(route: Route) -> Route {
    Route { public: true, token: Token::Form, ..route }
}

const fn answers(route: Route) -> Route {
    Route { keeps_answers: true, ..route }
}

const fn files(route: Route) -> Route {
    Route { takes_files: true, ..route }
}

/// Every route.
pub const ROUTES: &[Route] = &[
    public(get(assets::ROUTE, "assets", None)),
    public(get("/sign-in", "sign-in", None)),
    public(post("/sign-in", "sign-in", Action::GivePassword)),
    public(get("/sign-in/code", "sign-in-code", None)),
    public(post("/sign-in/code", "sign-in-code", Action::SignIn)),
    public(get("/join", "join", None)),
    public(post("/join", "join", Action::TakeUpInvitation)),
    public(get("/join/ready", "join-ready", Some(Action::TakeUpInvitation))),
    public(post("/join/ready", "join-ready", Action::EnrolCredentials)),
    post("/sign-out", "sign-out", Action::SignOut),
    post("/sign-out-everywhere", "sign-out-everywhere", Action::SignOutEverywhere),
    get("/", "home", None),
    get("/account", "account", Some(Action::ReadAccount)),
    post("/account/stay", "stay-signed-in", Action::ReadAccount),
    get("/account/password", "password", Some(Action::ReadAccount)),
    post("/account/password", "change-password", Action::ChangePassword),
    get("/account/sessions", "sessions", Some(Action::ReadAccount)),
    post("/account/sessions/{id}/end", "end-session", Action::EndSession),
    get("/account/deputy", "deputy", Some(Action::ReadAccount)),
    post("/account/deputy", "choose-deputy", Action::ChooseDeputy),
    get("/account/contact", "contact", Some(Action::ReadAccount)),
    post("/account/contact", "change-contact", Action::ChangeContact),
    get("/account/absence", "absence", Some(Action::ReadAccount)),
    post("/account/absence", "set-absence", Action::SetAbsence),
    post("/account/absence/end", "end-absence", Action::SetAbsence),
    get("/not-sure", "not-sure", Some(Action::ReadPathways)),
    post("/not-sure", "not-sure-answers", Action::ReadPathways),
    get("/refer/{pathway}", "refer-start", Some(Action::ReadPathways)),
    get("/refer/{pathway}/danger", "refer-danger", Some(Action::ReadPathways)),
    get("/refer/{pathway}/ring", "refer-ring", Some(Action::ReadPathways)),
    post("/refer/{pathway}/start", "refer-start-draft", Action::StartDraft),
    get("/refer/{pathway}/advice", "advice-start", Some(Action::ReadPathways)),
    get("/refer/{pathway}/advice/danger", "advice-danger", Some(Action::ReadPathways)),
    get("/refer/{pathway}/advice/ring", "advice-ring", Some(Action::ReadPathways)),
    post("/refer/{pathway}/advice/start", "advice-start-draft", Action::StartDraft),
    get("/drafts/{reference}", "draft", Some(Action::ReadDraft)),
    get("/drafts/{reference}/section/{section}", "draft-section", Some(Action::ReadDraft)),
    answers(post("/drafts/{reference}/section/{section}", "draft-save", Action::SaveDraft)),
    Route { token: Token::Form, ..answers(post("/drafts/resume", "draft-resume", Action::SaveDraft)) },
    get("/drafts/{reference}/files", "draft-files", Some(Action::ReadDraft)),
    files(post("/drafts/{reference}/files", "draft-file-add", Action::AttachFile)),
    get("/drafts/{reference}/files/{id}", "draft-file", Some(Action::DownloadFile)),
    post("/drafts/{reference}/files/{id}/remove", "draft-file-remove", Action::RemoveFile),
    post("/kept/{id}/discard", "kept-discard", Action::EraseKept),
    get("/drafts/{reference}/check", "draft-check", Some(Action::ReadDraft)),
    post("/drafts/{reference}/send", "draft-send", Action::SendDraft),
    get("/drafts/{reference}/delete", "draft-ask-delete", Some(Action::ReadDraft)),
    post("/drafts/{reference}/delete", "draft-delete", Action::DeleteDraft),
    get("/drafts/{reference}/deputy", "draft-deputy", Some(Action::ReadDraft)),
    post("/drafts/{reference}/deputy", "draft-choose-deputy", Action::SaveDraft),
    get("/sent", "sent", Some(Action::ListSent)),
    get("/queue", "queue", Some(Action::ListQueue)),
    post("/queue/assign", "queue-assign", Action::AssignReferral),
    get("/queue/absences", "team-absences", Some(Action::ListQueue)),
    post("/queue/absences", "set-team-absence", Action::SetAbsence),
    post("/queue/absences/end", "end-team-absence", Action::SetAbsence),
    get("/queue/views", "queue-views", Some(Action::ReadAccount)),
    post("/queue/views", "save-view", Action::ChangeViews),
    post("/queue/views/{id}/delete", "forget-view", Action::ChangeViews),
    get("/find", "find", Some(Action::ReadReferral)),
    get("/referrals/{reference}", "referral", Some(Action::ReadReferral)),
    get("/referrals/{reference}/print", "referral-print", Some(Action::PrintReferral)),
    get("/referrals/{reference}/access", "referral-access", Some(Action::ReadAccess)),
    get("/referrals/{reference}/add/{section}", "referral-ask-add", Some(Action::ReadReferral)),
    answers(post("/referrals/{reference}/add/{section}", "referral-add", Action::AddToReferral)),
    get("/referrals/{reference}/amend/{section}", "referral-ask-amend", Some(Action::ReadReferral)),
    post("/referrals/{reference}/amend/{section}", "referral-amend", Action::AmendReferral),
    get("/referrals/{reference}/refer", "enquiry-ask-refer", Some(Action::ReadReferral)),
    post("/referrals/{reference}/refer", "enquiry-refer", Action::TakeUpEnquiry),
    post("/referrals/{reference}/messages", "referral-message", Action::WriteMessage),
    post("/referrals/{reference}/claim", "referral-claim", Action::ClaimReferral),
    post("/referrals/{reference}/release", "referral-release", Action::ReleaseClaim),
    get("/referrals/{reference}/assign", "referral-ask-assign", Some(Action::ReadReferral)),
    post("/referrals/{reference}/assign", "referral-assign", Action::AssignReferral),
    get("/referrals/{reference}/decision", "referral-ask-decide", Some(Action::ReadReferral)),
    post("/referrals/{reference}/decision", "referral-decide", Action::DecideReferral),
    get("/referrals/{reference}/close", "referral-ask-close", Some(Action::ReadReferral)),
    post("/referrals/{reference}/close", "referral-close", Action::CloseReferral),
    get("/referrals/{reference}/reopen", "referral-ask-reopen", Some(Action::ReadReferral)),
    post("/referrals/{reference}/reopen", "referral-reopen", Action::ReopenReferral),
    get("/referrals/{reference}/disagree", "referral-ask-disagree", Some(Action::ReadReferral)),
    post("/referrals/{reference}/disagree", "referral-disagree", Action::Disagree),
    get("/referrals/{reference}/retract", "referral-ask-retract", Some(Action::ReadReferral)),
    post("/referrals/{reference}/retract", "referral-retract", Action::Retract),
    get("/referrals/{reference}/redirect", "referral-ask-redirect", Some(Action::ReadReferral)),
    post("/referrals/{reference}/redirect", "referral-redirect", Action::RedirectReferral),
    get("/referrals/{reference}/share", "referral-ask-share", Some(Action::ReadReferral)),
    post("/referrals/{reference}/share", "referral-share", Action::Share),
    get("/referrals/{reference}/shares/{id}/recall", "share-ask-recall", Some(Action::ReadReferral)),
    post("/referrals/{reference}/shares/{id}/recall", "share-recall", Action::RecallShare),
    get("/referrals/{reference}/not-shared", "referral-ask-decline", Some(Action::ReadReferral)),
    post("/referrals/{reference}/not-shared", "referral-decline", Action::DeclineToShare),
    get("/referrals/{reference}/withhold", "referral-ask-withhold", Some(Action::ReadReferral)),
    post("/referrals/{reference}/withhold", "referral-withhold", Action::WithholdAnswer),
    post("/referrals/{reference}/withhold/end", "referral-end-withholding", Action::EndWithholding),
    get("/referrals/{reference}/casework-access", "referral-ask-access", Some(Action::ReadReferral)),
    post("/referrals/{reference}/casework-access", "referral-give-access", Action::GiveCaseworkAccess),
    get("/referrals/{reference}/casework-access/{id}/end", "access-ask-end", Some(Action::ReadReferral)),
    post("/referrals/{reference}/casework-access/{id}/end", "access-end", Action::EndCaseworkAccess),
    get("/agreements", "agreements", Some(Action::ReadPathways)),
    get("/agreements/new", "agreement-new", Some(Action::ReadPathways)),
    post("/agreements", "agreement-add", Action::AddAgreement),
    post("/agreements/{id}/end", "agreement-end", Action::EndAgreement),
    get("/shared", "shared", Some(Action::ListShared)),
    post("/referrals/{reference}/step", "referral-step", Action::MarkStep),
    get("/checks", "checks", Some(Action::ListChecks)),
    get("/keys", "keys", Some(Action::ReadKeys)),
    post("/keys/replace", "replace-key", Action::ReplaceTeamKey),
    post("/keys/reconcile", "reconcile-keys", Action::ReconcileKeys),
    post("/keys/pause", "pause-renewal", Action::PauseRenewal),
    post("/keys/resume", "resume-renewal", Action::ResumeRenewal),
    get("/agencies", "agencies", Some(Action::ReadAgencies)),
    get("/agencies/add", "agency-ask-add", Some(Action::ReadAgencies)),
    post("/agencies/add", "agency-add", Action::EnrolAgency),
    post("/agencies/{id}/invite", "agency-invite", Action::InviteAdministrator),
    get("/people", "people", Some(Action::ReadPeople)),
    get("/people/add", "person-ask-add", Some(Action::ReadPeople)),
    post("/people/add", "person-add", Action::MakeAccount),
    get("/people/{id}", "person", Some(Action::ReadPeople)),
    post("/people/{id}/invite", "person-invite", Action::InvitePerson),
    get("/people/{id}/place", "person-ask-place", Some(Action::ReadPeople)),
    post("/people/{id}/place", "person-place", Action::GivePlace),
    get("/people/{id}/places/{team}", "person-ask-end-place", Some(Action::ReadPeople)),
    post("/people/{id}/places/{team}/end", "person-end-place", Action::EndPlace),
    get("/people/{id}/training", "person-ask-training", Some(Action::ReadPeople)),
    post("/people/{id}/training", "person-training", Action::SetTraining),
    get("/people/{id}/suspend", "person-ask-suspend", Some(Action::ReadPeople)),
    post("/people/{id}/suspend", "person-suspend", Action::SuspendPerson),
    get("/people/{id}/reset", "person-ask-reset", Some(Action::ReadPeople)),
    post("/people/{id}/reset", "person-reset", Action::ResetPerson),
    get("/people/{id}/leave", "person-ask-leave", Some(Action::ReadPeople)),
    post("/people/{id}/leave", "person-leave", Action::RemovePerson),
    post("/people/{id}/return", "person-return", Action::ReinstatePerson),
    get("/give-back", "owed", Some(Action::ReadAccount)),
    post("/give-back/{id}", "give-back", Action::GiveBack),
    get("/teams", "agency-teams", Some(Action::ReadPeople)),
    get("/teams/add", "team-ask-add", Some(Action::ReadPeople)),
    post("/teams/add", "team-add", Action::MakeTeam),
    get("/teams/{team}", "agency-team", Some(Action::ReadPeople)),
    post("/teams/{team}", "set-team-register", Action::SetTeamRegister),
    get("/teams/{team}/key", "team-ask-key", Some(Action::BearTeam)),
    post("/teams/{team}/key", "bear-team", Action::BearTeam),
    get("/admissions", "admissions", Some(Action::ReadAdmissions)),
    get("/admissions/{team}/{id}", "admission", Some(Action::ReadAdmissions)),
    post("/admissions/{team}/{id}", "admit", Action::AdmitMember),
    post("/admissions/{team}/{id}/refuse", "refuse-member", Action::RefuseMember),
    get("/safeguarding-leads", "safeguarding-leads", Some(Action::ReadSafeguardingLeads)),
    post("/safeguarding-leads", "set-safeguarding-leads", Action::SetSafeguardingLeads),
    post("/referrals/{reference}/check", "referral-check", Action::PassCheck),
    post("/referrals/{reference}/send-anyway", "referral-send-anyway", Action::SendStopped),
    post("/referrals/{reference}/change", "referral-change", Action::ChangeStopped),
    post("/referrals/{reference}/withdraw", "referral-withdraw", Action::WithdrawStopped),
    get("/referrals/{reference}/sent", "referral-sent", Some(Action::ReadReferral)),
    get("/referrals/{reference}/files/new", "file-new", Some(Action::AttachFile)),
    files(post("/referrals/{reference}/files", "file-add", Action::AttachFile)),
    get("/referrals/{reference}/files/{id}", "file", Some(Action::DownloadFile)),
    post("/referrals/{reference}/files/{id}/original", "file-original", Action::DownloadOriginal),
    get("/referrals/{reference}/files/{id}/quarantine", "file-ask-quarantine", Some(Action::ReadReferral)),
    post("/referrals/{reference}/files/{id}/quarantine", "file-quarantine", Action::QuarantineFile),
    get("/referrals/{reference}/files/{id}/quarantine/end", "file-ask-let-out", Some(Action::ReadReferral)),
    post("/referrals/{reference}/files/{id}/quarantine/end", "file-let-out", Action::LiftQuarantine),
    get("/notices", "notices", Some(Action::ListNotices)),
    post("/notices/{id}/read", "notice-read", Action::MarkNotice),
    public(get("/open", "open", None)),
    get("/account/mail", "mail", Some(Action::ReadAccount)),
    post("/account/mail", "set-mail", Action::SetMailbox),
    get("/members/mail", "failing-mail", Some(Action::ReadMailboxes)),
    post("/members/mail", "resume-mail", Action::ResumeMail),
    post("/members/mail/hours", "set-mail-hours", Action::SetMailHours),
    get("/log", "log", Some(Action::ReadLog)),
    get("/log/export", "log-export", Some(Action::ExportLog)),
];

/// The route of a request; none for what does not stand in the list.
pub(super) fn find(method: &Method, path: &str) -> Option<&'static Route> {
    let method = if *method == Method::HEAD { "GET" } else { method.as_str() };
    ROUTES.iter().find(|route| route.method == method && route.path == path)
}

/// The page on which a form stood, by the address that it was posted to: the page that checks a draft before sending, the page
/// at the same address, or the nearest one above it.
pub(super) fn page_of(route: &Route, address: &str) -> String {
    let path = address.split('?').next().unwrap_or("/");
    if route.path == "/drafts/{reference}/send" {
        return path.replace("/send", "/check");
    }
    let (mut pattern, mut page) = (route.path, path);
    loop {
        if find(&Method::GET, pattern).is_some() {
            return page.to_owned();
        }
        match (pattern.rsplit_once('/'), page.rsplit_once('/')) {
            (Some((above, _)), Some((upper, _))) if !above.is_empty() => (pattern, page) = (above, upper),
            _ => return "/".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn the_page_of_a_form_is_found_by_where_it_posts() {
        for (posted, page) in [
            ("/drafts/{reference}/send", "/drafts/7K3F-9QXD-2/check"),
            ("/referrals/{reference}/check", "/referrals/7K3F-9QXD-2"),
            ("/referrals/{reference}/amend/{section}", "/referrals/7K3F-9QXD-2/amend/child"),
        ] {
            let route = super::find(&super::Method::POST, posted).expect("a route");
            let address = posted.replace("{reference}", "7K3F-9QXD-2").replace("{section}", "child");
            assert_eq!(super::page_of(route, &address), page, "{posted}");
        }
    }

    use super::*;

    #[test]
    fn public_is_what_joining_and_signing_in_need_and_where_the_link_of_a_mail_lands() {
        let open: BTreeSet<_> = ROUTES.iter().filter(|route| route.public).map(|route| route.path).collect();
        assert_eq!(open, BTreeSet::from([assets::ROUTE, "/join", "/join/ready", "/sign-in", "/sign-in/code", "/open"]));
    }

    #[test]
    fn no_route_stands_twice_and_every_post_names_its_act() {
        let all: BTreeSet<_> = ROUTES.iter().map(|route| (route.method, route.path)).collect();
        assert_eq!(all.len(), ROUTES.len());
        for route in ROUTES {
            assert!(route.method == "GET" || route.action.is_some(), "{}", route.path);
            assert!(!route.keeps_answers || route.path.starts_with("/drafts/") || route.path.contains("/add/"), "{}", route.path);
        }
    }

    #[test]
    fn what_was_posted_leads_back_to_the_page_that_it_came_from() {
        let page = |path: &str, address: &str| {
            let route = find(&Method::POST, path).expect("a route");
            page_of(route, address)
        };
        let file = "/referrals/{reference}/files/{id}/quarantine";
        assert_eq!(page(file, "/referrals/7K3F-9QXD-2/files/ab/quarantine?x=1"), "/referrals/7K3F-9QXD-2/files/ab/quarantine");
        assert_eq!(page("/kept/{id}/discard", "/kept/ab/discard"), "/", "where there is no page it is the first");
        for route in ROUTES.iter().filter(|route| route.method == "POST" && !route.public) {
            let back = page_of(route, route.path);
            assert!(back == "/" || find(&Method::GET, &back).is_some(), "{} leads to {back}", route.path);
        }
    }

    #[test]
    fn heads_are_gets_and_other_methods_are_nothing() {
        assert_eq!(find(&Method::HEAD, "/sent").map(|route| route.name), Some("sent"));
        assert!(find(&Method::DELETE, "/sent").is_none());
        assert!(find(&Method::GET, "/nowhere").is_none());
    }
}
