//! A demonstration from first start to last: filled, served, stopped, copied, verified, damaged, opened again.

use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use serde_json::Value;
use sqlx::{Connection as _, Executor as _, SqliteConnection};

use crate::support::binary::{Demo, copy, transcript};

fn verified(folder: &Path, data: &str) -> (i32, Value) {
    let (code, report, talk) = transcript(folder, &["audit", "verify", "--json", "--data", data]);
    let report = serde_json::from_str(&report).unwrap_or_else(|_| panic!("{report}{talk}"));
    (code, report)
}

fn files(folder: &Path) -> BTreeSet<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Every byte of every file, to see that a command that only reads has left nothing behind.
fn content(folder: &Path, into: &mut Vec<(PathBuf, Vec<u8>)>) {
    for name in files(folder) {
        let path = folder.join(name);
        if path.is_dir() {
            content(&path, into);
        } else {
            let bytes = fs::read(&path).unwrap();
            into.push((path, bytes));
        }
    }
}

async fn damage(database: &Path, statement: &'static str) {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(database);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    connection.execute(statement).await.unwrap();
    connection.close().await.unwrap();
}

/// Who there is, without what is random.
fn people(ready: &Value) -> Vec<[String; 5]> {
    let column = |user: &Value, name: &str| user[name].as_str().unwrap().to_owned();
    let rows = ready["users"].as_array().unwrap().iter();
    rows.map(|user| ["username", "name", "agency", "team", "role"].map(|name| column(user, name))).collect()
}

fn fields(object: &Value) -> BTreeSet<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demonstration_lives_stops_and_lives_again() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("one");
    fs::create_dir(&data).unwrap();
    let demo = Demo::start(&data, &["--seed", "7"]);

    // What scripts rely on.
    assert_eq!(fields(&demo.ready), BTreeSet::from(["ca", "data", "system_url", "url", "users"]));
    assert!(demo.ready["system_url"].is_null() && demo.ready["data"] == data.to_str().unwrap());
    let person = BTreeSet::from(["agency", "name", "password", "role", "team", "totp_secret", "username"]);
    let users = demo.ready["users"].as_array().unwrap();
    assert!(users.iter().all(|user| fields(user) == person));
    let roles: Vec<&str> = users.iter().map(|user| user["role"].as_str().unwrap()).collect();
    for needed in referral_exchange::domain::role::Role::ALL {
        assert!(roles.contains(&needed.code()), "{needed:?}");
    }
    assert!(roles.len() >= 16, "{roles:?}");
    let first = |role: &str| users.iter().find(|user| user["role"] == role).unwrap();
    assert_eq!(
        (&first("practitioner")["username"], &first("dpo")["agency"]),
        (&Value::from("tess.example"), &Value::from("Leicestershire Police"))
    );
    assert!(roles.iter().filter(|role| ["triager", "lead"].contains(role)).count() <= 12);
    let expected = ["blobs", "certs", "demo.json", "exchange.sqlite", "keys", "log.vkey"].map(str::to_owned);
    assert!(files(&data).is_superset(&BTreeSet::from(expected.clone())));
    assert_eq!(fs::metadata(data.join("demo.json")).unwrap().permissions().mode() & 0o777, 0o600);

    // It answers over TLS, to whoever trusts its authority.
    let answer = demo.client().get(demo.url("/")).send().await.unwrap();
    assert!(answer.headers().contains_key("strict-transport-security") || answer.status().as_u16() < 500);
    let (code, digits, _) = transcript(folder.path(), &["demo", "code", "tess.example", "--data", "one"]);
    assert!(code == 0 && digits.trim_end().len() == 6 && digits.trim_end().bytes().all(|b| b.is_ascii_digit()), "{digits}");

    // A second program is kept out of the directory.
    let (code, printed, talk) = transcript(folder.path(), &["demo", "--json", "--port", "0", "--data", "one"]);
    assert_eq!((code, printed.as_str()), (3, ""));
    assert!(talk.contains("is in use by another demonstration"), "{talk}");

    // Verified while it runs; then stopped in order.
    let (code, running) = verified(folder.path(), "one");
    assert_eq!((code, &running["findings"]), (0, &serde_json::json!([])));
    let first = people(&demo.ready);
    let (status, rest, talk) = demo.terminate().await;
    assert_eq!((status.code(), rest.as_str()), (Some(0), ""), "{talk}");
    assert_eq!(files(&data), BTreeSet::from(expected), "the write-ahead log is folded in, nothing lies about: {talk}");

    // A copy verifies and opens anywhere; verifying writes nothing.
    copy(&data, &folder.path().join("two"));
    let (mut before, mut after) = (Vec::new(), Vec::new());
    content(&folder.path().join("two"), &mut before);
    let (code, report) = verified(folder.path(), "two");
    content(&folder.path().join("two"), &mut after);
    assert_eq!((code, &report["pending"], before == after), (0, &Value::from(0), true), "{report} {talk}");
    let wanted = ["attachments", "checkpoints", "entries", "events", "findings", "grants", "pending"];
    assert_eq!(fields(&report), BTreeSet::from(wanted));
    assert!(report["events"].as_u64() > Some(1000) && report["entries"].as_u64() >= Some(400), "{report}");
    let absolute = folder.path().to_str().unwrap().as_bytes();
    assert!(before.iter().all(|(_, bytes)| !bytes.windows(absolute.len()).any(|window| window == absolute)));

    // A pathway file that was changed shows from the next start on, without a new program.
    let changed = folder.path().join("pathways");
    copy(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/pathways")), &changed);
    let file = changed.join("fire-protection.toml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replacen("title = \"", "title = \"Changed: ", 1)).unwrap();
    let copied = Demo::start(&folder.path().join("two"), &["--seed", "8", "--pathways", changed.to_str().unwrap()]);
    assert_eq!(people(&copied.ready), first);
    assert!(titles(&copied, folder.path()).await.iter().any(|title| title.starts_with("Changed: ")));
    let (status, _, talk) = copied.terminate().await;
    assert!(status.success() && talk.contains("was filled from seed 7 before"), "{talk}");

    copy(&data, &folder.path().join("told"));
    let told = the_story_is_whole(&folder.path().join("told/exchange.sqlite")).await;

    // Another seed, told on another clock: other choices, the same partnership and as many referrals.
    let other = Demo::start(&folder.path().join("three"), &["--seed", "8"]);
    assert_eq!(people(&other.ready), first);
    other.kill();
    let (code, left) = verified(folder.path(), "three");
    assert_eq!((code, &left["findings"]), (0, &serde_json::json!([])), "{left}");
    copy(&folder.path().join("three"), &folder.path().join("told-otherwise"));
    assert_eq!(the_story_is_whole(&folder.path().join("told-otherwise/exchange.sqlite")).await, told);

    the_copy_is_checked_against_the_hub(folder.path());
    damage_is_found(folder.path(), &data).await;
}

