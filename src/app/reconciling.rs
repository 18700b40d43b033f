//! Reconciling: published keys, wraps and grants are held against the events that vouch for them, and those events against the rows,
//! by a job without keys, nightly and when somebody asks. What somebody planted with the rights of the database's owner opens
//! nothing (whoever uses a row holds it against its event); here it is found before anybody does.

use std::{collections::BTreeMap, time::Duration};

use super::{Added, Answered, App, Caller, Error, Founder, IdempotencyKey, gate::bare, idempotency::Once};
use crate::{
    audit::{Details, Stored},
    domain::{
        action::Action,
        actor::Actor,
        ids::{EventId, ReconciliationId, UserId},
        notice::{Addressee, NoticeCode, Telling},
        relation::Relation,
        role::Role,
        time::Timestamp,
    },
    policy::{DenialReason, Object, RequestContext, State},
    store::{
        events::Unreadable,
        reconciliations::{Difference, Reconciliation},
        verify::Vouched,
    },
};

/// The job's name in the log, and its lease's.
const JOB: &str = "reconciliation";
const LEASE_FOR: Duration = Duration::from_hours(1);
const EVERY: Duration = Duration::from_hours(24);
const PAGE: i64 = 500;
/// How many findings of a run are kept: whoever finds more restores a backup.
const KEPT: usize = 100;
/// What is reconciled: whatever gives anybody a key.
const TABLES: [Vouched; 4] = [Vouched::Keys, Vouched::Wraps, Vouched::Grants, Vouched::Releases];

/// How the last reconciliation ended, for those who look after keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReconciliationView {
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// When it was done; none while it waits.
    pub ended_at: Option<Timestamp>,
    /// How many rows and events it looked at.
    pub checked: i64,
    /// How much did not agree.
    pub found: i64,
    /// The first of that: what, in which table, which row.
    pub differences: Vec<(String, String, String)>,
}

/// A run under way.
#[derive(Default)]
struct Run {
    checked: i64,
    found: Vec<Difference>,
}

impl Run {
    fn finds(&mut self, what: &str, place: &str, row_id: &str) {
        self.found.push(Difference { what: what.to_owned(), place: place.to_owned(), row_id: row_id.to_owned() });
    }
}

