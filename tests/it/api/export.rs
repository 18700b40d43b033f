//! The log as a file: the same rows whichever way they are written, and on record before they go out.

use serde_json::Value;

use super::{Client, problem};
use crate::support::{
    csv,
    hub::{ENGINES, Hub},
    raw::Raw,
};

/// What a cell of CSV holds of a member of JSON.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

async fn the_same_rows(engine: referral_exchange::store::Engine) {
    let served = Hub::founded(engine).await.serve().await;
    let tess = Client::signed_in(&served, "tess.example").await;
    let reference = tess.sends_example("one").await;
    let theo = Client::signed_in(&served, "theo.invented").await;
    theo.json(&format!("/referrals/{reference}")).await;
    theo.json("/queue").await;
    let dora = Client::signed_in(&served, "dora.madeup").await;
    let filters = format!("reference={reference}&outcome=allow&use=criminal-proceedings");

    let listed = dora.json(&format!("/log?{filters}&limit=100")).await;
    let file = dora.json(&format!("/log/export?{filters}&format=json")).await;
    let (listed, exported) = (listed["items"].as_array().unwrap(), file["items"].as_array().unwrap());
    assert_eq!((listed.len(), exported.len() as u64), (3, file["rows"].as_u64().unwrap()));
    assert_eq!(file["use"], "criminal-proceedings");
    assert_eq!(file["filters"], serde_json::json!(["reference", "outcome"]));

    let answer = dora.get(&format!("/log/export?{filters}")).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/csv; charset=utf-8; header=present");
    let name = answer.headers()["content-disposition"].to_str().unwrap();
    assert!(name.starts_with("attachment; filename=\"log-") && name.ends_with(".csv\""), "{name}");
    let table = csv::read(&answer.text().await.unwrap());
    let (names, rows) = table.split_first().unwrap();
    assert_eq!(names.len(), listed[0].as_object().unwrap().len());
    assert_eq!(rows.len(), listed.len());
    for ((row, item), shown) in rows.iter().zip(exported).zip(listed) {
        for (name, text) in names.iter().zip(row) {
            assert_eq!(&cell(&item[name]), text, "{name}");
            assert_eq!(item[name], shown[name], "{name}");
        }
    }

    // Both files are events that say what they held, and nothing of what was looked for.
    let mut raw = Raw::owner(&served.hub).await;
    let bodies = raw.rows("SELECT b.body FROM log_body b JOIN log_event e ON e.id = b.event WHERE e.action = 'export-log'").await;
    let body = |row: &Vec<crate::support::raw::Cell>| serde_json::from_slice::<Value>(&row[0].bytes()).unwrap();
    let mut formats = Vec::new();
    for body in bodies.iter().map(body) {
        let log = &body["log"];
        formats.push(log["format"].as_str().unwrap().to_owned());
        assert_eq!(
            (&log["rows"], &body["use"], &body["type"]),
            (&Value::from(3), &"criminal-proceedings".into(), &"disclose".into())
        );
        assert_eq!([&log["first"], &log["last"]], [&exported[2]["index"], &exported[0]["index"]]);
        assert!(!body.to_string().contains(&reference), "{body}");
    }
    formats.sort();
    assert_eq!(formats, ["csv", "json"]);
    let of_exports = dora.json("/log?action=export-log").await;
    assert_eq!(of_exports["items"].as_array().unwrap().len(), 2);

    let nothing = dora.json("/log/export?reference=7K3F-9QXD-2&format=json").await;
    assert_eq!((&nothing["rows"], &nothing["items"]), (&Value::from(0), &serde_json::json!([])));
    let wrong = problem(dora.get("/log/export?format=pdf").send().await.unwrap(), 400, "malformed").await;
    assert_eq!(wrong["errors"][0]["message"], "it is one of: csv, json");
    problem(theo.get("/log/export").send().await.unwrap(), 403, "refused").await;
    served.finish().await;
}

async fn many_pieces(engine: referral_exchange::store::Engine) {
    let served = Hub::founded(engine).await.serve().await;
    let dora = Client::signed_in(&served, "dora.madeup").await;
    for _ in 0..12 {
        // Fifty misses a minute and session are answered.
        let seeker = Client::signed_in(&served, "dora.madeup").await;
        for _ in 0..50 {
            seeker.get("/referrals/7K3F-9QXD-2").send().await.unwrap();
        }
    }
    let file = dora.json("/log/export?action=read-referral&outcome=refuse&format=json").await;
    let places: Vec<i64> = file["items"].as_array().unwrap().iter().map(|item| item["index"].as_i64().unwrap()).collect();
    assert_eq!((places.len(), file["rows"].as_u64()), (600, Some(600)));
    assert!(places.windows(2).all(|pair| pair[0] > pair[1]), "each once, newest first");
    served.finish().await;
}

crate::support::on_both! {
    csv_json_and_list_hold_the_same_rows => the_same_rows,
    a_long_file_comes_in_pieces_without_gap_or_repeat => many_pieces,
}
