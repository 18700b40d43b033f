//! Lists: a team's queue, and what every list has in common. One event for each referral shown; the headline opened for the
//! page only.

use std::collections::{HashMap, hash_map::Entry};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{
    App, Caller, Error,
    gate::legal,
    opening::{Sight, Unwrapped, opened},
    sent::Hands,
};
use crate::{
    audit::Details,
    domain::{
        absence::Absence,
        action::Action,
        actor::Place,
        compartment::CompartmentKind,
        desk::Assigned,
        enquiry::FormKind,
        grant::GrantReason,
        ids::{AgencyId, ReferralId, TeamId, UserId},
        news::{News, Side},
        pathway::Pathway,
        queue::{QueueCounts, QueueFilter, QueueView},
        reference::Reference,
        referral::{ReferralState, Stage},
        relation::Relation,
        text::{PersonName, Username},
        time::Timestamp,
    },
    policy::{Act, Object, RequestContext, State},
    store::{
        entries::Found,
        queues::QueuePart,
        referrals::{Cursor, Referral},
    },
};

/// One row of a list.
#[derive(Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is one thing about the row, none a state of another")]
pub struct Item {
    /// The reference.
    pub reference: Reference,
    /// The pathway's id.
    pub pathway: String,
    /// The pathway's title.
    pub pathway_title: String,
    /// Where it stands.
    pub state: ReferralState,
    /// When the next step is due; none while nothing is, and where it stands here for information only.
    pub due_at: Option<Timestamp>,
    /// Whether that moment has passed.
    pub overdue: bool,
    /// When it was sent.
    pub submitted_at: Timestamp,
    /// The agency that sent it.
    pub sent_by: String,
    /// Who wrote it and who sent it, in the lists of those who sent.
    pub hands: Hands,
    /// Its urgency, a code.
    pub urgency: String,
    /// Who works on it, by name; for the receiving team only.
    pub assigned_to: Option<String>,
    /// When they are away, if they are now.
    pub assigned_away: Option<Absence>,
    /// The line that tells it from others; none where the caller's key does not reach it.
    pub headline: Option<String>,
    /// Since when a question to the referrer is open.
    pub waiting_since: Option<Timestamp>,
    /// When the referrer asked to withdraw it.
    pub retracted_at: Option<Timestamp>,
    /// When it was passed up.
    pub escalated_at: Option<Timestamp>,
    /// Whether nobody who must look has opened it: for the receiving team's own list, nobody of that team; for others, nobody of
    /// those who cover either.
    pub unread: bool,
    /// When whoever covers first opened it, while the receiving team has not.
    pub covered_at: Option<Timestamp>,
    /// Whether it stands here because the team covers for the one that received it.
    pub covering: bool,
    /// Who of those who cover says that they act, by name; for the receiving team and those who cover.
    pub acting: Option<String>,
    /// When its sender changed an answer, if the receiving team has not opened it since.
    pub amended_at: Option<Timestamp>,
    /// What else is new to the reader's side since one of it looked.
    pub news: Option<News>,
    /// Whether it stands here for information only.
    pub copied: bool,
    /// When it goes on by itself, while it is being checked.
    pub check_until: Option<Timestamp>,
    /// Which of the pathway's forms it was written on.
    pub kind: FormKind,
    /// When an enquiry was answered.
    pub answered_at: Option<Timestamp>,
}

impl Item {
    /// Whether there is anything that nobody of the reader's side has looked at.
    pub const fn is_new(&self) -> bool {
        self.unread || self.amended_at.is_some() || self.news.is_some()
    }
}

/// A page of a list.
pub struct Page {
    /// The rows.
    pub items: Vec<Item>,
    /// Where to go on.
    pub next: Option<String>,
}

/// What a list is asked with.
#[derive(Debug, Clone, Default)]
pub struct ListQuery {
    /// Where to go on.
    pub cursor: Option<String>,
    /// How many, 1 to 100; 25 unless told.
    pub limit: Option<u8>,
    /// Which view; queues only; all that the team has unless told.
    pub view: Option<QueueView>,
    /// What narrows it; queues only.
    pub filter: QueueFilter,
    /// Which of the caller's teams; queues only; the first receiving one unless told.
    pub team: Option<TeamId>,
}

