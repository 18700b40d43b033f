//! Files: sealed to those they are for, given to nobody without an event, stopped at once, and verified like everything else.

use std::{fs, time::Duration};

use referral_exchange::{
    app::{App, Caller, Error, IdempotencyKey, Onto},
    audit::body::Body,
    domain::{
        action::Action,
        file::{FileForm, LARGEST, ScanState},
        ids::EntryId,
        quarantine::StopReason,
    },
    store::Engine,
};

use crate::support::{
    acts::send,
    files::{Arriving, attach, content_type, eicar, fetch, form, pdf, photograph},
    hub::{ENGINES, Hub},
};

/// A hub with one referral: its sender, a triager of the receiving team, the reference.
async fn sent(engine: Engine) -> (Hub, Caller, Caller, String) {
    let hub = Hub::founded(engine).await;
    let sender = hub.sign_in("tess.example").await;
    let reference = send(&hub.app, &sender, "one", |_| ()).await.reference.to_string();
    let triager = hub.sign_in("theo.invented").await;
    (hub, sender, triager, reference)
}

/// The bodies of every event of an act.
async fn events(hub: &Hub, action: Action) -> Vec<Body> {
    hub.app.sequence().await.unwrap();
    let all = hub.app.store().sequenced_from(0, 10_000).await.unwrap();
    let bodies = all.iter().map(|row| row.event.as_ref().unwrap().check(hub.app.store().authenticator()).unwrap().unwrap());
    bodies.filter(|body| body.action == action.code()).collect()
}

/// So many downloads are on record as refused, each for this reason and naming nothing.
async fn refused_for(hub: &Hub, reason: &str, count: usize) {
    let refused = events(hub, Action::DownloadFile).await.into_iter().filter(|body| body.outcome == "refuse");
    let refused: Vec<_> = refused.map(|body| (body.reason, body.entries.len())).collect();
    assert_eq!(refused, vec![(Some(reason.to_owned()), 0); count]);
}

fn blobs(hub: &Hub) -> Vec<std::path::PathBuf> {
    let Ok(entries) = fs::read_dir(hub.folder.path().join("blobs")) else { return Vec::new() };
    entries.map(|entry| entry.unwrap().path()).collect()
}

async fn there_and_back(engine: Engine) {
    let (hub, sender, triager, reference) = sent(engine).await;
    let app = &hub.app;
    // Around a chunk's edge, and many chunks long.
    for (number, length) in [10, 65_536, 300_000].into_iter().enumerate() {
        hub.clock.advance(Duration::from_secs(1));
        let content = pdf(length);
        let key = format!("file-{number}");
        let added = attach(app, &sender, &reference, &key, ("shared", "Plan of the flats.PDF", &content)).await.unwrap();
        let id = added.value.id;
        let again = attach(app, &sender, &reference, &key, ("shared", "Plan of the flats.PDF", &content)).await.unwrap();
        assert_eq!((again.replayed, &again.value.id), (true, &id));
        let other = attach(app, &sender, &reference, &key, ("shared", "Plan of the flats.PDF", &pdf(11))).await;
        assert!(matches!(other, Err(Error::KeyReused)));
        for caller in [&sender, &triager] {
            let got = fetch(app, caller, (&reference, &id), FileForm::File).await.unwrap();
            assert_eq!(got, ("Plan of the flats.pdf".to_owned(), "application/pdf", content.clone()));
        }
        // There is no other form of it.
        let original = fetch(app, &triager, (&reference, &id), FileForm::Original).await;
        assert!(matches!(original, Err(Error::Unseen)), "{original:?}");
    }
    let view = app.read_referral(&app.request(None), &triager, &reference).await.unwrap();
    let listed: Vec<_> =
        view.files.iter().map(|file| (file.name.as_str(), file.size, file.scan, file.description.as_str())).collect();
    let expected = [10, 65_536, 300_000].map(|size| ("Plan of the flats.pdf", size, ScanState::Clean, "canary description"));
    assert_eq!(listed, expected);
    assert_eq!(view.files[0].from, "Tess Example");
    assert_eq!(blobs(&hub).len(), 3);
    let report = hub.verify().await;
    assert_eq!((report.attachments, report.findings), (3, vec![]));

    let (collected, disclosed) = (events(&hub, Action::AttachFile).await, events(&hub, Action::DownloadFile).await);
    assert!(collected.iter().all(|body| body.event_type == "collect" && body.entries.len() == 2 && body.outcome == "allow"));
    assert!(disclosed.iter().all(|body| body.event_type == "disclose" && body.entries.len() == 2));
    assert_eq!((collected.len(), disclosed.len()), (3, 6));
    let written = blobs(&hub).into_iter().map(|path| fs::read(path).unwrap());
    assert!(written.into_iter().all(|bytes| bytes.starts_with(b"age-encryption.org/v1") && !has(&bytes, b"canary")));
    hub.finish().await;
}

