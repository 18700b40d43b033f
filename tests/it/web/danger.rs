//! The question about danger says the same on every form, before it and in it: whoever is not sure answers as with a yes.

use referral_exchange::domain::enquiry::FormKind;

use crate::support::{
    client::Client,
    hub::{ENGINES, Hub},
};

const WORDS: [&str; 2] = ["Yes, or I am not sure", "No"];

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_sure_of_danger_has_an_answer_on_every_form_and_in_every_draft() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let client = Client::new(&served);
    // The police may send all of them.
    client.sign_in(&served, "quinn.mock").await;
    let mut forms = 0;
    for versioned in served.hub.app.pathways() {
        let pathway = &versioned.pathway;
        let enquiry = pathway.enquiry.as_ref().map(|enquiry| (format!("/refer/{}/advice", pathway.id), &*enquiry.form));
        for (at, form) in std::iter::once((format!("/refer/{}", pathway.id), &**pathway)).chain(enquiry) {
            let page = client.get(&format!("{at}/danger")).await;
            assert_eq!(page.words(".govuk-radios__label"), WORDS, "{at}");
            for answer in ["yes", "no"] {
                let fields =
                    [("csrf_token", page.token()), ("form_token", page.value("form_token")), ("danger", answer.to_owned())];
                let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
                let led = client.post(&format!("{at}/start"), &fields).await;
                if answer == "yes" {
                    assert_eq!(led.location(), format!("{at}/ring"), "not sure is treated as a yes: whom to ring comes first");
                    continue;
                }
                // A question without a name is begun with the answer, and does not ask it again.
                if form.kind == FormKind::Enquiry {
                    continue;
                }
                let section = &form.sections[0];
                let question = form.question(&form.danger.question).unwrap();
                let draft = led.location().to_owned();
                let shown = client.get(&format!("{draft}/section/{}", section.id)).await;
                let label = |value: &str| shown.words(&format!("[name='{}'][value='{value}'] + label", question.id)).concat();
                assert_eq!([label("yes"), label("no")], WORDS, "{at}");
                let check = client.get(&format!("{draft}/check")).await;
                assert!(check.body.contains(&question.short) && question.short.contains("not sure"), "{at}: {}", question.short);
            }
            forms += 1;
        }
    }
    assert_eq!(forms, 8 + 6, "eight pathways, and a question without a name on those about a person");
    served.finish().await;
}
