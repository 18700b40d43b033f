//! Every route of the API. The router is built from this table, the document is compared with it, and the sweep walks it.

use std::sync::Arc;

use axum::routing::{MethodRouter, delete, get, post};

use super::{
    absences, access, account, admissions, agencies, agency_teams, agreements, amendments, assignments, attachments, checks,
    decisions, give_back, keys, lists, log, memberships, messages, notices, openapi, pathways, people, redirections, referrals,
    safeguarding_leads, saved_views, session, sessions, shares, teams, withholding,
};
use crate::{app::App, domain::action::Action};

/// One method of one path.
#[derive(Clone, Copy)]
pub struct Route {
    /// `GET` (which serves `HEAD` too), `POST` or `DELETE`.
    pub method: &'static str,
    /// The path below `/api/v1`, its variable parts in braces.
    pub path: &'static str,
    /// The name by which refusals of nobody are counted and logged.
    pub name: &'static str,
    /// The act a refusal names; none where anybody may ask.
    pub action: Option<Action>,
    /// Whether it answers without a session.
    pub public: bool,
    /// Whether it takes files, and so more bytes and more time than any other.
    pub takes_files: bool,
    /// The handler.
    pub(super) mount: fn() -> MethodRouter<Arc<App>>,
}

type Mount = fn() -> MethodRouter<Arc<App>>;

/// For signed-in people.
const fn closed(method: &'static str, path: &'static str, name: &'static str, action: Action, mount: Mount) -> Route {
    Route { method, path, name, action: Some(action), public: false, takes_files: false, mount }
}

/// The same, for files.
const fn files(route: Route) -> Route {
    Route { takes_files: true, ..route }
}

/// For anybody.
const fn open(method: &'static str, path: &'static str, name: &'static str, action: Option<Action>, mount: Mount) -> Route {
    Route { method, path, name, action, public: true, takes_files: false, mount }
}

