//! What somebody would be given, before it is given: exactly what they will see, and who of them.

use super::{
    App, Caller, Error, ReferralView,
    decisions::to_mend,
    shares::{Recipient, fit, grounds},
};
use crate::{
    domain::{
        action::Action,
        agreement::Fit,
        answers::Answers,
        code::{QuestionId, TeamCode},
        compartment::{CompartmentKind, EntryKind},
        ids::EntryId,
        message::Audience,
        relation::Relation,
        sharing::NewShare,
    },
    policy::RequestContext,
};

/// A share before it is made.
pub struct SharePreview {
    /// The referral as the recipient will see it.
    pub view: ReferralView,
    /// With whom: team or person, with the agency.
    pub to: String,
    /// Who sent it, their deputy included, by name: what they wrote names them.
    pub senders: Vec<String>,
    /// Whether the pathway lets the recipient hold something of such a referral by itself. If they do, they see more than this.
    pub may_hold_more: bool,
    /// How many people will be able to open it.
    pub readers: usize,
    /// The agreement named, by its title, and how the share stands to it.
    pub agreement: (Option<String>, Fit),
    /// The revision at which it was looked at.
    pub revision: i64,
}

impl ReferralView {
    /// The same as somebody sees it who was given these items, and nothing else of it.
    #[must_use]
    pub fn as_shared(mut self, chosen: &[EntryId]) -> Self {
        let has = |id: &EntryId| chosen.contains(id);
        self.entries.retain(|entry| has(&entry.id) && entry.compartment.can_be_shared_from() && entry.kind.can_be_shared());
        let whole = self.entries.iter().any(|entry| entry.kind == EntryKind::Submission);
        // What is sealed apart is not part of the item that everybody with the referral reads.
        let pathway = &self.pathway.pathway;
        let kept: Vec<QuestionId> = self.withheld.iter().flat_map(|kept| kept.questions.iter().cloned()).collect();
        let open = |answers: Answers| pathway.split(&pathway.part(&answers, None), &kept).0;
        self.answers = self.answers.take().filter(|_| whole).map(open);
        for addition in &mut self.additions {
            addition.answers = open(std::mem::take(&mut addition.answers));
        }
        self.additions.retain(|addition| !addition.answers.is_empty());
        let entries = &self.entries;
        let given = |id: &EntryId| entries.iter().any(|entry| entry.id == *id);
        self.messages.retain(|message| given(&message.id));
        self.additions.retain(|addition| given(&addition.id));
        self.notes.retain(|note| given(&note.id));
        self.decisions.retain(|decision| given(&decision.id));
        self.feedback.retain(|told| given(&told.id));
        self.files.retain(|file| given(&file.id));
        self.messages.iter_mut().for_each(|message| message.audience = Audience::Share);
        self.notes.iter_mut().for_each(|note| note.audience = Audience::Share);
        self.files.iter_mut().for_each(|file| {
            file.audience = Audience::Share;
            file.has_original = false;
        });
        self.entries.iter_mut().for_each(|entry| entry.compartment = CompartmentKind::Share);
        Self {
            relation: Relation::Granted,
            actions: Vec::new(),
            categories: Vec::new(),
            holds_withheld: false,
            withheld: Vec::new(),
            marks: Vec::new(),
            sent_by: Default::default(),
            holders: Vec::new(),
            legal_reason: None,
            stop: None,
            enquiry: None,
            referrals: Vec::new(),
            carried: Vec::new(),
            desk: None,
            shares: Vec::new(),
            by_share: true,
            may_lack: true,
            ..self
        }
    }
}

impl App {
    /// Looks at what a share would give, and to whom; nothing is shared.
    ///
    /// # Errors
    /// [`Error::Unseen`], [`Error::Refused`]; [`Error::Invalid`] with everything to mend.
    pub async fn preview_share(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (reference, share): (&str, &NewShare),
    ) -> Result<SharePreview, Error> {
        let view = self.read_referral(request, caller, reference).await?;
        if !view.actions.contains(&Action::Share) {
            return Err(Error::Refused);
        }
        let sight = self.sight(caller, &[view.referral.id]).await?;
        let kind = self.agency(caller.agency()).await?.kind;
        let mut faults = Vec::new();
        let to = self.recipient(&view.referral, &share.to, &mut faults).await?;
        grounds(&view.course, kind, share, &mut faults);
        self.chosen(&view.referral, &sight, &share.entries, &mut faults).await?;
        let agreement = self.named_agreement(share, &mut faults).await?;
        let (Some(Recipient { team, person, holder }), true) = (to, faults.is_empty()) else { return Err(to_mend(faults)) };
        let readers = match person {
            Some(_) => 1,
            None => self.store.members(team.id).await?.iter().filter(|(_, place)| place.opens()).count(),
        };
        let revision = view.referral.revision;
        let parties = (view.referral.receiving_agency, team.agency);
        // Basis and purpose were looked at above.
        let purpose = share.purpose.ok_or(Error::Refused)?;
        let fit = fit(agreement.as_ref(), parties, &view.referral.pathway, (purpose, request.at));
        let senders = std::iter::once(view.sent_by.0.clone()).chain(view.deputy.iter().map(|deputy| deputy.name.clone()));
        let senders = senders.filter(|name| !name.is_empty()).collect();
        let named = |code: &TeamCode| code.as_str() == team.code;
        let may_hold_more = view.pathway.pathway.restricted.iter().any(|restricted| restricted.teams.iter().any(named));
        let agreement = (agreement.map(|agreement| agreement.terms.title), fit);
        Ok(SharePreview {
            agreement,
            to: self.holder_name(holder.to()).await?,
            senders,
            may_hold_more,
            readers,
            revision,
            view: view.as_shared(&share.entries),
        })
    }
}
