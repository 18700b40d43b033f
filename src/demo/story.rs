//! What happened in the made-up partnership: referrals sent over two years, most of them opened, some checked first.

use std::time::Duration;

use jiff::{Span, civil::Weekday};
use serde_json::json;

use super::{
    DemoPerson, NEXT_CODE, SettableClock,
    chance::Chance,
    partnership::{agencies, area},
    questions::Questions,
    words,
    writing::{Turn, Writer, write},
};
use crate::{
    app::{App, Caller, Error, IdempotencyKey, Item, ListQuery, Stop, Verdict, Versioned, raw_from_json},
    domain::{
        agency::AgencyKind,
        draft::Part,
        enquiry::FormKind,
        ports::Clock,
        question::Kind,
        queue::QueueFilter,
        role::Role,
        time::{Timestamp, london},
    },
};

/// How many days people come to send, how much is sent on each, and how much by one person: signing in is what takes time.
const VISITS: u32 = 24;
const A_VISIT: u32 = 9;
const A_SITTING: usize = 3;
/// How many days before the story's end the last visits are, the last first; before those they are so far apart.
const LAST_VISITS: [u32; 4] = [1, 3, 8, 17];
const DAYS_BETWEEN: u32 = 36;
/// The newest visits' referrals stay unopened, so that the queue shows both kinds.
const UNOPENED_VISITS: u32 = 1;
/// In the newest visits nobody catches up with what is late, so that queues show what is overdue by some days.
const BEHIND_VISITS: u32 = 3;
/// So many visits before the last, the first of those who send is there each time.
const UNTIL_LATELY: u32 = 5;
/// In every so many visits a referral is checked before it is shared.
const A_CHECK: u32 = 4;
/// In every so many visits somebody asks for advice without naming anybody.
const A_QUESTION: u32 = 3;
/// The visit in which somebody involved works for a partner, counted from the last; none in which a check is told of.
const RESTRICTED_VISIT: u32 = 4;
/// How long before the story's end the last person comes.
const TODAY: Duration = Duration::from_hours(2);

/// Where checks are made.
const CHECKED: &str = "prevent";
/// Where somebody involved works for a partner.
const RESTRICTED: &str = "marac";
/// What is for today.
const URGENT: &str = "child-exploitation";
/// What is begun and not sent.
const BEGUN: [&str; 3] = ["fire-prevention", "modern-slavery", "child-exploitation-information"];

/// Who opens what their teams received, on the very day: between them they sit in every team that receives in the usual way.
const OPENERS: [&str; 6] =
    ["fay.fictional", "mara.storybook", "paul.figment", "nia.imaginary", "iris.makebelieve", "toby.fabled"];
/// Who looks in now and then, by turns: they sit in the teams that are told, cover, or receive from elsewhere.
const NOW_AND_THEN: [&str; 3] = ["cass.nominal", "rory.whimsy", "erin.hypothetical"];
/// Who opens what went on by itself because nobody checked it.
const CHECKED_OPENER: &str = "paul.figment";
/// By then nobody has checked it, whatever the weekday.
const UNCHECKED: Duration = Duration::from_hours(4 * 24);
/// The most that somebody opens of one team's queue in a visit.
const A_READING: u8 = 40;

/// What becomes of a referral at its check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It is passed on.
    Passed,
    /// Nobody acts, and it goes on by itself.
    LetGo,
    /// It is stopped, and the sender sends it all the same.
    SentAnyway,
    /// It is stopped.
    Stopped,
}

const FATES: [Fate; 4] = [Fate::Passed, Fate::SentAnyway, Fate::LetGo, Fate::Stopped];

/// Tells the story, the oldest part first; gives how many referrals were sent.
pub(super) async fn tell(
    app: &App,
    clock: &SettableClock,
    people: &[DemoPerson],
    seed: u64,
    until: Timestamp,
) -> Result<usize, Error> {
    let mut story = Story {
        app,
        clock,
        people,
        chance: Chance::from_seed(seed),
        keys: 0,
        sent: 0,
        questions: Questions::default(),
        asked: Vec::new(),
        must_ask: false,
    };
    for visit in 0..VISITS {
        story.move_to(working_morning(until, days_before(VISITS - 1 - visit)));
        Box::pin(story.visit(visit)).await?;
        app.sequence().await?;
    }
    story.sharing().await?;
    Box::pin(story.last_days()).await?;
    clock.set(until.minus(TODAY).max(clock.now().plus(NEXT_CODE)));
    story.today().await?;
    clock.set(until.max(app.now()));
    app.sequence().await?;
    Ok(story.sent)
}

