//! Lines for the operator on standard error: what the hub does, never what people wrote.
//! Never here: audit events (they have their own table, words and readers), metrics, content.
//! Named by `server`, `app` and `cli`; names no other room.
//!
//! # Never logged
//! Names, addresses, dates of birth, free text and answers, in any field or message · passwords, codes, cookies, CSRF
//! tokens, keys, database URLs · query strings, form and JSON bodies, request paths as sent (the route's template
//! instead) · file names of attachments · search words · e-mail addresses · SQL with values · error texts of parsers
//! that quote their input. `#[instrument]` is used with `skip_all`. Personal and secret types hide themselves from
//! `Debug`; that is the second net, not a licence to log them.

mod escape;
pub mod field;
mod span;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt as _;

pub use escape::Escaped;
pub use span::request_span;

/// The shape of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Plain,
    /// One JSON object a line.
    Json,
}

/// Why lines cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The filter is not in `EnvFilter`'s notation.
    #[error("`log.filter` is not understood; write it as: info  or  info,referral_exchange=debug")]
    Filter,
    /// A subscriber stands already.
    #[error("logging was started twice")]
    Started,
}

/// Libraries that tell request headers, statements or handshakes below these levels. They stay at them whatever the
/// operator's filter says: a debugging session must not put cookies into a file.
const HELD_BACK: [&str; 7] =
    ["h2=warn", "hyper=warn", "hyper_util=warn", "rustls=warn", "sqlx=warn", "tower_http=warn", "age=warn"];

/// Starts writing to standard error, for the whole process.
///
/// # Errors
/// [`Error::Filter`] for a filter in the wrong notation, [`Error::Started`] the second time.
pub fn start(format: Format, filter: &str) -> Result<(), Error> {
    subscriber(format, filter, std::io::stderr)?.try_init().map_err(|_| Error::Started)
}

/// What [`start`] installs, writing elsewhere: for the tests that look for words which must not be there.
///
/// # Errors
/// [`Error::Filter`] for a filter in the wrong notation.
pub fn subscriber<W>(format: Format, filter: &str, writer: W) -> Result<Box<dyn tracing::Subscriber + Send + Sync>, Error>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let builder =
        tracing_subscriber::fmt().with_env_filter(read_filter(filter)?).with_ansi(false).with_writer(Escaped::new(writer));
    Ok(match format {
        Format::Plain => Box::new(builder.finish()),
        Format::Json => Box::new(builder.json().flatten_event(true).with_current_span(true).with_span_list(false).finish()),
    })
}

fn read_filter(text: &str) -> Result<EnvFilter, Error> {
    let mut filter: EnvFilter = text.parse().map_err(|_| Error::Filter)?;
    for held_back in HELD_BACK {
        filter = filter.add_directive(held_back.parse().map_err(|_| Error::Filter)?);
    }
    Ok(filter)
}

#[cfg(test)]
mod tests;
