//! The log as a file: which events it holds is settled first, then put on record, and only then does the first byte go out.

use std::{collections::HashSet, sync::Arc, time::Duration};

use serde_json::{Map, Value, json};
use tokio::{sync::mpsc, time::timeout};

use super::{App, Caller, Error, LogItem, LogQuery, decisions::to_mend};
use crate::{
    audit::{LogAsked, LogExported},
    domain::{action::Action, csv, ids::AgencyId, legal::LogUse, time::Timestamp},
    policy::RequestContext,
    store::log_view::LogFilter,
};

/// As many events one file holds at most: more is narrowed by days.
const EXPORT_MOST: i64 = 100_000;
const TOO_MANY: &str = "one file holds 100,000 events, and there are more: choose fewer days";
/// What closes the items and the object around them.
pub(super) const JSON_END: &[u8] = b"]}";
/// Read at once.
const PORTION: usize = 500;
/// A reader who takes nothing for so long has gone away.
const UNTAKEN: Duration = Duration::from_mins(1);
/// For the largest export.
const IN_ALL: Duration = Duration::from_mins(10);

coded_enum! {
    /// How an export is written.
    pub enum LogFormat {
        /// RFC 4180, with a line of names; times RFC 3339 UTC.
        Csv = "csv",
        /// One object: `rows`, `use`, `filters`, `from`, `to`, `items`.
        Json = "json",
    }
}

impl LogFormat {
    /// What a browser is told that it is.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Json => "application/json",
        }
    }
}

/// Part of the log on its way out; its event is committed.
pub struct LogExport {
    /// How it is written.
    pub format: LogFormat,
    /// How many events it holds.
    pub rows: u64,
    /// What the file may be called; says nothing of its content but the day.
    pub name: String,
    pieces: mpsc::Receiver<Result<Vec<u8>, Error>>,
}

impl LogExport {
    /// The file piece by piece; an error is the last.
    pub fn pieces(self) -> mpsc::Receiver<Result<Vec<u8>, Error>> {
        self.pieces
    }
}

/// The names of an export's columns, in their order; the JSON's members are called so too.
const EXPORT_COLUMNS: [&str; 14] = [
    "index",
    "at",
    "action",
    "actor",
    "agency",
    "team",
    "role",
    "relation",
    "basis",
    "purpose",
    "outcome",
    "reason",
    "reference",
    "use",
];

/// A file being written.
struct Writing {
    agency: AgencyId,
    filter: LogFilter,
    /// The places it holds, newest first.
    places: Vec<i64>,
    format: LogFormat,
    head: String,
    give: mpsc::Sender<Result<Vec<u8>, Error>>,
}

impl App {
    /// The events that a query finds, as a file. What kind of filters narrow it, the range, the use and the number of events
    /// are on record before any of it goes out.
    ///
    /// # Errors
    /// [`Error::Invalid`] when there are more than one file holds; else as [`App::read_log`].
    pub async fn export_log(
        self: &Arc<Self>,
        request: &RequestContext,
        caller: &Caller,
        query: &LogQuery,
        format: LogFormat,
    ) -> Result<LogExport, Error> {
        let (permit, agency) = self.log_permit(request, caller, Action::ExportLog).await?;
        self.settle().await?;
        let (filter, places) = match self.filter(query).await? {
            None => (LogFilter::default(), Vec::new()),
            Some(filter) => {
                let places = self.store.log_places(agency, &filter, EXPORT_MOST + 1).await?;
                (filter, places)
            }
        };
        let rows = places.len() as u64;
        if rows > EXPORT_MOST.unsigned_abs() {
            return Err(to_mend(vec![("from", TOO_MANY)]));
        }
        let log_use = query.log_use.unwrap_or(LogUse::Lawfulness);
        let mut asked = query.asked();
        let head = head(format, rows, log_use, &asked);
        let ends = places.last().copied().zip(places.first().copied());
        asked.export = Some(LogExported { format: format.code(), rows, places: ends });
        self.record_log(permit, log_use, asked).await?;
        let (give, pieces) = mpsc::channel(1);
        let (app, writing) = (Arc::clone(self), Writing { agency, filter, places, format, head, give });
        // Ended early, the answer breaks off: JSON without its end, CSV short of the rows that the event names.
        tokio::spawn(timeout(IN_ALL, async move { app.write_export(writing).await }));
        Ok(LogExport { format, rows, name: format!("log-{}.{}", request.at.uk_date(), format.code()), pieces })
    }