/// How many days before the story's end a visit is that so many others follow.
fn days_before(left: u32) -> u32 {
    let [.., first] = LAST_VISITS;
    let at = usize::try_from(left).unwrap_or(usize::MAX);
    let earlier = left.saturating_sub(u32::try_from(LAST_VISITS.len() - 1).unwrap_or_default());
    LAST_VISITS.get(at).copied().unwrap_or(first + earlier * DAYS_BETWEEN)
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

/// The safeguarding lead of a person's agency, by user name.
fn safeguarding_lead(person: &DemoPerson) -> Option<&'static str> {
    agencies().find(|agency| agency.name == person.agency).map(|agency| agency.safeguarding_lead)
}

/// A queue's part as the seed has it: what is due at the same moment stands as it was sent, where queues go by random ids.
pub(super) fn in_order(mut items: Vec<Item>) -> Vec<Item> {
    items.sort_by_key(|item| (item.due_at, item.submitted_at));
    items
}

/// The story as it is told.
pub(super) struct Story<'s> {
    pub(super) app: &'s App,
    pub(super) clock: &'s SettableClock,
    pub(super) people: &'s [DemoPerson],
    pub(super) chance: Chance,
    /// How many idempotency keys were used.
    pub(super) keys: usize,
    /// How many referrals were sent.
    pub(super) sent: usize,
    /// The questions that were asked without naming anybody.
    pub(super) questions: Questions,
    /// What receiving teams asked and nobody has answered: the sender's name and the reference.
    pub(super) asked: Vec<(String, String)>,
    /// Whether the next reader of a referral asks its sender, whatever chance says.
    pub(super) must_ask: bool,
}

impl<'s> Story<'s> {
    /// To some time of that working morning; never backwards, since the log's readers rely on it.
    fn move_to(&mut self, morning: Timestamp) {
        let moment = morning.plus(Duration::from_mins(self.chance.below(180)));
        self.clock.set(moment.max(self.clock.now().plus(NEXT_CODE)));
    }

    pub(super) fn key(&mut self) -> Result<IdempotencyKey, Error> {
        self.keys += 1;
        IdempotencyKey::parse(&format!("demonstration-{}", self.keys))
    }

