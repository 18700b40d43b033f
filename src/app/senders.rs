//! The sender's side of a referral: whose it is, who sends it, and who else of their agency holds it.

use super::{App, Caller, DraftView, Error, sealing::Holder};
use crate::{
    domain::{
        actor::Place,
        answers::{Answers, FieldError},
        compartment::Category,
        grant::GrantReason,
        ids::UserId,
        pathway::Pathway,
    },
    store::{agencies::Agency, drafts::Draft},
};

/// Who sends, from where, and whose the referral will be.
pub(super) struct Sender<'c> {
    pub(super) caller: &'c Caller,
    pub(super) place: &'c Place,
    pub(super) agency: &'c Agency,
    /// Who wrote it and hears back: the sender, or whoever began the draft that their deputy sends.
    pub(super) author: UserId,
    /// Who holds it beside the author: the deputy, whether they send it or not.
    pub(super) deputy: Option<UserId>,
    /// The sections of the draft that the sender saved last.
    pub(super) saved: Vec<String>,
}

/// A draft that is about to be sent, as far as it says whose the referral will be.
#[derive(Clone, Copy)]
pub(super) struct Written<'d> {
    pub(super) draft: &'d Draft,
    /// The sections that the sender saved last.
    pub(super) saved: &'d [String],
}

impl Sender<'_> {
    /// Whether a deputy sends what another wrote.
    pub(super) fn is_deputy(&self) -> bool {
        self.author != self.caller.user()
    }

    /// Whether the sender, too, wrote answers of a category.
    fn wrote(&self, pathway: &Pathway, category: Category) -> bool {
        let is_of_it = |section: &&String| {
            let known = pathway.sections.iter().find(|known| known.id.as_str() == section.as_str());
            known.is_some_and(|known| known.questions.iter().any(|question| question.sealed.category() == Some(category)))
        };
        self.is_deputy() && self.saved.iter().any(|section| is_of_it(&section))
    }
}

/// The sections of a draft that somebody saved last.
pub(super) fn saved_by(view: &DraftView, user: UserId) -> Vec<String> {
    view.parts.iter().filter(|part| part.by == user).map(|part| part.part.section.clone()).collect()
}

impl App {
    /// The sender's side of these answers.
    ///
    /// # Errors
    /// [`Error::Invalid`] when a safeguarding lead who is or may be a party would send it as somebody's deputy.
    pub(super) async fn sender<'c>(
        &self,
        (caller, place, agency): (&'c Caller, &'c Place, &'c Agency),
        (pathway, answers): (&Pathway, &Answers),
        written: Option<Written<'_>>,
    ) -> Result<Sender<'c>, Error> {
        let user = caller.user();
        let (author, second) = match written.map(|written| written.draft) {
            None => (user, self.usable_deputy(caller, self.store.deputy_of(user).await?).await?),
            Some(draft) if draft.owner == user => (user, self.usable_deputy(caller, draft.deputy).await?),
            // Whoever began it and left since can be given no key: then it is the deputy's.
            Some(draft) => match self.usable_deputy(caller, Some(draft.owner)).await? {
                Some(owner) => (owner, Some(user)),
                None => (user, None),
            },
        };
        let mut deputy = second;
        if let (Some(check), Some(second)) = (&pathway.check, second)
            && check.may_be_party(answers)
            && self.is_safeguarding_lead(caller, second).await?
        {
            if second == user {
                let words = "Whoever began this must send it: a safeguarding lead may be involved, and you are one";
                return Err(Error::Invalid(vec![FieldError::new(check.party.clone(), words)]));
            }
            deputy = None;
        }
        let saved = written.map(|written| written.saved.to_vec()).unwrap_or_default();
        Ok(Sender { caller, place, agency, author, deputy, saved })
    }

    /// Whether somebody checks for the caller's agency.
    pub(super) async fn is_safeguarding_lead(&self, caller: &Caller, user: UserId) -> Result<bool, Error> {
        let leads = self.store.safeguarding_leads(caller.agency()).await?;
        Ok(leads.iter().any(|lead| lead.user == user))
    }

    /// The author, as a holder.
    pub(super) async fn author_holder(&self, sender: &Sender<'_>) -> Result<Holder, Error> {
        if sender.is_deputy() { self.user_holder(sender.author).await } else { self.own_holder(sender.caller).await }
    }

    /// The deputy who holds what the author sent; none where nobody of the agency could act as one.
    pub(super) async fn deputy_holder(&self, sender: &Sender<'_>) -> Result<Option<Holder>, Error> {
        let Some(deputy) = sender.deputy else { return Ok(None) };
        let holder = self.person_holder(deputy, |place| place.agency == sender.agency.id).await?;
        Ok(holder.map(|holder| holder.because(GrantReason::Deputy)))
    }

    /// The sender's side of a restricted category: whoever wrote those answers.
    pub(super) async fn writers(&self, sender: &Sender<'_>, pathway: &Pathway, category: Category) -> Result<Vec<Holder>, Error> {
        let mut writers = vec![self.author_holder(sender).await?];
        if sender.wrote(pathway, category) {
            writers.push(self.own_holder(sender.caller).await?);
        }
        Ok(writers)
    }
}
