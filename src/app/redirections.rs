//! Passing a referral to another team. It gets the key of what is shared, wrapped to it here and now, and the first team's goes;
//! it gets nothing of the first team's own.

use super::{
    Added, Answered, App, Caller, Error, IdempotencyKey, TeamView, decisions::to_mend, desk::change, idempotency::Once,
    opening::Unwrapped, relations::covers, sealing::Holder, telling::telling,
};
use crate::{
    audit::{Details, row::Erasable},
    domain::{
        action::Action,
        actor::Place,
        compartment::{CompartmentKind, EntryKind},
        decision::reason,
        desk::Desk,
        grant::GrantReason,
        ids::TeamId,
        notice::{Addressee, NoticeCode},
        pathway::Pathway,
        running_clock::soonest,
        urgency::Urgency,
    },
    policy::RequestContext,
    store::{referrals::Referral, teams::Team},
};

/// To whom a referral is passed, and why.
#[derive(Clone)]
pub struct Redirection {
    /// The team; none where nothing was chosen, which is asked again.
    pub team: Option<TeamId>,
    /// Why. The new team and the referrer read it, unless the pathway allows no words of the team's own: then it is for the
    /// file alone.
    pub text: String,
    /// The revision at which the caller saw the referral.
    pub revision: i64,
}

