//! Messages: sealed to those they are for, read by nobody else, written once for each key.

use referral_exchange::{
    app::{App, Caller, Error, IdempotencyKey},
    domain::message::Audience,
    store::Engine,
};

use crate::support::{
    acts::send,
    hub::{ENGINES, Hub},
};

async fn write(hub: &Hub, caller: &Caller, reference: &str, audience: Audience, text: &str) -> Result<bool, Error> {
    // Messages stand in the order of their moments.
    hub.clock.advance(std::time::Duration::from_secs(1));
    let app = &hub.app;
    let key = IdempotencyKey::parse(&format!("{}-{}", text.len(), audience.code())).unwrap();
    let written = app.write_message(&app.request(None), caller, &key, (reference, audience, text)).await;
    written.map(|answered| answered.replayed)
}

/// Who said what to whom, as one caller is shown it.
async fn said(app: &App, caller: &Caller, reference: &str) -> Vec<(String, &'static str, String)> {
    let view = app.read_referral(&app.request(None), caller, reference).await.unwrap();
    view.messages.into_iter().map(|message| (message.from, message.audience.code(), message.text)).collect()
}

async fn both_write(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let sender = hub.sign_in("tess.example").await;
    let reference = send(app, &sender, "one", |_| ()).await.reference.to_string();
    let triager = hub.sign_in("theo.invented").await;

    assert!(!write(&hub, &triager, &reference, Audience::Shared, "Which door is locked?").await.unwrap());
    assert!(!write(&hub, &triager, &reference, Audience::Casework, "Visited before, in May.").await.unwrap());
    assert!(!write(&hub, &sender, &reference, Audience::Shared, "The one at the back.").await.unwrap());
    // Sent again with the same key, it is written once; the key with other words is refused.
    assert!(write(&hub, &sender, &reference, Audience::Shared, "The one at the back.").await.unwrap());
    let again = write(&hub, &sender, &reference, Audience::Shared, "The one at the side.").await;
    assert!(matches!(again, Err(Error::KeyReused)), "{again:?}");

    let shared = [("Theo Invented", "shared", "Which door is locked?"), ("Tess Example", "shared", "The one at the back.")];
    let own = |(from, audience, text): (&str, &'static str, &str)| (from.to_owned(), audience, text.to_owned());
    assert_eq!(said(app, &sender, &reference).await, shared.map(own));
    let mut all = said(app, &triager, &reference).await;
    all.retain(|message| message.1 == "casework");
    assert_eq!(all, [own(("Theo Invented", "casework", "Visited before, in May."))]);
    hub.finish().await;
}

async fn strangers_write_nothing(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let sender = hub.sign_in("tess.example").await;
    let reference = send(app, &sender, "one", |_| ()).await.reference.to_string();
    // The referrer has no casework to write to, and the words never reach the team.
    let refused = write(&hub, &sender, &reference, Audience::Casework, "canary").await;
    assert!(matches!(refused, Err(Error::Refused)), "{refused:?}");
    for stranger in ["adam.notional", "dora.madeup"] {
        let caller = hub.sign_in(stranger).await;
        let refused = write(&hub, &caller, &reference, Audience::Shared, "canary").await;
        assert!(matches!(refused, Err(Error::Unseen)), "{stranger}: {refused:?}");
    }
    for (text, words) in [("  \n", "Enter a message"), (&*"x".repeat(5001), "Message must be 5,000 characters or less")] {
        let Err(Error::Invalid(errors)) = write(&hub, &sender, &reference, Audience::Shared, text).await else {
            panic!("{words}")
        };
        assert_eq!((errors[0].name().as_str(), errors[0].message.as_str()), ("text", words));
    }
    assert_eq!(said(app, &sender, &reference).await, []);
    hub.finish().await;
}

crate::support::on_both! {
    referrer_and_team_write_to_one_another_and_the_team_to_itself => both_write,
    a_message_goes_nowhere_its_writer_may_not_read => strangers_write_nothing,
}
