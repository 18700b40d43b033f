//! Sending twice is sending once: the answer to a repeated request is the first one's.

use std::time::Duration;

use sha2::{Digest, Sha256};

use super::{App, Caller, Error, library::Versioned, submit::Receipt};
use crate::{
    domain::{answers::RawAnswers, reference::Reference, referral::ReferralState, time::Timestamp},
    policy::RequestContext,
    store::idempotency::Remembered,
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

impl App {
    /// Sends a referral, once for each key: a repeated request gets the first one's receipt.
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
        raw: RawAnswers,
    ) -> Result<Answered<Receipt>, Error> {
        let request_sha256 = Sha256::new().chain_update(b"POST /referrals\n").chain_update(body).finalize().to_vec();
        if let Some(receipt) = self.answered(request, caller, key, &request_sha256).await? {
            return Ok(Answered { value: receipt, replayed: true });
        }
        let mut taken = false;
        let sent = self
            .submit_once(request, caller, versioned, raw, async |tx, receipt| {
                let remembered = Remembered { request_sha256: request_sha256.clone(), status: 201, body: written(receipt) };
                match tx.remember(caller.user(), &key.0, &remembered, request.at, request.at.minus(KEPT)).await {
                    Err(error) if error.is_duplicate_in("idempotency") => {
                        taken = true;
                        Err(Error::Conflict("the same request is being answered"))
                    }
                    other => Ok(other?),
                }
            })
            .await;
        match sent {
            Err(Error::Conflict(_)) if taken => {
                let receipt = self.answered(request, caller, key, &request_sha256).await?;
                let value = receipt.ok_or(Error::Conflict("the same request is being answered; try again"))?;
                Ok(Answered { value, replayed: true })
            }
            other => Ok(Answered { value: other?, replayed: false }),
        }
    }

    async fn answered(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        sha256: &[u8],
    ) -> Result<Option<Receipt>, Error> {
        let since = request.at.minus(KEPT);
        match self.store.remembered(caller.user(), &key.0, since).await? {
            Some(remembered) if remembered.request_sha256 == sha256 => Ok(Some(read(&remembered.body)?)),
            Some(_) => Err(Error::KeyReused),
            None => Ok(None),
        }
    }
}

fn written(receipt: &Receipt) -> String {
    serde_json::json!({
        "reference": receipt.reference.to_string(),
        "pathway": receipt.pathway,
        "state": receipt.state.code(),
        "due_at": receipt.due_at.millis(),
        "team": receipt.received_by.0,
        "agency": receipt.received_by.1,
        "next_steps": receipt.next_steps,
    })
    .to_string()
}

fn read(body: &str) -> Result<Receipt, Error> {
    let damaged = || Error::Integrity("a remembered answer is damaged");
    let json: serde_json::Value = serde_json::from_str(body).map_err(|_| damaged())?;
    let text = |name: &str| json[name].as_str().map(str::to_owned).ok_or_else(damaged);
    let steps = json["next_steps"].as_array().ok_or_else(damaged)?;
    Ok(Receipt {
        reference: Reference::parse(&text("reference")?).map_err(|_| damaged())?,
        pathway: text("pathway")?,
        state: ReferralState::parse(&text("state")?).ok_or_else(damaged)?,
        due_at: Timestamp::from_millis(json["due_at"].as_i64().ok_or_else(damaged)?),
        received_by: (text("team")?, text("agency")?),
        next_steps: steps.iter().filter_map(|step| step.as_str().map(str::to_owned)).collect(),
    })
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
            due_at: Timestamp::from_millis(1_800_000_000_000),
            received_by: ("Protection".into(), "Fire".into()),
            next_steps: vec!["One".into(), "Two".into()],
        };
        assert_eq!(read(&written(&receipt)).expect("reads"), receipt);
        assert!(read("{}").is_err());
    }

    #[test]
    fn keys_are_visible_and_bounded() {
        assert!(IdempotencyKey::parse("a-1").is_ok());
        for bad in ["", "a b", "é", &"x".repeat(129)] {
            assert!(IdempotencyKey::parse(bad).is_err(), "{bad}");
        }
    }
}
