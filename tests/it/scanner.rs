//! ClamAV in the hub: a daemon of the test's own speaks its protocol; what it finds, or does not look at, is not kept.

use std::{
    io::{Read, Write},
    os::unix::net::UnixListener,
    path::Path,
    sync::Arc,
};

use referral_exchange::{
    app::{Clamd, ClamdAddress, Error, NoScanner},
    domain::file::ScanState,
};

use crate::support::{
    acts::send,
    client::Client,
    files::{attach, eicar, pdf},
    hub::{ENGINES, Hub},
    raw::Raw,
};

/// Looks at this many files, and finds the test file.
fn daemon(path: &Path, files: usize) -> std::thread::JoinHandle<()> {
    let listener = UnixListener::bind(path).unwrap();
    std::thread::spawn(move || {
        for _ in 0..files {
            let (mut socket, _) = listener.accept().unwrap();
            let mut command = [0; 10];
            socket.read_exact(&mut command).unwrap();
            assert_eq!(&command, b"zINSTREAM\0");
            let mut file = Vec::new();
            loop {
                let mut length = [0; 4];
                socket.read_exact(&mut length).unwrap();
                let mut piece = vec![0; u32::from_be_bytes(length) as usize];
                if piece.is_empty() {
                    break;
                }
                socket.read_exact(&mut piece).unwrap();
                file.extend(piece);
            }
            let found = file.windows(eicar().len()).any(|part| part == eicar());
            let answer: &[u8] = if found { b"stream: Eicar-Test-Signature FOUND\0" } else { b"stream: OK\0" };
            socket.write_all(answer).unwrap();
        }
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_clamav_finds_or_does_not_look_at_is_not_kept() {
    let hub = Hub::founded(ENGINES[0]).await;
    let path = hub.folder.path().join("clamd.ctl");
    let app = hub.node_asking(Arc::new(Clamd::new(ClamdAddress::Socket(path.clone())))).await;
    let sender = hub.sign_in("tess.example").await;
    let reference = send(&app, &sender, "one", |_| ()).await.reference.to_string();
    let content = pdf(300_000);
    let plan = ("shared", "plan.pdf", content.as_slice());

    // No daemon yet: told to come back, and nothing is kept.
    let unscanned = attach(&app, &sender, &reference, "early", plan).await;
    assert!(matches!(unscanned, Err(Error::Unscanned(wait)) if wait.as_secs() == 60), "{unscanned:?}");
    let looks = daemon(&path, 2);
    attach(&app, &sender, &reference, "plan", plan).await.unwrap();
    let found = attach(&app, &sender, &reference, "found", ("shared", "a.txt", &eicar())).await;
    assert!(matches!(found, Err(Error::Invalid(_))), "{found:?}");
    looks.join().unwrap();
    // It is gone again.
    let gone = attach(&app, &sender, &reference, "late", plan).await;
    assert!(matches!(gone, Err(Error::Unscanned(_))), "{gone:?}");

    let view = app.read_referral(&app.request(None), &sender, &reference).await.unwrap();
    let files: Vec<_> = view.files.iter().map(|file| (file.name.as_str(), file.scan)).collect();
    assert_eq!(files, [("plan.pdf", ScanState::Clean)]);
    assert_eq!(std::fs::read_dir(hub.folder.path().join("blobs")).unwrap().count(), 1);
    app.sequence().await.unwrap();
    let bodies = Raw::owner(&hub).await.rows("SELECT body FROM log_body").await;
    let reasons = |reason: &str| {
        let named = format!("\"reason\":\"{reason}\"");
        bodies.iter().filter(|row| String::from_utf8_lossy(&row[0].bytes()).contains(&named)).count()
    };
    assert_eq!((reasons("unscanned"), reasons("infected")), (2, 1), "each refusal is on record");
    hub.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_scanner_every_file_says_that_it_was_not_scanned() {
    let mut hub = Hub::founded(ENGINES[0]).await;
    let first = Arc::clone(&hub.app);
    hub.app = hub.node_asking(Arc::new(NoScanner)).await;
    first.close().await.unwrap();
    let sender = hub.sign_in("tess.example").await;
    let reference = send(&hub.app, &sender, "one", |_| ()).await.reference.to_string();
    // Nobody looked: not even what any scanner knows is called clean, or found.
    for (key, name, content) in [("plan", "plan.pdf", pdf(3000)), ("known", "a.txt", eicar())] {
        attach(&hub.app, &sender, &reference, key, ("shared", name, &content)).await.unwrap();
    }
    let theo = hub.sign_in("theo.invented").await;
    for caller in [&sender, &theo] {
        let view = hub.app.read_referral(&hub.app.request(None), caller, &reference).await.unwrap();
        assert_eq!(view.files.iter().map(|file| file.scan).collect::<Vec<_>>(), [ScanState::NotScanned; 2]);
    }
    let served = hub.serve().await;
    let client = Client::new(&served);
    client.sign_in(&served, "theo.invented").await;
    let page = client.get(&format!("/referrals/{reference}")).await;
    assert_eq!(page.body.matches("Not scanned").count(), 2, "{}", page.body);
    let (api, _) = served.signed_in("theo.invented").await;
    let told = api.get(format!("{}/api/v1/referrals/{reference}", served.url())).send().await.unwrap().text().await.unwrap();
    assert_eq!(told.matches("\"not-scanned\"").count(), 2, "{told}");
    served.finish().await;
}
