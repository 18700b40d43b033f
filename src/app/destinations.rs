//! Where a referral may be passed on: to another team on its own pathway, or to a team that receives another one.

use std::collections::BTreeSet;

use super::{
    App, Caller, Error, Redirection, ReferralView, TeamView, Versioned, decisions::to_mend, opening::Sight, sealing::Holder,
    shares::person_of,
};
use crate::{
    crypto::RecipientOf,
    domain::{
        action::Action,
        answers::Answers,
        clock::Starts,
        decision::{Fault, reason},
        enquiry::FormKind,
        grant::GrantReason,
        ids::AgencyId,
        pathway::Pathway,
        route::Route,
        running_clock::{RunningClock, soonest},
        time::Timestamp,
        urgency::Urgency,
    },
    policy::RequestContext,
    store::{referrals::Referral, teams::Team},
};

/// A place that a referral may be passed on to.
pub struct Destination {
    /// The pathway that it would be on; none for the one it is on.
    pub pathway: Option<Versioned>,
    /// The team.
    pub team: TeamView,
}

/// What passing a referral on would mean.
pub struct RedirectionPreview {
    /// The referral as it stands.
    pub view: ReferralView,
    /// The team that gets it, and its agency.
    pub to: (String, String),
    /// The pathway that it would be on; none for the one it is on.
    pub pathway: Option<Versioned>,
    /// How many people there will be able to open it.
    pub readers: usize,
    /// When that team reads what, and who covers; none where no route says so.
    pub desk: Option<DeskHours>,
    /// The team that covers for it and gets it as well, since it is for today.
    pub covered_by: Option<String>,
    /// When the decision will be due; none where nothing is.
    pub due_at: Option<Timestamp>,
    /// Who reads along in the team's own words, and no more once it is passed on.
    pub reads_along: Vec<String>,
    /// Whether whoever passes it on goes on with it.
    pub stays: bool,
    /// Whether the reason is for the new team and the referrer; for the file alone otherwise.
    pub is_told: bool,
}

/// When a team reads, and who does outside those hours.
pub struct DeskHours {
    /// When it reads, in words.
    pub hours: String,
    /// When it reads next, where nobody reads now; none also where no route says so by the clock.
    pub reads_next: Option<Timestamp>,
    /// Who covers outside those hours, by name, for what is for today.
    pub cover: String,
    /// What to do when it cannot wait, in words.
    pub emergency: String,
}

/// Where a referral goes, and why, once all of it was looked at.
pub(super) struct Onward {
    pub(super) to: Team,
    /// The pathway that it goes on to.
    pub(super) course: Option<Versioned>,
    pub(super) text: String,
}

impl Onward {
    /// Whether the reason may stand in what the referrer reads: where neither pathway keeps to its own lines.
    pub(super) fn is_told(&self, now: &Pathway) -> bool {
        now.free_feedback && self.course.as_ref().is_none_or(|course| course.pathway.free_feedback)
    }
}

impl App {
    /// Every place that the caller may pass a referral on to: first the teams that receive its own pathway, then those of each
    /// other one.
    pub async fn destinations(&self, caller: &Caller, referral: &Referral) -> Result<Vec<Destination>, Error> {
        let teams = self.teams_read().await?;
        let barred = self.barred_to(caller, &self.sight(caller, &[referral.id]).await?, referral).await?;
        let own = self.pathway(&referral.pathway);
        let receives = |team: &Team| own.as_ref().is_some_and(|own| route_to(&own.pathway, team).is_some());
        let others = self.pathways().into_iter().filter_map(|one| self.course(referral, one.pathway.id.as_str()));
        let mut found = Vec::new();
        for pathway in std::iter::once(None).chain(others.map(Some)) {
            for (team, view) in &teams {
                let offered = pathway.is_some() || receives(team);
                if offered && team.has_key() && !barred.contains(&team.agency) && self.fits(referral, pathway.as_ref(), team) {
                    found.push(Destination { pathway: pathway.clone(), team: view.clone() });
                }
            }
        }
        Ok(found)
    }

    /// The agencies to whose desks the caller may not pass a referral, since part of it is kept from them: they would take half
    /// of it for the whole. Not those that the caller works for, nor any that they could know of by this alone, being refused some
    /// of it themselves: a desk that is missing, or refused, would tell them that something is kept. It goes there without what is
    /// kept, and the sender is told where it went.
    pub(super) async fn barred_to(
        &self,
        caller: &Caller,
        sight: &Sight,
        referral: &Referral,
    ) -> Result<BTreeSet<AgencyId>, Error> {
        let mut barred = if sight.is_partial(referral.id) {
            self.known_kept_from(sight, referral.id).await?
        } else {
            self.kept_from(sight, referral.id).await?
        };
        barred.retain(|agency| !caller.agencies().contains(agency));
        Ok(barred)
    }