    pub(super) fn person(&self, username: &str) -> Result<&'s DemoPerson, Error> {
        let found = self.people.iter().find(|person| person.username == username);
        found.ok_or_else(|| Error::Configuration("the made-up partnership names nobody".into()))
    }

    /// How somebody's agency writes.
    pub(super) fn writer(&self, caller: &Caller, kind: AgencyKind) -> Writer {
        let person = self.people.iter().find(|person| person.user == caller.user());
        let agency = person.and_then(|person| agencies().find(|agency| agency.name == person.agency));
        (kind, agency.and_then(|agency| area(agency.code)))
    }

    /// Somebody who sends: not one who checks for their agency, since theirs is not checked again. Whoever was asked something
    /// comes back before others, but for the last days.
    fn sender(&mut self, comes_back: bool) -> Result<&'s DemoPerson, Error> {
        let sends = |person: &&DemoPerson| {
            person.role == Role::Practitioner && safeguarding_lead(person) != Some(person.username.as_str())
        };
        let senders: Vec<&DemoPerson> = self.people.iter().filter(sends).collect();
        let asked = self.asked.first().filter(|_| comes_back && self.chance.below(2) == 0);
        let asked = asked.and_then(|(name, _)| senders.iter().find(|person| person.name == *name)).copied();
        let chosen = asked.or_else(|| self.chance.pick(&senders).copied());
        chosen.ok_or_else(|| Error::Configuration("the made-up partnership has nobody who sends".into()))
    }

    /// One day: somebody sends, what waited too long goes on, and receiving teams open what they have.
    async fn visit(&mut self, visit: u32) -> Result<(), Error> {
        self.jobs().await?;
        let left = VISITS - 1 - visit;
        let fate = match visit / A_CHECK {
            _ if left == 0 => Some(Fate::Stopped),
            turn if visit.is_multiple_of(A_CHECK) => {
                usize::try_from(turn).ok().and_then(|turn| FATES.get(turn % FATES.len())).copied()
            }
            _ => None,
        };
        let mut turns = vec![Turn::Usual; usize::try_from(A_VISIT).unwrap_or_default()];
        let special = match fate {
            Some(_) => Turn::Checked,
            None if left == RESTRICTED_VISIT => Turn::Restricted,
            None => Turn::Usual,
        };
        if let Some(first) = turns.first_mut() {
            *first = special;
        }
        let mut first = None;
        for (sitting, turns) in turns.chunks(A_SITTING).enumerate() {
            // The same person may come twice.
            self.clock.advance(NEXT_CODE);
            let sender = match self.people.iter().find(|person| person.role == Role::Practitioner) {
                // Whoever looks at the demonstration sees through their eyes first: not everything happened to them in one hour.
                Some(first) if sitting == 1 && left <= UNTIL_LATELY => first,
                _ => self.sender(left >= BEHIND_VISITS)?,
            };
            let (caller, cookie) = sender.sign_in(self.app).await?;
            // What was asked last still waits when the story ends.
            let caller = if left > 0 { Box::pin(self.answer(sender, caller, &cookie)).await? } else { caller };
            let (mut caller, references) = self.send(caller, &cookie, turns).await?;
            if sitting == 0 && visit % A_QUESTION == 1 {
                caller = self.ask(sender, &cookie).await?;
            }
            self.app.sign_out(&self.app.request(None), &caller).await?;
            first.get_or_insert((sender, references));
        }
        if let (Some(fate), Some((sender, reference))) =
            (fate, first.and_then(|(sender, references)| Some((sender, references.into_iter().next()?))))
        {
            Box::pin(self.check(sender, &reference, fate)).await?;
        }
        if left >= UNOPENED_VISITS {
            self.must_ask = left == UNOPENED_VISITS;
            self.clock.advance(Duration::from_mins(20));
            let turn = usize::try_from(visit).unwrap_or_default() % NOW_AND_THEN.len();
            for username in OPENERS.iter().chain(NOW_AND_THEN.get(turn)) {
                self.clock.advance(NEXT_CODE);
                // Who comes now and then leaves nothing for weeks.
                let catching_up = left >= BEHIND_VISITS || NOW_AND_THEN.contains(username);
                Box::pin(self.open(self.person(username)?, catching_up)).await?;
            }
        }
        if fate == Some(Fate::LetGo) {
            self.clock.advance(UNCHECKED);
            self.jobs().await?;
            self.clock.advance(NEXT_CODE);
            Box::pin(self.open(self.person(CHECKED_OPENER)?, false)).await?;
        }
        self.refer_a_question().await
    }

    /// The day on which the story ends: something for today, something that waits for its check, and what is not sent yet.
    async fn today(&mut self) -> Result<(), Error> {
        self.jobs().await?;
        let sender = self.sender(false)?;
        let (caller, cookie) = sender.sign_in(self.app).await?;
        self.send(caller, &cookie, &[Turn::Checked, Turn::Urgent, Turn::Usual]).await?;
        let caller = self.ask(sender, &cookie).await?;
        for pathway in BEGUN {
            self.begin(&caller, pathway).await?;
        }
        self.app.sign_out(&self.app.request(None), &caller).await?;
        self.goes_away().await
    }

    /// What the hub does by itself.
    async fn jobs(&self) -> Result<(), Error> {
        self.app.mind_checks().await?;
        self.app.mind_urgent().await?;
        self.app.mind_drafts().await?;
        self.app.expire_drafts().await.map(drop)
    }

    /// Sends one referral for each turn, some minutes apart; gives the sender as they are then, and the references.
    async fn send(&mut self, mut caller: Caller, cookie: &str, turns: &[Turn]) -> Result<(Caller, Vec<String>), Error> {
        let kind = self.app.sender_kind(&caller).await?;
        let mut own = self.app.pathways();
        own.retain(|versioned| versioned.pathway.may_submit(kind));
        let mut references = Vec::new();
        for turn in turns {
            self.clock.advance(Duration::from_mins(4 + self.chance.below(6)));
            let request = self.app.request(None);
            caller = self.app.authenticate(&request, cookie).await?;
            let named = match turn {
                Turn::Usual => None,
                Turn::Urgent => Some(URGENT),
                Turn::Checked => Some(CHECKED),
                Turn::Restricted => Some(RESTRICTED),
            };
            // By turns, so that every pathway has its share.
            let versioned = match named {
                Some(id) => own.iter().find(|versioned| versioned.pathway.id.as_str() == id),
                None => own.get(self.sent % own.len().max(1)),
            };
            // A folder of other pathways may leave some out.
            let Some(versioned) = versioned else { continue };
            let app = self.app;
            let read = |answers: &serde_json::Value| app.check_answers(versioned, raw_from_json(answers).ok()?, kind).ok();
            let writer = self.writer(&caller, kind);
            let answers = write(&versioned.pathway, (writer, request.at.uk_date()), *turn, &mut self.chance, read);
            let body = json!({ "pathway": versioned.pathway.id.as_str(), "answers": answers }).to_string();
            let raw = raw_from_json(&answers).map_err(Error::Invalid)?;
            let key = self.key()?;
            let receipt = self.app.submit(&request, &caller, &key, body.as_bytes(), versioned, raw).await?;
            references.push(receipt.value.reference.to_string());
            self.sent += 1;
        }
        Ok((caller, references))
    }

    /// Begins a draft with the first section that takes several lines.
    async fn begin(&mut self, caller: &Caller, pathway: &str) -> Result<(), Error> {
        let Some(Versioned { pathway: defined, .. }) = self.app.pathway(pathway) else { return Ok(()) };
        let long = defined.sections.iter().find_map(|section| {
            let question = section.questions.iter().find(|question| matches!(question.kind, Kind::LongText { .. }))?;
            Some((section.id.to_string(), question.id.to_string()))
        });
        let Some(((section, field), text)) = long.zip(self.chance.pick(words::noticed(pathway))) else { return Ok(()) };
        self.clock.advance(Duration::from_mins(2));
        let part = Part { section, fields: vec![(field, (*text).to_owned())] };
        let key = self.key()?;
        self.app.start_draft(&self.app.request(None), caller, &key, ((pathway, FormKind::Referral), &part)).await.map(drop)
    }

    /// The safeguarding lead looks at a referral first, some hours after it was sent.
    async fn check(&mut self, sender: &DemoPerson, reference: &str, fate: Fate) -> Result<(), Error> {
        if fate == Fate::LetGo {
            return Ok(());
        }
        let lead = self.person(safeguarding_lead(sender).unwrap_or_default())?;
        self.clock.advance(Duration::from_mins(30));
        let (caller, _cookie) = lead.sign_in(self.app).await?;
        let request = self.app.request(None);
        self.app.checks(&request, &caller).await?;
        let view = self.app.read_referral(&request, &caller, reference).await?;
        let reasons = view.pathway.pathway.check.as_ref().map_or(&[][..], |check| &check.reasons);
        let verdict = match (fate, self.chance.pick(reasons), self.chance.pick(&words::STOPPED)) {
            (Fate::SentAnyway | Fate::Stopped, Some(reason), Some(text)) => {
                Verdict::Stop(Stop { reason: reason.code.clone(), text: (*text).to_owned() })
            }
            _ => Verdict::Pass,
        };
        let key = self.key()?;
        self.app.check(&request, &caller, &key, (reference, &verdict)).await?;
        self.app.sign_out(&request, &caller).await?;
        if fate == Fate::SentAnyway {
            self.clock.advance(Duration::from_mins(40));
            let (caller, _cookie) = sender.sign_in(self.app).await?;
            let request = self.app.request(None);
            self.app.read_referral(&request, &caller, reference).await?;
            let key = self.key()?;
            self.app.send_stopped(&request, &caller, &key, reference).await?;
            self.app.sign_out(&request, &caller).await?;
        }
        Ok(())
    }

    /// Opens what has not been opened in each of a person's queues, what is due first first, and does with it what a desk does;
    /// catching up ends what is late as well.
    async fn open(&mut self, person: &DemoPerson, catching_up: bool) -> Result<(), Error> {
        let (mut caller, cookie) = person.sign_in(self.app).await?;
        let teams: Vec<_> = self.app.queue_places(&caller).into_iter().map(|place| place.team).collect();
        for team in teams {
            let request = self.app.request(None);
            let query = ListQuery {
                filter: QueueFilter { unread: true, ..QueueFilter::default() },
                limit: Some(A_READING),
                team: Some(team),
                ..ListQuery::default()
            };
            for item in in_order(self.app.queue(&request, &caller, &query).await?.items) {
                if item.copied {
                    continue;
                }
                self.clock.advance(Duration::from_mins(1 + self.chance.below(4)));
                caller = self.app.authenticate(&self.app.request(None), &cookie).await?;
                Box::pin(self.read(&caller, (team, &item.reference.to_string()))).await?;
            }
            if catching_up {
                caller = self.app.authenticate(&self.app.request(None), &cookie).await?;
                caller = Box::pin(self.catch_up(caller, &cookie, team)).await?;
            }
        }
        self.app.sign_out(&self.app.request(None), &caller).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visits_fall_on_working_mornings_in_order_over_two_years() {
        let until = Timestamp::parse("2026-11-23T00:10:00Z").expect("a Monday");
        let mornings: Vec<_> = (0..VISITS).rev().map(|visit| working_morning(until, days_before(visit))).collect();
        assert_eq!(mornings.last().map(|last| last.rfc3339()).as_deref(), Some("2026-11-20T09:00:00.000Z"));
        assert_eq!(mornings[0].rfc3339(), "2024-11-15T09:00:00.000Z");
        assert!(mornings.iter().any(|morning| morning.rfc3339().contains("T08:00")), "nine by the clocks of summer");
        assert!(mornings.is_sorted() && mornings.iter().all(|morning| morning.zoned().weekday().to_monday_one_offset() <= 5));
    }

    #[test]
    fn who_opens_is_somebody_of_the_partnership() {
        let known = |username: &str| {
            agencies().flat_map(|agency| agency.teams).flat_map(|team| team.people).any(|person| person.username == username)
        };
        assert!(
            OPENERS
                .iter()
                .chain(&NOW_AND_THEN)
                .chain([&CHECKED_OPENER, &crate::demo::desk_work::AWAY])
                .all(|username| known(username))
        );
    }
}
