//! What is kept from an agency: sealed apart, with a key that everybody gets who gets the rest, and that agency never.

use std::collections::BTreeSet;

use super::{
    App, Caller, Error,
    opening::Sight,
    recipients::Recipients,
    sealing::{Compartment, Holder},
    senders::Sender,
};
use crate::{
    audit::Details,
    crypto::{Identity, RecipientOf},
    domain::{
        answers::{Answers, FieldError},
        code::QuestionId,
        compartment::CompartmentKind,
        enquiry::FormKind,
        grant::GrantReason,
        ids::{AgencyId, BarId, CompartmentId, ReferralId, TeamId, UserId},
        notice::{Addressee, Telling},
        pathway::Pathway,
        relation::Relation,
        time::Timestamp,
        withheld::Withhold,
    },
    policy::{Permit, ShownCompartment},
    store::{Tx, agencies::Agency, referrals::Referral},
};

/// What of a sending is sealed apart, from whom it is kept, and who holds it.
pub(super) struct Kept {
    /// The questions whose answers are kept back.
    pub(super) questions: Vec<QuestionId>,
    /// The agencies that never get them.
    pub(super) from: BTreeSet<AgencyId>,
    /// Everybody who gets the key.
    pub(super) holders: Vec<Holder>,
}

/// Answers that are kept from some, as somebody sees them who holds them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithheldView {
    /// Where they are sealed by themselves; none where they were marked after sending, and stand with the rest.
    pub compartment: Option<CompartmentId>,
    /// The questions.
    pub questions: Vec<QuestionId>,
    /// The agencies that never get them, by name; empty where they are kept from paper and from shares alone.
    pub from: Vec<String>,
}

impl Caller {
    /// The agencies that the person is of: the employing one, and those that host a team of theirs.
    pub(super) fn agencies(&self) -> BTreeSet<AgencyId> {
        let hosts = self.places().iter().map(|named| named.place.agency);
        std::iter::once(self.agency()).chain(hosts).collect()
    }

    /// Whether nothing can be kept from them of what there is to answer on a referral. Something can from whoever is of another
    /// agency than the one that sent it, and did not write it themselves; that must not depend on whether something is.
    pub(super) fn answers_all(&self, sight: &Sight, referral: &Referral, relation: Relation) -> bool {
        let is_home = || self.agencies().iter().all(|agency| *agency == referral.referrer_agency);
        !sight.is_partial(referral.id) && (relation == Relation::Referrer || is_home())
    }
}

impl Sight {
    /// The withheld compartments of a referral that the caller holds.
    pub(super) fn withheld(&self, referral: ReferralId) -> Vec<ShownCompartment> {
        let held = self.compartments(referral).into_iter();
        held.filter(|shown| shown.kind == CompartmentKind::Withheld).collect()
    }
}

/// Something wrong with what is to be kept back: with the answers chosen, or with the agencies.
pub(super) fn fault(part: Option<&'static str>, message: impl Into<String>) -> Error {
    #[expect(clippy::expect_used, reason = "a constant that every test of keeping back reads")]
    let field = QuestionId::parse("withhold").expect("a constant code");
    Error::Invalid(vec![FieldError { field, item: None, part, message: message.into() }])
}

/// The part of the field that names agencies.
pub(super) const FROM: Option<&str> = Some("from");

