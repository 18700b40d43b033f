//! Reading the log: by data-protection officers, each reading an event itself; and its proofs, by anybody who has a checkpoint.

use super::{
    App, Caller, Error,
    gate::bare,
    log_items::LogItem,
    sequencer::{index, log_fault, signed},
};
use crate::{
    audit::{Checkpoint, Details, LogAsked, LogProof, Outcome, inclusion, note},
    domain::{
        action::Action,
        ids::{AgencyId, TeamId, UserId},
        legal::LogUse,
        reference::Reference,
        relation::Relation,
        role::Role,
        text::Username,
        time::Timestamp,
    },
    policy::{Object, Permit, RequestContext, State},
    store::log_view::LogFilter,
};

/// What a reader of the log asks with.
#[derive(Debug, Clone, Default)]
pub struct LogQuery {
    /// Only events of this referral.
    pub reference: Option<String>,
    /// Only acts of this person: user name or account id.
    pub actor: Option<String>,
    /// Only acts from this team.
    pub team: Option<TeamId>,
    /// Only acts of this agency's people.
    pub agency: Option<AgencyId>,
    /// Only this act.
    pub action: Option<Action>,
    /// Only what was done, or only what was refused.
    pub outcome: Option<Outcome>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
    /// The permitted use; lawfulness unless told.
    pub log_use: Option<LogUse>,
    /// Where to go on.
    pub cursor: Option<i64>,
    /// How many, 1 to 100; 50 unless told.
    pub limit: Option<u8>,
}

/// A page of the log.
pub struct LogPage {
    /// The events.
    pub items: Vec<LogItem>,
    /// Where to go on.
    pub next: Option<i64>,
    /// Events that have no place yet.
    pub pending: i64,
}

/// One event with the bytes that its leaf is made of.
pub struct LogEvent {
    /// As in the list.
    pub item: LogItem,
    /// The bytes hashed into the leaf.
    pub leaf_data: Vec<u8>,
}

impl LogQuery {
    /// What the event of the reading says of it: which kinds of filters, and the days; never a name or reference.
    pub(super) fn asked(&self) -> LogAsked {
        let filters = [
            ("reference", self.reference.is_some()),
            ("actor", self.actor.is_some()),
            ("team", self.team.is_some()),
            ("agency", self.agency.is_some()),
            ("action", self.action.is_some()),
            ("outcome", self.outcome.is_some()),
        ];
        let filters = filters.into_iter().filter(|(_, is_set)| *is_set).map(|(name, _)| name).collect();
        LogAsked { filters, from: self.from, to: self.to, export: None }
    }
}

impl App {
    /// A page of the log, newest first, as far as the caller's agency may see.
    pub async fn read_log(&self, request: &RequestContext, caller: &Caller, query: &LogQuery) -> Result<LogPage, Error> {
        let limit = match query.limit {
            None => 50,
            Some(limit @ 1..=100) => i64::from(limit),
            Some(_) => return Err(Error::Malformed("limit is 1 to 100")),
        };
        let (log_use, asked) = (query.log_use.unwrap_or(LogUse::Lawfulness), query.asked());
        let agency = self.record_log_reading(request, caller, log_use, asked).await?;
        self.settle().await?;
        let pending = self.store.count_pending().await?;
        let Some(filter) = self.filter(query).await? else {
            return Ok(LogPage { items: Vec::new(), next: None, pending });
        };
        let mut rows = self.store.log_page(agency, &filter, limit + 1).await?;
        let more = i64::try_from(rows.len()).unwrap_or(0) > limit;
        rows.truncate(usize::try_from(limit).unwrap_or(0));
        let next = if more { rows.last().map(|row| row.index) } else { None };
        Ok(LogPage { items: self.log_items(rows).await?, next, pending })
    }

    /// One event, with its leaf's bytes.
    pub async fn read_log_event(
        &self,
        request: &RequestContext,
        caller: &Caller,
        place: i64,
        log_use: LogUse,
    ) -> Result<LogEvent, Error> {
        let agency = self.record_log_reading(request, caller, log_use, one_place()).await?;
        let row = self.store.log_event(agency, place).await?.ok_or(Error::Unseen)?;
        let leaf_data = row.event.leaf_data.clone();
        let item = self.log_items(vec![row]).await?.pop().ok_or(Error::Unseen)?;
        Ok(LogEvent { item, leaf_data })
    }

