//! What answers that came later do: a referral becomes as urgent, is due as soon, and reads in lists as its answers now say.
//! Nothing makes it less urgent but the people who work on it.

use super::{
    App, Caller, Error, ReferralView,
    opening::Sight,
    sealing::{Compartment, Holder},
    telling::telling,
};
use crate::{
    audit::Details,
    crypto::Identity,
    domain::{
        answers::Answers,
        code::TeamCode,
        compartment::CompartmentKind,
        grant::GrantReason,
        ids::{AgencyId, CompartmentId},
        notice::{Addressee, NoticeCode, Telling},
        pathway::Pathway,
        running_clock::{RunningClock, soonest},
        time::Timestamp,
        urgency::Urgency,
    },
    policy::{Permit, ShownCompartment},
    store::{Tx, referrals::Referral, teams::Team},
};

/// How a referral stands by its answers, with those that are being added or changed.
pub(super) struct Standing {
    /// Every answer as it then is, as far as whoever changes them sees it.
    answers: Answers,
    /// How urgent it then is: never less than before.
    urgency: Urgency,
    /// Whether that is more than before.
    is_raised: bool,
    /// Its line in lists, where that reads otherwise than before.
    pub(super) headline: Option<String>,
    /// The teams that are told for information of what is answered so, each with who covers for it.
    copies: Vec<(TeamCode, Option<TeamCode>)>,
    /// Those of them, and who covers where it is for today, to whom nothing was to be told as it stood before.
    anew: Vec<TeamCode>,
    /// Those of these who do not have it yet.
    told_anew: Vec<Team>,
}

/// What a referral becomes by its answers.
pub(super) struct Hastened {
    /// Its clear facts.
    pub(super) referral: Referral,
    urgency: Urgency,
    clocks: Vec<RunningClock>,
    /// Who holds it from now on: whoever covers, those told for information, and who covers for them.
    pub(super) joining: Vec<(Team, Holder)>,
    /// What they get the keys of, less what is kept from them.
    opened: Vec<(Compartment, Identity)>,
    barred: Vec<(CompartmentId, AgencyId)>,
    /// Who must hear of it at once.
    pub(super) news: Vec<Telling>,
    /// Whether those who have it are among them.
    pub(super) tells_desk: bool,
}

impl Standing {
    /// Of a referral as somebody sees it who gives these answers anew, of which everybody may read some, and as urgent as it is
    /// when they are taken: what made it so since it was read counts.
    pub(super) fn of(view: &ReferralView, urgency: &str, before: &Answers, (given, for_all): (&Answers, &Answers)) -> Self {
        let pathway = &view.pathway.pathway;
        let answers = pathway.whole([given.clone(), before.clone()]);
        let was = Urgency::parse(urgency).unwrap_or(Urgency::Today);
        let urgency = pathway.urgency(&answers).min(was);
        let stood = open(view, before);
        let headline = pathway.headline(&pathway.whole([for_all.clone(), stood.clone()]));
        let headline = Some(headline).filter(|now| *now != pathway.headline(&stood));
        // Once it was passed on to another pathway, that one tells nobody by answers to other questions.
        let copies = if view.referral.answered_on.is_none() { pathway.copies(&answers) } else { Vec::new() };
        let told = pathway.copies(before);
        let is_new = |team: &TeamCode| told.iter().all(|copy| copy.team != team);
        let of_today = urgency == Urgency::Today;
        let new = copies.iter().filter(|copy| is_new(copy.team));
        let anew = new.flat_map(|copy| std::iter::once(copy.team).chain(copy.cover.filter(|_| of_today))).cloned().collect();
        let copies = copies.into_iter().map(|copy| (copy.team.clone(), copy.cover.cloned())).collect();
        Self { answers, urgency, is_raised: urgency < was, headline, copies, anew, told_anew: Vec::new() }
    }

    /// Whether others get all of it that they may have: whoever covers, or a team that is told because of what is said now.
    pub(super) fn reaches_others(&self) -> bool {
        self.becomes_today() || !self.told_anew.is_empty()
    }

    /// Whether everybody sees that it moved: by how urgent it is, or by its line.
    pub(super) const fn is_seen(&self) -> bool {
        self.is_raised || self.headline.is_some()
    }

    /// Whether it becomes a matter of today, so that whoever covers must have it.
    pub(super) fn becomes_today(&self) -> bool {
        self.is_raised && self.urgency == Urgency::Today
    }
}