    /// Whether a team may get a referral, on its own pathway or on another: a desk that some pathway names as its receiver, so
    /// that it has hours and somebody who covers. Never the team that sent it: nobody decides on their own. On another pathway
    /// it may stay with the desk that has it.
    fn fits(&self, referral: &Referral, course: Option<&Versioned>, team: &Team) -> bool {
        let pathway = course.map_or(referral.pathway.as_str(), |course| course.pathway.id.as_str());
        let routed = match course {
            Some(course) => route_to(&course.pathway, team).is_some(),
            None => team.id != referral.receiving_team && self.desk_route(None, team).is_some(),
        };
        routed && team.id != referral.referrer_team && self.takes(team, pathway)
    }

    /// The route by which a referral lies where it does: that of its answers, or, once it was passed on, the one that leads to its
    /// team, of its pathway or, where it receives nothing of the kind in the usual way, of any other. None where none does.
    pub async fn route_taken(&self, view: &ReferralView, answers: &Answers) -> Result<Option<Route>, Error> {
        let team = self.team(view.referral.receiving_team).await?;
        let first = view.pathway.pathway.route(answers);
        let is_first = view.course.version == view.pathway.version && first.team.as_str() == team.code;
        Ok(if is_first { Some(first.clone()) } else { self.desk_route(Some(&view.course.pathway), &team) })
    }

    /// Another pathway that a referral may be passed on to. A question for advice is answered on its own.
    fn course(&self, referral: &Referral, id: &str) -> Option<Versioned> {
        let other = self.pathway(id).filter(|versioned| versioned.pathway.takes_redirected);
        other.filter(|_| referral.kind == FormKind::Referral && id != referral.pathway)
    }

    /// Whether a team may get what was sent on a pathway: not those who receive another that takes nothing from elsewhere.
    pub(super) fn takes(&self, team: &Team, pathway: &str) -> bool {
        let closed = self.pathways();
        let mut closed = closed.iter().map(|versioned| &versioned.pathway).filter(|one| !one.takes_redirected);
        !closed.any(|one| one.id.as_str() != pathway && route_to(one, team).is_some())
    }

    /// A route that leads to a team: of the pathway given, if one does, else of any other.
    pub(super) fn desk_route(&self, first: Option<&Pathway>, team: &Team) -> Option<Route> {
        let of = |pathway: &Pathway| route_to(pathway, team).cloned();
        first.and_then(of).or_else(|| self.pathways().iter().find_map(|versioned| of(&versioned.pathway)))
    }

    /// Where a referral is to go, with everything to mend.
    ///
    /// Nor is it passed to an agency of those in `barred`.
    pub(super) async fn onward(
        &self,
        referral: &Referral,
        redirection: &Redirection,
        barred: &BTreeSet<AgencyId>,
    ) -> Result<Onward, Error> {
        let mut faults: Vec<Fault> = Vec::new();
        let course = match &redirection.pathway {
            None => None,
            Some(id) => {
                let course = self.course(referral, id);
                if course.is_none() {
                    faults.push(("pathway", "Choose another kind of referral that takes what is passed on"));
                }
                course
            }
        };
        let to = match redirection.team {
            Some(team) => self.store.team(team).await?,
            None => None,
        };
        let to = to.filter(|team| team.has_key() && self.fits(referral, course.as_ref(), team) && !barred.contains(&team.agency));
        if to.is_none() {
            faults.push(("team", "Choose another team that can receive this"));
        }
        let text = reason(&redirection.text, "text", "Say why it is passed on", &mut faults);
        match (to, text) {
            (Some(to), Some(text)) if faults.is_empty() => Ok(Onward { to, course, text }),
            _ => Err(to_mend(faults)),
        }
    }

