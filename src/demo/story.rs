//! What happened in the made-up partnership: referrals sent over two years, most of them opened, some checked first. What is
//! told is drawn; that each thing happens, and how often, is not.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::{
    DemoPerson, NEXT_CODE, SettableClock,
    calendar::{Day, days},
    chance::Chance,
    partnership::{agencies, area, places},
    questions::Questions,
    tales::Tales,
    words,
    writing::{Turn, Writer},
};
use crate::{
    app::{App, Caller, Error, IdempotencyKey, Item, ListQuery, Stop, Verdict},
    domain::{agency::AgencyKind, ports::Clock, queue::QueueFilter, role::Role, time::Timestamp, urgency::Urgency},
};

/// How much somebody sends on one of the last days: signing in is what takes time. Before, it is one each day.
const A_SITTING: usize = 3;
/// The last day's referrals stay unopened, so that the queue shows both kinds.
const UNOPENED: usize = 0;
/// On the last days nobody catches up with what is late, so that queues show what is overdue by some days. On the first of
/// them every desk does, so that hardly anything lies for months.
const CLEARING: usize = super::calendar::LAST_DAYS - 1;
/// The last days on which the first of those who send comes: whoever looks at the demonstration sees through their eyes first.
const OF_THE_FIRST: [usize; 5] = [1, 3, 5, 8, 10];
/// In every so many weeks on which it is sent, a notice is checked before it is shared.
const A_CHECK: usize = 4;
/// In every so many weeks somebody asks for advice without naming anybody.
const A_QUESTION: usize = 12;
/// The last day on which somebody involved works for a partner.
const RESTRICTED_DAY: usize = 6;
/// How long before the story's end the last person comes.
const TODAY: Duration = Duration::from_hours(2);

/// What is sent in a week, by turns: what one desk reads stands together, so that few have to come.
pub(super) const IN_A_WEEK: [[&str; 2]; 4] = [
    ["fire-protection", "fire-prevention"],
    ["marac", "modern-slavery"],
    ["prevent", "foreign-national-offender"],
    ["child-exploitation", "child-exploitation-information"],
];
/// Where checks are made.
const CHECKED: &str = "prevent";
/// Where somebody involved works for a partner.
const RESTRICTED: &str = "marac";
/// What is for today.
const URGENT: &str = "child-exploitation";
/// What is begun and not sent.
const BEGUN: [&str; 3] = ["fire-prevention", "modern-slavery", "child-exploitation-information"];

/// Who opens what the teams received, and who looks in where teams are told, cover, or receive from elsewhere: between them
/// they sit in every team that receives.
const OPENERS: [&str; 9] = [
    "fay.fictional",
    "mara.storybook",
    "paul.figment",
    "nia.imaginary",
    "iris.makebelieve",
    "toby.fabled",
    "rory.whimsy",
    "erin.hypothetical",
    "cass.nominal",
];
/// By then nobody has checked it, whatever the weekday.
const UNCHECKED: Duration = Duration::from_hours(4 * 24);
/// The most that somebody opens of one team's queue in a visit.
const A_READING: u8 = 40;
/// Who has a deputy, and whom.
const DEPUTIES: [(&str, &str); 5] = [
    ("tess.example", "lena.sample"),
    ("hana.conjured", "hugh.pseudo"),
    ("uma.understudy", "ugo.cardboard"),
    ("lila.simulated", "lou.synthetic"),
    ("pat.stencil", "pim.prototype"),
];

/// The teams of those who count and plan: they refer nobody.
const NOT_SENDING: [&str; 2] = ["Equality insight", "County research"];

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
        tales: Tales::read()?,
        chance: Chance::from_seed(seed),
        keys: 0,
        sent: 0,
        comers: 0,
        told: BTreeMap::new(),
        reads: 0,
        decided: 0,
        questions: Questions::default(),
        asked: Vec::new(),
        must_ask: false,
        waits: BTreeSet::new(),
        let_go: None,
        checks: 0,
        deputies: BTreeSet::new(),
        filed: Vec::new(),
    };
    for day in days(until, &mut story.chance) {
        story.move_to(day.morning);
        Box::pin(story.day(day)).await?;
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

/// The safeguarding lead of a person's agency, by user name.
fn safeguarding_lead(person: &DemoPerson) -> Option<&'static str> {
    agencies().find(|agency| agency.name == person.agency).map(|agency| agency.safeguarding_lead)
}

/// A queue's part as the seed has it: what is due at the same moment stands as it was sent, where queues go by random ids.
pub(super) fn in_order(mut items: Vec<Item>) -> Vec<Item> {
    items.sort_by_key(|item| (item.due_at, item.submitted_at));
    items
}

