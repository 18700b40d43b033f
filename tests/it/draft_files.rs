//! Files of a draft: sealed like the rest of it, gone with it, and sealed anew for whoever receives it when it is sent.

use std::{fs, path::PathBuf, sync::Arc, time::Duration};

use referral_exchange::{
    app::{Added, Answered, App, Caller, DraftView, Error, IdempotencyKey, Onto, example, raw_from_json},
    domain::{
        agency::AgencyKind,
        answers::{FieldError, RawAnswers},
        draft::Part,
        enquiry::FormKind,
        file::{FileForm, MOST_IN_DRAFT, ScanState},
        multipart,
        reference::Reference,
    },
    store::Engine,
};

use crate::support::{
    files::{Arriving, content_type, eicar, fetch, form, pdf, photograph},
    hub::{ENGINES, Hub},
    raw::Raw,
};

const DAY: Duration = Duration::from_hours(24);

async fn begun(engine: Engine) -> (Hub, Caller, Reference) {
    let hub = Hub::founded(engine).await;
    let tess = hub.sign_in("tess.example").await;
    let reference = begin(&hub.app, &tess, "begin").await;
    (hub, tess, reference)
}

async fn begin(app: &App, caller: &Caller, key: &str) -> Reference {
    begin_a(app, caller, key, ("fire-protection", FormKind::Referral)).await
}

async fn begin_a(app: &App, caller: &Caller, key: &str, form: (&str, FormKind)) -> Reference {
    let part = Part { section: "first".to_owned(), fields: vec![("narrative".to_owned(), "Begun.".to_owned())] };
    let key = IdempotencyKey::parse(key).unwrap();
    app.start_draft(&app.request(None), caller, &key, (form, &part)).await.unwrap().value
}

async fn add(
    app: &Arc<App>,
    caller: &Caller,
    reference: Reference,
    key: &str,
    (name, content): (&str, &[u8]),
) -> Result<Answered<Added>, Error> {
    let (request, reference) = (app.request(None), reference.to_string());
    let body = form(&[("description", "canary description")], Some((name, content)));
    let form = (multipart::boundary(&content_type()), Arriving::of(&body));
    let arrived = app.receive(&request, caller, Onto::Draft(&reference), form).await?;
    app.attach_to_draft(&request, caller, &IdempotencyKey::parse(key).unwrap(), (&reference, arrived)).await
}

async fn read(app: &App, caller: &Caller, reference: Reference) -> Result<DraftView, Error> {
    app.read_draft(&app.request(None), caller, &reference.to_string()).await
}

async fn send(app: &App, caller: &Caller, reference: Reference) -> Result<Reference, Error> {
    let today = app.request(None).at.uk_date();
    let answers = move |view: &DraftView| -> Result<RawAnswers, Vec<FieldError>> {
        raw_from_json(&example(&view.pathway.pathway, AgencyKind::Education, today)["answers"])
    };
    app.send_draft(&app.request(None), caller, reference, answers).await.map(|sent| sent.value.reference)
}

fn blobs(hub: &Hub) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(hub.folder.path().join("blobs")) else { return Vec::new() };
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn names(view: &DraftView) -> Vec<&str> {
    view.files.iter().map(|file| file.name.as_str()).collect()
}

