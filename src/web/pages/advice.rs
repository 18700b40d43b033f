//! Hints that answers call up, each with the form that it points to.

use askama::Template;
use jiff::civil::Date;

use crate::{
    app::{App, ReferralView},
    domain::{agency::AgencyKind, answers::Answers, enquiry::FormKind, hint::Hint, pathway::Pathway, relation::Relation},
};

/// Where the forms of pathways begin.
const FORMS: &str = "/refer/";

/// A hint.
#[derive(Clone)]
pub struct Hinted {
    /// The words.
    pub text: String,
    /// What the link after it says; empty for none.
    pub link: String,
    /// Where that leads: the form of another pathway, or the answers that it is about; empty for none.
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

/// The hints of these answers, given on a day. One about an answer leads to where it is changed, in the draft at `here`; a form
/// that is not in force, or that this kind of agency cannot send, is not offered.
pub(super) fn hints(
    app: &App,
    pathway: &Pathway,
    (answers, day): (&Answers, Date),
    sender: AgencyKind,
    here: &str,
) -> Vec<Hinted> {
    let hinted = |hint: Hint| {
        let form = hint.pathway.as_ref().and_then(|id| app.pathway(id.as_str()));
        let form = form.filter(|form| form.pathway.may_submit(sender));
        let form = form.map(|form| (format!("Also refer: {}", form.pathway.title), format!("{FORMS}{}", form.pathway.id)));
        let about = hint.question.as_ref().and_then(|id| pathway.question(id).zip(pathway.section_of(id)));
        let about = about.map(|(question, section)| {
            (format!("Change: {}", question.short), format!("{here}/section/{}#{}", section.id, question.id))
        });
        let (link, href) = form.or(about).unwrap_or_default();
        Hinted { text: hint.text, link, href }
    };
    pathway.hints(answers, day).into_iter().map(hinted).collect()
}

/// What else its sender may have to refer: it stays to be seen after sending, for their side alone.
pub(super) fn also_refer(app: &App, view: &ReferralView) -> Vec<Hinted> {
    let is_theirs = matches!(view.relation, Relation::Referrer | Relation::Deputy | Relation::ReferrersTeam);
    let answers = view.answers.as_ref().filter(|_| is_theirs && view.referral.kind == FormKind::Referral);
    let Some((answers, sender)) = answers.and_then(|answers| Some((answers, answers.sender_kind()?))) else {
        return Vec::new();
    };
    let form = &view.pathway.pathway;
    let offered = hints(app, form, (answers, view.referral.submitted_at.uk_date()), sender, "");
    offered.into_iter().filter(|hint| hint.href.starts_with(FORMS)).collect()
}