    /// The proof that an event stands in the log, under a checkpoint that covers it; waits up to two seconds for one.
    pub async fn receipt(&self, request: &RequestContext, caller: &Caller, place: i64) -> Result<String, Error> {
        let agency = self.record_log_reading(request, caller, LogUse::Integrity, one_place()).await?;
        self.store.log_event(agency, place).await?.ok_or(Error::Unseen)?;
        for _ in 0..40 {
            if let Some(row) = self.store.latest_checkpoint().await?.filter(|row| row.size > place) {
                let note = note::Note::parse(row.note.as_bytes()).map_err(log_fault)?;
                let plan = inclusion::plan(index(row.size)?, index(place)?).map_err(log_fault)?;
                let known = self.known(&plan.needs()).await?;
                let hashes = plan.hashes(&known).map_err(log_fault)?;
                return Ok(LogProof::new(index(place)?, hashes, note).to_string());
            }
            self.sequence().await?;
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        Err(Error::Unavailable)
    }

    /// The newest checkpoint, as a signed note. An empty log has one too, once it has been asked for.
    pub async fn checkpoint(&self) -> Result<String, Error> {
        if let Some(row) = self.store.latest_checkpoint().await? {
            return Ok(row.note);
        }
        let empty = Checkpoint::new(self.signer.verifier().name(), 0, crate::audit::hash::empty()).map_err(log_fault)?;
        Ok(empty.sign(&self.signer).map_err(log_fault)?.to_string())
    }

    /// The line by which anybody can verify checkpoints.
    pub fn verifier_key(&self) -> String {
        self.signer.verifier().to_string()
    }

    /// Puts a reading on record before anything of it is looked for.
    async fn record_log_reading(
        &self,
        request: &RequestContext,
        caller: &Caller,
        log_use: LogUse,
        asked: LogAsked,
    ) -> Result<AgencyId, Error> {
        let (permit, agency) = self.log_permit(request, caller, Action::ReadLog).await?;
        self.record_log(permit, log_use, asked).await?;
        Ok(agency)
    }

    /// The permit to read or take away what an officer's agency may see.
    pub(super) async fn log_permit(
        &self,
        request: &RequestContext,
        caller: &Caller,
        action: Action,
    ) -> Result<(Permit, AgencyId), Error> {
        let place = caller.places().iter().map(|named| &named.place).find(|place| place.role == Role::Dpo);
        let (actor, agency, relation) = match place {
            Some(place) => (caller.acting_from(place), place.agency, Relation::OwnAgency),
            None => (caller.acting()?, caller.agency(), Relation::None),
        };
        let act = bare(actor, action, Object::Agency(agency), relation, State::None, request);
        Ok((self.ask(act).await?, agency))
    }

    pub(super) async fn record_log(&self, permit: Permit, log_use: LogUse, asked: LogAsked) -> Result<(), Error> {
        let details = Details { log_use: Some(log_use), log: Some(asked), ..Details::default() };
        for recorded in self.store.record(vec![(permit, details)]).await? {
            recorded?;
        }
        Ok(())
    }

    /// The store's filter; `None` when it names a person or referral that is not there, and so nothing can match.
    pub(super) async fn filter(&self, query: &LogQuery) -> Result<Option<LogFilter>, Error> {
        let mut filter = LogFilter {
            action: query.action.map(|action| action.code().to_owned()),
            team: query.team,
            by_agency: query.agency,
            outcome: query.outcome.map(|outcome| outcome.code().to_owned()),
            from: query.from.map(Timestamp::millis),
            to: query.to.map(Timestamp::millis),
            before: query.cursor,
            ..LogFilter::default()
        };
        if let Some(text) = &query.reference {
            let Ok(reference) = Reference::parse(text) else { return Ok(None) };
            let Some(id) = self.store.referral_id(reference).await? else { return Ok(None) };
            filter.referral = Some(id);
        }
        if let Some(text) = &query.actor {
            let user = match (UserId::parse(text), Username::parse(text)) {
                (Ok(user), _) => Some(user),
                (_, Ok(name)) => self.store.account_by_username(&name).await?.map(|account| account.id),
                _ => None,
            };
            let Some(user) = user else { return Ok(None) };
            filter.actor = Some(user);
        }
        Ok(Some(filter))
    }
}

impl App {
    /// Whether a text is the user name or id of somebody: the log is asked with it, and shows names.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn is_somebody(&self, text: &str) -> Result<bool, Error> {
        let account = match (UserId::parse(text), Username::parse(text)) {
            (Ok(user), _) => self.store.account(user).await?,
            (_, Ok(name)) => self.store.account_by_username(&name).await?,
            _ => None,
        };
        Ok(account.is_some())
    }
}

/// What the event of a reading says where one place was asked for.
fn one_place() -> LogAsked {
    LogAsked { filters: vec!["index"], ..LogAsked::default() }
}

/// A cursor of the log: the index of the last event shown.
pub fn log_cursor(text: &str) -> Option<i64> {
    text.parse::<u64>().ok().and_then(|place| signed(place).ok())
}
