//! Sending twice is sending once: the answer to a repeated request is the first one's.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use super::{
    App, Caller, Error,
    library::Versioned,
    recipients::Copied,
    submit::{Checked, Receipt, Sending},
};
use crate::{
    domain::{enquiry::FormKind, ids::UserId, reference::Reference, referral::ReferralState, time::Timestamp},
    policy::RequestContext,
    store::{Tx, idempotency::Remembered},
};

/// A day (facts `ux.md` 6.1).
const KEPT: Duration = Duration::from_hours(24);

/// What a client names a request by, so that it can be repeated safely: 1 to 128 visible ASCII characters.
#[derive(Clone)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Reads a key.
    ///
    /// # Errors
    /// [`Error::Malformed`] for any other text.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let plain = (1..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if plain { Ok(Self(text.to_owned())) } else { Err(Error::Malformed("an Idempotency-Key is 1 to 128 visible characters")) }
    }
}

/// An answer, and whether it is a repeated one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered<T> {
    /// The answer.
    pub value: T,
    /// True when the request had been answered before.
    pub replayed: bool,
}

/// An answer that can be given again.
pub(super) trait Repeatable: Sized {
    /// As it is remembered.
    fn written(&self) -> String;
    /// As it was.
    fn read(text: &str) -> Result<Self, Error>;
}

/// One request that is being answered for the first time, as far as anybody knows yet.
pub(super) struct Once<'r> {
    user: UserId,
    key: &'r IdempotencyKey,
    request_sha256: Vec<u8>,
    at: Timestamp,
    taken: AtomicBool,
}

impl Once<'_> {
    /// Writes the answer into the act's own transaction. To be called before anything else is written there: of two identical
    /// requests the slower waits here, and then finds the faster one's answer.
    pub(super) async fn remember(&self, tx: &mut Tx, answer: &impl Repeatable) -> Result<(), Error> {
        let remembered = Remembered { request_sha256: self.request_sha256.clone(), status: 201, body: answer.written() };
        match tx.remember(self.user, &self.key.0, &remembered, self.at, self.at.minus(KEPT)).await {
            Err(error) if error.is_duplicate_in("idempotency") => {
                self.taken.store(true, Ordering::Relaxed);
                Err(Error::Conflict("the same request is being answered"))
            }
            other => Ok(other?),
        }
    }
}

impl App {
    /// Does an act once for each key: a repeated request gets the first one's answer. `route` and `body` name the request.
    ///
    /// # Errors
    /// [`Error::KeyReused`] when the key came with another request.
    pub(super) async fn once<T: Repeatable>(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (route, body): (&str, &[u8]),
        act: impl AsyncFnOnce(&Once<'_>) -> Result<T, Error>,
    ) -> Result<Answered<T>, Error> {
        // Keyed: an answer out of two, or a known file, could be told from a plain hash.
        let request_sha256 = self.hashes.hash("request", &[route.as_bytes(), body]).to_vec();
        let once = Once { user: caller.user(), key, request_sha256, at: request.at, taken: AtomicBool::new(false) };
        if let Some(value) = self.answered(&once).await? {
            return Ok(Answered { value, replayed: true });
        }
        match act(&once).await {
            Err(Error::Conflict(_)) if once.taken.load(Ordering::Relaxed) => {
                let value = self.answered(&once).await?;
                let value = value.ok_or(Error::Conflict("the same request is being answered; try again"))?;
                Ok(Answered { value, replayed: true })
            }
            // What a draft becomes is no draft any more, and what was done is not open to be done again: the same request, made
            // twice at once, may find the first one's work half in sight. Whoever made it is answered.
            Err(error @ (Error::Unseen | Error::Refused)) => match self.answered(&once).await? {
                Some(value) => Ok(Answered { value, replayed: true }),
                None => Err(error),
            },
            other => Ok(Answered { value: other?, replayed: false }),
        }
    }

    /// Sends a referral or an enquiry, as the form is, once for each key.
    ///
    /// # Errors
    /// [`Error::KeyReused`] when the key came with another body.
    pub async fn submit(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        body: &[u8],
        versioned: &Versioned,
        sending: impl Into<Sending>,
    ) -> Result<Answered<Receipt>, Error> {
        let act = async |once: &Once<'_>| {
            let sent = Box::pin(self.submit_once(request, caller, (versioned, None), sending.into(), once)).await;
            self.damage_on_record(request, caller, versioned.pathway.kind.sending(), sent).await
        };
        let route = match versioned.pathway.kind {
            FormKind::Referral => "POST /referrals",
            FormKind::Enquiry => "POST /enquiries",
        };
        self.once(request, caller, key, (route, body), act).await
    }

    async fn answered<T: Repeatable>(&self, once: &Once<'_>) -> Result<Option<T>, Error> {
        match self.store.remembered(once.user, &once.key.0, once.at.minus(KEPT)).await? {
            Some(remembered) if remembered.request_sha256 == once.request_sha256 => Ok(Some(T::read(&remembered.body)?)),
            Some(_) => Err(Error::KeyReused),
            None => Ok(None),
        }
    }
}

impl Repeatable for Receipt {
    fn written(&self) -> String {
        serde_json::json!({
            "reference": self.reference.to_string(),
            "pathway": self.pathway,
            "state": self.state.code(),
            "sent_at": self.sent_at.millis(),
            "due_at": self.due_at.millis(),
            "team": self.received_by.0,
            "agency": self.received_by.1,
            "people": self.people,
            "hours": self.hours,
            "covered_by": self.covered_by.as_ref().map(|(team, agency)| [team, agency]),
            "next_steps": self.next_steps,
            "copies": self.copies.iter().map(|copy| [&copy.team, &copy.agency, &copy.why]).collect::<Vec<_>>(),
            "check": self.check.as_ref().map(|check| serde_json::json!({ "by": check.by, "until": check.until.millis() })),
        })
        .to_string()
    }