/// Two years of referrals, on every pathway and in every state; gives how many.
async fn the_story_is_whole(database: &Path) -> i64 {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(database);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    let number = async |connection: &mut SqliteConnection, query: &'static str| -> i64 {
        let (number,): (i64,) = sqlx::query_as(query).fetch_one(connection).await.unwrap();
        number
    };
    let sent = number(&mut connection, "SELECT COUNT(*) FROM referral").await;
    assert!(sent >= 200, "{sent}");
    let span = number(&mut connection, "SELECT MAX(submitted_at) - MIN(submitted_at) FROM referral").await;
    assert!(span >= 700 * 24 * 3_600_000, "23 months at least: {span} ms");
    let pathways: Vec<(String,)> =
        sqlx::query_as("SELECT DISTINCT pathway FROM referral").fetch_all(&mut connection).await.unwrap();
    assert_eq!(pathways.len(), 8, "{pathways:?}");
    let states: Vec<(String,)> = sqlx::query_as("SELECT DISTINCT state FROM referral").fetch_all(&mut connection).await.unwrap();
    let states: BTreeSet<&str> = states.iter().map(|(state,)| state.as_str()).collect();
    assert_eq!(states, BTreeSet::from(["checking", "closed", "decided", "opened", "received", "stopped", "withdrawn"]));
    for (what, query) in [
        ("drafts", "SELECT COUNT(*) FROM draft WHERE state = 'open'"),
        ("messages", "SELECT COUNT(*) FROM log_event WHERE action = 'write-message' AND outcome = 'allow'"),
        ("a question answered", "SELECT COUNT(*) FROM referral WHERE kind = 'enquiry' AND answered_at IS NOT NULL"),
        ("a question waiting", "SELECT COUNT(*) FROM referral WHERE kind = 'enquiry' AND answered_at IS NULL"),
        ("a referral made of a question", "SELECT COUNT(*) FROM entry WHERE kind = 'pointer'"),
        ("sent after a stop", "SELECT COUNT(*) FROM log_event WHERE action = 'send-stopped' AND outcome = 'allow'"),
        ("let go by the clock", "SELECT COUNT(*) FROM log_event WHERE action = 'release-check' AND outcome = 'allow'"),
        ("restricted", "SELECT COUNT(*) FROM referral JOIN team ON team.id = receiving_team WHERE team.code LIKE '%-restricted'"),
        ("taken by somebody", "SELECT COUNT(*) FROM referral WHERE assigned_to IS NOT NULL"),
        ("waiting for an answer", "SELECT COUNT(*) FROM referral WHERE waiting_since IS NOT NULL"),
        ("passed up", "SELECT COUNT(*) FROM referral WHERE escalated_at IS NOT NULL"),
        (
            "overdue",
            "SELECT COUNT(*) FROM referral WHERE state IN ('received', 'opened', 'decided') \
             AND due_at < (SELECT MAX(submitted_at) FROM referral)",
        ),
        (
            "shared, and not ended",
            "SELECT COUNT(*) FROM grant_share s LEFT JOIN grant_share_end e ON e.share = s.id \
             WHERE s.what = 'items' AND e.share IS NULL",
        ),
        (
            "shared and recalled",
            "SELECT COUNT(*) FROM grant_share s JOIN grant_share_end e ON e.share = s.id WHERE s.what = 'items'",
        ),
        ("reading along", "SELECT COUNT(*) FROM grant_share WHERE what = 'casework'"),
        ("agreements", "SELECT COUNT(*) FROM agreement"),
        ("shared under a lapsed agreement", "SELECT COUNT(*) FROM grant_share WHERE fit = 'lapsed'"),
        ("files", "SELECT COUNT(*) FROM attachment"),
        ("a file in quarantine", "SELECT COUNT(*) FROM file_state WHERE quarantined_at IS NOT NULL"),
        ("deputies", "SELECT COUNT(*) FROM deputy"),
        (
            "sent by a deputy",
            "SELECT COUNT(*) FROM entry e JOIN referral r ON r.id = e.referral \
             WHERE e.kind = 'submission' AND e.author <> r.referrer",
        ),
        ("for today and unopened", "SELECT COUNT(*) FROM referral WHERE urgency = 'today' AND state = 'received'"),
    ] {
        assert!(number(&mut connection, query).await > 0, "{what}");
    }
    let days = number(&mut connection, "SELECT COUNT(DISTINCT submitted_at / 86400000) FROM referral").await;
    assert!(days >= 180, "two or three days a week: {days}");
    let silent = "SELECT COUNT(*) FROM agency a WHERE NOT EXISTS (SELECT 1 FROM referral r WHERE r.referrer_agency = a.id)";
    assert_eq!(number(&mut connection, silent).await, 0, "every agency has sent something");
    // A plausible two years: nothing that a desk has had its time for lies for months, and most is not for today.
    let end = number(&mut connection, "SELECT MAX(submitted_at) FROM referral").await;
    // What somebody disagreed with is looked at again, by its old clock.
    let open = "SELECT COALESCE(MIN(due_at), 0) FROM referral WHERE state IN ('received', 'opened', 'decided') \
                AND escalated_at IS NULL";
    let oldest = number(&mut connection, open).await;
    assert!(oldest > end - 45 * 24 * 3_600_000, "overdue by {} ms", end - oldest);
    let slavery = number(&mut connection, "SELECT COUNT(*) FROM referral WHERE pathway = 'modern-slavery'").await;
    let today = "SELECT COUNT(*) FROM referral WHERE pathway = 'modern-slavery' AND urgency = 'today'";
    let today = number(&mut connection, today).await;
    assert!(today * 2 < slavery, "{today} of {slavery} are for today");
    // Whoever asked without signing in is no person of the story.
    let refused = "SELECT COUNT(*) FROM log_event WHERE outcome = 'refuse' AND actor IS NOT NULL";
    assert_eq!(number(&mut connection, refused).await, 0, "nobody is refused");
    connection.close().await.unwrap();
    sent
}

