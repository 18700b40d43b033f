//! Not sharing: with whom and why, sealed for the team's own file, and an event that says that it was decided.

use serde_json::json;

use super::{Added, Answered, App, Caller, Error, IdempotencyKey, decisions::to_mend, idempotency::Once};
use crate::{
    audit::Details,
    domain::{action::Action, compartment::EntryKind, decision::reason, ids::TeamId},
    policy::RequestContext,
    store::teams::Team,
};

/// With whom something is not shared, and why.
#[derive(Clone, Default)]
pub struct Declined {
    /// The team; none where none was chosen, which is asked again.
    pub team: Option<TeamId>,
    /// Why, for the file.
    pub reason: String,
}

impl App {
    /// Records that the receiving team decided not to share with another; once for each key.
    ///
    /// # Errors
    /// [`Error::Unseen`], [`Error::Refused`]; [`Error::Invalid`] with everything to mend; [`Error::Conflict`] when the referral is
    /// in no state for it.
    pub async fn decline_to_share(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (reference, declined): (&str, &Declined),
    ) -> Result<Answered<Added>, Error> {
        let team = declined.team.map(|team| team.to_string()).unwrap_or_default();
        let body = format!("{team}\n{}", declined.reason);
        let route = format!("POST /referrals/{reference}/not-shared");
        let act = async |once: &Once<'_>| {
            let done = self.decline_once(request, caller, (reference, declined), once).await;
            self.damage_on_record(request, caller, Action::DeclineToShare, done).await
        };
        self.once(request, caller, key, (&route, body.as_bytes()), act).await
    }

    async fn decline_once(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (reference, declined): (&str, &Declined),
        once: &Once<'_>,
    ) -> Result<Added, Error> {
        let (referral, sight, permit) = self.permitted(request, caller, (reference, Action::DeclineToShare, None)).await?;
        let mut faults = Vec::new();
        let team: Option<Team> = match declined.team {
            Some(team) => self.store.team(team).await?,
            None => None,
        };
        if team.is_none() {
            faults.push(("team", "Choose the team with which you do not share"));
        }
        let why = reason(&declined.reason, "reason", "Say why it is not shared", &mut faults);
        let (Some(team), Some(why)) = (team, why) else { return Err(to_mend(faults)) };
        let casework = self.casework(&sight, &referral).await?;
        let name = format!("{} ({})", team.name.as_str(), self.agency(team.agency).await?.name.as_str());
        let mut tx = self.store.begin().await?;
        let done = Added { id: tx.event().to_string(), at: request.at };
        once.remember(&mut tx, &done).await?;
        let (casework, keys) = self.open_casework(&mut tx, casework, &referral, request.at).await?;
        // With whom stands in the sealed note alone: nobody received anything.
        let mut details = Details { compartments: vec![casework.shown()], keys, ..Details::default() };
        let note = json!({ "with": name, "reason": why }).to_string();
        let by = (caller.user(), request.at);
        self.write_down(&mut tx, &mut details, (&casework, EntryKind::NotShared), &note, by).await?;
        tx.commit(permit, &details).await?;
        Ok(done)
    }
}

/// Reads with whom something was not shared, and why, as words.
pub(super) fn read_declined(text: &str) -> Result<String, Error> {
    let damaged = || Error::Integrity("why something was not shared cannot be read");
    let json: serde_json::Value = serde_json::from_str(text).map_err(|_| damaged())?;
    let (with, reason) = json["with"].as_str().zip(json["reason"].as_str()).ok_or_else(damaged)?;
    Ok(format!("With {with}.\n{reason}"))
}
