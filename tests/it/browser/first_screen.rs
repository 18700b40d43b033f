//! The first screen of a referral on a phone: what must be read first, what it is about, when it is due and what there is to do.

use referral_exchange::domain::withheld::Withhold;
use serde_json::{Value, json};

use crate::support::{
    acts::send,
    browser::{Browser, Kind},
    hub::{ENGINES, Hub},
    kept_back::try_send,
};

/// A common phone.
const PHONE: Kind = Kind { width: 390, scripts: true };
const HEIGHT: f64 = 800.0;

/// Where things of a referral's page end, from its top: the flags (none where there are none), the line that says what it is
/// about, the row with the deadline, and the first thing to do.
const PLACES: &str = "
    const end = element => element ? element.getBoundingClientRect().bottom + window.scrollY : null;
    const rows = [...document.querySelectorAll('.app-facts .govuk-summary-list__row')];
    return {
        flags: end(document.querySelector('.app-flags')),
        about: end(document.querySelector('.app-breaks')),
        due: end(rows.find(row => /\\b(due|overdue)\\b/i.test(row.textContent))),
        first: end(document.querySelector('.app-first a')),
        words: document.querySelector('.app-first a')?.textContent ?? '',
    };";

async fn looked_at(browser: &Browser, reference: &str) -> Value {
    browser.go(&format!("/referrals/{reference}")).await;
    browser.run(PLACES).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_screen_of_a_phone_has_flags_what_it_is_about_the_deadline_and_the_first_act() {
    let hub = Hub::founded(ENGINES[0]).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let plain = |answers: &mut Value| answers["danger_now"] = json!(false);
    let without = send(app, &tess, "plain", plain).await.reference.to_string();
    let form = ("child-exploitation", json!({ "district": "leicester", "danger_now": true }));
    let with = try_send(app, &tess, form, Withhold::default()).await.unwrap().reference.to_string();
    let served = hub.serve().await;
    for (who, reference, is_flagged) in [("theo.invented", &without, false), ("nia.imaginary", &with, true)] {
        let browser = Browser::open(PHONE, &served.url()).await;
        browser.sign_in(&served, who).await;
        for act in ["Take it", "Decide"] {
            let places = looked_at(&browser, reference).await;
            browser.picture(&format!("first-screen-{is_flagged}")).await;
            assert_eq!(!places["flags"].is_null(), is_flagged, "{places}");
            assert_eq!(places["words"], act, "{places}");
            for part in ["flags", "about", "due", "first"] {
                let fits = places[part].as_f64().map_or(part == "flags", |end| end > 0.0 && end <= HEIGHT);
                assert!(fits, "{part} of {who}: {places}");
            }
            if act == "Take it" {
                browser.press(".app-desk form[action$='/claim'] button").await;
            }
        }
        browser.close().await;
    }
    served.finish().await;
}
