//! Passing a referral to another team, or on to another pathway. The new desk gets the key of what is shared, wrapped to it here
//! and now, and the first team's goes; it gets nothing of the first team's own. On another pathway its outcomes, grades and
//! clocks count from then on, while the answers stay those of the form they were given on.

use serde_json::json;

use super::{
    Added, Answered, App, Caller, Error, IdempotencyKey, Versioned, desk::change, destinations::Onward, idempotency::Once,
    opening::Sight, relations::covers, sealing::Holder, telling::telling,
};
use crate::{
    audit::{Details, row::Erasable},
    domain::{
        action::Action,
        actor::Place,
        compartment::{CompartmentKind, EntryKind},
        desk::Desk,
        grant::GrantReason,
        ids::{CompartmentId, GrantId, ShareId, TeamId, UserId},
        notice::{Addressee, NoticeCode, Telling},
        running_clock::soonest,
        time::Timestamp,
    },
    policy::RequestContext,
    store::{Tx, grants::HolderOf, referrals::Referral},
};

/// To whom a referral is passed, and why.
#[derive(Clone, Default)]
pub struct Redirection {
    /// The team; none where nothing was chosen, which is asked again.
    pub team: Option<TeamId>,
    /// The pathway that it goes on to, by id; none for the one that it is on.
    pub pathway: Option<String>,
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
        let Redirection { team, pathway, text, revision } = redirection;
        let body = json!([team.map(|team| team.to_string()), pathway, text, revision]).to_string();
        let route = format!("POST /referrals/{reference}/redirect");
        let act = async |once: &Once<'_>| {
            let done = self.redirect_once(request, caller, (reference, redirection), once).await;
            self.damage_on_record(request, caller, Action::RedirectReferral, done).await
        };
        self.once(request, caller, key, (&route, body.as_bytes()), act).await
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
        let touched: Vec<_> = std::iter::once(shared).chain(sight.withheld(referral.id)).collect();
        let own = |place: &Place, relation| (!covers(&referral, place, relation)).then(|| touched.clone());
        let act = self.act_on(request, caller, (&referral, &sight), Action::RedirectReferral, own).await?;
        let permit = self.ask_as_seen(act, &referral, Some(redirection.revision)).await?;
        let by_name = self.store.holders_of_shared(referral.id).await?;
        if by_name.iter().any(|holder| holder.reason == GrantReason::Named) {
            return Err(Error::Conflict("people received it by name, so it cannot be passed on"));
        }
        let (by, at) = (caller.user(), request.at);
        let barred = self.store.barred_of(referral.id).await?;
        let onward = self.onward(&referral, redirection, &self.barred_to(caller, &sight, &referral).await?).await?;
        let stage = referral.stage.redirect().ok_or(Error::Conflict("it is not in a state that allows this"))?;

        let shared_keys = self.keys_to(caller, &permit, &sight, &[shared]).await?;
        let kept = self.keys_to_withheld(caller, &permit, &sight, referral.id).await?;
        let compartment = self.held_compartment(&sight, shared).await?;
        let holder: Holder = self.team_holder(&onward.to).await?;
        let clocks = self.store.clocks_of(referral.id).await?;
        let pathway = self.form_at(&referral.pathway_version, referral.kind).await?.pathway;
        let is_told = onward.is_told(&pathway);
        let Onward { to, course, text } = onward;
        let cover = self.new_cover(&referral, course.as_ref().map_or(&*pathway, |course| &*course.pathway), &to).await?;
        let covering = cover.as_ref().map(|(team, _)| team.id.to_string());
        // Whoever covered for the first desk covers no more, unless they cover for the new one, too.
        let mut ending = self.store.cover_grants(shared.id).await?;
        for compartment in sight.all_withheld(referral.id) {
            ending.extend(self.store.cover_grants(compartment).await?);
        }
        ending.retain(|(_, holder)| covering.as_ref() != Some(holder));
        // The first team's own keys end with this, unless it is the sender's as well.
        let ends = referral.receiving_team != referral.referrer_team;
        let first = ends.then(|| referral.receiving_team.to_string());
        let stay = by_name.iter().filter(|holder| first.as_ref() != Some(&holder.id));
        // Whoever was told for information covers from now on: a copy alone would let them do nothing.
        let is_there = |holder: &HolderOf| holder.reason.is_to_act() && covering.as_ref() == Some(&holder.id);
        let holds_already = stay.into_iter().any(is_there);
        let cover = cover.filter(|_| !holds_already);
        let mut news = self.tell_sender(&referral, NoticeCode::Moved, Some(by)).await?;
        news.push(telling(&referral, Addressee::Team(to.id), NoticeCode::PassedOn));
        // Whoever reads along in the first team's words reads them no more: no desk would be left that could end it.
        let read_along =
            if to.id == referral.receiving_team { Vec::new() } else { self.ending_along(&referral, by, &mut news).await? };
        let casework = if is_told { None } else { Some(self.casework(&sight, &referral).await?) };

        let mut tx = self.store.begin().await?;
        let done = Added { id: tx.event().to_string(), at };
        once.remember(&mut tx, &done).await?;
        let desk = Desk { retracted_at: referral.desk.retracted_at, ..Desk::default() };
        let here = Referral { stage, desk, receiving_team: to.id, receiving_agency: to.agency, ..referral.clone() };
        match &course {
            None => {
                let clocks: Vec<_> = clocks.into_iter().map(|clock| clock.resume(at, &self.calendar)).collect();
                change(&mut tx, &Referral { due_at: soonest(&clocks).or(referral.due_at), ..here }).await?;
                tx.change_clocks(referral.id, &clocks).await?;
            }
            Some(course) => {
                let clocks = self.clocks_on(&referral, &course.pathway, at);
                let there = on_course(Referral { due_at: soonest(&clocks), ..here }, course);
                change(&mut tx, &there).await?;
                tx.change_course(&there).await?;
                tx.replace_clocks(referral.id, &clocks).await?;
            }
        }
        for (at_epoch, identity) in &shared_keys {
            for holder in std::iter::once(&holder).chain(cover.iter().map(|(_, holder)| holder)) {
                tx.insert_grant(&self.grant(&tx, at_epoch, identity, holder), at).await?;
            }
        }
        for (grant, _) in ending {
            tx.erase(Erasable::Grant, grant).await?;
        }
        end_along(&mut tx, read_along, (by, at)).await?;
        // Where it stays, nobody gets anew what is kept from whoever passes it on: then the desk goes on holding it.
        let stays = to.id == referral.receiving_team;
        let anew = |id: &CompartmentId| kept.iter().any(|(compartment, _)| compartment.id == *id);
        let gone = sight.all_withheld(referral.id).into_iter().filter(|id| !stays || anew(id));
        erase_first(&mut tx, &sight, &referral, std::iter::once(shared.id).chain(gone)).await?;
        let covering = cover.as_ref().map(|(team, holder)| (team.agency, holder));
        self.grant_withheld(&mut tx, &kept, &[Some((to.agency, &holder)), covering], &barred, at).await?;
        let mut details = Details { recipients: vec![(to.agency, to.id)], keys: vec![holder.key()], ..Details::default() };
        details.keys.extend(shared_keys.iter().chain(&kept).map(|(compartment, _)| compartment.key));
        details.pathway = course.as_ref().map(Versioned::named).transpose()?;
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

