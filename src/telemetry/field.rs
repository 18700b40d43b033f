//! The names of fields. One thing has one name in every line, so that lines can be searched; a new name is added here.
//! Use them literally in tracing's macros: `tracing::info!(request.id = %id, "…")`.

/// The request's random id, also in its answer and its events.
pub const REQUEST_ID: &str = "request.id";
/// The HTTP method.
pub const METHOD: &str = "http.method";
/// The route's template, as `/referrals/{reference}`; never the path that was sent.
pub const ROUTE: &str = "http.route";
/// The answer's status code.
pub const STATUS: &str = "http.status";
/// How long the answer took, milliseconds.
pub const ELAPSED_MS: &str = "elapsed.ms";
/// What sort of failure, a code or variant name; never a message that could quote its input.
pub const ERROR_KIND: &str = "error.kind";
/// Connections cut off at a stop.
pub const CONNECTIONS_CUT: &str = "connections.cut";
/// A referral's or draft's id, as the log names it; never its reference.
pub const REFERRAL_ID: &str = "referral.id";
/// A background job's name.
pub const JOB: &str = "job.name";
/// The number of leaves of the log.
pub const LOG_SIZE: &str = "log.size";
