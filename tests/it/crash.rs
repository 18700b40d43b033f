//! kill -9 of the real binary under load: nothing acknowledged is lost, nothing was shown without an event, the log verifies.

use std::{
    collections::BTreeSet,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use referral_exchange::{
    app::{SystemClock, SystemRandom},
    demo::SignIn,
    domain::ports::{Clock as _, Random as _},
};
use serde_json::{Value, json};

use crate::support::binary::{Demo, transcript};

const SENDER: &str = "tess.example";
const AT_ONCE: usize = 4;

/// What the client was told before the kill.
#[derive(Default)]
struct Told {
    acknowledged: BTreeSet<String>,
    shown: BTreeSet<String>,
}

fn random_below(bound: u64) -> u64 {
    let mut bytes = [0; 8];
    SystemRandom.fill(&mut bytes);
    u64::from_be_bytes(bytes) % bound
}

/// A signed-in person. The session is in the database, so it outlives the process that began it.
#[derive(Clone)]
struct Session {
    client: reqwest::Client,
    csrf: String,
}

async fn sign_in(demo: &Demo, username: &str) -> Session {
    let user: SignIn = serde_json::from_value(demo.user(username).clone()).unwrap();
    let client = demo.client();
    let code = user.code(SystemClock.now()).unwrap();
    let body = json!({ "username": user.username, "password": user.password, "code": code });
    let answer = client.post(demo.url("/api/v1/session")).json(&body).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 201);
    let body: Value = answer.json().await.unwrap();
    Session { client, csrf: body["csrf_token"].as_str().unwrap().to_owned() }
}

/// Sends referrals one after the other, reading each once sent, until the hub has gone.
async fn load(Session { client, csrf }: Session, url: String, body: Value, told: Arc<Mutex<Told>>) {
    loop {
        let mut key = [0; 16];
        SystemRandom.fill(&mut key);
        let request = client.post(&url).header("X-CSRF-Token", &csrf).header("Idempotency-Key", hex::encode(key)).json(&body);
        let Ok(answer) = request.send().await else { return };
        let status = answer.status().as_u16();
        // Cut off in the midst of the answer: nothing was acknowledged.
        let Ok(sent) = answer.json::<Value>().await else { return };
        match status {
            201 => {}
            429 | 503 => continue,
            other => panic!("sending was answered with {other}: {sent}"),
        }
        let reference = sent["reference"].as_str().unwrap().to_owned();
        told.lock().unwrap().acknowledged.insert(reference.clone());
        let Ok(answer) = client.get(format!("{url}/{reference}")).send().await else { return };
        let status = answer.status().as_u16();
        let Ok(read) = answer.json::<Value>().await else { return };
        if status == 200 && read.get("answers").is_some() {
            told.lock().unwrap().shown.insert(reference);
        }
    }
}

/// Every row of a list that comes in pages.
async fn every(client: &reqwest::Client, url: &str) -> Vec<Value> {
    let separator = if url.contains('?') { '&' } else { '?' };
    let (mut rows, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let more = cursor.map_or_else(String::new, |cursor| format!("&cursor={cursor}"));
        let answer = client.get(format!("{url}{separator}limit=100{more}")).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{url}");
        let page: Value = answer.json().await.unwrap();
        rows.extend(page["items"].as_array().unwrap().iter().cloned());
        cursor = page["next"].as_str().map(str::to_owned);
        if cursor.is_none() {
            return rows;
        }
    }
}

fn verify(folder: &Path) -> Value {
    let (code, report, talk) = transcript(folder, &["audit", "verify", "--json", "--data", "data"]);
    assert_eq!(code, 0, "{report}{talk}");
    serde_json::from_str(&report).unwrap()
}

/// Puts the hub under load and kills it at a moment that nobody chose.
async fn crash(demo: Demo, session: &Session, told: &Arc<Mutex<Told>>) {
    let example = session.client.get(demo.url("/api/v1/pathways/fire-protection/example")).send().await.unwrap();
    let body: Value = example.json().await.unwrap();
    let before = told.lock().unwrap().acknowledged.len();
    let start = || load(session.clone(), demo.url("/api/v1/referrals"), body.clone(), Arc::clone(told));
    let workers: Vec<_> = (0..AT_ONCE).map(|_| tokio::spawn(start())).collect();
    let wait = async {
        while told.lock().unwrap().acknowledged.len() < before + AT_ONCE {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(Duration::from_millis(random_below(1500))).await;
    };
    tokio::time::timeout(Duration::from_mins(1), wait).await.expect("referrals are acknowledged");
    demo.kill();
    for worker in workers {
        worker.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_under_load_it_loses_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let told = Arc::new(Mutex::new(Told::default()));
    let mut demo = Demo::start(&data, &[]);
    let session = sign_in(&demo, SENDER).await;
    for _ in 0..3 {
        crash(demo, &session, &told).await;
        // On the directory as the crash left it, write-ahead log and unsequenced tail included.
        verify(folder.path());
        demo = Demo::start(&data, &[]);
    }

    let listed = every(&session.client, &demo.url("/api/v1/referrals")).await;
    let listed: BTreeSet<String> = listed.iter().map(|item| item["reference"].as_str().unwrap().to_owned()).collect();
    let Told { acknowledged, shown } = std::mem::take(&mut *told.lock().unwrap());
    assert!(acknowledged.len() >= 3 * AT_ONCE && !shown.is_empty());
    let lost: Vec<_> = acknowledged.difference(&listed).collect();
    assert!(lost.is_empty(), "acknowledged, then lost: {lost:?}");

    // The new process takes over what the killed one left; the tail gets its place with its first tick.
    let settled = async {
        while verify(folder.path())["pending"] != 0 {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), settled).await.expect("the tail gets its place");
    // The receiving agency's data-protection officer sees every act on the shared compartment.
    let officer = sign_in(&demo, "dora.madeup").await.client;
    for (action, references) in [("submit-referral", &acknowledged), ("read-referral", &shown)] {
        let events = every(&officer, &demo.url(&format!("/api/v1/log?action={action}"))).await;
        let named: BTreeSet<&str> = events.iter().filter_map(|event| event["reference"].as_str()).collect();
        let silent: Vec<_> = references.iter().filter(|reference| !named.contains(reference.as_str())).collect();
        assert!(silent.is_empty(), "{action} without an event: {silent:?}");
    }
    let (status, _, talk) = demo.terminate().await;
    assert!(status.success(), "{talk}");
    verify(folder.path());
}