    /// Gives the file away piece by piece, each read when the one before was taken; an error is the last.
    async fn write_export(&self, writing: Writing) {
        let Writing { agency, mut filter, places, format, head, give } = writing;
        let send = async |piece: Result<Vec<u8>, Error>| {
            let is_last = piece.is_err();
            !is_last & matches!(timeout(UNTAKEN, give.send(piece)).await, Ok(Ok(())))
        };
        if !send(Ok(head.into_bytes())).await {
            return;
        }
        let mut is_first = true;
        for some in places.chunks(PORTION) {
            let (Some(newest), Some(oldest)) = (some.first(), some.last()) else { return };
            (filter.before, filter.since) = (newest.checked_add(1), Some(*oldest));
            let piece = self.portion(agency, &filter, some, format, &mut is_first).await;
            if !send(piece).await {
                return;
            }
        }
        if format == LogFormat::Json {
            send(Ok(JSON_END.to_vec())).await;
        }
    }

    /// The events of some places; what came to be seen in between meanwhile is not among those that the event counts.
    async fn portion(
        &self,
        agency: AgencyId,
        filter: &LogFilter,
        places: &[i64],
        format: LogFormat,
        is_first: &mut bool,
    ) -> Result<Vec<u8>, Error> {
        let counted: HashSet<i64> = places.iter().copied().collect();
        let mut rows = self.store.log_page(agency, filter, i64::MAX).await?;
        rows.retain(|row| counted.contains(&row.index));
        let mut text = String::new();
        for item in self.log_items(rows).await? {
            text.push_str(&event_text(format, item.index, &cells(&item), *is_first));
            *is_first = false;
        }
        Ok(text.into_bytes())
    }
}

/// What stands before the events.
fn head(format: LogFormat, rows: u64, log_use: LogUse, asked: &LogAsked) -> String {
    match format {
        LogFormat::Csv => csv::record(EXPORT_COLUMNS),
        LogFormat::Json => {
            let told = json!({
                "rows": rows,
                "use": log_use.code(),
                "filters": asked.filters,
                "from": asked.from.map(Timestamp::rfc3339),
                "to": asked.to.map(Timestamp::rfc3339),
            });
            open_object(&told)
        }
    }
}

/// The text of an object up to the items that end it.
pub(super) fn open_object(told: &Value) -> String {
    let text = told.to_string();
    format!("{},\"items\":[", text.strip_suffix('}').unwrap_or(&text))
}

/// An event as columns: all text, but for the place.
fn cells(item: &LogItem) -> [(&'static str, Option<String>); 14] {
    let given = [
        Some(item.index.to_string()),
        Some(item.at.rfc3339()),
        Some(item.action.clone()),
        item.actor.clone(),
        item.agency.clone(),
        item.team.clone(),
        item.role.clone(),
        Some(item.relation.clone()),
        item.basis.clone(),
        item.purpose.clone(),
        Some(item.outcome.clone()),
        item.reason.clone(),
        item.reference.clone(),
        item.log_use.clone(),
    ];
    let mut names = EXPORT_COLUMNS.into_iter();
    given.map(|cell| (names.next().unwrap_or_default(), cell))
}

/// One event as a line of CSV, or as an object with a comma before all but the first.
pub(super) fn event_text(format: LogFormat, index: i64, cells: &[(&'static str, Option<String>)], is_first: bool) -> String {
    match format {
        LogFormat::Csv => csv::record(cells.iter().map(|(_, cell)| cell.as_deref().unwrap_or_default())),
        LogFormat::Json => {
            let members = cells.iter().map(|(name, cell)| ((*name).to_owned(), cell.clone().map_or(Value::Null, Value::String)));
            let mut object: Map<String, Value> = members.collect();
            object.insert("index".to_owned(), index.into());
            let comma = if is_first { "" } else { "," };
            format!("{comma}{}", Value::Object(object))
        }
    }
}