/// Who opens what a team receives.
pub(super) fn opener(team: &str) -> Option<&'static str> {
    OPENERS.into_iter().find(|username| places(team).any(|(known, role)| known == *username && role != Role::Practitioner))
}

/// The story as it is told.
pub(super) struct Story<'s> {
    pub(super) app: &'s App,
    pub(super) clock: &'s SettableClock,
    pub(super) people: &'s [DemoPerson],
    pub(super) tales: Tales,
    pub(super) chance: Chance,
    /// How many idempotency keys were used.
    pub(super) keys: usize,
    /// How many referrals were sent.
    pub(super) sent: usize,
    /// How many came to send of their own accord.
    comers: usize,
    /// How often each pathway's stories were told.
    told: BTreeMap<String, usize>,
    /// How many referrals desks have read and might work on.
    pub(super) reads: usize,
    /// How many were decided.
    pub(super) decided: usize,
    /// The questions that were asked without naming anybody.
    pub(super) questions: Questions,
    /// What receiving teams asked and nobody has answered: the sender's name and the reference.
    pub(super) asked: Vec<(String, String)>,
    /// Whether the next reader of a referral asks its sender, whatever turn it is.
    pub(super) must_ask: bool,
    /// Whose teams have received something.
    pub(super) waits: BTreeSet<&'static str>,
    /// When what nobody checks has gone on, and who opens it then.
    let_go: Option<(Timestamp, &'static str)>,
    /// How many were checked.
    checks: usize,
    /// Who has chosen a deputy.
    deputies: BTreeSet<&'static str>,
    /// What files were added to, and who opens it; the last one last.
    pub(super) filed: Vec<(String, Option<&'static str>)>,
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

    /// Which of a pathway's stories comes next.
    pub(super) fn next_tale(&mut self, pathway: &str) -> usize {
        let told = self.told.entry(pathway.to_owned()).or_default();
        *told += 1;
        *told - 1
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

    /// Somebody who sends: not one who checks for their agency, since theirs is not checked again. All come by turns, so that
    /// every agency has sent something; whoever was asked something comes back before others, but for the last days.
    fn sender(&mut self, comes_back: bool) -> Result<&'s DemoPerson, Error> {
        let sends = |person: &&DemoPerson| {
            person.role == Role::Practitioner
                && safeguarding_lead(person) != Some(person.username.as_str())
                && !NOT_SENDING.contains(&&*person.team)
        };
        let senders: Vec<&DemoPerson> = self.people.iter().filter(sends).collect();
        let asked = self.asked.first().filter(|_| comes_back && self.chance.below(2) == 0);
        if let Some(asked) = asked.and_then(|(name, _)| senders.iter().find(|person| person.name == *name)).copied() {
            return Ok(asked);
        }
        self.comers += 1;
        let chosen = senders.get(self.comers % senders.len().max(1)).copied();
        chosen.ok_or_else(|| Error::Configuration("the made-up partnership has nobody who sends".into()))
    }

    /// Who comes on a day.
    fn comer(&mut self, left: Option<usize>) -> Result<&'s DemoPerson, Error> {
        match self.people.iter().find(|person| person.role == Role::Practitioner) {
            Some(first) if left.is_some_and(|left| OF_THE_FIRST.contains(&left)) => Ok(first),
            _ => self.sender(left.is_none()),
        }
    }

    /// What is sent on a day, and what becomes of the first at its check.
    fn plan(&mut self, day: Day) -> (Vec<(Turn, &'static str)>, Option<Fate>) {
        let pair = IN_A_WEEK[day.week % IN_A_WEEK.len()];
        let Some(left) = day.left else {
            let named = pair[usize::from(day.is_second)];
            let turns = day.week / IN_A_WEEK.len();
            if named == CHECKED && turns.is_multiple_of(A_CHECK) {
                let fate = FATES.get(self.checks % FATES.len()).copied();
                self.checks += 1;
                return (vec![(Turn::Checked, named)], fate);
            }
            return (vec![(Turn::Usual, named)], None);
        };
        let mut turns: Vec<(Turn, &str)> = pair.iter().cycle().take(A_SITTING).map(|named| (Turn::Usual, *named)).collect();
        let mut fate = None;
        if left == RESTRICTED_DAY {
            turns[0] = (Turn::Restricted, RESTRICTED);
        }
        if left == UNOPENED {
            // One is stopped at its check, and one for today is opened by nobody and passed up.
            (turns[0], turns[1]) = ((Turn::Checked, CHECKED), (Turn::Urgent, URGENT));
            fate = Some(Fate::Stopped);
        }
        (turns, fate)
    }

    /// One day: somebody sends, what waited too long goes on, and receiving teams open what they have.
    async fn day(&mut self, day: Day) -> Result<(), Error> {
        self.jobs().await?;
        if let Some((_, username)) = self.let_go.take_if(|(at, _)| *at <= self.clock.now()) {
            self.waits.insert(username);
        }
        let (turns, fate) = self.plan(day);
        self.clock.advance(NEXT_CODE);
        let sender = self.comer(day.left)?;
        let (caller, cookie) = sender.sign_in(self.app).await?;
        // What was asked last still waits when the story ends.
        let caller = if day.left == Some(UNOPENED) { caller } else { Box::pin(self.answer(sender, caller, &cookie)).await? };
        self.choose_deputy(&caller, sender).await?;
        let waited = self.waits.clone();
        let (mut caller, sent) = Box::pin(self.send(caller, &cookie, &turns)).await?;
        if day.is_second && day.week % A_QUESTION == 1 && day.left.is_none() {
            caller = self.ask(sender, &cookie).await?;
        }
        self.app.sign_out(&self.app.request(None), &caller).await?;
        if let (Some(fate), Some((reference, reader, _))) = (fate, sent.first()) {
            Box::pin(self.check(sender, reference, fate)).await?;
            match (fate, *reader) {
                (Fate::Stopped, Some(reader)) if !waited.contains(reader) => _ = self.waits.remove(reader),
                (Fate::LetGo, Some(reader)) => self.let_go = Some((self.clock.now().plus(UNCHECKED), reader)),
                _ => {}
            }
        }
        // What is for today is read on the day, the rest when the week has brought what it brings.
        if day.left != Some(UNOPENED) && (day.is_second || sent.iter().any(|(.., urgency)| *urgency == Urgency::Today)) {
            self.must_ask = day.left == Some(UNOPENED + 1);
            if day.left == Some(CLEARING) {
                self.waits.extend(OPENERS);
            }
            self.clock.advance(Duration::from_mins(20));
            for username in std::mem::take(&mut self.waits) {
                self.clock.advance(NEXT_CODE);
                let catching_up = day.left.is_none_or(|left| left == CLEARING);
                Box::pin(self.open(self.person(username)?, catching_up)).await?;
            }
        }
        self.refer_a_question().await
    }

    /// Says who goes on with what somebody begins, where they have not yet.
    pub(super) async fn choose_deputy(&mut self, caller: &Caller, person: &DemoPerson) -> Result<(), Error> {
        let Some((owner, deputy)) = DEPUTIES.iter().find(|(owner, _)| *owner == person.username) else { return Ok(()) };
        if self.deputies.insert(owner) {
            let deputy = self.person(deputy)?.user;
            self.app.choose_deputy(&self.app.request(None), caller, Some(deputy)).await?;
        }
        Ok(())
    }

    /// The day on which the story ends: something for today, something that waits for its check, and what is not sent yet.
    async fn today(&mut self) -> Result<(), Error> {
        self.jobs().await?;
        let sender = self.sender(false)?;
        let (caller, cookie) = sender.sign_in(self.app).await?;
        let turns = [(Turn::Checked, CHECKED), (Turn::Urgent, URGENT), (Turn::Usual, IN_A_WEEK[0][1])];
        Box::pin(self.send(caller, &cookie, &turns)).await?;
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
    fn who_opens_is_somebody_of_the_partnership() {
        let known = |username: &str| {
            agencies().flat_map(|agency| agency.teams).flat_map(|team| team.people).any(|person| person.username == username)
        };
        assert!(OPENERS.iter().chain([&crate::demo::desk_work::AWAY]).all(|username| known(username)));
        assert!(DEPUTIES.iter().all(|(owner, deputy)| known(owner) && known(deputy)));
    }

    #[test]
    fn whatever_team_receives_has_somebody_who_opens() {
        let library = crate::app::PathwayLibrary::embedded().expect("the built-in pathways");
        let named = |code: &str| {
            let team = agencies().flat_map(|agency| agency.teams).find(|team| team.code == code);
            team.map(|team| team.name).expect("a team of the partnership")
        };
        for loaded in library.iter() {
            for route in loaded.pathway.routes.all() {
                for code in [route.team.as_str(), route.restricted.as_str()] {
                    assert!(opener(named(code)).is_some(), "{code}");
                }
            }
        }
    }
}
