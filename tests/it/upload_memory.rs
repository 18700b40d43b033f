//! The real binary under large uploads: its memory stays as it is, because files stream through it.

use std::{fs, time::Duration};

use referral_exchange::{
    app::{SystemClock, SystemRandom},
    demo::SignIn,
    domain::ports::{Clock as _, Random as _},
};
use serde_json::{Value, json};

use crate::support::{
    binary::Demo,
    files::{content_type, form, pdf},
};

/// As many as two sessions may have on their way.
const AT_ONCE: usize = 16;
/// What is promised, in KiB.
const MAY_GROW: u64 = 16 * 1024;

/// A line of `/proc/PID/status`, in KiB.
fn memory(pid: u32, line: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let found = status.lines().find_map(|known| known.strip_prefix(line)?.strip_prefix(':')).unwrap();
    found.trim().trim_end_matches(" kB").parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_large_uploads_at_once_need_little_memory() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::start(&folder.path().join("data"), &["--seed", "7"]);
    let sign_in = async |name: &str| {
        let user: SignIn = serde_json::from_value(demo.user(name).clone()).unwrap();
        let client = demo.client();
        let code = user.code(SystemClock.now()).unwrap();
        let body = json!({ "username": user.username, "password": user.password, "code": code });
        let answer = client.post(demo.url("/api/v1/session")).json(&body).send().await.unwrap();
        let csrf = answer.json::<Value>().await.unwrap()["csrf_token"].as_str().unwrap().to_owned();
        (client, csrf)
    };
    // A colleague of the same team adds files, too: no session may have so many on their way.
    let both = [sign_in("tess.example").await, sign_in("lena.sample").await];
    let (client, csrf) = &both[0];
    let key = || {
        let mut key = [0; 16];
        SystemRandom.fill(&mut key);
        hex::encode(key)
    };
    let example: Value =
        client.get(demo.url("/api/v1/pathways/fire-protection/example")).send().await.unwrap().json().await.unwrap();
    let sent = client.post(demo.url("/api/v1/referrals")).header("X-CSRF-Token", csrf).header("Idempotency-Key", key());
    let sent: Value = sent.json(&example).send().await.unwrap().json().await.unwrap();
    let url = demo.url(&format!("/api/v1/referrals/{}/attachments", sent["reference"].as_str().unwrap()));
    let upload = |at: usize, length: usize| {
        let (client, csrf) = &both[at % 2];
        let request = client.post(&url).header("X-CSRF-Token", csrf).header("Idempotency-Key", key());
        let body = form(&[("audience", "shared")], Some(("a.pdf", &pdf(length))));
        request.header("Content-Type", content_type()).timeout(Duration::from_mins(5)).body(body)
    };
    // One small file first: whatever is made once is made.
    assert_eq!(upload(0, 100_000).send().await.unwrap().status(), 201);
    // The peak so far is forgotten, so that the next one is of the uploads: signing in takes 64 MiB for a moment.
    fs::write(format!("/proc/{}/clear_refs", demo.pid()), "5").unwrap();
    let before = memory(demo.pid(), "VmRSS");

    let mut uploads = tokio::task::JoinSet::new();
    for at in 0..AT_ONCE {
        let request = upload(at, 25 * 1024 * 1024);
        uploads.spawn(async move { request.send().await.unwrap().status().as_u16() });
    }
    let answers = uploads.join_all().await;
    assert_eq!(answers, [201; AT_ONCE]);
    let (peak, after) = (memory(demo.pid(), "VmHWM"), memory(demo.pid(), "VmRSS"));
    let grown = peak.saturating_sub(before);
    eprintln!("memory before {before} KiB, peak {peak} KiB (grown by {grown} KiB), after {after} KiB");
    assert!(grown <= MAY_GROW, "memory grew by {grown} KiB: from {before} to {peak}");
    let (status, ..) = demo.terminate().await;
    assert!(status.success());
}