    /// Looks at what passing a referral on would mean; nothing is passed on.
    ///
    /// # Errors
    /// [`Error::Unseen`], [`Error::Refused`]; [`Error::Invalid`] with everything to mend.
    pub async fn preview_redirection(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (reference, redirection): (&str, &Redirection),
    ) -> Result<RedirectionPreview, Error> {
        let view = self.read_referral(request, caller, reference).await?;
        if !view.actions.contains(&Action::RedirectReferral) {
            return Err(Error::Refused);
        }
        let referral = &view.referral;
        let sight = self.sight(caller, &[referral.id]).await?;
        let barred = self.barred_to(caller, &sight, referral).await?;
        let onward = self.onward(referral, redirection, &barred).await?;
        let course = onward.course.as_ref().unwrap_or(&view.course);
        let cover = self.new_cover(referral, &course.pathway, &onward.to).await?;
        let due_at = match &onward.course {
            Some(course) => soonest(&self.clocks_on(referral, &course.pathway, request.at)),
            None => referral.due_at,
        };
        let along = if onward.to.id == referral.receiving_team { Vec::new() } else { self.reading_along(referral).await? };
        let mut reads_along = Vec::new();
        for found in along {
            let who = person_of(&found.share).map_or(RecipientOf::Team(found.share.to_team), RecipientOf::User);
            reads_along.push(self.holder_name(who).await?);
        }
        Ok(RedirectionPreview {
            reads_along,
            to: (onward.to.name.as_str().to_owned(), self.agency(onward.to.agency).await?.name.as_str().to_owned()),
            readers: self.store.members(onward.to.id).await?.iter().filter(|(_, place)| place.opens()).count(),
            desk: self.desk_hours(&course.pathway, &onward.to).await?,
            covered_by: cover.map(|(team, _)| team.name.as_str().to_owned()),
            stays: onward.to.id == referral.receiving_team,
            is_told: onward.is_told(&view.course.pathway),
            pathway: onward.course,
            due_at,
            view,
        })
    }

    /// When a team reads what a pathway sends it, and who covers.
    async fn desk_hours(&self, pathway: &Pathway, team: &Team) -> Result<Option<DeskHours>, Error> {
        let Some(route) = self.desk_route(Some(pathway), team) else { return Ok(None) };
        let cover = self.team_named(route.cover.as_str()).await?;
        Ok(Some(DeskHours {
            reads_next: self.reads_next(&route),
            cover: cover.map_or_else(|| route.cover.to_string(), |(name, agency)| format!("{name} ({agency})")),
            hours: route.hours,
            emergency: route.emergency,
        }))
    }

    /// The clocks of a referral that another pathway takes up at a moment. What it asks was not answered, so its general limits
    /// count, at the urgency that the referral has.
    pub(super) fn clocks_on(&self, referral: &Referral, course: &Pathway, at: Timestamp) -> Vec<RunningClock> {
        let urgency = Urgency::parse(&referral.urgency).unwrap_or(Urgency::Today);
        course.begun(course.clocks_at(&Answers::default(), urgency), (Starts::Receipt, at), &self.calendar)
    }

    /// Who covers for the team that gets what is for today, as the routes to it say, with their key; none for what can wait, or
    /// where no route leads to that team.
    pub(super) async fn new_cover(
        &self,
        referral: &Referral,
        pathway: &Pathway,
        to: &Team,
    ) -> Result<Option<(Team, Holder)>, Error> {
        if referral.urgency != Urgency::Today.code() {
            return Ok(None);
        }
        let Some(route) = self.desk_route(Some(pathway), to) else { return Ok(None) };
        let team = self.store.team_by_code(route.cover.as_str()).await?.filter(|team| team.has_key() && team.id != to.id);
        let Some(team) = team else { return Ok(None) };
        let holder = self.team_holder(&team).await?.because(GrantReason::Cover);
        Ok(Some((team, holder)))
    }

    /// The teams that can be given something by others, each with the pathways, by id, that a referral may be passed on to it
    /// as: those that it receives and that take what is passed on. A desk that takes nothing from elsewhere, and has no other
    /// beside it, is none of them.
    pub async fn receivers(&self) -> Result<Vec<(TeamView, Vec<String>)>, Error> {
        let pathways = self.pathways();
        let can_get = |team: &Team| {
            let alone = |pathway: &Pathway| pathway.routes.all().all(|route| route.team.as_str() == team.code);
            let closed = |one: &&Versioned| !one.pathway.takes_redirected && route_to(&one.pathway, team).is_some();
            team.has_key() && pathways.iter().filter(closed).all(|one| !alone(&one.pathway))
        };
        let taken = |team: &Team| {
            let open = |one: &&Versioned| one.pathway.takes_redirected && route_to(&one.pathway, team).is_some();
            let taken = pathways.iter().filter(open).filter(|one| self.takes(team, one.pathway.id.as_str()));
            taken.map(|one| one.pathway.id.as_str().to_owned()).collect()
        };
        let found = self.teams_read().await?.into_iter().filter(|(team, _)| can_get(team));
        Ok(found.map(|(team, view)| (view, taken(&team))).collect())
    }
}

/// The first route of a pathway that leads to a team.
fn route_to<'p>(pathway: &'p Pathway, team: &Team) -> Option<&'p Route> {
    pathway.routes.all().find(|route| route.team.as_str() == team.code)
}
