//! No query of a use case walks a table that only grows: what costs a millisecond today would cost a minute in ten years.

use referral_exchange::store::{Engine, migrate::is_written_once};

use super::sql_text::texts;
use crate::support::{hub::Hub, raw::Raw};

/// Tables that grow with use, beside those written once.
const GROWING: [&str; 9] =
    ["mail", "notice", "referral", "clock", "reference", "draft", "draft_part", "compartment", "idempotency"];

/// One that reads a table in the order it is kept and stops at once.
const FIRST_ROW: &str = "SELECT size, root, note FROM log_checkpoint ORDER BY size DESC LIMIT 1";

/// Done when a pathway is put into force, by a start and by nobody's request.
const AT_START: &str = "INSERT INTO pathway ";

/// A text that is filled in as it runs, filled in.
fn whole(sql: &str) -> Option<String> {
    if sql.starts_with("INSERT ") && sql.ends_with(") ") {
        let columns = vec!["'1'"; sql.matches(',').count() + 1].join(", ");
        return Some(format!("{sql}VALUES ({columns})"));
    }
    // Text that goes on elsewhere begins or ends with a blank.
    let is_part = sql.starts_with(' ') || sql.ends_with(' ');
    (!is_part).then(|| if sql.ends_with('(') { format!("{sql}'1')") } else { sql.to_owned() })
}

#[tokio::test(flavor = "multi_thread")]
async fn no_query_of_a_use_case_walks_a_table_that_grows() {
    let hub = Hub::empty(Engine::Sqlite).await;
    let mut raw = Raw::owner(&hub).await;
    let growing = |table: &str| is_written_once(table) || GROWING.contains(&table);
    let (mut planned, mut walks) = (0, Vec::new());
    // Verification is there to walk everything; what is asked before a hub runs is no use case.
    let set_aside =
        |file: &str, sql: &str| matches!(file, "verify.rs" | "health.rs") || sql == FIRST_ROW || sql.starts_with(AT_START);
    for (file, sql) in texts().into_iter().filter(|(file, sql)| !set_aside(file, sql)) {
        let Some(mut whole) = whole(&sql) else { continue };
        for number in (1..=20).rev() {
            whole = whole.replace(&format!("${number}"), "'1'");
        }
        let plan = format!("EXPLAIN QUERY PLAN {whole}");
        if raw.attempt(&plan).await.is_err() {
            continue;
        }
        planned += 1;
        for step in raw.rows(&plan).await {
            let step = step[3].shown();
            let Some(name) = step.strip_prefix("SCAN ").and_then(|rest| rest.split(' ').next()) else { continue };
            // A table goes by its own name or by a letter.
            let table = whole.split_once(&format!(" {name} ")).filter(|_| name.len() == 1).map(|(before, _)| before);
            let table = table.and_then(|before| before.rsplit(' ').next()).unwrap_or(name);
            if growing(table) || step.contains("AUTOMATIC") {
                walks.push(format!("{file}: {step}: {sql}"));
            }
        }
    }
    assert!(planned > 100, "only {planned} queries have a plan");
    assert!(walks.is_empty(), "{}", walks.join("\n"));
    hub.finish().await;
}
