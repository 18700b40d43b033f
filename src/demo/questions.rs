//! Questions in which nobody is named: asked, answered by whoever opens them, and now and then made a referral.

use serde_json::json;

use super::{
    DemoPerson, NEXT_CODE,
    story::Story,
    words,
    writing::{Turn, Writer, write},
};
use crate::{
    app::{Caller, Error, Sending, Versioned, raw_from_json},
    domain::{enquiry::FormKind, message::Audience},
};

/// So many questions become referrals.
const REFERRED: usize = 2;

/// The questions of the story.
#[derive(Default)]
pub(super) struct Questions {
    /// How many were asked.
    asked: usize,
    /// Those that wait for an answer.
    waiting: Vec<Question>,
    /// Those that were answered, and are no referral yet.
    answered: Vec<Question>,
    /// How many became referrals.
    referred: usize,
}

/// One question: who asked, what people quote, and the pathway.
struct Question {
    username: String,
    reference: String,
    pathway: String,
    /// Which of the pathway's stories it is.
    tale: usize,
}

impl Story<'_> {
    /// Answers to a form that can be sent, as JSON.
    pub(super) fn written(&mut self, versioned: &Versioned, writer: Writer, tale: usize) -> serde_json::Value {
        let app = self.app;
        let read = |answers: &serde_json::Value| app.check_answers(versioned, raw_from_json(answers).ok()?, writer.0).ok();
        let today = self.app.now().uk_date();
        let tales = (self.tales.of(versioned.pathway.id.as_str()), tale);
        write(&versioned.pathway, (writer, today), Turn::Usual, tales, &mut self.chance, read)
    }

    /// Sends a form with one of its pathway's stories; gives its reference.
    async fn send_form(
        &mut self,
        caller: &Caller,
        (versioned, tale): (&Versioned, usize),
        made_of: Option<&str>,
    ) -> Result<String, Error> {
        let kind = self.app.sender_kind(caller).await?;
        let writer = self.writer(caller, kind);
        let answers = self.written(versioned, writer, tale);
        let body = json!({ "pathway": versioned.pathway.id.as_str(), "answers": answers }).to_string();
        let raw = raw_from_json(&answers).map_err(Error::Invalid)?;
        let sending = Sending { enquiry: made_of.map(str::to_owned), ..Sending::from(raw) };
        let key = self.key()?;
        let receipt = self.app.submit(&self.app.request(None), caller, &key, body.as_bytes(), versioned, sending).await?;
        self.received(&receipt.value);
        Ok(receipt.value.reference.to_string())
    }

    /// Somebody asks for advice, by turns of every pathway that they may send.
    pub(super) async fn ask(&mut self, sender: &DemoPerson, cookie: &str) -> Result<Caller, Error> {
        self.clock.advance(NEXT_CODE);
        let caller = self.app.authenticate(&self.app.request(None), cookie).await?;
        let kind = self.app.sender_kind(&caller).await?;
        let own = self.app.pathways().into_iter().filter(|versioned| versioned.pathway.may_submit(kind));
        let forms: Vec<_> = own.filter_map(|versioned| self.app.form(versioned.pathway.id.as_str(), FormKind::Enquiry)).collect();
        // A folder of other pathways may offer none.
        let Some(form) = forms.get(self.questions.asked % forms.len().max(1)) else { return Ok(caller) };
        // Each pathway has a story that begins with a question.
        let tale = self.tales.of(form.pathway.id.as_str()).iter().position(|tale| tale.enquiry.is_some()).unwrap_or_default();
        let reference = self.send_form(&caller, (form, tale), None).await?;
        let (username, pathway) = (sender.username.clone(), form.pathway.id.to_string());
        self.questions.waiting.push(Question { username, reference, pathway, tale });
        self.questions.asked += 1;
        Ok(caller)
    }

    /// Whoever opened a question answers it.
    pub(super) async fn advise(&mut self, caller: &Caller, reference: &str) -> Result<(), Error> {
        let Some(text) = self.chance.pick(&words::ADVISED) else { return Ok(()) };
        let key = self.key()?;
        let answer = (reference, Audience::Shared, *text);
        self.app.write_message(&self.app.request(None), caller, &key, answer).await?;
        let place = self.questions.waiting.iter().position(|question| question.reference == reference);
        if let Some(place) = place {
            let question = self.questions.waiting.remove(place);
            self.questions.answered.push(question);
        }
        Ok(())
    }

    /// Somebody whose question was answered reads the answer, and makes a referral of the question.
    pub(super) async fn refer_a_question(&mut self) -> Result<(), Error> {
        if self.questions.referred == REFERRED {
            return Ok(());
        }
        let Some(question) = self.questions.answered.pop() else { return Ok(()) };
        let Some(versioned) = self.app.pathway(&question.pathway) else { return Ok(()) };
        self.clock.advance(NEXT_CODE);
        let (caller, _cookie) = self.person(&question.username)?.sign_in(self.app).await?;
        self.app.read_referral(&self.app.request(None), &caller, &question.reference).await?;
        self.send_form(&caller, (&versioned, question.tale), Some(&question.reference)).await?;
        self.sent += 1;
        self.questions.referred += 1;
        self.app.sign_out(&self.app.request(None), &caller).await
    }
}