fn has(hay: &[u8], needle: &[u8]) -> bool {
    hay.windows(needle.len()).any(|window| window == needle)
}

async fn pictures(engine: Engine) {
    let (hub, sender, triager, reference) = sent(engine).await;
    let app = &hub.app;
    let (photograph, clean) = photograph();
    let id = attach(app, &sender, &reference, "p", ("shared", "IMG_1.jpeg", &photograph)).await.unwrap().value.id;
    let view = app.read_referral(&app.request(None), &triager, &reference).await.unwrap();
    assert!(view.files[0].has_original && view.files[0].size == clean.len() as u64);
    let got = fetch(app, &triager, (&reference, &id), FileForm::File).await.unwrap();
    assert_eq!(got, ("IMG_1.jpg".to_owned(), "image/jpeg", clean.clone()));
    assert!(events(&hub, Action::DownloadOriginal).await.is_empty());
    let got = fetch(app, &triager, (&reference, &id), FileForm::Original).await.unwrap();
    assert_eq!(got.2, photograph);
    let [event] = &events(&hub, Action::DownloadOriginal).await[..] else { panic!("one event") };
    assert_eq!((event.event_type.as_str(), event.entries.len()), ("disclose", 2));
    // Without anything to take out, there is one copy and no other form.
    let id = attach(app, &sender, &reference, "q", ("shared", "IMG_2.jpg", &clean)).await.unwrap().value.id;
    assert_eq!(fetch(app, &sender, (&reference, &id), FileForm::File).await.unwrap().2, clean);
    assert_eq!(blobs(&hub).len(), 3);
    assert_eq!(hub.verify().await.attachments, 3);
    hub.finish().await;
}

async fn audiences(engine: Engine) {
    let (hub, sender, triager, reference) = sent(engine).await;
    let app = &hub.app;
    let id = attach(app, &triager, &reference, "c", ("casework", "notes.txt", b"canary notes")).await.unwrap().value.id;
    assert_eq!(fetch(app, &triager, (&reference, &id), FileForm::File).await.unwrap().2, b"canary notes");
    let second = attach(app, &triager, &reference, "d", ("casework", "more.txt", b"more notes")).await.unwrap().value.id;
    assert_eq!(fetch(app, &triager, (&reference, &second), FileForm::File).await.unwrap().2, b"more notes");
    assert!(app.read_referral(&app.request(None), &sender, &reference).await.unwrap().files.is_empty());
    let shared = attach(app, &sender, &reference, "s", ("shared", "a.txt", b"shared")).await.unwrap().value.id;
    let refused = attach(app, &sender, &reference, "e", ("casework", "b.txt", b"canary")).await;
    assert!(matches!(refused, Err(Error::Refused)), "{:?}", refused.err());
    let before = blobs(&hub).len();
    // What one may not see looks like what is not there, whichever way one comes to it.
    let nothing = "f".repeat(32);
    let (stranger, officer) = (hub.sign_in("adam.notional").await, hub.sign_in("dora.madeup").await);
    for (caller, id) in
        [(&sender, &id), (&sender, &nothing), (&sender, &"no id".to_owned()), (&stranger, &shared), (&officer, &shared)]
    {
        let got = fetch(app, caller, (&reference, id), FileForm::File).await;
        assert!(matches!(got, Err(Error::Unseen)), "{got:?}");
        let key = IdempotencyKey::parse("stop").unwrap();
        let stopped = app.quarantine(&app.request(None), caller, &key, (&reference, id, None)).await;
        assert!(matches!(stopped, Err(Error::Unseen)), "{stopped:?}");
    }
    let tried = attach(app, &stranger, &reference, "x", ("shared", "x.txt", b"canary")).await;
    assert!(matches!(tried, Err(Error::Unseen)));
    assert_eq!(blobs(&hub).len(), before, "nothing of what was refused is kept");
    refused_for(&hub, "unseen", 5).await;
    hub.finish().await;
}

