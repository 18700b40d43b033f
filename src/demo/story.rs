//! What happened in the made-up partnership: referrals sent over the past months, some of them opened.

use std::time::Duration;

use jiff::{Span, civil::Weekday};
use serde_json::{Value, json};

use super::{DemoPerson, NEXT_CODE, SettableClock};
use crate::{
    app::{App, Error, IdempotencyKey, ListQuery, example, raw_from_json},
    domain::{
        ports::Clock,
        referral::ReferralState,
        role::Role,
        time::{Timestamp, london},
    },
};

/// How many times somebody comes to send, and how much each sends. One visit is one sign-in, and signing in is what takes
/// time.
const VISITS: u32 = 8;
const A_VISIT: u32 = 3;
/// Days from one visit to the next; the last is the day before the story ends.
const DAYS_BETWEEN: u32 = 9;
/// The newest visits' referrals stay unopened, so that the queue shows both kinds.
const UNOPENED_VISITS: u32 = 2;

/// The name of the team that receives them.
const RECEIVING: &str = "Fire Protection";

/// Premises with what they are used as.
const PREMISES: [(&str, &str); 8] = [
    ("Example Furniture Warehouse", "warehouse"),
    ("Sample Street Takeaway", "food"),
    ("The Placeholder Arms", "licensed"),
    ("Notional House Hotel", "hotel"),
    ("Specimen Self Storage", "warehouse"),
    ("Imaginary Engineering", "factory"),
    ("Fictional Court flats", "flats-common"),
    ("Made-up Nursery", "school"),
];

/// What was seen: hazards ticked, and a line about them.
const SEEN: [(&[&str], &str); 5] = [
    (&["exit-blocked"], "The back door was chained shut while people were inside."),
    (&["stairs-storage", "doors"], "Boxes stood on the only stairs, and both fire doors were wedged open."),
    (&["alarm"], "The alarm panel showed a fault light and nobody could say for how long."),
    (&["electrics", "waste"], "Extension leads ran under a carpet, and bags of waste leaned on the wall outside."),
    (&["no-assessment", "lighting"], "No assessment could be shown, and the emergency lights did not come on."),
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
    let senders: Vec<_> = people.iter().filter(|person| person.role == Role::Practitioner).collect();
    let triagers: Vec<_> = people.iter().filter(|person| person.role == Role::Triager && person.team == RECEIVING).collect();
    let mut sent = 0;
    for visit in 0..VISITS {
        move_to(clock, working_morning(until, (VISITS - 1 - visit) * DAYS_BETWEEN + 1), &mut chance);
        if let Some(sender) = chance.pick(&senders) {
            sent += send(app, clock, sender, sent, &mut chance).await?;
        }
        if visit + UNOPENED_VISITS < VISITS
            && let Some(triager) = chance.pick(&triagers)
        {
            clock.advance(Duration::from_hours(2));
            open(app, clock, triager, 1 + chance.below(u64::from(A_VISIT))).await?;
        }
        app.sequence().await?;
    }
    clock.set(until.max(app.now()));
    Ok(sent)
}

/// Nine o'clock of the day so many days before, or of the Friday before a weekend.
fn working_morning(until: Timestamp, days: u32) -> Timestamp {
    let date = until.minus(Duration::from_hours(24) * days).uk_date();
    let back = match date.weekday() {
        Weekday::Saturday => 1,
        Weekday::Sunday => 2,
        _ => 0,
    };
    let morning = date.saturating_sub(Span::new().days(back)).at(9, 0, 0, 0).to_zoned(london());
    morning.map_or(until, |morning| Timestamp::from_millis(morning.timestamp().as_millisecond()))
}

/// To some time of that working day; never backwards, since the log's readers rely on it.
fn move_to(clock: &SettableClock, morning: Timestamp, chance: &mut Chance) {
    let moment = morning.plus(Duration::from_mins(chance.below(360)));
    clock.set(moment.max(clock.now().plus(NEXT_CODE)));
}

/// One person signs in and sends a few referrals, some minutes apart.
async fn send(app: &App, clock: &SettableClock, sender: &DemoPerson, before: usize, chance: &mut Chance) -> Result<usize, Error> {
    let (mut caller, cookie) = sender.sign_in(app).await?;
    let versioned = app.pathway("fire-protection").ok_or(Error::Unseen)?;
    let mut sent = 0;
    for _ in 0..A_VISIT {
        clock.advance(Duration::from_mins(4 + chance.below(6)));
        let request = app.request(None);
        caller = app.authenticate(&request, &cookie).await?;
        let mut body = example(&versioned.pathway, app.sender_kind(&caller).await?, request.at.uk_date());
        if let Some((name, used_as)) = chance.pick(&PREMISES) {
            body["answers"]["premises_name"] = json!(name);
            body["answers"]["premises_use"] = json!(used_as);
        }
        if let Some((hazards, narrative)) = chance.pick(&SEEN) {
            body["answers"]["hazards"] = json!(hazards);
            body["answers"]["narrative"] = json!(narrative);
        }
        let key = IdempotencyKey::parse(&format!("demonstration-{}", before + sent))?;
        let raw = raw_from_json(body.get("answers").unwrap_or(&Value::Null)).map_err(Error::Invalid)?;
        app.submit(&request, &caller, &key, body.to_string().as_bytes(), &versioned, raw).await?;
        sent += 1;
    }
    app.sign_out(&app.request(None), &caller).await?;
    Ok(sent)
}

/// The triager opens what is due first and has not been opened.
async fn open(app: &App, clock: &SettableClock, triager: &DemoPerson, count: u64) -> Result<(), Error> {
    let (mut caller, cookie) = triager.sign_in(app).await?;
    for _ in 0..count {
        let request = app.request(None);
        let query = ListQuery { state: Some(ReferralState::Received), limit: Some(1), ..ListQuery::default() };
        if let Some(first) = app.queue(&request, &caller, &query).await?.items.first() {
            app.read_referral(&request, &caller, &first.reference.to_string()).await?;
        }
        clock.advance(Duration::from_mins(7));
        caller = app.authenticate(&app.request(None), &cookie).await?;
    }
    app.sign_out(&app.request(None), &caller).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visits_fall_on_working_mornings_in_order() {
        let until = Timestamp::parse("2026-11-23T00:10:00Z").expect("a Monday");
        let mornings: Vec<_> = (0..VISITS).rev().map(|visit| working_morning(until, visit * DAYS_BETWEEN + 1)).collect();
        assert_eq!(mornings.last().map(|last| last.rfc3339()).as_deref(), Some("2026-11-20T09:00:00.000Z"));
        assert_eq!(mornings[0].rfc3339(), "2026-09-18T08:00:00.000Z", "nine by the clocks of summer");
        assert!(mornings.is_sorted() && mornings.iter().all(|morning| morning.zoned().weekday().to_monday_one_offset() <= 5));
    }
}