impl App {
    /// The agencies from which the caller can keep something, by code and name: all but those that they are of.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn agencies_to_keep_from(&self, caller: &Caller) -> Result<Vec<(String, String)>, Error> {
        let own = caller.agencies();
        let others = self.store.agencies().await?.into_iter().filter(|agency| !own.contains(&agency.id));
        Ok(others.map(|agency| (agency.code, agency.name.as_str().to_owned())).collect())
    }

    /// What a sender keeps back, held against the answers and against who receives them.
    ///
    /// # Errors
    /// [`Error::Invalid`] on `withhold`: for questions whose answers cannot be kept back, agencies that are none or are the
    /// sender's own, and where nobody would be left who receives the answers whole.
    pub(super) async fn kept_back(
        &self,
        sender: &Sender<'_>,
        (pathway, answers): (&Pathway, &Answers),
        chosen: Option<&Withhold>,
        to: &Recipients,
    ) -> Result<Option<Kept>, Error> {
        let Some(chosen) = chosen.filter(|chosen| !chosen.is_empty()) else { return Ok(None) };
        let known: Vec<&QuestionId> = pathway.withholdable(answers).map(|question| &question.id).collect();
        if pathway.kind == FormKind::Enquiry || chosen.answers.iter().any(|id| !known.contains(&id)) {
            return Err(fault(None, "Choose from the answers that can be kept back"));
        }
        if chosen.answers.is_empty() {
            return Err(fault(None, "Say which answers to keep back, or name nobody"));
        }
        let from = self.named_agencies(sender, &chosen.from).await?;
        let mut holders = Vec::new();
        for holder in &to.shared {
            if !self.is_of_one(holder.to(), &from).await? {
                holders.push(holder.clone());
            }
        }
        self.check_reached(to, (&holders, &from)).await?;
        Ok(Some(Kept { questions: chosen.answers.clone(), from, holders }))
    }

    /// The agencies with these codes.
    async fn named_agencies(&self, sender: &Sender<'_>, codes: &[String]) -> Result<BTreeSet<AgencyId>, Error> {
        let agencies = self.store.agencies().await?;
        let mut named = BTreeSet::new();
        for code in codes {
            let found = agencies.iter().find(|agency| agency.code == *code);
            named.insert(found.ok_or_else(|| fault(FROM, "Choose from the agencies of the partnership"))?.id);
        }
        let is_own = self.is_of_one(RecipientOf::User(sender.author), &named).await?;
        if is_own || self.is_of_one(RecipientOf::User(sender.caller.user()), &named).await? || named.contains(&sender.agency.id) {
            return Err(fault(FROM, "Choose other agencies: you work for this one, and can read what you wrote"));
        }
        Ok(named)
    }

    /// Whether a holder is of one of these agencies: a team of it, one of its people, somebody with a place in a team of it.
    pub(super) async fn is_of_one(&self, holder: RecipientOf, agencies: &BTreeSet<AgencyId>) -> Result<bool, Error> {
        Ok(match holder {
            RecipientOf::Team(team) => agencies.contains(&self.team(team).await?.agency),
            RecipientOf::Recovery(agency) => agencies.contains(&agency),
            RecipientOf::User(user) => self.person_is_of_one(user, agencies).await?,
        })
    }

    pub(super) async fn person_is_of_one(&self, user: UserId, agencies: &BTreeSet<AgencyId>) -> Result<bool, Error> {
        let account = self.store.account(user).await?;
        if account.is_some_and(|account| agencies.contains(&account.agency)) {
            return Ok(true);
        }
        Ok(self.store.places(user).await?.iter().any(|place| agencies.contains(&place.agency)))
    }

    /// Fails unless somebody who receives it gets all of it: half a referral would be taken for a whole one.
    async fn check_reached(&self, to: &Recipients, (holders, from): (&[Holder], &BTreeSet<AgencyId>)) -> Result<(), Error> {
        let (team, agency) = (to.team.name.as_str(), self.agency(to.team.agency).await?);
        if to.named {
            if holders.iter().any(|holder| holder.reason() == GrantReason::Named) {
                return Ok(());
            }
            return Err(fault(
                FROM,
                "Everybody who receives this by name works for an agency that you named. Name another, or leave these answers out \
                 and ring",
            ));
        }
        if from.contains(&agency.id) {
            let agency = agency.name.as_str();
            return Err(fault(
                FROM,
                format!(
                    "{team} receives this, and it is {agency}’s own team. Do not name {agency}, or leave these answers out. If \
                     somebody there is involved, say so in the form: then a few people receive it by name"
                ),
            ));
        }
        if self.is_somebody_left(to.team.id, from).await? {
            return Ok(());
        }
        Err(fault(FROM, format!("Nobody is left in {team} who may read these answers. Name other agencies, or leave them out")))
    }

    /// Whether anybody works the queue of a team who is of none of these agencies: whoever holds its key beside them may read
    /// nothing of what waits there.
    pub(super) async fn is_somebody_left(&self, team: TeamId, from: &BTreeSet<AgencyId>) -> Result<bool, Error> {
        Ok(!self.left_at_desk(team, from).await?.is_empty())
    }

    /// Those of some notices that do not go to one of these agencies.
    pub(super) async fn not_of_the_barred(&self, news: Vec<Telling>, barred: &BTreeSet<AgencyId>) -> Result<Vec<Telling>, Error> {
        if barred.is_empty() {
            return Ok(news);
        }
        let mut left = Vec::new();
        for telling in news {
            let to = match telling.to {
                Addressee::Team(team) => RecipientOf::Team(team),
                Addressee::User(user) => RecipientOf::User(user),
            };
            if !self.is_of_one(to, barred).await? {
                left.push(telling);
            }
        }
        Ok(left)
    }

    /// Keeps a compartment from agencies, in the transaction that makes it.
    pub(super) async fn bar(
        &self,
        tx: &mut Tx,
        made: &Compartment,
        from: &BTreeSet<AgencyId>,
        at: Timestamp,
    ) -> Result<(), Error> {
        for agency in from {
            tx.bar(BarId::random(&*self.random), (made.referral, made.id), *agency, at).await?;
        }
        Ok(())
    }

    /// Makes the compartment of what is kept back; the event names it and its keys.
    pub(super) async fn make_withheld(
        &self,
        tx: &mut Tx,
        referral: ReferralId,
        (holders, from): (&[Holder], &BTreeSet<AgencyId>),
        details: &mut Details,
        at: Timestamp,
    ) -> Result<Compartment, Error> {
        let made = self.new_compartment(tx, referral, CompartmentKind::Withheld, holders, at).await?;
        self.bar(tx, &made, from, at).await?;
        details.compartments.push(made.shown());
        details.keys.extend(std::iter::once(made.key).chain(holders.iter().map(Holder::key)));
        Ok(made)
    }

    /// The keys of the withheld compartments of a referral that the caller holds, to be given to others.
    pub(super) async fn keys_to_withheld(
        &self,
        caller: &Caller,
        permit: &Permit,
        sight: &Sight,
        referral: ReferralId,
    ) -> Result<Vec<(Compartment, Identity)>, Error> {
        self.keys_to(caller, permit, sight, &sight.withheld(referral)).await
    }

    /// Gives holders, each of an agency, the keys of what is not kept from that agency.
    pub(super) async fn grant_withheld(
        &self,
        tx: &mut Tx,
        keys: &[(Compartment, Identity)],
        holders: &[Option<(AgencyId, &Holder)>],
        barred: &[(CompartmentId, AgencyId)],
        at: Timestamp,
    ) -> Result<(), Error> {
        for (compartment, identity) in keys {
            for (agency, holder) in holders.iter().flatten() {
                if !barred.contains(&(compartment.id, *agency)) {
                    tx.insert_grant(&self.grant(tx, compartment, identity, holder), at).await?;
                }
            }
        }
        Ok(())
    }

    /// What is kept back of a referral, with the names of those from whom.
    pub(super) async fn withheld_views(&self, opened: Vec<(CompartmentId, Vec<QuestionId>)>) -> Result<Vec<WithheldView>, Error> {
        if opened.is_empty() {
            return Ok(Vec::new());
        }
        let compartments: Vec<CompartmentId> = opened.iter().map(|(compartment, _)| *compartment).collect();
        let barred = self.store.barred_from(&compartments).await?;
        let agencies = self.store.agencies().await?;
        let view = |(compartment, questions): (CompartmentId, Vec<QuestionId>)| {
            let kept = |agency: &&Agency| barred.contains(&(compartment, agency.id));
            let from = agencies.iter().filter(kept).map(|agency| agency.name.as_str().to_owned()).collect();
            WithheldView { compartment: Some(compartment), questions, from }
        };
        Ok(opened.into_iter().map(view).collect())
    }
}