impl ListQuery {
    pub(super) fn limit(&self) -> Result<u8, Error> {
        match self.limit {
            None => Ok(25),
            Some(limit @ 1..=100) => Ok(limit),
            Some(_) => Err(Error::Malformed("limit is 1 to 100")),
        }
    }

    pub(super) fn cursor(&self) -> Result<Option<Cursor>, Error> {
        self.cursor.as_deref().map(|text| read_cursor(text).ok_or(Error::Malformed("the cursor is not one of ours"))).transpose()
    }
}

pub(super) fn read_cursor(text: &str) -> Option<Cursor> {
    let bytes: [u8; 24] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
    let (at, id) = bytes.split_at(8);
    Some(Cursor { at: i64::from_be_bytes(at.try_into().ok()?), id: ReferralId::from_bytes(id.try_into().ok()?) })
}

pub(super) fn write_cursor(Cursor { at, id }: Cursor) -> String {
    URL_SAFE_NO_PAD.encode([&at.to_be_bytes()[..], &id.to_bytes()[..]].concat())
}

impl App {
    /// A team's queue, soonest due first.
    pub async fn queue(&self, request: &RequestContext, caller: &Caller, query: &ListQuery) -> Result<Page, Error> {
        let limit = query.limit()?;
        let shown = usize::from(limit);
        let place = self.queue_place(request, caller, query.team).await?;
        let part = QueuePart {
            team: place.team,
            user: caller.user(),
            view: query.view,
            filter: &query.filter,
            now: request.at,
            after: query.cursor()?,
            limit: i64::from(limit) + 1,
        };
        let rows = self.store.queue_of(&part).await?;
        let next = rows.get(shown).and_then(|_| rows.get(shown - 1)).map(|last| write_cursor(last.queue_cursor(query.view)));
        let rows = rows.into_iter().take(shown).collect();
        let mut items = self.shown_at_desk(request, caller, &place, rows).await?;
        // What is new to a colleague may be nothing that whoever asks may see.
        items.retain(|item| !query.filter.unread || item.is_new());
        Ok(Page { items, next })
    }

    /// Of some referrals those that a team received and that the caller sees, as its queue shows them.
    ///
    /// # Errors
    /// As [`App::queue`].
    pub async fn of_queue(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (team, references): (TeamId, &[Reference]),
    ) -> Result<Vec<Item>, Error> {
        let place = self.queue_place(request, caller, Some(team)).await?;
        let mut rows = self.store.referrals_seen_by(references, &caller.holders()).await?;
        let ids: Vec<ReferralId> = rows.iter().map(|referral| referral.id).collect();
        let sight = self.sight(caller, &ids).await?;
        // As in the queue: the team holds it, or the caller by name. What somebody holds as its sender alone is not theirs here.
        let received = |id| {
            sight.shared_with(id, team).next().is_some() || sight.is_shared_with_person(id, caller.user(), GrantReason::Named)
        };
        rows.retain(|referral| referral.receiving_team == team && received(referral.id));
        self.shown_at_desk(request, caller, &place, rows).await
    }

    async fn shown_at_desk(
        &self,
        request: &RequestContext,
        caller: &Caller,
        place: &Place,
        rows: Vec<Referral>,
    ) -> Result<Vec<Item>, Error> {
        // A team that is told for information holds a grant, and receives nothing.
        let way = |sight: &Sight, referral: &Referral| {
            let is_copy = sight.shared_with(referral.id, place.team).any(|reason| reason == GrantReason::Copy);
            let acts = referral.receiving_team == place.team || sight.covers(referral.id, place.team);
            Some((place, if is_copy && !acts { Relation::Granted } else { Relation::ReceivingTeam }))
        };
        self.shown(request, caller, (place, Action::ListQueue), way, rows).await
    }