async fn sent_along(engine: Engine) {
    let (hub, tess, reference) = begun(engine).await;
    let app = &hub.app;
    let plan = pdf(300_000);
    let (as_it_came, clean) = photograph();
    add(app, &tess, reference, "plan", ("plan.pdf", &plan)).await.unwrap();
    assert!(add(app, &tess, reference, "plan", ("plan.pdf", &plan)).await.unwrap().replayed, "once for each key");
    hub.clock.advance(Duration::from_secs(1));
    add(app, &tess, reference, "stairs", ("stairs.jpg", &as_it_came)).await.unwrap();
    let view = read(app, &tess, reference).await.unwrap();
    assert_eq!(names(&view), ["plan.pdf", "stairs.jpg"]);
    let facts: Vec<_> = view.files.iter().map(|file| (file.from.as_str(), file.description.as_str(), file.scan)).collect();
    assert_eq!(facts, [("Tess Example", "canary description", ScanState::Clean); 2]);
    let mut raw = Raw::owner(&hub).await;
    let kinds = "SELECT DISTINCT c.kind FROM attachment a JOIN compartment c ON c.id = a.compartment";
    assert_eq!((raw.texts(kinds).await, blobs(&hub).len()), (vec!["draft".to_owned()], 3));
    let before = blobs(&hub);

    send(app, &tess, reference).await.unwrap();
    assert_eq!(blobs(&hub).len(), 3, "one of each form, none of the draft's");
    assert!(blobs(&hub).iter().all(|blob| !before.contains(blob)));
    // Sealed to the key of the submission, whoever that is for: nobody gets a file who does not get the answers.
    let apart = "SELECT COUNT(*) FROM attachment a WHERE a.compartment NOT IN (SELECT compartment FROM entry \
         WHERE kind = 'headline') AND NOT EXISTS (SELECT 1 FROM log_erased x WHERE x.id = a.id)";
    assert_eq!(raw.count(apart).await, 0);
    let theo = hub.sign_in("theo.invented").await;
    let text = reference.to_string();
    for reader in [&theo, &tess] {
        let seen = app.read_referral(&app.request(None), reader, &text).await.unwrap();
        let list: Vec<_> = seen.files.iter().map(|file| (file.name.as_str(), file.from.as_str(), file.scan)).collect();
        let from = "Tess Example";
        assert_eq!(list, [("plan.pdf", from, ScanState::Clean), ("stairs.jpg", from, ScanState::Clean)]);
        for (file, content) in seen.files.iter().zip([&plan, &clean]) {
            let got = fetch(app, reader, (&text, &file.id.to_string()), FileForm::File).await.unwrap();
            assert_eq!(&got.2, content);
        }
        let picture = seen.files[1].id.to_string();
        let original = fetch(app, reader, (&text, &picture), FileForm::Original).await;
        assert!(original.is_ok_and(|got| got.2 == as_it_came), "the picture as it came goes along");
    }
    hub.finish().await;
}

async fn removed_or_ended(engine: Engine) {
    let (hub, tess, reference) = begun(engine).await;
    let app = &hub.app;
    let mut raw = Raw::owner(&hub).await;
    let text = reference.to_string();
    let gone = add(app, &tess, reference, "one", ("one.jpg", &photograph().0)).await.unwrap().value.id;
    add(app, &tess, reference, "two", ("two.txt", b"The door was open.")).await.unwrap();
    // Somebody else sees neither draft nor file; nobody takes out what is not there.
    let omar = hub.sign_in("omar.placeholder").await;
    let by_omar = app.remove_from_draft(&app.request(None), &omar, (&text, &gone)).await;
    assert!(matches!(by_omar, Err(Error::Unseen)), "{by_omar:?}");
    assert!(matches!(add(app, &omar, reference, "omar", ("a.txt", b"Mine?")).await, Err(Error::Unseen)));
    app.remove_from_draft(&app.request(None), &tess, (&text, &gone)).await.unwrap();
    for nothing in [gone.as_str(), "nonsense"] {
        let again = app.remove_from_draft(&app.request(None), &tess, (&text, nothing)).await;
        assert!(matches!(again, Err(Error::Unseen)), "{again:?}");
    }
    assert_eq!((names(&read(app, &tess, reference).await.unwrap()), blobs(&hub).len()), (vec!["two.txt"], 1));
    assert_eq!(raw.count("SELECT COUNT(*) FROM log_erased WHERE what = 'attachment'").await, 2, "both forms of it");

    app.delete_draft(&app.request(None), &tess, &text).await.unwrap();
    assert_eq!(blobs(&hub).len(), 0);
    let old = begin(app, &tess, "old").await;
    add(app, &tess, old, "three", ("three.txt", b"Nobody sends it.")).await.unwrap();
    hub.clock.advance(31 * DAY);
    assert_eq!((app.expire_drafts().await.unwrap(), blobs(&hub).len()), (1, 0));
    hub.finish().await;
}