/// Of some answers those that everybody may read who holds the referral.
fn open(view: &ReferralView, answers: &Answers) -> Answers {
    let kept: Vec<_> = view.withheld.iter().flat_map(|kept| kept.questions.iter().cloned()).collect();
    let pathway = &view.pathway.pathway;
    pathway.split(&pathway.part(answers, None), &kept).0
}

/// How urgent the answers as they now stand would make it, where that is less than it is; no change of answers lowers it.
pub fn milder(view: &ReferralView) -> Option<Urgency> {
    let sent = view.answers.as_ref()?;
    let pathway = &view.pathway.pathway;
    let after = |count: usize| {
        let later = view.additions.iter().take(count).rev().map(|addition| addition.answers.clone());
        pathway.urgency(&pathway.whole(later.chain([sent.clone()])))
    };
    let (stands, all) = (Urgency::parse(&view.referral.urgency)?, view.additions.len());
    // Whoever does not see the answer that made it urgent cannot say that it is not.
    let saw_why = (0..all).any(|count| after(count) <= stands);
    Some(after(all)).filter(|now| saw_why && *now > stands)
}

impl App {
    /// What a referral becomes by its answers: its clocks run out no later than the limits for them allow from this moment; for a
    /// matter of today, who covers gets the keys, as do those told for information and who covers for them, and they and the
    /// team are told at once. None where nothing moves.
    pub(super) async fn hastened(
        &self,
        caller: &Caller,
        permit: &Permit,
        (referral, sight): (&Referral, &Sight),
        (pathway, standing): (&Pathway, &Standing),
        (news, at): (NoticeCode, Timestamp),
    ) -> Result<Option<Hastened>, Error> {
        let before = self.store.clocks_of(referral.id).await?;
        // On another pathway the same id asks something else: there its general limits count.
        let (elsewhere, nothing) = (referral.answered_on.is_some(), Answers::default());
        let answers = if elsewhere { &nothing } else { &standing.answers };
        let hasten = |clock: &RunningClock| match pathway.limit(clock.step, answers, standing.urgency) {
            Some(limit) => clock.hasten(limit, at, &self.calendar),
            None => *clock,
        };
        let clocks: Vec<RunningClock> = before.iter().map(hasten).collect();
        if clocks == before && !standing.is_raised && standing.told_anew.is_empty() {
            return Ok(None);
        }
        let referral = Referral {
            urgency: standing.urgency.code().to_owned(),
            due_at: soonest(&clocks).or(referral.due_at),
            ..referral.clone()
        };
        let hastened = Hastened {
            urgency: standing.urgency,
            clocks,
            joining: Vec::new(),
            opened: Vec::new(),
            barred: Vec::new(),
            news: Vec::new(),
            tells_desk: false,
            referral,
        };
        if !standing.becomes_today() {
            return Box::pin(self.joined(caller, permit, sight, (hastened, standing))).await.map(Some);
        }
        let hastened = Hastened { tells_desk: true, ..hastened };
        let referral = &hastened.referral;
        let holders = self.store.holders_of_shared(referral.id).await?;
        if holders.iter().any(|holder| holder.reason == GrantReason::Named) {
            // People receive it by name: nobody covers for them, and they are told as they are of every change.
            let news = self.tell_desk(referral, news).await?.into_iter().map(at_once).collect();
            return Ok(Some(Hastened { news, ..hastened }));
        }
        let team = self.team(referral.receiving_team).await?;
        let cover = self.new_cover(referral, pathway, &team).await?;
        // Whoever works on it may be at home: the whole team is told, and those who cover for it.
        let mut news: Vec<Telling> = self.tell_desk(referral, news).await?.into_iter().map(at_once).collect();
        let others = std::iter::once(referral.receiving_team).chain(cover.iter().map(|(team, _)| team.id));
        for team in others.map(Addressee::Team) {
            if news.iter().all(|telling| telling.to != team) {
                news.push(at_once(telling(referral, team, NoticeCode::Received)));
            }
        }
        let holds = |team: &Team| {
            holders.iter().filter(|holder| holder.id == team.id.to_string()).map(|holder| holder.reason).collect::<Vec<_>>()
        };
        let has_it = |team: &Team| !holds(team).is_empty();
        let acts = |team: &Team| holds(team).into_iter().any(GrantReason::is_to_act);
        let mut joining: Vec<(Team, Holder)> = cover.into_iter().filter(|(team, _)| !acts(team)).collect();
        let copies: Vec<&TeamCode> =
            standing.copies.iter().flat_map(|(team, cover)| std::iter::once(team).chain(cover)).collect();
        for code in copies {
            let team = self.store.team_by_code(code.as_str()).await?.filter(|team| team.has_key() && !has_it(team));
            let Some(team) = team.filter(|team| joining.iter().all(|(known, _)| known.id != team.id)) else { continue };
            news.push(at_once(telling(referral, Addressee::Team(team.id), NoticeCode::Copied)));
            let holder = self.team_holder(&team).await?.because(GrantReason::Copy);
            joining.push((team, holder));
        }
        let (opened, barred) = match joining.as_slice() {
            [] => (Vec::new(), Vec::new()),
            _ => (self.opened_to_others(caller, permit, sight).await?, self.store.barred_of(referral.id).await?),
        };
        Ok(Some(Hastened { joining, opened, barred, news, ..hastened }))
    }