/// The titles of the pathways, as the first person of the copy is told them.
async fn titles(demo: &Demo, folder: &Path) -> Vec<String> {
    let user = &demo.ready["users"][0];
    let name = user["username"].as_str().unwrap();
    let (_, digits, _) = transcript(folder, &["demo", "code", name, "--data", "two"]);
    let client = demo.client();
    let body = serde_json::json!({ "username": name, "password": user["password"], "code": digits.trim_end() });
    let begun = client.post(demo.url("/api/v1/session")).json(&body).send().await.unwrap();
    assert_eq!(begun.status(), 201);
    let list: Value = client.get(demo.url("/api/v1/pathways")).send().await.unwrap().json().await.unwrap();
    list["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect()
}

fn the_copy_is_checked_against_the_hub(folder: &Path) {
    let good = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/pathways/fire-protection.toml")).unwrap();
    let check = |name: &str, text: &str| {
        let file = format!("{name}/fire-protection.toml");
        fs::create_dir_all(folder.join(name)).unwrap();
        fs::write(folder.join(&file), text).unwrap();
        transcript(folder, &["pathway", "check", &file, "--data", "one"])
    };
    // Each fault stands at the line that names the team.
    let line = |part: &str| good.lines().position(|line| line == part).unwrap() + 1;
    let (code, data, talk) = check("good", &good);
    assert_eq!((code, data.as_str()), (0, ""));
    assert!(!talk.contains("warning"), "{talk}");
    let (code, data, talk) = check("lonely", &good.replace("cover = \"fire-control\"", "cover = \"health-on-call\""));
    assert_eq!((code, data.as_str()), (0, ""));
    let cover = line("cover = \"fire-control\"");
    let lonely = "only one person in the team `health-on-call`, which covers, holds its key";
    assert!(talk.contains(&format!("warning: lonely/fire-protection.toml:{cover}: {lonely}")), "{talk}");
    let (code, data, _) = check("lost", &good.replace("team = \"fire-protection\"", "team = \"fire-nobody\""));
    let team = line("team = \"fire-protection\"");
    let lost = format!("lost/fire-protection.toml:{team}: there is no team `fire-nobody`, which receives\n");
    assert_eq!((code, data), (1, lost));
    let (code, data, _) =
        check("unrestricted", &good.replace("restricted = \"fire-restricted\"", "restricted = \"fire-nobody\""));
    let restricted = line("restricted = \"fire-restricted\"");
    let absent = "there is no team `fire-nobody`, which receives restricted cases\n";
    assert_eq!((code, data), (1, format!("unrestricted/fire-protection.toml:{restricted}: {absent}")));
    let (code, data, _) = check("alone", &good.replace("restricted = \"fire-restricted\"", "restricted = \"health-on-call\""));
    assert_eq!(code, 1);
    assert!(data.contains("which receives restricted cases, has 1 key holders: make it 2 to 6"), "{data}");
    let (code, data, _) = check("keyless-team", &good.replace("cover = \"fire-control\"", "cover = \"fire-governance\""));
    assert_eq!(code, 1);
    assert!(data.contains(": the team `fire-governance`, which covers, has no key yet"), "{data}");
    whoever_decides_reads_nothing_kept_apart(folder);
}

/// What is kept apart is warned of where whoever reads it sits in a team that the pathway goes to as well.
fn whoever_decides_reads_nothing_kept_apart(folder: &Path) {
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/pathways/child-exploitation-information.toml");
    let good = fs::read_to_string(own).unwrap();
    let check = |name: &str, text: &str| {
        let file = format!("{name}/child-exploitation-information.toml");
        fs::create_dir_all(folder.join(name)).unwrap();
        fs::write(folder.join(&file), text).unwrap();
        transcript(folder, &["pathway", "check", &file, "--data", "one"])
    };
    let (code, _, talk) = check("apart", &good);
    assert!(code == 0 && !talk.contains("warning"), "{talk}");
    let (code, _, talk) = check("together", &good.replace("teams = [\"force-intelligence\"]", "teams = [\"slavery-team\"]"));
    let says = "one person sits in the team `slavery-team`, which reads `source` answers, and in `police-restricted`, which this \
                pathway goes to: put somebody else in one of them";
    assert!(
        code == 0 && talk.contains("warning: together/child-exploitation-information.toml:") && talk.contains(says),
        "{talk}"
    );
}

async fn damage_is_found(folder: &Path, data: &Path) {
    // A row altered past its triggers.
    let bad = folder.join("altered");
    copy(data, &bad);
    damage(&bad.join("exchange.sqlite"), "DROP TRIGGER IF EXISTS log_event_no_update").await;
    let triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'";
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(bad.join("exchange.sqlite"));
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    let names: Vec<(String,)> = sqlx::query_as(triggers).fetch_all(&mut connection).await.unwrap();
    for (name,) in names {
        connection.execute(sqlx::AssertSqlSafe(format!("DROP TRIGGER \"{name}\""))).await.unwrap();
    }
    connection.execute("UPDATE log_event SET actor = 'nobody' WHERE id = (SELECT MAX(id) FROM log_event)").await.unwrap();
    connection.execute("DELETE FROM grant_bytes WHERE grant_id = (SELECT MAX(grant_id) FROM grant_bytes)").await.unwrap();
    connection.close().await.unwrap();
    let (code, report) = verified(folder, "altered");
    let places: BTreeSet<&str> =
        report["findings"].as_array().unwrap().iter().map(|finding| finding["where"].as_str().unwrap()).collect();
    assert_eq!(code, 5, "{report}");
    assert!(places.contains("log_event") && places.contains("grant_made"), "{report}");
    let (code, text, talk) = transcript(folder, &["audit", "verify", "--data", "altered"]);
    assert!(code == 5 && text.contains("grant_made") && talk.ends_with(" not whole.\n"), "{text}{talk}");

    // A table gone, a file overwritten: still findings, not failures.
    copy(data, &folder.join("torn"));
    damage(&folder.join("torn/exchange.sqlite"), "PRAGMA foreign_keys = OFF; DROP TABLE log_checkpoint").await;
    assert_eq!(verified(folder, "torn").0, 5);
    copy(data, &folder.join("garbled"));
    fs::write(folder.join("garbled/exchange.sqlite"), [0x5a; 8192]).unwrap();
    assert_eq!(verified(folder, "garbled").0, 5);

    // Another log's key is not trusted; a hub without its event key cannot be verified.
    let other = folder.join("three/log.vkey");
    let (code, _, _) = transcript(folder, &["audit", "verify", "--data", "one", "--key", other.to_str().unwrap()]);
    assert_eq!(code, 5);
    copy(data, &folder.join("keyless"));
    fs::remove_dir_all(folder.join("keyless/keys")).unwrap();
    let (code, _, talk) = transcript(folder, &["audit", "verify", "--data", "keyless"]);
    assert_eq!((code, talk.as_str()), (3, "the key file event-1.key cannot be read: entity not found\n"));

    // Content keys are not needed.
    copy(data, &folder.join("contentless"));
    for name in ["pepper-1.key", "second-factor-1.key", "log-1.key"] {
        fs::remove_file(folder.join("contentless/keys").join(name)).unwrap();
    }
    assert_eq!(verified(folder, "contentless").0, 0);
}

/// The first program's lock is held here; the second would have to read the database to find that it is none.
#[test]
fn a_second_program_touches_nothing_before_it_may() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("held");
    fs::create_dir(&data).unwrap();
    fs::write(data.join("demo.json"), r#"{"seed":7,"users":[]}"#).unwrap();
    fs::write(data.join("exchange.sqlite"), "the first one's").unwrap();
    let held = fs::File::open(data.join("demo.json")).unwrap();
    held.try_lock().unwrap();
    let (code, printed, talk) = transcript(folder.path(), &["demo", "--json", "--port", "0", "--data", "held"]);
    assert_eq!((code, printed.as_str()), (3, ""));
    assert!(talk.contains("is in use by another demonstration"), "{talk}");
    assert_eq!(files(&data), BTreeSet::from(["demo.json", "exchange.sqlite"].map(str::to_owned)));
    assert_eq!(fs::read_to_string(data.join("exchange.sqlite")).unwrap(), "the first one's");
}

#[test]
fn a_demonstration_takes_no_directory_that_is_not_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("live");
    fs::create_dir(&data).unwrap();
    for (file, expected) in
        [("notes.txt", "is not empty"), ("exchange.sqlite", "holds the data of a hub that is no demonstration")]
    {
        fs::write(data.join(file), "mine").unwrap();
        let (code, printed, talk) = transcript(folder.path(), &["demo", "--json", "--data", "live"]);
        assert_eq!((code, printed.as_str()), (3, ""));
        assert!(talk.contains(expected), "{talk}");
        assert_eq!(fs::read_to_string(data.join(file)).unwrap(), "mine");
    }
    let (code, _, talk) = transcript(folder.path(), &["demo", "code", "tess.example", "--data", "absent"]);
    assert_eq!((code, talk.as_str()), (3, "absent holds no demonstration\n"));
}