async fn another_deputy(engine: Engine) {
    let (hub, tess, reference) = begun(engine).await;
    let app = &hub.app;
    let plan = pdf(70_000);
    add(app, &tess, reference, "plan", ("plan.pdf", &plan)).await.unwrap();
    let before = blobs(&hub);
    let lena = hub.sign_in("lena.sample").await;
    let text = reference.to_string();
    app.change_draft_deputy(&app.request(None), &tess, &text, Some(lena.user())).await.unwrap();
    assert_eq!(blobs(&hub).len(), 1);
    assert_ne!(blobs(&hub), before, "sealed anew");
    assert_eq!(names(&read(app, &lena, reference).await.unwrap()), ["plan.pdf"]);
    add(app, &lena, reference, "hers", ("hers.txt", b"Seen by her.")).await.unwrap();
    send(app, &lena, reference).await.unwrap();
    let theo = hub.sign_in("theo.invented").await;
    let seen = app.read_referral(&app.request(None), &theo, &text).await.unwrap();
    let list: Vec<_> = seen.files.iter().map(|file| (file.name.as_str(), file.from.as_str())).collect();
    assert_eq!(list, [("plan.pdf", "Tess Example"), ("hers.txt", "Lena Sample")], "each by whoever added it");
    let got = fetch(app, &theo, (&text, &seen.files[0].id.to_string()), FileForm::File).await.unwrap();
    assert_eq!(got.2, plan);
    hub.finish().await;
}

async fn not_taken(engine: Engine) {
    let (hub, tess, reference) = begun(engine).await;
    let app = &hub.app;
    let mut raw = Raw::owner(&hub).await;
    let infected = add(app, &tess, reference, "bad", ("bad.txt", &eicar())).await;
    assert!(matches!(infected, Err(Error::Invalid(_))), "{infected:?}");
    let program = add(app, &tess, reference, "exe", ("a.exe", b"MZ\0")).await;
    assert!(matches!(program, Err(Error::Unsupported(_))), "{program:?}");
    assert_eq!((read(app, &tess, reference).await.unwrap().files.len(), blobs(&hub).len()), (0, 0));
    let refused = "SELECT COUNT(*) FROM log_event WHERE action = 'attach-file' AND outcome = 'refuse'";
    assert_eq!(raw.count(refused).await, 1, "what the scanner found is on record");
    // What is asked without naming anybody takes none: a file could.
    let question = begin_a(app, &tess, "question", ("child-exploitation", FormKind::Enquiry)).await;
    let named = add(app, &tess, question, "named", ("a.txt", b"Her name is on it.")).await;
    assert!(matches!(named, Err(Error::Conflict(_))), "{named:?}");
    for at in 0..MOST_IN_DRAFT {
        add(app, &tess, reference, &format!("file-{at}"), ("a.txt", b"One of many.")).await.unwrap();
    }
    let more = add(app, &tess, reference, "more", ("a.txt", b"One too many.")).await;
    assert!(matches!(more, Err(Error::Conflict(_))), "{more:?}");
    let view = read(app, &tess, reference).await.unwrap();
    app.remove_from_draft(&app.request(None), &tess, (&reference.to_string(), &view.files[0].id.to_string())).await.unwrap();
    add(app, &tess, reference, "room", ("a.txt", b"There is room again.")).await.unwrap();
    hub.finish().await;
}

/// A draft is not sent with a file that is not what was sealed: it stays a draft, and that is on record.
async fn damaged(engine: Engine) {
    let (hub, tess, reference) = begun(engine).await;
    let app = &hub.app;
    add(app, &tess, reference, "plan", ("plan.pdf", &pdf(100_000))).await.unwrap();
    let blob = blobs(&hub).remove(0);
    let mut bytes = fs::read(&blob).unwrap();
    bytes[70_000] ^= 1;
    fs::write(&blob, bytes).unwrap();
    assert!(matches!(send(app, &tess, reference).await, Err(Error::Integrity(_))));
    assert_eq!(names(&read(app, &tess, reference).await.unwrap()), ["plan.pdf"]);
    let refused = "SELECT COUNT(*) FROM log_event WHERE action = 'send-draft' AND outcome = 'refuse'";
    assert_eq!((Raw::owner(&hub).await.count(refused).await, blobs(&hub).len()), (1, 1), "nothing half-sealed is left");
    hub.abandon().await;
}

crate::support::on_both! {
    a_file_of_a_draft_is_sealed_anew_for_its_receivers_when_it_is_sent => sent_along,
    a_file_of_a_draft_goes_when_it_is_taken_out_and_with_its_draft => removed_or_ended,
    a_file_of_a_draft_is_sealed_anew_for_another_deputy => another_deputy,
    a_draft_takes_few_files_and_none_that_do_harm => not_taken,
    a_damaged_file_stops_the_sending => damaged,
}