impl App {
    /// Who reads along in the first team's own words, with the grants by which they do; each of them is told that it ends.
    async fn ending_along(
        &self,
        referral: &Referral,
        by: UserId,
        news: &mut Vec<Telling>,
    ) -> Result<Vec<(ShareId, Vec<GrantId>)>, Error> {
        let mut along = Vec::new();
        for found in self.reading_along(referral).await? {
            let share = found.share;
            news.extend(self.taken_back(&share, (by, referral.receiving_team)).await?);
            along.push((share.id, self.store.grants_by_share(share.compartment, &share.to).await?));
        }
        Ok(along)
    }
}

/// Ends what others read along, with the grants by which they did.
async fn end_along(tx: &mut Tx, along: Vec<(ShareId, Vec<GrantId>)>, (by, at): (UserId, Timestamp)) -> Result<(), Error> {
    for (share, grants) in along {
        tx.end_share(share, by, at).await?;
        for grant in grants {
            tx.erase(Erasable::Grant, grant).await?;
        }
    }
    Ok(())
}

/// The same on another pathway. It is handled as the more sensitive of the two from then on.
fn on_course(referral: Referral, course: &Versioned) -> Referral {
    let form = referral.form_version().to_owned();
    Referral {
        pathway: course.pathway.id.as_str().to_owned(),
        pathway_version: course.version.clone(),
        answered_on: Some(form).filter(|form| *form != course.version),
        sensitivity: referral.sensitivity.max(course.pathway.sensitivity),
        ..referral
    }
}

/// The first team's keys of these compartments go, unless it is the sender's as well.
async fn erase_first(
    tx: &mut Tx,
    sight: &Sight,
    referral: &Referral,
    gone: impl Iterator<Item = CompartmentId>,
) -> Result<(), Error> {
    if referral.receiving_team == referral.referrer_team {
        return Ok(());
    }
    for id in gone {
        for grant in sight.grants_to(id, referral.receiving_team) {
            tx.erase(Erasable::Grant, grant).await?;
        }
    }
    Ok(())
}