    fn read(text: &str) -> Result<Self, Error> {
        let json = remembered(text)?;
        let text = |name: &str| json[name].as_str().map(str::to_owned).ok_or_else(damaged);
        let texts = |value: &serde_json::Value| -> Result<Vec<String>, Error> {
            let list = value.as_array().ok_or_else(damaged)?;
            list.iter().map(|text| text.as_str().map(str::to_owned).ok_or_else(damaged)).collect()
        };
        let copy = |copy: &serde_json::Value| -> Result<Copied, Error> {
            let [team, agency, why] = <[String; 3]>::try_from(texts(copy)?).map_err(|_| damaged())?;
            Ok(Copied { team, agency, why })
        };
        let pair = |pair: &serde_json::Value| -> Result<(String, String), Error> {
            let [team, agency] = <[String; 2]>::try_from(texts(pair)?).map_err(|_| damaged())?;
            Ok((team, agency))
        };
        let check = |check: &serde_json::Value| -> Result<Checked, Error> {
            let until = Timestamp::from_millis(check["until"].as_i64().ok_or_else(damaged)?);
            Ok(Checked { by: texts(&check["by"])?, until })
        };
        Ok(Self {
            reference: Reference::parse(&text("reference")?).map_err(|_| damaged())?,
            pathway: text("pathway")?,
            state: ReferralState::parse(&text("state")?).ok_or_else(damaged)?,
            // What stood in nothing that was remembered earlier may be missing.
            sent_at: Timestamp::from_millis(json["sent_at"].as_i64().unwrap_or_default()),
            due_at: Timestamp::from_millis(json["due_at"].as_i64().ok_or_else(damaged)?),
            received_by: (text("team")?, text("agency")?),
            people: json.get("people").map(texts).transpose()?.unwrap_or_default(),
            hours: json["hours"].as_str().unwrap_or_default().to_owned(),
            covered_by: json.get("covered_by").filter(|value| !value.is_null()).map(pair).transpose()?,
            next_steps: texts(&json["next_steps"])?,
            copies: json["copies"].as_array().ok_or_else(damaged)?.iter().map(copy).collect::<Result<_, _>>()?,
            check: json.get("check").filter(|value| !value.is_null()).map(check).transpose()?,
        })
    }
}

/// Something was added to a referral.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// Its id.
    pub id: String,
    /// When.
    pub at: Timestamp,
}

/// The answer to an act that adds nothing with an id of its own: its event.
pub(super) fn acted(tx: &Tx, at: Timestamp) -> Added {
    Added { id: tx.event().to_string(), at }
}

impl Repeatable for Added {
    fn written(&self) -> String {
        serde_json::json!({ "id": self.id, "at": self.at.millis() }).to_string()
    }

    fn read(text: &str) -> Result<Self, Error> {
        let json = remembered(text)?;
        let id = json["id"].as_str().ok_or_else(damaged)?.to_owned();
        Ok(Self { id, at: Timestamp::from_millis(json["at"].as_i64().ok_or_else(damaged)?) })
    }
}

impl Repeatable for Reference {
    fn written(&self) -> String {
        self.to_string()
    }

    fn read(text: &str) -> Result<Self, Error> {
        Self::parse(text).map_err(|_| damaged())
    }
}

/// What is remembered cannot be read.
pub(super) fn damaged() -> Error {
    Error::Integrity("a remembered answer is damaged")
}

/// What is remembered, as JSON.
pub(super) fn remembered(text: &str) -> Result<serde_json::Value, Error> {
    serde_json::from_str(text).map_err(|_| damaged())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_reads_back() {
        let receipt = Receipt {
            reference: Reference::parse("0112-3456-7").or_else(|_| Reference::parse("0000-0000-0")).expect("a reference"),
            pathway: "fire-protection".into(),
            state: ReferralState::Received,
            sent_at: Timestamp::from_millis(1_600_000_000_000),
            due_at: Timestamp::from_millis(1_800_000_000_000),
            received_by: ("Protection".into(), "Fire".into()),
            people: vec!["Mara Storybook".into()],
            hours: "Every day, at all hours".into(),
            covered_by: Some(("Control".into(), "Fire".into())),
            next_steps: vec!["One".into(), "Two".into()],
            copies: vec![Copied { team: "Front door".into(), agency: "City".into(), why: "The child lives there".into() }],
            check: Some(Checked { by: vec!["Lena Sample".into()], until: Timestamp::from_millis(1_700_000_000_000) }),
        };
        assert_eq!(Receipt::read(&receipt.written()).expect("reads"), receipt);
        assert!(Receipt::read("{}").is_err());
        let added = Added { id: "ab".into(), at: Timestamp::from_millis(7) };
        assert_eq!(Added::read(&added.written()).expect("reads"), added);
        assert!(Added::read("{}").is_err());
    }

    #[test]
    fn keys_are_visible_and_bounded() {
        assert!(IdempotencyKey::parse("a-1").is_ok());
        for bad in ["", "a b", "é", &"x".repeat(129)] {
            assert!(IdempotencyKey::parse(bad).is_err(), "{bad}");
        }
    }
}
