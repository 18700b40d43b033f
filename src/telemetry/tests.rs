use std::io::Write;
use std::sync::{Arc, Mutex};

use super::*;

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn lines(format: Format, filter: &str, act: impl FnOnce()) -> String {
    let captured = Captured::default();
    let writer = captured.clone();
    let subscriber = subscriber(format, filter, move || writer.clone()).unwrap();
    tracing::subscriber::with_default(subscriber, act);
    String::from_utf8(captured.0.lock().unwrap().clone()).unwrap()
}

/// A hidden value in the way `domain` and `config` hide theirs.
struct Hidden(#[allow(dead_code, reason = "it is there to be hidden")] &'static str);

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hidden(…)")
    }
}

#[test]
fn a_hidden_value_never_shows_in_either_format() {
    for format in [Format::Plain, Format::Json] {
        let text = lines(format, "trace", || {
            tracing::error!(subject = ?Hidden("canary-word"), list = ?[Hidden("canary-word")], "a line {:?}", Hidden("canary-word"));
        });
        assert!(text.contains("a line Hidden(…)") && !text.contains("canary-word"), "{text}");
    }
}

#[test]
fn control_and_direction_characters_cannot_forge_a_line_or_drive_a_terminal() {
    let hostile = "one\r\n2026-01-01T00:00:00Z ERROR forged\u{1b}[2J\u{9b}31m\u{7f}\u{202e}\u{2028}";
    for format in [Format::Plain, Format::Json] {
        let text = lines(format, "info", || tracing::info!(word = hostile, shown = %hostile, "told {hostile}"));
        assert_eq!(text.matches('\n').count(), 1, "{text}");
        let kept = text.trim_end_matches('\n');
        assert!(!kept.chars().any(|c| c.is_control() || c == '\u{202e}' || c == '\u{2028}'), "{text}");
        if format == Format::Json {
            let line: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert_eq!(line["word"], hostile, "escaped, not lost");
        }
    }
}

#[test]
fn libraries_that_tell_headers_stay_quiet_whatever_the_filter() {
    for filter in ["trace", "debug,h2=trace,sqlx=debug", "h2=trace"] {
        let text = lines(Format::Plain, filter, || {
            tracing::debug!(target: "h2::codec", "canary-word");
            tracing::info!(target: "sqlx::query", "canary-word");
            tracing::trace!(target: "hyper::proto", "canary-word");
            tracing::warn!(target: "h2", "kept");
        });
        assert!(text.contains("kept") && !text.contains("canary-word"), "{filter}: {text}");
    }
}

#[test]
fn the_default_filter_tells_information_and_not_detail() {
    let text = lines(Format::Plain, "info", || {
        tracing::info!("said");
        tracing::debug!("unsaid");
    });
    assert!(text.contains(" said") && !text.contains("unsaid"), "{text}");
    assert!(matches!(subscriber(Format::Plain, "a=b=c", std::io::sink), Err(Error::Filter)));
}

#[test]
fn every_line_of_a_request_bears_its_id_and_route() {
    let text = lines(Format::Json, "info", || {
        let span = request_span("0123abcd", "GET", "/referrals/{reference}");
        span.in_scope(|| tracing::info!("asked"));
        span.record(field::STATUS, 404);
        span.record(field::ELAPSED_MS, 3);
        span.in_scope(|| tracing::info!("answered"));
    });
    let last: serde_json::Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    let span = &last["span"];
    assert_eq!(span[field::REQUEST_ID], "0123abcd");
    assert_eq!(span[field::METHOD], "GET");
    assert_eq!(span[field::ROUTE], "/referrals/{reference}");
    assert_eq!(span[field::STATUS], 404);
    assert_eq!(span[field::ELAPSED_MS], 3);
    assert_eq!(text.lines().filter(|line| line.contains("0123abcd")).count(), 2);
}
