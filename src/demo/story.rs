//! What happened in the made-up partnership: referrals sent over the past months, some of them opened.

use std::time::Duration;

use serde_json::{Value, json};

use super::{DemoPerson, NEXT_CODE, SettableClock};
use crate::{
    app::{App, Error, IdempotencyKey, ListQuery, example, raw_from_json},
    domain::{role::Role, time::Timestamp},
};

/// How many referrals the story has.
const REFERRALS: u64 = 24;
const DAY: Duration = Duration::from_hours(24);

const NAMES: [&str; 8] = [
    "Example Furniture Warehouse",
    "Sample Street Takeaway",
    "The Placeholder Arms",
    "Notional House Hotel",
    "Specimen Self Storage",
    "Imaginary Car Wash",
    "Fictional Court flats",
    "Made-up Nursery",
];

/// A small generator for choosing between harmless alternatives (`SplitMix64`); never for keys.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn pick<'v, T>(&mut self, values: &'v [T]) -> Option<&'v T> {
        let count = u64::try_from(values.len()).ok().filter(|count| *count > 0)?;
        values.get(usize::try_from(self.below(count)).ok()?)
    }
}

/// Tells the story, the oldest part first; gives how many referrals were sent.
pub(super) async fn tell(
    app: &App,
    clock: &SettableClock,
    people: &[DemoPerson],
    seed: u64,
    until: Timestamp,
) -> Result<usize, Error> {
    let mut chance = Chance(seed);
    let senders: Vec<&DemoPerson> = people.iter().filter(|person| person.role == Role::Practitioner).collect();
    let triagers: Vec<&DemoPerson> = people.iter().filter(|person| person.role == Role::Triager).collect();
    let mut sent = 0;
    for number in 0..REFERRALS {
        let days = u32::try_from((REFERRALS - number) * 3).unwrap_or(0);
        let moment = until.minus(DAY * days).plus(Duration::from_mins(9 * 60 + chance.below(480)));
        // Never backwards: the log's readers rely on it.
        if moment > app.now() {
            clock.set(moment);
        } else {
            clock.advance(NEXT_CODE);
        }
        if let Some(sender) = chance.pick(&senders) {
            send(app, sender, number, &mut chance).await?;
            sent += 1;
        }
        // The newest stay unopened, so that the queue shows both kinds.
        if number % 2 == 0
            && number + 6 < REFERRALS
            && let Some(triager) = chance.pick(&triagers)
        {
            clock.advance(Duration::from_hours(3));
            open_next(app, triager).await?;
        }
    }
    clock.set(until.plus(Duration::from_millis(u64::from(until < app.now()))).max(app.now()));
    Ok(sent)
}

async fn send(app: &App, sender: &DemoPerson, number: u64, chance: &mut Chance) -> Result<(), Error> {
    let (caller, _) = sender.sign_in(app).await?;
    let request = app.request(None);
    let versioned = app.pathway("fire-protection").ok_or(Error::Unseen)?;
    let mut body = example(&versioned.pathway, request.at.uk_date());
    if let Some(name) = chance.pick(&NAMES) {
        body["answers"]["premises_name"] = json!(name);
    }
    let key = IdempotencyKey::parse(&format!("demonstration-{number}"))?;
    let raw = raw_from_json(body.get("answers").unwrap_or(&Value::Null)).map_err(Error::Invalid)?;
    app.submit(&request, &caller, &key, body.to_string().as_bytes(), &versioned, raw).await?;
    app.sign_out(&request, &caller).await
}

/// The triager opens the referral that is due first and has not been opened.
async fn open_next(app: &App, triager: &DemoPerson) -> Result<(), Error> {
    let (caller, _) = triager.sign_in(app).await?;
    let request = app.request(None);
    let query =
        ListQuery { state: Some(crate::domain::referral::ReferralState::Received), limit: Some(1), ..ListQuery::default() };
    if let Some(first) = app.queue(&request, &caller, &query).await?.items.first() {
        app.read_referral(&request, &caller, &first.reference.to_string()).await?;
    }
    app.sign_out(&request, &caller).await
}
