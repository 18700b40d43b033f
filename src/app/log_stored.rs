//! `audit export`: the whole log as it stands, for whoever runs the machine. Ids in place of names, and nothing that an event
//! does not hold in the clear; taking it is on record before the first line.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;

use super::{
    Error, KeyFiles, LogFormat,
    gate::bare,
    library::stored_policy,
    log_export::{JSON_END, event_text, open_object},
    start::{blobs, need_hub, open_database, outdated},
};
use crate::{
    audit::{Details, LogAsked, LogExported, Stored},
    config::Config,
    domain::{
        action::Action,
        actor::Actor,
        csv,
        ids::RequestId,
        legal::LogUse,
        ports::{Clock, Random},
        relation::Relation,
        time::Timestamp,
    },
    policy::{Object, RequestContext, State},
    store::{Store, log_export::LogRange},
};

/// Read at once.
const PORTION: i64 = 500;

const COLUMNS: [&str; 15] = [
    "index",
    "id",
    "at",
    "action",
    "actor",
    "agency",
    "team",
    "role",
    "relation",
    "referral",
    "request",
    "outcome",
    "basis",
    "purpose",
    "leaf_data",
];

/// An export of a stored log on its way out; its event is committed.
pub struct StoredExport {
    store: Store,
    range: LogRange,
    format: LogFormat,
    /// What comes next: the head, then events from a place on, then the end.
    next: Next,
    is_first: bool,
    log_use: LogUse,
}

#[derive(Clone, Copy)]
enum Next {
    Head,
    Place(i64),
    End,
    Nothing,
}

impl StoredExport {
    /// Counts what a range of days holds, and puts the export on record as an act of the operator. The hub may run or not.
    ///
    /// # Errors
    /// [`Error::Configuration`] when there is no hub or it was never opened, [`Error::Refused`], [`Error::Unavailable`].
    pub async fn begin(
        config: &Config,
        (from, to): (Option<Timestamp>, Option<Timestamp>),
        (format, log_use): (LogFormat, LogUse),
        clock: &dyn Clock,
        random: Arc<dyn Random>,
    ) -> Result<Self, Error> {
        need_hub(config)?;
        let authenticator = KeyFiles::authenticator(&config.keys.directory)?;
        let db = open_database(config).await?;
        if !db.is_current().await? {
            return Err(outdated());
        }
        let request = RequestContext { id: RequestId::random(&*random), source: None, at: clock.now() };
        let store = Store::new(db, blobs(config, &random), authenticator, random);
        let hub = store.hub().await?.and_then(|hub| hub.policy);
        let wanted = hub.ok_or_else(|| Error::Configuration("this hub has never been started".to_owned()))?;
        let policy = stored_policy(&store, &wanted).await?;
        let range = store.log_range(from.map(Timestamp::millis), to.map(Timestamp::millis)).await?;
        let exported = LogExported { format: format.code(), rows: range.rows, places: range.places };
        let asked = LogAsked { filters: Vec::new(), from, to, export: Some(exported) };
        let act = bare(Actor::Job("audit-export"), Action::ExportLog, Object::Hub, Relation::None, State::None, &request);
        let details = Details { log_use: Some(log_use), log: Some(asked), ..Details::default() };
        match policy.decide(act) {
            Ok(permit) => {
                for recorded in store.record(vec![(permit, details)]).await? {
                    recorded?;
                }
            }
            Err(denial) => {
                store.refuse(&[(denial, details)]).await?;
                return Err(Error::Refused);
            }
        }
        Ok(Self { store, range, format, next: Next::Head, is_first: true, log_use })
    }

    /// How many events it holds.
    pub const fn rows(&self) -> u64 {
        self.range.rows
    }

    /// The next bytes; none at the end.
    ///
    /// # Errors
    /// [`Error::Integrity`] at the first event that fails its check: what came before is whole, the rest is not given.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, Error> {
        match self.next {
            Next::Head => {
                self.next = self.range.places.map_or(Next::End, |(first, _)| Next::Place(first));
                Ok(Some(self.head().into_bytes()))
            }
            Next::Place(place) => self.portion(place).await.map(Some),
            Next::End => {
                self.next = Next::Nothing;
                Ok((self.format == LogFormat::Json).then(|| [JSON_END, b"\n"].concat()))
            }
            Next::Nothing => Ok(None),
        }
    }

    /// Closes the database.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn close(self) -> Result<(), Error> {
        Ok(self.store.close().await?)
    }

    fn head(&self) -> String {
        match self.format {
            LogFormat::Csv => csv::record(COLUMNS),
            LogFormat::Json => open_object(&json!({ "rows": self.range.rows, "use": self.log_use.code() })),
        }
    }

    async fn portion(&mut self, place: i64) -> Result<Vec<u8>, Error> {
        let last = self.range.places.map_or(place, |(_, last)| last);
        let rows = self.store.sequenced_from(place, PORTION).await?;
        let mut text = String::new();
        let mut next = Next::End;
        for row in rows {
            if row.index > last {
                next = Next::End;
                break;
            }
            next = row.index.checked_add(1).filter(|place| *place <= last).map_or(Next::End, Next::Place);
            let event = row.event.map_err(|_| Error::Integrity("an event of the log cannot be read"))?;
            event.check(self.store.authenticator())?;
            if self.range.holds(event.columns.at) {
                text.push_str(&event_text(self.format, row.index, &cells(row.index, event), self.is_first));
                self.is_first = false;
            }
        }
        self.next = next;
        Ok(text.into_bytes())
    }
}

fn cells(index: i64, event: Stored) -> [(&'static str, Option<String>); 15] {
    let columns = event.columns;
    let given = [
        Some(index.to_string()),
        Some(event.id.to_string()),
        Some(Timestamp::from_millis(columns.at).rfc3339()),
        Some(columns.action),
        columns.actor,
        columns.agency,
        columns.team,
        columns.role,
        Some(columns.relation),
        columns.referral,
        Some(columns.request),
        Some(columns.outcome),
        columns.basis,
        columns.purpose,
        Some(STANDARD.encode(&event.leaf_data)),
    ];
    let mut names = COLUMNS.into_iter();
    given.map(|cell| (names.next().unwrap_or_default(), cell))
}