    /// How many urgent referrals nobody has opened in the whole queue of a team; none for a team whose queue the caller does not
    /// work.
    pub async fn urgent_unopened(&self, caller: &Caller, team: TeamId) -> Result<u64, Error> {
        if self.queue_places(caller).iter().all(|place| place.team != team) {
            return Ok(0);
        }
        Ok(u64::try_from(self.store.urgent_unopened(team, caller.user()).await?).unwrap_or(0))
    }

    /// How many referrals each view of a team's queue holds; for those who work it.
    pub async fn queue_counts(&self, caller: &Caller, team: TeamId) -> Result<QueueCounts, Error> {
        let works = self.queue_places(caller).iter().any(|place| place.team == team);
        if works { Ok(self.store.queue_counts(team, caller.user(), self.now()).await?) } else { Err(Error::Unseen) }
    }

    /// Of the caller's queues the one whose open work is due soonest; the first of them where none has any. None for somebody who
    /// works no queue.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn soonest_queue(&self, caller: &Caller) -> Result<Option<TeamId>, Error> {
        let (filter, now) = (QueueFilter::default(), self.now());
        let mut soonest: Option<(Option<Timestamp>, TeamId)> = None;
        for place in self.queue_places(caller) {
            let view = Some(QueueView::Team);
            let part = QueuePart { team: place.team, user: caller.user(), view, filter: &filter, now, after: None, limit: 1 };
            let due = self.store.queue_of(&part).await?.first().and_then(|referral| referral.due_at);
            let is_sooner = |known: Option<Timestamp>| due.is_some_and(|due| known.is_none_or(|known| due < known));
            if soonest.is_none_or(|(known, _)| is_sooner(known)) {
                soonest = Some((due, place.team));
            }
        }
        Ok(soonest.map(|(_, team)| team))
    }

    /// The caller's places that work a queue.
    pub fn queue_places<'c>(&self, caller: &'c Caller) -> Vec<&'c Place> {
        caller.admitted().filter(|place| self.works_queue(place)).collect()
    }

    /// Whether the caller works the queue of a team that a pathway's referrals go to.
    pub async fn works_on(&self, caller: &Caller, pathway: &Pathway) -> Result<bool, Error> {
        for place in self.queue_places(caller) {
            let team = self.team(place.team).await?;
            let routed = pathway.routes.all().any(|route| route.team.as_str() == team.code);
            // Some of it may have been passed on to them.
            if routed || self.store.has_on(team.id, pathway.id.as_str()).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether a place works its team's queue.
    pub(super) fn works_queue(&self, place: &Place) -> bool {
        let question = crate::policy::Question {
            subject: place.role.into(),
            action: Action::ListQueue,
            relation: Relation::ReceivingTeam,
            sensitivity: Some(crate::domain::sensitivity::Sensitivity::L1),
            compartment: Some(CompartmentKind::Shared),
            state: State::Referral(ReferralState::Received),
        };
        self.policy.current().allows(&question)
    }

    pub(super) async fn queue_place(
        &self,
        request: &RequestContext,
        caller: &Caller,
        team: Option<TeamId>,
    ) -> Result<Place, Error> {
        let places = self.queue_places(caller);
        let found = match team {
            Some(team) => places.into_iter().find(|place| place.team == team),
            None => places.into_iter().next(),
        };
        if let Some(place) = found {
            return Ok(place.clone());
        }
        let act = super::gate::bare(caller.acting()?, Action::ListQueue, Object::Unseen, Relation::None, State::None, request);
        self.refuse(act, crate::policy::DenialReason::Unseen, None).await?;
        Err(if team.is_some() { Error::Unseen } else { Error::Refused })
    }

    /// Decides on each row, records each that may be shown in one commit, and opens the headlines of those. `way` says from
    /// which of the caller's places a row is seen and as what; none leaves it out.
    pub(super) async fn shown<'c>(
        &self,
        request: &RequestContext,
        caller: &'c Caller,
        (place, action): (&'c Place, Action),
        way: impl Fn(&Sight, &Referral) -> Option<(&'c Place, Relation)>,
        rows: Vec<Referral>,
    ) -> Result<Vec<Item>, Error> {
        let ids: Vec<ReferralId> = rows.iter().map(|referral| referral.id).collect();
        let sight = self.sight(caller, &ids).await?;
        let shared =
            |referral: ReferralId| sight.compartments(referral).into_iter().filter(|shown| shown.kind == CompartmentKind::Shared);
        let compartments: Vec<_> = ids.iter().flat_map(|id| shared(*id)).map(|shown| shown.id).collect();
        let headlines = self.store.headlines_in(&compartments).await?;
        let ground = self.ground(&sight, &headlines).await?;
        let kind = self.agency(caller.agency()).await?.kind;
        let policy = self.policy.current();
        let workers =
            |referral: &Referral| [referral.desk.assigned, referral.desk.acting].into_iter().flatten().map(|work| work.to);
        let workers: Vec<UserId> = rows.iter().flat_map(workers).collect();
        let workers = if action == Action::ListQueue { self.store.account_names(&workers).await? } else { Vec::new() };

        let mut away = self.store.absences_of(&workers.iter().map(|(user, ..)| *user).collect::<Vec<_>>(), request.at).await?;
        away.retain(|(_, absence)| absence.is_on(request.at));

        let (mut acts, mut opening, mut denials) = (Vec::new(), Vec::new(), Vec::new());
        let (mut unwrapped, mut damaged) = (Unwrapped::default(), Vec::new());
        for referral in rows {
            let reached: Vec<_> = shared(referral.id).collect();
            if reached.is_empty() {
                // Found by a clear column, but no live grant: not the caller's to see any more.
                continue;
            }
            let Some((from, relation)) = way(&sight, &referral) else { continue };
            let versioned = self.form_at(&referral.pathway_version, referral.kind).await?;
            let act = Act {
                actor: caller.acting_from(from),
                action,
                object: Object::Referral(referral.id, Some(referral.revision)),
                relation,
                sensitivity: Some(referral.sensitivity),
                state: State::Referral(referral.stage.state()),
                compartments: reached,
                legal: Some(legal(kind, &versioned.pathway)),
                request: request.clone(),
            };
            match policy.decide(act) {
                Ok(permit) => {
                    let permit_relation = permit.act().relation;
                    // The line as it reads now: answers that came later may have changed it.
                    let headline: Option<&Found> = headlines.iter().rfind(|found| found.entry.referral == referral.id);
                    let sealed = match headline {
                        Some(found) => match self.identity_for(caller, &permit, &ground, found, &mut unwrapped).await {
                            Ok(identity) => Some((found, identity)),
                            // The row stays, so that damage to one line cannot hide a referral from those who must act.
                            Err(Error::Integrity(_)) => {
                                damaged.push((referral.id, referral.revision));
                                None
                            }
                            // Under a key of the team that the caller never held, or holds no more.
                            Err(Error::Unseen) => continue,
                            Err(other) => return Err(other),
                        },
                        None => None,
                    };
                    let entries = sealed.iter().map(|(found, _)| (found.entry.id, found.entry.sha256)).collect();
                    acts.push((permit, Details { entries, ..Details::default() }));
                    let copied = permit_relation == Relation::Granted;
                    opening.push((referral, copied, versioned.pathway.title.clone(), sealed));
                }
                Err(denial) => denials.push((denial, Details::default())),
            }
        }
        if !denials.is_empty() {
            self.store.refuse(&denials).await?;
        }
        let mut items = Vec::new();
        let mut agencies: HashMap<AgencyId, String> = HashMap::new();
        for referral in damaged {
            self.refuse_damaged(caller.acting_from(place), action, referral, request).await?;
        }
        for (recorded, (referral, copied, pathway_title, sealed)) in self.store.record(acts).await?.into_iter().zip(opening) {
            // A row that changed between decision and commit is left out; the next look shows it as it then is.
            let Ok(recorded) = recorded else { continue };
            let headline = match sealed {
                Some((found, identity)) => {
                    let content = opened(&recorded, &found.entry, &identity)?;
                    Some(String::from_utf8_lossy(content.as_bytes()).into_owned())
                }
                None => None,
            };
            let sent_by = match agencies.entry(referral.referrer_agency) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(slot) => slot.insert(self.agency(referral.referrer_agency).await?.name.as_str().to_owned()),
            };
            let name = |work: Option<Assigned>| name_of(&workers, work.filter(|_| !copied));
            let (assigned_to, acting) = (name(referral.desk.assigned), name(referral.desk.acting));
            // That something was changed is the receiving desk's to see: others may not be meant to read what.
            let sees_all = !sight.is_partial(referral.id);
            let is_desks = !copied && (action != Action::ListQueue || referral.receiving_team == place.team) && sees_all;
            let amended_at = referral.desk.amended_at.filter(|_| is_desks);
            let side = if action == Action::ListQueue { Side::Desk } else { Side::Sender };
            let news = referral.unseen.to(side).filter(|_| is_desks).map(|(news, _)| news);
            let is_away = |(user, _): &&(UserId, Absence)| assigned_to.is_some() && referral.desk.is_with(*user);
            let assigned_away = away.iter().find(is_away).map(|(_, absence)| *absence);
            let at_desk = action == Action::ListQueue && referral.receiving_team == place.team;
            let covering = !copied && action == Action::ListQueue && !at_desk;
            let item = item(&referral, pathway_title, (headline, sent_by.clone()), request.at);
            // The receiving team has not seen what was opened for it.
            let unread = item.unread && (at_desk || item.covered_at.is_none());
            // Another team's clock is not this team's.
            let (due_at, overdue) = if copied { (None, false) } else { (item.due_at, item.overdue) };
            let item = Item { unread, covering, acting, news, ..item };
            items.push(Item { due_at, overdue, assigned_to, assigned_away, amended_at, copied, ..item });
        }
        Ok(items)
    }
}

/// Who does some work, by name, of those looked up.
fn name_of(people: &[(UserId, Username, PersonName)], work: Option<Assigned>) -> Option<String> {
    let (.., name) = people.iter().find(|(user, ..)| work.is_some_and(|work| work.to == *user))?;
    Some(name.as_str().to_owned())
}

fn item(referral: &Referral, pathway_title: String, (headline, sent_by): (Option<String>, String), now: Timestamp) -> Item {
    let state = referral.stage.state();
    Item {
        reference: referral.reference,
        pathway: referral.pathway.clone(),
        pathway_title,
        state,
        due_at: referral.due_at,
        overdue: referral.due_at.is_some_and(|due| due < now) && referral.answered_at.is_none(),
        submitted_at: referral.submitted_at,
        sent_by,
        hands: Hands::default(),
        urgency: referral.urgency.clone(),
        assigned_to: None,
        assigned_away: None,
        headline,
        waiting_since: referral.desk.waiting_since,
        retracted_at: referral.desk.retracted_at,
        escalated_at: referral.desk.escalated_at,
        unread: state == ReferralState::Received,
        covered_at: referral.desk.covered.filter(|_| state == ReferralState::Received).map(|covered| covered.at),
        covering: false,
        acting: None,
        amended_at: referral.desk.amended_at,
        news: None,
        copied: false,
        check_until: match referral.stage {
            Stage::Checking { until } => Some(until),
            _ => None,
        },
        kind: referral.kind,
        answered_at: referral.answered_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_read_back_and_nothing_else_does() {
        let id = ReferralId::from_bytes([7; 16]);
        let text = write_cursor(Cursor { at: 42, id });
        assert_eq!(read_cursor(&text), Some(Cursor { at: 42, id }));
        for bad in ["", "x", &format!("{text}A"), "????"] {
            assert_eq!(read_cursor(bad), None, "{bad}");
        }
    }
}
