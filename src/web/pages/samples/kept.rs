//! What is kept of a form whose session had ended, and the form of an earlier session given back.

use super::{
    super::kept::{InForm, KeptPage, Offer, OfferRow},
    somebody,
};

pub(super) fn in_form(typed: &str, put_back: bool) -> InForm {
    if put_back { InForm::PutBack("0a".to_owned()) } else { InForm::Offered(offer(typed)) }
}

fn offer(typed: &str) -> Offer {
    let row = |id: &str, question: &str, standing: &str| OfferRow {
        id: id.to_owned(),
        question: question.to_owned(),
        standing: standing.to_owned(),
        typed: typed.to_owned(),
    };
    Offer {
        id: "0a".to_owned(),
        at: "10:42am on 4 June 2026".to_owned(),
        rows: vec![row("concern", "What are you worried about?", ""), row("seen", "What did you see?", "Two people\nat a door")],
        address: "/drafts/7K3F-9QXD-2/section/child".to_owned(),
        csrf_token: "token-of-the-session".to_owned(),
    }
}

pub(super) fn page(answer: &str) -> KeptPage {
    KeptPage {
        frame: somebody().titled("Look at your answers again"),
        action: "/drafts/resume".to_owned(),
        kept_at: "/drafts/7K3F-9QXD-2/section/child".to_owned(),
        form_cookie_token: "token-of-the-session".to_owned(),
        answers: vec![("concern".to_owned(), answer.to_owned())],
    }
}