    /// Those of the teams to be told for information of what is said now who do not have it yet; none where it went to people by
    /// name.
    pub(super) async fn told_anew(&self, referral: &Referral, mut standing: Standing) -> Result<Standing, Error> {
        if standing.anew.is_empty() {
            return Ok(standing);
        }
        let holders = self.store.holders_of_shared(referral.id).await?;
        if holders.iter().any(|holder| holder.reason == GrantReason::Named) {
            return Ok(standing);
        }
        for code in &standing.anew {
            let Some(team) = self.store.team_by_code(code.as_str()).await?.filter(Team::has_key) else { continue };
            let id = team.id.to_string();
            if holders.iter().all(|holder| holder.id != id) && standing.told_anew.iter().all(|known| known.id != team.id) {
                standing.told_anew.push(team);
            }
        }
        Ok(standing)
    }

    /// With the teams that are told because of what is said now. Nothing is changed while it is being checked, so nothing is held.
    async fn joined(
        &self,
        caller: &Caller,
        permit: &Permit,
        sight: &Sight,
        (hastened, standing): (Hastened, &Standing),
    ) -> Result<Hastened, Error> {
        if standing.told_anew.is_empty() {
            return Ok(hastened);
        }
        let referral = &hastened.referral;
        let (mut joining, mut news) = (Vec::new(), Vec::new());
        for team in &standing.told_anew {
            let holder = self.team_holder(team).await?.because(GrantReason::Copy);
            let told = telling(referral, Addressee::Team(team.id), NoticeCode::Copied);
            news.push(if standing.urgency == Urgency::Today { at_once(told) } else { told });
            joining.push((team.clone(), holder));
        }
        let opened = self.opened_to_others(caller, permit, sight).await?;
        let barred = self.store.barred_of(referral.id).await?;
        Ok(Hastened { joining, opened, barred, news, ..hastened })
    }

    /// The keys of the compartments that a permit reaches and that those who join may have, each epoch's by itself.
    async fn opened_to_others(
        &self,
        caller: &Caller,
        permit: &Permit,
        sight: &Sight,
    ) -> Result<Vec<(Compartment, Identity)>, Error> {
        let may_have = |shown: &&ShownCompartment| matches!(shown.kind, CompartmentKind::Shared | CompartmentKind::Withheld);
        let wanted: Vec<ShownCompartment> = permit.act().compartments.iter().filter(may_have).copied().collect();
        self.keys_to(caller, permit, sight, &wanted).await
    }

    /// Writes what a referral has become, after its row: its clocks, who holds it, and what the event names of that.
    pub(super) async fn write_hastened(
        &self,
        tx: &mut Tx,
        hastened: Hastened,
        details: &mut Details,
        at: Timestamp,
    ) -> Result<(), Error> {
        let Hastened { referral, urgency, clocks, joining, opened, barred, news, .. } = hastened;
        tx.hasten(referral.id, urgency, &clocks).await?;
        tx.change_clocks(referral.id, &clocks).await?;
        self.tell(tx, &news, at).await?;
        for (team, holder) in joining {
            let may_have = |compartment: &Compartment| !barred.contains(&(compartment.id, team.agency));
            for (compartment, identity) in opened.iter().filter(|(compartment, _)| may_have(compartment)) {
                tx.insert_grant(&self.grant(tx, compartment, identity, &holder), at).await?;
                details.keys.push(compartment.key);
            }
            details.keys.push(holder.key());
            details.recipients.push((team.agency, team.id));
        }
        Ok(())
    }
}

/// The same notice, for somebody who must hear of it now.
pub(super) const fn at_once(telling: Telling) -> Telling {
    Telling { urgent: true, ..telling }
}
