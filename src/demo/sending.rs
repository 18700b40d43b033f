//! Sending in the story: one of the stories for each turn, files beside some of them, and drafts that nobody sends.

use std::time::Duration;

use serde_json::json;

use super::{
    files::Paper,
    story::{IN_A_WEEK, Story, opener},
    writing::{Turn, write},
};
use crate::{
    app::{Caller, Error, Receipt, Versioned, raw_from_json},
    domain::{draft::Part, enquiry::FormKind, question::Kind, urgency::Urgency},
};

/// To every so many referrals a file is added.
const A_FILE: usize = 9;

/// What was sent: the reference, who opens it, and how soon it is due.
pub(super) type Sent = (String, Option<&'static str>, Urgency);

impl Story<'_> {
    /// Sends one referral for each turn, some minutes apart; gives the sender as they are then and, of each, the reference,
    /// who opens it, and how soon it is due.
    pub(super) async fn send(
        &mut self,
        mut caller: Caller,
        cookie: &str,
        turns: &[(Turn, &'static str)],
    ) -> Result<(Caller, Vec<Sent>), Error> {
        let kind = self.app.sender_kind(&caller).await?;
        let mut own = self.app.pathways();
        own.retain(|versioned| versioned.pathway.may_submit(kind));
        let mut sent = Vec::new();
        for (turn, named) in turns {
            self.clock.advance(Duration::from_mins(4 + self.chance.below(6)));
            let request = self.app.request(None);
            caller = self.app.authenticate(&request, cookie).await?;
            let found = |id: &str| own.iter().find(|versioned| versioned.pathway.id.as_str() == id);
            // Whoever may not send the one sends the other; a folder of other pathways may leave out both.
            let other = IN_A_WEEK.iter().find(|pair| pair.contains(named)).and_then(|pair| pair.iter().find(|id| *id != named));
            let any = (*turn == Turn::Usual).then(|| own.first()).flatten();
            let Some(versioned) = found(named).or_else(|| other.and_then(|id| found(id))).or(any) else { continue };
            let pathway = &versioned.pathway;
            let app = self.app;
            let read = |answers: &serde_json::Value| app.check_answers(versioned, raw_from_json(answers).ok()?, kind).ok();
            let writer = self.writer(&caller, kind);
            let at = self.next_tale(pathway.id.as_str());
            let tales = (self.tales.of(pathway.id.as_str()), at);
            let answers = write(pathway, (writer, request.at.uk_date()), *turn, tales, &mut self.chance, read);
            let urgency = read(&answers).map_or(Urgency::Routine, |answers| pathway.urgency(&answers));
            let body = json!({ "pathway": pathway.id.as_str(), "answers": answers }).to_string();
            let raw = raw_from_json(&answers).map_err(Error::Invalid)?;
            let key = self.key()?;
            let receipt = self.app.submit(&request, &caller, &key, body.as_bytes(), versioned, raw).await?.value;
            let reader = self.received(&receipt);
            let reference = receipt.reference.to_string();
            self.sent += 1;
            if self.sent.is_multiple_of(A_FILE) && *turn == Turn::Usual {
                self.add_files(&caller, pathway.id.as_str(), (&reference, reader)).await?;
            }
            sent.push((reference, reader, urgency));
        }
        Ok((caller, sent))
    }

    /// Notes whose team has received something.
    pub(super) fn received(&mut self, receipt: &Receipt) -> Option<&'static str> {
        let reader = opener(&receipt.received_by.0);
        self.waits.extend(reader);
        reader
    }

    /// What somebody has to show.
    async fn add_files(
        &mut self,
        caller: &Caller,
        pathway: &str,
        (reference, reader): (&str, Option<&'static str>),
    ) -> Result<(), Error> {
        let papers = match pathway {
            "fire-protection" | "fire-prevention" => vec![Paper::picture(&mut self.chance), Paper::letter()],
            "child-exploitation" | "child-exploitation-information" => vec![Paper::list()],
            _ => vec![Paper::letter()],
        };
        for paper in papers {
            let key = self.key()?;
            paper.add(self.app, caller, &key, reference).await?;
        }
        self.filed.push((reference.to_owned(), reader));
        Ok(())
    }

    /// Begins a draft with the first section that takes several lines.
    pub(super) async fn begin(&mut self, caller: &Caller, pathway: &str) -> Result<(), Error> {
        let Some(Versioned { pathway: defined, .. }) = self.app.pathway(pathway) else { return Ok(()) };
        let long = defined.sections.iter().find_map(|section| {
            let question = section.questions.iter().find(|question| matches!(question.kind, Kind::LongText { .. }))?;
            Some((section.id.to_string(), question.id.to_string()))
        });
        let at = self.next_tale(pathway);
        let tales = self.tales.of(pathway);
        let tale = tales.get(at % tales.len().max(1));
        let Some(((section, field), tale)) = long.zip(tale) else { return Ok(()) };
        let Some(text) = tale.words(&field).map(str::to_owned) else { return Ok(()) };
        self.clock.advance(Duration::from_mins(2));
        let part = Part { section, fields: vec![(field, text)] };
        let key = self.key()?;
        self.app.start_draft(&self.app.request(None), caller, &key, ((pathway, FormKind::Referral), &part)).await.map(drop)
    }
}