impl App {
    /// Passes a referral to another team; once for each key.
    ///
    /// # Errors
    /// [`Error::Unseen`], [`Error::Refused`]; [`Error::Conflict`] when it has changed since the revision given, or was received
    /// by name; [`Error::Invalid`] for a team that cannot get it.
    pub async fn redirect_referral(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (reference, redirection): (&str, &Redirection),
    ) -> Result<Answered<Added>, Error> {
        let Redirection { team, text, revision } = redirection;
        let body = format!("{}\n{revision}\n{text}", team.map(|team| team.to_string()).unwrap_or_default());
        let route = format!("POST /referrals/{reference}/redirect");
        let act = async |once: &Once<'_>| {
            let done = self.redirect_once(request, caller, (reference, redirection), once).await;
            self.damage_on_record(request, caller, Action::RedirectReferral, done).await
        };
        self.once(request, caller, key, (&route, body.as_bytes()), act).await
    }

    /// The teams to which a referral of a pathway may be passed by this one, by name.
    pub async fn redirect_teams(&self, referral: &Referral) -> Result<Vec<TeamView>, Error> {
        let mut teams = Vec::new();
        for team in self.receiving_teams().await? {
            if team.id != referral.receiving_team && self.takes(&self.team(team.id).await?, &referral.pathway) {
                teams.push(team);
            }
        }
        Ok(teams)
    }

    /// Whether a team may get what was sent on a pathway: not those who receive another that takes nothing from elsewhere.
    pub(super) fn takes(&self, team: &Team, pathway: &str) -> bool {
        let closed = self.pathways();
        let mut closed = closed.iter().map(|versioned| &versioned.pathway).filter(|one| !one.takes_redirected);
        !closed.any(|one| one.id.as_str() != pathway && one.routes.all().any(|route| route.team.as_str() == team.code))
    }

    /// Who covers for the team that gets what is for today, as the routes to it say, with their key; none for what can wait, or
    /// where no route leads to that team.
    async fn new_cover(&self, referral: &Referral, pathway: &Pathway, to: &Team) -> Result<Option<(Team, Holder)>, Error> {
        if referral.urgency != Urgency::Today.code() {
            return Ok(None);
        }
        let leads_there = |pathway: &Pathway| {
            let route = pathway.routes.all().find(|route| route.team.as_str() == to.code);
            route.map(|route| route.cover.as_str().to_owned())
        };
        let others = self.pathways();
        let cover = leads_there(pathway).or_else(|| others.iter().find_map(|versioned| leads_there(&versioned.pathway)));
        let Some(code) = cover else { return Ok(None) };
        let team = self.store.team_by_code(&code).await?.filter(|team| team.epoch > 0 && team.id != to.id);
        let Some(team) = team else { return Ok(None) };
        let holder = self.team_holder(&team).await?.because(GrantReason::Cover);
        Ok(Some((team, holder)))
    }

    async fn redirect_once(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (reference, redirection): (&str, &Redirection),
        once: &Once<'_>,
    ) -> Result<Added, Error> {
        let referral = self.find_referral(request, caller, reference, Action::RedirectReferral).await?;
        let sight = self.sight(caller, &[referral.id]).await?;
        let shared = sight.compartments(referral.id).into_iter().find(|shown| shown.kind == CompartmentKind::Shared);
        let shared = shared.ok_or(Error::Refused)?;
        let own = |place: &Place, relation| (!covers(&referral, place, relation)).then(|| vec![shared]);
        let act = self.act_on(request, caller, (&referral, &sight), Action::RedirectReferral, own).await?;
        let permit = self.ask_as_seen(act, &referral, Some(redirection.revision)).await?;
        let by_name = self.store.holders_of_shared(referral.id).await?;
        if by_name.iter().any(|holder| holder.reason == GrantReason::Named) {
            return Err(Error::Conflict("it was received by people named in it and cannot be passed on"));
        }
        let (by, at) = (caller.user(), request.at);
        let mut faults = Vec::new();
        let to = match redirection.team {
            Some(team) => self.store.team(team).await?,
            None => None,
        };
        let fits = |team: &Team| team.epoch > 0 && team.id != referral.receiving_team && self.takes(team, &referral.pathway);
        let to = to.filter(fits);
        if to.is_none() {
            faults.push(("team", "Choose another team that can receive this"));
        }
        let text = reason(&redirection.text, "text", "Say why it is passed on", &mut faults);
        let (Some(to), Some(text)) = (to, text) else { return Err(to_mend(faults)) };
        let stage = referral.stage.redirect().ok_or(Error::Conflict("it is not in a state that allows this"))?;

        // Any item of it leads to the compartment's key.
        let items = self.store.headlines_in(&[shared.id]).await?;
        let item = items.first().ok_or(Error::Integrity("a referral has no headline"))?;
        let ground = self.ground(&sight, &items).await?;
        let identity = self.identity_for(caller, &permit, &ground, item, &mut Unwrapped::default()).await?;
        let compartment = self.held_compartment(&sight, shared).await?;
        let holder: Holder = self.team_holder(&to).await?;
        let clocks = self.store.clocks_of(referral.id).await?;
        let pathway = self.form_at(&referral.pathway_version, referral.kind).await?.pathway;
        let free = pathway.free_feedback;
        let cover = self.new_cover(&referral, &pathway, &to).await?;
        let covering = cover.as_ref().map(|(team, _)| team.id.to_string());
        // Whoever covered for the first desk covers no more, unless they cover for the new one, too.
        let mut ending = self.store.cover_grants(shared.id).await?;
        ending.retain(|(_, holder)| covering.as_ref() != Some(holder));
        let holds_already = by_name.iter().any(|holder| covering.as_ref() == Some(&holder.id));
        let cover = cover.filter(|_| !holds_already);
        let mut news = self.tell_sender(&referral, NoticeCode::Moved, Some(by)).await?;
        news.push(telling(&referral, Addressee::Team(to.id), NoticeCode::PassedOn));
        let casework = if free { None } else { Some(self.casework(&sight, &referral).await?) };

        let mut tx = self.store.begin().await?;
        let done = Added { id: tx.event().to_string(), at };
        once.remember(&mut tx, &done).await?;
        let desk = Desk { retracted_at: referral.desk.retracted_at, ..Desk::default() };
        let clocks: Vec<_> = clocks.into_iter().map(|clock| clock.resume(at, &self.calendar)).collect();
        let moved = Referral {
            stage,
            desk,
            receiving_team: to.id,
            receiving_agency: to.agency,
            due_at: soonest(&clocks).or(referral.due_at),
            ..referral.clone()
        };
        change(&mut tx, &moved).await?;
        tx.change_clocks(referral.id, &clocks).await?;
        tx.insert_grant(&self.grant(&tx, &compartment, &identity, &holder), at).await?;
        for (grant, _) in ending {
            tx.erase(Erasable::Grant, grant).await?;
        }
        if let Some((_, holder)) = &cover {
            tx.insert_grant(&self.grant(&tx, &compartment, &identity, holder), at).await?;
        }
        // The first team's key to it goes, unless it is the sender's as well.
        if referral.receiving_team != referral.referrer_team {
            for grant in sight.grants_to(shared.id, referral.receiving_team) {
                tx.erase(Erasable::Grant, grant).await?;
            }
        }
        let mut details =
            Details { recipients: vec![(to.agency, to.id)], keys: vec![compartment.key, holder.key()], ..Details::default() };
        if let Some((team, holder)) = &cover {
            details.recipients.push((team.agency, team.id));
            details.keys.push(holder.key());
        }
        let (into, keys) = match casework {
            None => (compartment, Vec::new()),
            Some(casework) => self.open_casework(&mut tx, casework, &referral, at).await?,
        };
        details.keys.extend(keys);
        if into.kind == CompartmentKind::Casework {
            details.compartments.push(into.shown());
        }
        self.write_down(&mut tx, &mut details, (&into, EntryKind::Redirection), &text, (by, at)).await?;
        self.tell(&mut tx, &news, at).await?;
        tx.commit(permit, &details).await?;
        Ok(done)
    }
}