impl App {
    /// Asks that keys and grants be reconciled with the log; a job does it within moments. Once for each key.
    ///
    /// # Errors
    /// [`Error::Refused`] for all but administrators and data protection officers.
    pub async fn ask_reconciliation(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
    ) -> Result<Answered<Added>, Error> {
        let act = async |once: &Once<'_>| {
            let agency = caller.agency();
            let places = caller.places().iter().map(|named| &named.place);
            let officer = places.filter(|place| place.agency == agency).find(|place| place.role == Role::Dpo);
            let (actor, relation) = match officer {
                Some(officer) => (caller.acting_from(officer), Relation::OwnAgency),
                None => Founder::Caller(caller).acting_on(agency, Role::AgencyAdministrator)?,
            };
            let object = Object::Agency(agency);
            let permit = self.ask(bare(actor, Action::ReconcileKeys, object, relation, State::None, request)).await?;
            let id = ReconciliationId::random(&*self.random);
            let mut tx = self.store.begin().await?;
            let done = Added { id: id.to_string(), at: request.at };
            once.remember(&mut tx, &done).await?;
            tx.ask_reconciliation(id, Some(caller.user()), request.at).await?;
            tx.commit(permit, &Details::default()).await?;
            Ok(done)
        };
        self.once(request, caller, key, ("POST /keys/reconcile", b""), act).await
    }

    /// The last run.
    pub(super) async fn reconciliation_view(&self) -> Result<Option<ReconciliationView>, Error> {
        let Some(Reconciliation { id, asked_at, ended_at, checked, found }) = self.store.last_reconciliation().await? else {
            return Ok(None);
        };
        let differences = self.store.differences(id).await?.into_iter();
        let differences = differences.map(|of| (of.what, of.place, of.row_id)).collect();
        Ok(Some(ReconciliationView { asked_at, ended_at, checked, found, differences }))
    }

    /// Does what was asked for, and asks by itself once a day; how much did not agree, none where nothing was to be done. What it
    /// finds is on record, and every data protection officer is told.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn reconcile_keys(&self) -> Result<Option<usize>, Error> {
        let now = self.now();
        let last = match self.store.last_reconciliation().await? {
            Some(last) => Some(last.asked_at),
            None => self.store.first_event_at().await?,
        };
        if last.is_some_and(|last| now.since(last) >= EVERY) {
            self.store.ask_nightly_reconciliation(ReconciliationId::random(&*self.random), now).await?;
        }
        let Some(asked) = self.store.reconciliation_to_do().await? else { return Ok(None) };
        if self.store.take_lease(JOB, &self.node, now, now.plus(LEASE_FOR)).await?.is_none() {
            return Ok(None);
        }
        let mut run = Run::default();
        self.rows_against_events(&mut run).await?;
        self.events_against_rows(&mut run).await?;
        for (table, id, missing) in self.store.orphans().await? {
            run.finds(missing, table, &id);
        }
        if !run.found.is_empty() {
            self.differences_found(now).await?;
        }
        self.store.end_reconciliation(asked.id, (run.checked, &run.found), KEPT, now).await?;
        self.store.end_lease(JOB).await?;
        Ok(Some(run.found.len()))
    }

    /// Every row that gives anybody a key: its event is authentic, and vouches for it as it stands.
    async fn rows_against_events(&self, run: &mut Run) -> Result<(), Error> {
        for table in TABLES {
            let mut after = String::new();
            loop {
                let page = self.store.standing(table, &after, PAGE).await?;
                let Some(last) = page.last() else { break };
                after.clone_from(&last.now.id);
                let events: Vec<EventId> = page.iter().filter_map(|row| EventId::parse(&row.event).ok()).collect();
                let evidence = self.evidence(&events).await?;
                for row in &page {
                    run.checked += 1;
                    if !EventId::parse(&row.event).is_ok_and(|event| evidence.vouches(event, &row.now)) {
                        run.finds("no event vouches for this row as it stands", table.table(), &row.now.id);
                    }
                }
            }
        }
        Ok(())
    }

    /// Every event: it is authentic, and the rows that it vouches for are there.
    async fn events_against_rows(&self, run: &mut Run) -> Result<(), Error> {
        let mut next = 0;
        loop {
            let page = self.store.sequenced_from(next, PAGE).await?;
            let Some(last) = page.last() else { break };
            next = last.index.saturating_add(1);
            let events: Vec<_> = page.iter().map(|row| row.event.as_ref()).collect();
            self.vouched_for(run, &events).await?;
        }
        let mut page = self.store.pending(None, PAGE).await?;
        while !page.is_empty() {
            let events: Vec<_> = page.iter().map(|pending| pending.event.as_ref()).collect();
            self.vouched_for(run, &events).await?;
            page = self.store.pending(page.last(), PAGE).await?;
        }
        Ok(())
    }

    async fn vouched_for(&self, run: &mut Run, events: &[Result<&Stored, &Unreadable>]) -> Result<(), Error> {
        let mut vouched: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
        for event in events {
            run.checked += 1;
            let event = match event {
                Ok(event) => event,
                Err(Unreadable { id }) => {
                    run.finds("the event's id cannot be read", "log_event", id);
                    continue;
                }
            };
            match event.check(self.store.authenticator()) {
                Ok(Some(body)) => {
                    for vouch in &body.vouches {
                        if let Some(table) = TABLES.iter().find(|table| table.table() == vouch.table) {
                            vouched.entry(table.table()).or_default().push(vouch.id.clone());
                        }
                    }
                }
                // A missing body is named among the rows without a partner.
                Ok(None) => {}
                Err(_) => run.finds("the event is not authentic: the hub did not write it", "log_event", &event.id.to_string()),
            }
        }
        for table in TABLES {
            let Some(ids) = vouched.get(table.table()) else { continue };
            let there = self.store.standing_ids(table, ids).await?;
            for id in ids.iter().filter(|id| !there.contains(*id)) {
                run.finds("an event vouches for a row that is not there", table.table(), id);
            }
        }
        Ok(())
    }

    /// On record, and told to every data protection officer who has not been told since they looked.
    async fn differences_found(&self, at: Timestamp) -> Result<(), Error> {
        let request = self.request(None);
        let act = bare(Actor::Job(JOB), Action::ReconcileKeys, Object::Hub, Relation::None, State::None, &request);
        self.refuse(act, DenialReason::Integrity, None).await?;
        let mut tellings = Vec::new();
        for officer in self.store.people_with(Role::Dpo).await? {
            if !self.store.is_unread(officer, NoticeCode::KeysDiffer).await? {
                tellings.push(alarm(officer));
            }
        }
        if tellings.is_empty() { Ok(()) } else { Ok(self.store.tell(&tellings, at).await?) }
    }
}

const fn alarm(officer: UserId) -> Telling {
    let to = Addressee::User(officer);
    Telling { to, code: NoticeCode::KeysDiffer, referral: None, about: None, about_team: None, urgent: true }
}