async fn not_taken(engine: Engine) {
    let (hub, sender, _, reference) = sent(engine).await;
    let app = &hub.app;
    let large = pdf(usize::try_from(LARGEST).unwrap() + 1);
    for (name, content) in [("a.pdf", &b"MZ\x90\0\x03"[..]), ("a.pdf", b"<html><script>"), ("a.jpg", b"GIF89a\0")] {
        let tried = attach(app, &sender, &reference, "k", ("shared", name, content)).await;
        assert!(matches!(tried, Err(Error::Unsupported(_))), "{name}: {:?}", tried.err());
    }
    let tried = attach(app, &sender, &reference, "k", ("shared", "large.pdf", &large)).await;
    assert!(matches!(tried, Err(Error::TooLarge)));
    for (name, content, words) in [
        ("empty.pdf", &b""[..], "The file is empty"),
        ("", b"", "Choose a file"),
        ("notes.txt", &eicar(), "The scanner found something harmful in this file. It was not kept"),
    ] {
        let Err(Error::Invalid(errors)) = attach(app, &sender, &reference, "k", ("shared", name, content)).await else {
            panic!("{words}")
        };
        assert_eq!((errors[0].name().as_str(), errors[0].message.as_str()), ("file", words));
    }
    assert!(blobs(&hub).is_empty(), "nothing of it is kept");
    let refused: Vec<_> = events(&hub, Action::AttachFile).await.into_iter().filter_map(|body| body.reason).collect();
    assert_eq!(refused, ["infected"]);
    // A name says nothing about what a file is.
    let id = attach(app, &sender, &reference, "n", ("shared", "holiday.exe", &pdf(99))).await.unwrap().value.id;
    assert_eq!(fetch(app, &sender, (&reference, &id), FileForm::File).await.unwrap().0, "holiday.exe.pdf");
    hub.finish().await;
}

async fn odd_forms(engine: Engine) {
    let (hub, sender, _, reference) = sent(engine).await;
    let app = &hub.app;
    let whole = form(&[("audience", "shared")], Some(("a.pdf", &pdf(50))));
    let long = "x".repeat(9000);
    for (what, body) in [
        ("cut short", whole[..whole.len() - 10].to_vec()),
        ("no form", b"not a form at all".to_vec()),
        ("two files", [&whole[..whole.len() - 4 - crate::support::files::BOUNDARY.len() - 2], &whole[..]].concat()),
        ("a field too long", form(&[("description", &long)], None)),
        ("nothing", Vec::new()),
    ] {
        let boundary = referral_exchange::domain::multipart::boundary(&content_type());
        let arrived = app.receive(&app.request(None), &sender, Onto::Referral(&reference), (boundary, Arriving::of(&body))).await;
        assert!(matches!(arrived, Err(Error::Malformed(_))), "{what}: {:?}", arrived.err());
    }
    assert!(blobs(&hub).is_empty());
    hub.finish().await;
}

