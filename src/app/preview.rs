//! Before sending: who would receive these answers and hold what of them, decided by the very rules that sending uses, so that
//! the page cannot promise what the keys do not keep.

use super::{
    App, Caller, Checked, Copied, Error, NamedPlace, Unchecked,
    senders::Written,
    submit::{places_to_submit_from, submission},
};
use crate::{
    domain::{
        agency::AgencyKind, answers::Answers, grant::GrantReason, pathway::Pathway, referral::Stage, route::Route,
        time::Timestamp,
    },
    policy::RequestContext,
    store::drafts::Draft,
};

/// Who would receive a draft if it were sent now, with nobody struck out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The receiving team and its agency; where `named`, the restricted team whose people receive it.
    pub received_by: (String, String),
    /// The sender's team, of the place that it would be sent from.
    pub from: String,
    /// Whether a few people receive it by name, and no team does.
    pub named: bool,
    /// Where `named`: the team of another agency whose people receive it when nobody of the first is left.
    pub elsewhere: Option<(String, String)>,
    /// Who checks it first, and until when.
    pub check: Option<Checked>,
    /// Why nobody does, where somebody does as a rule.
    pub unchecked: Option<Unchecked>,
    /// The teams told as well; where `named`, those that are therefore not told.
    pub copies: Vec<Copied>,
    /// The team that covers, where it is for today.
    pub cover: Option<String>,
    /// The deputy who holds it beside the sender.
    pub deputy: Option<String>,
    /// Who wrote it, where it is the caller who is the deputy and sends it.
    pub author: Option<String>,
    /// Whether the sender's agency could open it by its recovery key.
    pub recovery: bool,
    /// What is kept apart: in the pathway's words who may open it, and whether anybody but the sender can.
    pub apart: Vec<(String, bool)>,
}

/// When somebody reads, of a limit that ends when nobody does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// For the last time before it, until then.
    Until(Timestamp),
    /// Not before it: from then on.
    From(Timestamp),
}

impl App {
    /// When the team of a route reads next, if nobody reads there now; none also where its file does not say so by the clock.
    pub fn reads_next(&self, route: &Route) -> Option<Timestamp> {
        route.opens?.next(self.now(), &self.calendar)
    }

    /// When the team of a route reads what it gets at a moment: then, or later; none where its file does not say so by the clock.
    pub fn reads_from(&self, route: &Route, at: Timestamp) -> Option<Timestamp> {
        Some(route.opens?.next(at, &self.calendar).unwrap_or(at))
    }

    /// Of a limit that ends when nobody of the team reads: the last moment before it at which somebody does, or, where nobody
    /// reads until then, when they read next; none where somebody reads at the limit.
    pub fn reads_before(&self, route: &Route, due: Timestamp) -> Option<Reads> {
        let opens = route.opens?;
        opens.next(due, &self.calendar)?;
        let now = self.now();
        let last = opens.last(due, &self.calendar);
        // At the very hour at which they close, the limit and the last reading are one.
        if last == Some(due) {
            return None;
        }
        let last = last.filter(|last| *last > now);
        Some(match last {
            Some(last) => Reads::Until(last),
            None => Reads::From(opens.next(now, &self.calendar).unwrap_or(now)),
        })
    }

    /// Decides what sending would decide.
    ///
    /// # Errors
    /// [`Error::Conflict`] when sending would fail because a team that must receive cannot, or nobody is left who may.
    pub async fn preview(
        &self,
        request: &RequestContext,
        caller: &Caller,
        pathway: &Pathway,
        (draft, answers): (&Draft, &Answers),
    ) -> Result<Preview, Error> {
        let agency = self.agency(caller.agency()).await?;
        let place = self.place_to_submit_from(caller, agency.kind, pathway, None)?;
        let written = Written { draft, saved: &[] };
        let sender = self.sender((caller, &place, &agency), (pathway, answers), Some(written)).await?;
        let to = self.recipients(&sender, pathway, answers, &[], request.at).await?;
        let checked = matches!(to.stage, Stage::Checking { .. });
        let unchecked = if checked { None } else { self.unchecked(&sender, (pathway, answers), request.at).await? };
        let (mut cover, mut deputy) = (None, None);
        for holder in &to.shared {
            match holder.reason() {
                GrantReason::Cover => cover = Some(self.holder_name(holder.to()).await?),
                GrantReason::Deputy => deputy = Some(self.holder_name(holder.to()).await?),
                _ => {}
            }
        }
        let mut copies = to.copies;
        let mut elsewhere = None;
        if to.named {
            let route = pathway.route(answers);
            elsewhere =
                self.team_named(route.restricted_elsewhere.as_str()).await?.filter(|(name, _)| name != to.team.name.as_str());
            for copy in pathway.copies(answers) {
                let (team, agency) = self.team_named(copy.team.as_str()).await?.unwrap_or((copy.team.to_string(), String::new()));
                copies.push(Copied { team, agency, why: copy.words() });
            }
        }
        let apart = to.categories.iter().filter_map(|(category, holders)| {
            let words = pathway.restricted.iter().find(|restricted| restricted.category == *category)?;
            Some((words.who.clone(), holders.len() > 1))
        });
        let author = if sender.is_deputy() {
            self.store.account(sender.author).await?.map(|account| account.name.as_str().to_owned())
        } else {
            None
        };
        Ok(Preview {
            author,
            from: self.team(place.team).await?.name.as_str().to_owned(),
            apart: apart.collect(),
            received_by: (to.team.name.as_str().to_owned(), self.agency(to.team.agency).await?.name.as_str().to_owned()),
            named: to.named,
            elsewhere,
            check: match to.stage {
                Stage::Checking { until } => Some(Checked { by: to.checkers, until }),
                _ => None,
            },
            unchecked,
            copies,
            cover,
            deputy,
            recovery: to.shared.iter().any(super::sealing::Holder::is_recovery),
        })
    }

    /// The places from which the caller may send this, the main one first.
    pub fn sending_places<'c>(&self, caller: &'c Caller, kind: AgencyKind, pathway: &Pathway) -> Vec<&'c NamedPlace> {
        let policy = self.policy.current();
        let may = |named: &&NamedPlace| {
            let questions = submission(caller, &named.place, kind, pathway, None).questions();
            places_to_submit_from(caller).any(|place| place.team == named.place.team)
                && questions.iter().all(|question| policy.allows(question))
        };
        caller.places().iter().filter(may).collect()
    }
}
