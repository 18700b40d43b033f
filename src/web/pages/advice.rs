//! Hints that answers call up, each with the form that it points to.

use askama::Template;
use jiff::civil::Date;

use crate::{
    app::{App, ReferralView},
    domain::{agency::AgencyKind, answers::Answers, enquiry::FormKind, pathway::Pathway, relation::Relation},
};

/// A hint.
#[derive(Clone)]
pub struct Hinted {
    /// The words.
    pub text: String,
    /// Name of the pathway that it points to; empty for none that the reader could send.
    pub title: String,
    /// Where its form begins; empty for none.
    pub href: String,
}

/// Hints as a list.
#[derive(Template)]
#[template(path = "form/advice.html")]
struct List<'a> {
    hints: &'a [Hinted],
}

/// The list; nothing for none.
///
/// # Errors
/// Whatever the template reports.
pub(super) fn html(hints: &[Hinted]) -> Result<String, askama::Error> {
    List { hints }.render()
}

/// The hints of these answers, given on a day; a form that is not in force, or that this kind of agency cannot send, is not offered.
pub(super) fn hints(app: &App, pathway: &Pathway, (answers, day): (&Answers, Date), sender: AgencyKind) -> Vec<Hinted> {
    let hint = |advice: &crate::domain::rule::Advice| {
        let form = advice.pathway.as_ref().and_then(|id| app.pathway(id.as_str()));
        let form = form.filter(|form| form.pathway.may_submit(sender));
        let link = form.map(|form| (form.pathway.title.clone(), format!("/refer/{}", form.pathway.id)));
        let (title, href) = link.unwrap_or_default();
        Hinted { text: advice.text.clone(), title, href }
    };
    pathway.advice(answers, day).map(hint).collect()
}

/// What else its sender may have to refer: it stays to be seen after sending, for their side alone.
pub(super) fn also_refer(app: &App, view: &ReferralView) -> Vec<Hinted> {
    let is_theirs = matches!(view.relation, Relation::Referrer | Relation::Deputy | Relation::ReferrersTeam);
    let answers = view.answers.as_ref().filter(|_| is_theirs && view.referral.kind == FormKind::Referral);
    let Some((answers, sender)) = answers.and_then(|answers| Some((answers, answers.sender_kind()?))) else {
        return Vec::new();
    };
    let hints = hints(app, &view.pathway.pathway, (answers, view.referral.submitted_at.uk_date()), sender);
    hints.into_iter().filter(|hint| !hint.href.is_empty()).collect()
}
