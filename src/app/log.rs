//! Reading the log: by data-protection officers, each reading an event itself; and its proofs, by anybody who has a checkpoint.

use std::collections::HashMap;

use super::{
    App, Caller, Error,
    gate::bare,
    sequencer::{index, log_fault, signed},
};
use crate::{
    audit::{Checkpoint, Details, LogProof, body::Body, inclusion, note},
    domain::{
        action::Action,
        ids::{AgencyId, UserId},
        legal::LogUse,
        reference::Reference,
        relation::Relation,
        role::Role,
        text::Username,
        time::Timestamp,
    },
    policy::{Object, RequestContext, State},
    store::events::{LogFilter, Sequenced},
};

/// What a reader of the log asks with.
#[derive(Debug, Clone, Default)]
pub struct LogQuery {
    /// Only events of this referral.
    pub reference: Option<String>,
    /// Only acts of this person: user name or account id.
    pub actor: Option<String>,
    /// Only this act.
    pub action: Option<Action>,
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

/// One event as its readers see it.
#[derive(Debug, Clone)]
pub struct LogItem {
    /// The leaf's index.
    pub index: i64,
    /// When the request began.
    pub at: Timestamp,
    /// The act.
    pub action: String,
    /// The act in words.
    pub sentence: String,
    /// User name of who acted; a job's name; none when nobody was signed in.
    pub actor: Option<String>,
    /// The name of who acted.
    pub actor_name: Option<String>,
    /// Agency's name.
    pub agency: Option<String>,
    /// Role at that moment.
    pub role: Option<String>,
    /// Relation.
    pub relation: String,
    /// Lawful basis.
    pub basis: Option<String>,
    /// Purpose.
    pub purpose: Option<String>,
    /// `allow` or `refuse`.
    pub outcome: String,
    /// Why it was refused.
    pub reason: Option<String>,
    /// The referral's reference.
    pub reference: Option<String>,
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

impl App {
    /// A page of the log, newest first, as far as the caller's agency may see.
    pub async fn read_log(&self, request: &RequestContext, caller: &Caller, query: &LogQuery) -> Result<LogPage, Error> {
        let limit = match query.limit {
            None => 50,
            Some(limit @ 1..=100) => i64::from(limit),
            Some(_) => return Err(Error::Malformed("limit is 1 to 100")),
        };
        let agency = self.record_log_reading(request, caller, query.log_use.unwrap_or(LogUse::Lawfulness)).await?;
        self.settle().await?;
        let pending = self.store.count_pending().await?;
        let Some(filter) = self.filter(query).await? else {
            return Ok(LogPage { items: Vec::new(), next: None, pending });
        };
        let mut rows = self.store.log_page(agency, &filter, limit + 1).await?;
        let more = i64::try_from(rows.len()).unwrap_or(0) > limit;
        rows.truncate(usize::try_from(limit).unwrap_or(0));
        let next = if more { rows.last().map(|row| row.index) } else { None };
        Ok(LogPage { items: self.items(rows).await?, next, pending })
    }

    /// One event, with its leaf's bytes.
    pub async fn read_log_event(
        &self,
        request: &RequestContext,
        caller: &Caller,
        place: i64,
        log_use: LogUse,
    ) -> Result<LogEvent, Error> {
        let agency = self.record_log_reading(request, caller, log_use).await?;
        let row = self.store.log_event(agency, place).await?.ok_or(Error::Unseen)?;
        let leaf_data = row.event.leaf_data.clone();
        let item = self.items(vec![row]).await?.pop().ok_or(Error::Unseen)?;
        Ok(LogEvent { item, leaf_data })
    }

    /// The proof that an event stands in the log, under a checkpoint that covers it; waits up to two seconds for one.
    pub async fn receipt(&self, request: &RequestContext, caller: &Caller, place: i64) -> Result<String, Error> {
        let agency = self.record_log_reading(request, caller, LogUse::Integrity).await?;
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

    async fn record_log_reading(&self, request: &RequestContext, caller: &Caller, log_use: LogUse) -> Result<AgencyId, Error> {
        let place = caller.places().iter().map(|named| &named.place).find(|place| place.role == Role::Dpo);
        let (actor, agency, relation) = match place {
            Some(place) => (caller.acting_from(place), place.agency, Relation::OwnAgency),
            None => (caller.acting()?, caller.agency(), Relation::None),
        };
        let act = bare(actor, Action::ReadLog, Object::Agency(agency), relation, State::None, request);
        let permit = self.ask(act).await?;
        let details = Details { log_use: Some(log_use), ..Details::default() };
        for recorded in self.store.record(vec![(permit, details)]).await? {
            recorded?;
        }
        Ok(agency)
    }

    /// The store's filter; `None` when it names a person or referral that is not there, and so nothing can match.
    async fn filter(&self, query: &LogQuery) -> Result<Option<LogFilter>, Error> {
        let mut filter = LogFilter {
            action: query.action.map(|action| action.code().to_owned()),
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

    /// Events as readers see them, each checked first; one that fails stops the page.
    async fn items(&self, rows: Vec<Sequenced>) -> Result<Vec<LogItem>, Error> {
        let mut checked = Vec::with_capacity(rows.len());
        for row in rows {
            let body = row.event.check(self.store.authenticator())?;
            checked.push((row, body));
        }
        let referrals: Vec<String> = checked.iter().filter_map(|(row, _)| row.event.columns.referral.clone()).collect();
        let references: HashMap<String, String> = self.store.references(&referrals).await?.into_iter().collect();
        let users: Vec<UserId> =
            checked.iter().filter_map(|(row, _)| UserId::parse(row.event.columns.actor.as_deref()?).ok()).collect();
        let people: HashMap<String, (String, String)> = self
            .store
            .account_names(&users)
            .await?
            .into_iter()
            .map(|(id, username, name)| (id.to_string(), (username.as_str().to_owned(), name.as_str().to_owned())))
            .collect();
        let agencies: HashMap<String, String> = self
            .store
            .agencies()
            .await?
            .into_iter()
            .map(|agency| (agency.id.to_string(), agency.name.as_str().to_owned()))
            .collect();
        Ok(checked.into_iter().map(|(row, body)| item(row, body.as_ref(), &references, &people, &agencies)).collect())
    }
}

fn item(
    row: Sequenced,
    body: Option<&Body>,
    references: &HashMap<String, String>,
    people: &HashMap<String, (String, String)>,
    agencies: &HashMap<String, String>,
) -> LogItem {
    let columns = row.event.columns;
    let person = columns.actor.as_ref().and_then(|id| people.get(id));
    let job = body.and_then(|body| body.actor.job.clone());
    LogItem {
        index: row.index,
        at: Timestamp::from_millis(columns.at),
        sentence: Action::parse(&columns.action).map_or_else(|| columns.action.clone(), |action| action.sentence().to_owned()),
        action: columns.action,
        actor: person.map(|(username, _)| username.clone()).or(job),
        actor_name: person.map(|(_, name)| name.clone()),
        agency: columns.agency.as_ref().and_then(|id| agencies.get(id)).cloned(),
        role: columns.role,
        relation: columns.relation,
        basis: columns.basis,
        purpose: columns.purpose,
        outcome: columns.outcome,
        reason: body.and_then(|body| body.reason.clone()),
        reference: columns.referral.as_ref().and_then(|id| references.get(id)).cloned(),
    }
}

/// A cursor of the log: the index of the last event shown.
pub fn log_cursor(text: &str) -> Option<i64> {
    text.parse::<u64>().ok().and_then(|place| signed(place).ok())
}
