//! The pages: one file per noun, with its views. A view is plain data; its template draws it.
//! Never here: a rule, or a guess at what the caller may do; links and buttons appear because the data says so.
//! Built by the handlers beside them from `app`'s views.

pub mod absence;
pub mod access;
pub mod account;
pub mod addition;
pub mod admissions;
mod advice;
pub mod agreements;
mod answers;
mod asked;
pub mod assignment;
pub mod check;
pub mod checks;
pub mod choices;
pub mod closing;
pub mod decision;
pub mod deputy;
pub mod dialogue;
pub mod draft;
pub mod draft_files;
pub mod enquiry;
pub mod error;
pub mod field;
pub mod field_parts;
mod filled;
pub mod file;
pub mod follow_up;
pub mod giving_back;
pub mod giving_out;
pub mod glance;
mod find;
pub mod history;
mod keep_back;
pub mod home;
pub mod join;
pub mod kept;
mod law;
pub mod log;
mod log_query;
pub mod keys;
pub mod mail;
pub mod membership;
pub mod notices;
pub mod password;
pub mod pathway;
pub mod agencies;
pub mod people;
pub mod person;
pub mod print;
pub mod quarantine;
pub mod queue;
mod queue_place;
mod readers;
pub mod reasons;
mod receiver;
pub mod redirection;
pub mod referral;
pub mod safeguarding_leads;
pub mod saved_views;
pub mod screening;
pub mod section;
pub mod sent;
pub mod sent_list;
pub mod share;
pub mod sessions;
pub mod share_box;
pub mod share_choices;
pub mod share_form;
pub mod share_openers;
pub mod resetting;
pub mod suspension;
pub mod team;
pub mod teams;
pub mod training;
pub mod shared;
pub mod sharing;
pub mod sign_in;
pub mod urgent;
mod withholding;
pub mod work_contact;

use std::sync::Arc;

use axum::Router;

use crate::app::App;

/// Every page's routes; each must stand in [`super::table::ROUTES`] as well, or the guard lets nobody through.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .merge(sign_in::routes())
        .merge(join::routes())
        .merge(account::routes())
        .merge(sessions::routes())
        .merge(password::routes())
        .merge(home::routes())
        .merge(screening::routes())
        .merge(pathway::routes())
        .merge(enquiry::routes())
        .merge(draft::routes())
        .merge(section::routes())
        .merge(draft_files::routes())
        .merge(kept::routes())
        .merge(check::routes())
        .merge(deputy::routes())
        .merge(work_contact::routes())
        .merge(sent::routes())
        .merge(sent_list::routes())
        .merge(queue::routes())
        .merge(giving_out::routes())
        .merge(find::routes())
        .merge(referral::routes())
        .merge(access::routes())
        .merge(print::routes())
        .merge(dialogue::routes())
        .merge(addition::routes())
        .merge(admissions::routes())
        .merge(checks::routes())
        .merge(safeguarding_leads::routes())
        .merge(agencies::routes())
        .merge(people::routes())
        .merge(person::routes())
        .merge(membership::routes())
        .merge(giving_back::routes())
        .merge(resetting::routes())
        .merge(suspension::routes())
        .merge(training::routes())
        .merge(teams::routes())
        .merge(team::routes())
        .merge(saved_views::routes())
        .merge(absence::routes())
        .merge(assignment::routes())
        .merge(decision::routes())
        .merge(closing::routes())
        .merge(reasons::routes())
        .merge(redirection::routes())
        .merge(withholding::routes())
        .merge(share::routes())
        .merge(share_box::routes())
        .merge(shared::routes())
        .merge(sharing::routes())
        .merge(agreements::routes())
        .merge(file::routes())
        .merge(quarantine::routes())
        .merge(notices::routes())
        .merge(keys::routes())
        .merge(mail::routes())
        .merge(log::routes())
}

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