/// The whole API.
pub const ROUTES: &[Route] = &[
    open("POST", "/session", "api-sign-in", Some(Action::SignIn), || post(session::begin)),
    closed("DELETE", "/session", "api-sign-out", Action::SignOut, || delete(session::end)),
    closed("GET", "/sessions", "api-sessions", Action::ReadAccount, || get(sessions::list)),
    closed("POST", "/sessions/{id}/end", "api-end-session", Action::EndSession, || post(sessions::end)),
    closed("GET", "/me", "api-me", Action::ReadAccount, || get(account::show)),
    // Which teams there are is told together with which pathways: the hub's public face to its people.
    closed("GET", "/teams", "api-teams", Action::ReadPathways, || get(teams::list)),
    closed("POST", "/teams", "api-add-team", Action::MakeTeam, || post(agency_teams::add)),
    closed("GET", "/teams/{id}", "api-team", Action::ReadPeople, || get(agency_teams::show)),
    closed("POST", "/teams/{id}/register", "api-set-team-register", Action::SetTeamRegister, || post(agency_teams::set)),
    closed("POST", "/teams/{id}/key", "api-bear-team", Action::BearTeam, || post(agency_teams::bear)),
    closed("GET", "/pathways", "api-pathways", Action::ReadPathways, || get(pathways::list)),
    closed("GET", "/pathways/{id}", "api-pathway", Action::ReadPathways, || get(pathways::definition)),
    closed("GET", "/pathways/{id}/schema", "api-pathway-schema", Action::ReadPathways, || get(pathways::json_schema)),
    closed("GET", "/pathways/{id}/example", "api-pathway-example", Action::ReadPathways, || get(pathways::sample)),
    closed("GET", "/pathways/{id}/enquiry", "api-enquiry", Action::ReadPathways, || get(pathways::enquiry)),
    closed("GET", "/pathways/{id}/enquiry/schema", "api-enquiry-schema", Action::ReadPathways, || get(pathways::enquiry_schema)),
    closed("GET", "/pathways/{id}/enquiry/example", "api-enquiry-example", Action::ReadPathways, || {
        get(pathways::enquiry_sample)
    }),
    closed("GET", "/pathways/{id}/restricted", "api-restricted", Action::SubmitReferral, || get(checks::restricted)),
    closed("POST", "/referrals", "api-submit", Action::SubmitReferral, || post(referrals::submit)),
    closed("POST", "/enquiries", "api-ask", Action::AskAdvice, || post(referrals::ask)),
    closed("GET", "/referrals", "api-sent", Action::ListSent, || get(lists::sent)),
    closed("GET", "/queue", "api-queue", Action::ListQueue, || get(lists::queue)),
    closed("GET", "/absences", "api-absences", Action::ListQueue, || get(absences::list)),
    closed("POST", "/absences", "api-set-absence", Action::SetAbsence, || post(absences::set)),
    closed("POST", "/absences/end", "api-end-absence", Action::SetAbsence, || post(absences::end)),
    closed("GET", "/queue/views", "api-views", Action::ReadAccount, || get(saved_views::list)),
    closed("POST", "/queue/views", "api-save-view", Action::ChangeViews, || post(saved_views::save)),
    closed("POST", "/queue/views/{id}/delete", "api-forget-view", Action::ChangeViews, || post(saved_views::forget)),
    closed("GET", "/referrals/{reference}", "api-referral", Action::ReadReferral, || get(referrals::show)),
    closed("GET", "/referrals/{reference}/access", "api-access", Action::ReadAccess, || get(access::list)),
    closed("POST", "/referrals/{reference}/messages", "api-message", Action::WriteMessage, || post(messages::write)),
    closed("POST", "/referrals/{reference}/claim", "api-claim", Action::ClaimReferral, || post(assignments::claim)),
    closed("POST", "/referrals/{reference}/release", "api-release", Action::ReleaseClaim, || post(assignments::release)),
    closed("POST", "/referrals/{reference}/assign", "api-assign", Action::AssignReferral, || post(assignments::assign)),
    closed("POST", "/referrals/{reference}/decision", "api-decide", Action::DecideReferral, || post(decisions::decide)),
    closed("POST", "/referrals/{reference}/close", "api-close", Action::CloseReferral, || post(decisions::close)),
    closed("POST", "/referrals/{reference}/reopen", "api-reopen", Action::ReopenReferral, || post(decisions::reopen)),
    closed("POST", "/referrals/{reference}/disagreement", "api-disagree", Action::Disagree, || post(decisions::disagree)),
    closed("POST", "/referrals/{reference}/retraction", "api-retract", Action::Retract, || post(decisions::retract)),
    closed("POST", "/referrals/{reference}/redirect", "api-redirect", Action::RedirectReferral, || post(redirections::redirect)),
    closed("POST", "/referrals/{reference}/shares", "api-share", Action::Share, || post(shares::share)),
    closed("POST", "/referrals/{reference}/shares/{id}/recall", "api-recall-share", Action::RecallShare, || post(shares::recall)),
    closed("POST", "/referrals/{reference}/not-shared", "api-decline-to-share", Action::DeclineToShare, || post(shares::decline)),
    closed("POST", "/referrals/{reference}/withheld", "api-withhold", Action::WithholdAnswer, || post(withholding::withhold)),
    closed("POST", "/referrals/{reference}/withheld/end", "api-end-withholding", Action::EndWithholding, || {
        post(withholding::end)
    }),
    closed("POST", "/referrals/{reference}/casework-access", "api-give-casework-access", Action::GiveCaseworkAccess, || {
        post(shares::give_access)
    }),
    closed(
        "POST",
        "/referrals/{reference}/casework-access/{id}/end",
        "api-end-casework-access",
        Action::EndCaseworkAccess,
        || post(shares::end_access),
    ),
    // Which agreements there are is told to everybody, like which teams there are.
    closed("GET", "/agreements", "api-agreements", Action::ReadPathways, || get(agreements::list)),
    closed("POST", "/agreements", "api-add-agreement", Action::AddAgreement, || post(agreements::add)),
    closed("POST", "/agreements/{id}/end", "api-end-agreement", Action::EndAgreement, || post(agreements::end)),
    closed("GET", "/shared", "api-shared", Action::ListShared, || get(shares::list)),
    closed("POST", "/referrals/{reference}/step", "api-step", Action::MarkStep, || post(decisions::mark_step)),
    closed("GET", "/notices", "api-notices", Action::ListNotices, || get(notices::list)),
    closed("POST", "/notices/{id}/read", "api-notice-read", Action::MarkNotice, || post(notices::read)),
    closed("POST", "/referrals/{reference}/amendment", "api-amend", Action::AmendReferral, || post(amendments::amend)),
    closed("GET", "/checks", "api-checks", Action::ListChecks, || get(checks::list)),
    closed("POST", "/referrals/{reference}/check", "api-check", Action::PassCheck, || post(checks::decide)),
    closed("POST", "/referrals/{reference}/send-anyway", "api-send-anyway", Action::SendStopped, || post(checks::send_anyway)),
    closed("POST", "/referrals/{reference}/withdraw", "api-withdraw", Action::WithdrawStopped, || post(checks::withdraw)),
    closed("GET", "/admissions", "api-admissions", Action::ReadAdmissions, || get(admissions::list)),
    closed("POST", "/admissions", "api-admit", Action::AdmitMember, || post(admissions::admit)),
    closed("POST", "/admissions/refuse", "api-refuse-member", Action::RefuseMember, || post(admissions::refuse)),
    closed("GET", "/keys", "api-keys", Action::ReadKeys, || get(keys::list)),
    closed("POST", "/keys/renewals/{id}/pause", "api-pause-renewal", Action::PauseRenewal, || post(keys::pause)),
    closed("POST", "/keys/renewals/{id}/resume", "api-resume-renewal", Action::ResumeRenewal, || post(keys::resume)),
    closed("POST", "/teams/{id}/key/replace", "api-replace-key", Action::ReplaceTeamKey, || post(keys::replace)),
    closed("GET", "/agencies", "api-agencies", Action::ReadAgencies, || get(agencies::list)),
    closed("POST", "/agencies", "api-add-agency", Action::EnrolAgency, || post(agencies::add)),
    closed("POST", "/agencies/{id}/invite", "api-invite-administrator", Action::InviteAdministrator, || post(agencies::invite)),
    closed("GET", "/people", "api-people", Action::ReadPeople, || get(people::list)),
    closed("POST", "/people", "api-add-person", Action::MakeAccount, || post(people::add)),
    closed("GET", "/people/{id}", "api-person", Action::ReadPeople, || get(people::show)),
    closed("POST", "/people/{id}/invite", "api-invite-person", Action::InvitePerson, || post(people::invite)),
    closed("POST", "/people/{id}/places", "api-set-place", Action::GivePlace, || post(memberships::set)),
    closed("POST", "/people/{id}/places/end", "api-end-place", Action::EndPlace, || post(memberships::end)),
    closed("POST", "/people/{id}/training", "api-set-training", Action::SetTraining, || post(memberships::train)),
    closed("POST", "/people/{id}/suspend", "api-suspend", Action::SuspendPerson, || post(memberships::suspend)),
    closed("POST", "/keys/reconcile", "api-reconcile-keys", Action::ReconcileKeys, || post(keys::reconcile)),
    closed("POST", "/people/{id}/reset", "api-reset-person", Action::ResetPerson, || post(people::reset)),
    closed("POST", "/people/{id}/leave", "api-leave", Action::RemovePerson, || post(memberships::leave)),
    closed("POST", "/people/{id}/return", "api-return", Action::ReinstatePerson, || post(memberships::reinstate)),
    closed("GET", "/give-back", "api-owed", Action::ReadAccount, || get(give_back::list)),
    closed("POST", "/give-back/{id}", "api-give-back", Action::GiveBack, || post(give_back::give)),
    closed("GET", "/safeguarding-leads", "api-safeguarding-leads", Action::ReadSafeguardingLeads, || {
        get(safeguarding_leads::list)
    }),
    closed("POST", "/safeguarding-leads", "api-set-safeguarding-leads", Action::SetSafeguardingLeads, || {
        post(safeguarding_leads::set)
    }),
    files(closed("POST", "/referrals/{reference}/attachments", "api-attach", Action::AttachFile, || post(attachments::add))),
    closed("GET", "/referrals/{reference}/attachments/{id}", "api-file", Action::DownloadFile, || get(attachments::file)),
    closed("GET", "/referrals/{reference}/attachments/{id}/original", "api-original", Action::DownloadOriginal, || {
        get(attachments::original)
    }),
    closed("POST", "/referrals/{reference}/attachments/{id}/quarantine", "api-quarantine", Action::QuarantineFile, || {
        post(attachments::quarantine)
    }),
    closed(
        "POST",
        "/referrals/{reference}/attachments/{id}/quarantine/end",
        "api-end-quarantine",
        Action::LiftQuarantine,
        || post(attachments::end_quarantine),
    ),
    closed("GET", "/log", "api-log", Action::ReadLog, || get(log::list)),
    closed("GET", "/log/export", "api-log-export", Action::ExportLog, || get(log::export)),
    open("GET", "/log/checkpoint", "api-checkpoint", None, || get(log::checkpoint)),
    open("GET", "/log/key", "api-log-key", None, || get(log::key)),
    closed("GET", "/log/{index}", "api-log-event", Action::ReadLog, || get(log::event)),
    closed("GET", "/log/{index}/receipt", "api-receipt", Action::ReadLog, || get(log::receipt)),
    open("GET", "/openapi.json", "api-document", None, || get(openapi::serve)),
];