async fn stopped_at_once(engine: Engine) {
    let (hub, sender, triager, reference) = sent(engine).await;
    let app = &hub.app;
    let (photograph, _) = photograph();
    let id = attach(app, &triager, &reference, "p", ("shared", "a.jpg", &photograph)).await.unwrap().value.id;
    let key = IdempotencyKey::parse("stop").unwrap();
    app.quarantine(&app.request(None), &sender, &key, (&reference, &id, Some(StopReason::Harmful))).await.unwrap();
    let again = app.quarantine(&app.request(None), &sender, &key, (&reference, &id, Some(StopReason::Harmful))).await.unwrap();
    assert!(again.replayed);
    for (caller, form) in [(&sender, FileForm::File), (&triager, FileForm::File), (&triager, FileForm::Original)] {
        let got = fetch(app, caller, (&reference, &id), form).await;
        assert!(matches!(got, Err(Error::Conflict(_))), "{got:?}");
    }
    let view = app.read_referral(&app.request(None), &triager, &reference).await.unwrap();
    assert!(view.files[0].is_quarantined(), "it stays in the list");
    assert_eq!(events(&hub, Action::QuarantineFile).await.len(), 1);
    let refused: Vec<_> = events(&hub, Action::DownloadFile).await.into_iter().filter_map(|body| body.reason).collect();
    assert_eq!(refused, ["quarantined", "quarantined"]);
    hub.finish().await;
}

/// What is changed, missing or planted among the blobs is named, and nothing of it is shown.
async fn damaged_blobs(engine: Engine) {
    let (hub, sender, triager, reference) = sent(engine).await;
    let app = &hub.app;
    let one = attach(app, &sender, &reference, "1", ("shared", "1.pdf", &pdf(70_000))).await.unwrap().value.id;
    let other = attach(app, &sender, &reference, "2", ("shared", "2.pdf", &pdf(70_000))).await.unwrap().value.id;
    let files = blobs(&hub);
    let [first, second] = &files[..] else { panic!("two blobs") };
    let (whole, twin) = (fs::read(first).unwrap(), fs::read(second).unwrap());
    let name = |path: &std::path::Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let named = async |what: &str| {
        let found = hub.verify().await.findings.into_iter().filter(|finding| finding.what == what);
        found.map(|finding| finding.id).collect::<Vec<_>>()
    };
    let changed = "the blob is not what was sealed";
    let shut = async |caller: &Caller| {
        let mut shut = 0;
        for id in [&one, &other] {
            let got = fetch(app, caller, (&reference, id), FileForm::File).await;
            shut += usize::from(matches!(got, Err(Error::Integrity(_))));
        }
        shut
    };

    let mut altered = whole.clone();
    altered[whole.len() / 2] ^= 1;
    fs::write(first, &altered).unwrap();
    assert_eq!((named(changed).await, shut(&triager).await), (vec![name(first)], 1), "a changed byte");
    fs::write(first, &whole[..whole.len() - 1]).unwrap();
    assert_eq!((named(changed).await, shut(&triager).await), (vec![name(first)], 1), "cut short");
    fs::write(first, &twin).unwrap();
    fs::write(second, &whole).unwrap();
    assert_eq!((named(changed).await.len(), shut(&triager).await), (2, 2), "changed places");
    fs::write(second, &twin).unwrap();
    fs::remove_file(first).unwrap();
    assert_eq!((named("its blob is missing").await, shut(&triager).await), (vec![name(first)], 1), "missing");
    fs::write(first, &whole).unwrap();
    let planted = first.with_file_name("e".repeat(32));
    fs::write(&planted, &whole).unwrap();
    fs::write(first.with_file_name("readme.html"), "x").unwrap();
    let mut found = named("no row names this blob").await;
    found.sort();
    assert_eq!(found, [name(&planted), "readme.html".to_owned()]);
    fs::remove_file(planted).unwrap();
    fs::remove_file(first.with_file_name("readme.html")).unwrap();

    refused_for(&hub, "integrity", 5).await;
    assert_eq!(shut(&triager).await, 0, "all is as it was");
    hub.finish().await;
}

async fn swept(engine: Engine) {
    let (hub, sender, _, reference) = sent(engine).await;
    let app = &hub.app;
    let id = attach(app, &sender, &reference, "1", ("shared", "1.pdf", &pdf(70))).await.unwrap().value.id;
    let lost = EntryId::from_bytes([0xab; 16]);
    app.store().blobs().create(lost, app.now()).unwrap().keep().unwrap();
    let unfinished = app.store().blobs().create(EntryId::from_bytes([0xcd; 16]), app.now()).unwrap();
    std::mem::forget(unfinished);
    assert_eq!(blobs(&hub).len(), 3);
    hub.clock.advance(Duration::from_mins(59));
    assert_eq!(app.sweep_blobs().await.unwrap(), 0, "an upload may still be between disk and database");
    hub.clock.advance(Duration::from_mins(2));
    // The unfinished one was touched by the machine's clock, and that is another.
    let old = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1);
    let part = blobs(&hub).into_iter().find(|path| path.extension().is_some()).unwrap();
    fs::File::options().write(true).open(part).unwrap().set_modified(old).unwrap();
    assert_eq!(app.sweep_blobs().await.unwrap(), 2);
    assert_eq!((blobs(&hub).len(), app.sweep_blobs().await.unwrap()), (1, 0));
    let sender = hub.sign_in("tess.example").await;
    assert_eq!(fetch(app, &sender, (&reference, &id), FileForm::File).await.unwrap().2, pdf(70));
    hub.finish().await;
}

async fn at_most_a_hundred(engine: Engine) {
    let (hub, sender, _, reference) = sent(engine).await;
    for number in 0..100 {
        attach(&hub.app, &sender, &reference, &format!("{number}"), ("shared", "a.txt", b"words")).await.unwrap();
    }
    let more = attach(&hub.app, &sender, &reference, "100", ("shared", "a.txt", b"words")).await;
    assert!(matches!(more, Err(Error::Conflict(_))), "{:?}", more.err());
    assert_eq!(blobs(&hub).len(), 100, "what did not fit is not kept");
    hub.finish().await;
}

/// A colleague's first opening moves the referral under a download, which goes on all the same.
async fn moved_meanwhile(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let (sender, fay, theo) =
        (hub.sign_in("tess.example").await, hub.sign_in("fay.fictional").await, hub.sign_in("theo.invented").await);
    for round in 0..6 {
        let reference = send(app, &sender, &format!("{round}"), |_| ()).await.reference.to_string();
        let id = attach(app, &sender, &reference, &format!("f{round}"), ("shared", "a.pdf", &pdf(10))).await.unwrap().value.id;
        let request = app.request(None);
        let opening = app.read_referral(&request, &fay, &reference);
        let (opened, got) = tokio::join!(opening, fetch(app, &theo, (&reference, &id), FileForm::File));
        assert!(opened.is_ok() && got.is_ok(), "{:?} {:?}", opened.err(), got.err());
    }
    hub.finish().await;
}

/// Too many at once are told to come back; once one has ended there is room again.
#[tokio::test(flavor = "multi_thread")]
async fn uploads_at_once_are_bounded() {
    let (hub, sender, _, reference) = sent(ENGINES[0]).await;
    let app = &hub.app;
    let body = form(&[("audience", "shared")], Some(("a.pdf", &pdf(50))));
    let receive = async |app: &App| {
        let boundary = referral_exchange::domain::multipart::boundary(&content_type());
        app.receive(&app.request(None), &sender, Onto::Referral(&reference), (boundary, Arriving::of(&body))).await
    };
    let mut held = Vec::new();
    let refused = loop {
        match receive(app).await {
            Ok(arrived) => held.push(arrived),
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, Error::Busy(_)), "{refused:?}");
    assert_eq!(held.len(), 8, "a quarter of the places");
    held.pop();
    assert!(receive(app).await.is_ok());
    drop(held);
    hub.finish().await;
}

crate::support::on_both! {
    a_file_comes_back_as_it_was_to_whom_it_is_for => there_and_back,
    a_picture_loses_its_place_and_the_original_is_an_act_of_its_own => pictures,
    a_file_goes_nowhere_its_reader_may_not_look => audiences,
    what_is_no_file_of_a_kind_that_is_taken_leaves_nothing => not_taken,
    a_form_that_is_not_whole_leaves_nothing => odd_forms,
    any_reader_stops_a_file_for_everybody => stopped_at_once,
    a_first_opening_fails_no_download => moved_meanwhile,
    changed_missing_and_planted_blobs_are_named_and_not_shown => damaged_blobs,
    blobs_that_belong_to_nothing_are_swept_after_an_hour => swept,
    a_referral_holds_a_hundred_files => at_most_a_hundred,
}
