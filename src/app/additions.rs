//! What is added after sending, the sections that may follow and questions left out; and what is changed of what was sent.
//! Earlier words stay beside later ones, and what is sealed apart goes to its own compartment.

use std::collections::BTreeSet;

use super::{
    Added, Answered, App, Caller, Error, IdempotencyKey, ReferralView,
    desk::change as change_row,
    error::CHANGED,
    hastening::{Hastened, Standing, at_once},
    idempotency::Once,
    kept_anew::Saying,
    later::sorted,
    messages::room_for_more,
    opening::Sight,
    sealing::{Compartment, Holder},
    shares::person_of,
    telling::telling,
};
use crate::{
    audit::Details,
    domain::{
        action::Action,
        actor::Place,
        agency::AgencyKind,
        answers::{Answers, FieldError, RawAnswers},
        code::QuestionId,
        compartment::{Category, CompartmentKind, EntryKind},
        desk::Desk,
        ids::{AgencyId, CompartmentId, EntryId, UserId},
        news::{News, Side},
        notice::{Addressee, NoticeCode, Telling},
        pathway::Pathway,
        question::Question,
        relation::Relation,
        section::Section,
        sharing::Shared,
        time::Timestamp,
        validate::examine,
    },
    pathways,
    policy::{RequestContext, ShownCompartment},
    store::{Tx, referrals::Referral},
};

/// An earlier answer stands beside a later one; nobody can make it unsaid.
const NOT_TAKEN_AWAY: &str = "Enter an answer: an earlier one can be changed, and not taken away";

/// Something added after sending, as its readers see it.
#[derive(Debug, Clone)]
pub struct AdditionView {
    /// Its id.
    pub id: EntryId,
    /// When it was added.
    pub at: Timestamp,
    /// Who added it, by name.
    pub from: String,
    /// Whether it changes answers that were given before.
    pub amends: bool,
    /// The answers.
    pub answers: Answers,
}

/// What a reader of the answers must see first, as they are now; of answers nothing where the reader may not see them.
pub fn flags(view: &ReferralView) -> Vec<String> {
    let mut flags = Vec::from_iter(locked_flag(view));
    let Some(_) = &view.answers else { return flags };
    let (pathway, now) = (&view.pathway.pathway, latest(view));
    flags.extend(standing_flags(view, &now));
    // The same whether or not somebody kept such an answer back: it must warn, and be no sign. Whoever reads only some of the
    // answers is told to ask first in any case.
    if view.may_lack && !view.in_part && pathway.may_lack_a_flag(&now) {
        let (team, agency) = &view.received_by;
        flags.push(format!(
            "Ways of making contact that must never be used are not all in what you read. Ask {team} ({agency}) before you ring, \
             write or visit."
        ));
    }
    flags
}

/// That the reader does not read all: whoever takes it for the whole may do harm.
fn locked_flag(view: &ReferralView) -> Option<String> {
    let (team, agency) = &view.received_by;
    let what = match view.locked {
        0 => return None,
        1 => "One item of this was sealed while you had no key to it, and is".to_owned(),
        count => format!("{count} items of this were sealed while you had no key to them, and are"),
    };
    Some(format!("{what} missing from what you read. Ask {team} ({agency}), or whoever sent it."))
}

/// The flags of the answers that somebody reads, as they now stand.
fn standing_flags(view: &ReferralView, now: &Answers) -> Vec<String> {
    let pathway = &view.pathway.pathway;
    if !view.in_part {
        return pathway.flags(now).map(str::to_owned).collect();
    }
    // Of some of the answers nothing can be told; what all of them told came along. What is kept apart stands by itself.
    let mut flags = view.warned.clone();
    for (category, _) in &view.categories {
        flags.extend(pathway.flags(&pathway.part(now, Some(*category))).map(str::to_owned));
    }
    let mut told = BTreeSet::new();
    flags.retain(|flag| told.insert(flag.clone()));
    flags
}

/// Reads sealed answers: those that were sent, or added, or changed.
pub(super) fn read(pathway: &Pathway, sender: AgencyKind, bytes: &[u8]) -> Result<Answers, Error> {
    let json = serde_json::from_slice(bytes).map_err(|_| Error::Integrity("the answers cannot be read"))?;
    pathways::answers_from_json(pathway, &json, sender).map_err(|_| Error::Integrity("the answers do not fit their pathway"))
}

/// The latest answer to each question: as sent, and as added since.
pub fn latest(view: &ReferralView) -> Answers {
    let added = view.additions.iter().rev().map(|addition| addition.answers.clone());
    view.pathway.pathway.whole(added.chain(view.answers.clone()))
}

/// The questions of a section that somebody can add to what was sent: all of one that may follow, of another those left out.
pub fn addable<'v>(section: &'v Section, answers: &Answers, view: &ReferralView) -> BTreeSet<&'v QuestionId> {
    let open = |id: &&QuestionId| section.later || answers.get(id).is_none();
    amendable(section, view).into_iter().filter(open).collect()
}

/// What somebody is told who would say afterwards who is involved.
const INVOLVED: &str = "Leave this out: whoever has this reads it. Send it anew and say so there, and others receive it";

/// The questions of a section whose answers somebody can change: all that was answered, and what a change calls up. What is
/// sealed apart only its sender changes, who holds it; what may be kept from the reader, nobody from whom it could be; and who
/// is involved nobody writes to those who have it.
pub fn amendable<'v>(section: &'v Section, view: &ReferralView) -> BTreeSet<&'v QuestionId> {
    let theirs = |question: &&Question| {
        let holds = view.relation == Relation::Referrer || question.sealed.category().is_none();
        let is_theirs = holds && (view.answers_all || !question.can_be_withheld());
        is_theirs && !view.pathway.pathway.is_about_involved(question)
    };
    section.questions.iter().filter(theirs).map(|question| &question.id).collect()
}

/// Answers as a door has them: read against their pathway, or as JSON, which is read once it is known which pathway's they are.
#[derive(Clone, Copy)]
pub enum Said<'a> {
    /// Read already.
    Read(&'a RawAnswers),
    /// As a client sent them.
    Json(&'a serde_json::Value),
}

/// What somebody does to the answers of a referral.
#[derive(Clone, Copy)]
enum Change<'a> {
    /// Answers questions of a section that were left open.
    Add(&'a str),
    /// Answers questions of a section, or of all, anew, on what stood at a revision.
    Amend(Option<&'a str>, i64),
}

impl Change<'_> {
    const fn action(self) -> Action {
        match self {
            Self::Add(_) => Action::AddToReferral,
            Self::Amend(..) => Action::AmendReferral,
        }
    }

    const fn kind(self) -> EntryKind {
        match self {
            Self::Add(_) => EntryKind::Addition,
            Self::Amend(..) => EntryKind::Amendment,
        }
    }

    /// When the referral was last changed, after this.
    const fn amended_at(self, referral: &Referral, at: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Amend(..) => Some(at),
            Self::Add(_) => referral.desk.amended_at,
        }
    }

    /// What others are told.
    const fn news(self) -> NoticeCode {
        match self {
            Self::Add(_) => NoticeCode::Added,
            Self::Amend(..) => NoticeCode::Amended,
        }
    }

    /// The questions that it may touch.
    fn open<'v>(self, view: &'v ReferralView, before: &Answers) -> Result<BTreeSet<&'v QuestionId>, Error> {
        let sections = &view.pathway.pathway.sections;
        let found = |wanted: &str| sections.iter().find(|known| known.id.as_str() == wanted).ok_or(Error::Unseen);
        Ok(match self {
            Self::Add(section) => addable(found(section)?, before, view),
            Self::Amend(Some(section), _) => amendable(found(section)?, view),
            Self::Amend(None, _) => sections.iter().flat_map(|section| amendable(section, view)).collect(),
        })
    }
}

/// The categories of what somebody wants to add.
fn categories(pathway: &Pathway, raw: &RawAnswers) -> BTreeSet<Category> {
    let given = raw.iter().filter(|(_, answer)| !answer.is_empty());
    given.filter_map(|(id, _)| pathway.question(id)?.sealed.category()).collect()
}

impl App {
    /// Adds answers to a referral, once for each key.
    ///
    /// # Errors
    /// [`Error::Unseen`], [`Error::Refused`], [`Error::Invalid`] with what to mend.
    pub async fn add_answers(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (reference, section): (&str, &str),
        (saying, body): (impl Into<Saying<'_>>, &[u8]),
    ) -> Result<Answered<Added>, Error> {
        let route = format!("POST /referrals/{reference}/add/{section}");
        Box::pin(self.change_answers(request, caller, key, (reference, &route, Change::Add(section)), (saying.into(), body)))
            .await
    }

    /// Changes answers of a referral as it stood at a revision, once for each key: those of a section, or any. Both versions
    /// stay; the receiving team sees that it changed until it opens it again.
    ///
    /// # Errors
    /// As [`App::add_answers`]; [`Error::Conflict`] when the referral has moved on since.
    pub async fn amend_answers(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (reference, section, revision): (&str, Option<&str>, i64),
        (saying, body): (impl Into<Saying<'_>>, &[u8]),
    ) -> Result<Answered<Added>, Error> {
        let route = format!("POST /referrals/{reference}/amendment/{}", section.unwrap_or_default());
        Box::pin(self.change_answers(
            request,
            caller,
            key,
            (reference, &route, Change::Amend(section, revision)),
            (saying.into(), body),
        ))
        .await
    }

    async fn change_answers(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (reference, route, change): (&str, &str, Change<'_>),
        (saying, body): (Saying<'_>, &[u8]),
    ) -> Result<Answered<Added>, Error> {
        let act = async |once: &Once<'_>| {
            let added = Box::pin(self.change_once(request, caller, (reference, change), saying, once)).await;
            self.damage_on_record(request, caller, change.action(), added).await
        };
        self.once(request, caller, key, (route, body), act).await
    }

    /// What of given answers is sealed apart, and where: a category's compartment that is there, or one to be made.
    fn apart(&self, view: &ReferralView, given: &RawAnswers) -> Vec<(Category, ShownCompartment)> {
        let place = |category| {
            let known = view.categories.iter().find(|(of, _)| *of == category).map(|(_, id)| *id);
            let id = known.unwrap_or_else(|| CompartmentId::random(&*self.random));
            (category, ShownCompartment { id, kind: CompartmentKind::Restricted })
        };
        categories(&view.pathway.pathway, given).into_iter().map(place).collect()
    }

    /// Writes how the referral stands after its answers changed, where it moved or was changed.
    async fn write_moved(
        &self,
        tx: &mut Tx,
        referral: &Referral,
        amended_at: Option<Timestamp>,
        (hastened, details): (Option<Hastened>, &mut Details),
        at: Timestamp,
    ) -> Result<(), Error> {
        let moved = hastened.as_ref().map_or(referral, |hastened| &hastened.referral);
        if hastened.is_some() || amended_at != referral.desk.amended_at {
            change_row(tx, &Referral { desk: Desk { amended_at, ..moved.desk }, ..moved.clone() }).await?;
        }
        match hastened {
            Some(hastened) => self.write_hastened(tx, hastened, details, at).await,
            None => Ok(()),
        }
    }

    /// Whom a change is told to: both sides, unless what it made urgent told them already, and who was told for information of what
    /// they can read. Whoever is told of a change that they cannot see knows that something is kept from them.
    async fn news_of(
        &self,
        referral: &Referral,
        code: NoticeCode,
        (standing, is_told, reaches_copies): (&Standing, bool, bool),
        blind: &BTreeSet<AgencyId>,
    ) -> Result<Vec<Telling>, Error> {
        let mut news = if is_told { Vec::new() } else { self.tell_both_but(referral, code, blind).await? };
        if reaches_copies {
            let copied = self.not_of_the_barred(self.tell_copied(referral, code).await?, blind).await?;
            news.extend(copied.into_iter().map(|telling| if standing.becomes_today() { at_once(telling) } else { telling }));
        }
        Ok(news)
    }

    /// Whoever was given some of a referral, once answers are changed that everybody reads who holds it: what they have may not hold
    /// any more. What was changed, and whether it was among it, is for the team that shared it to say.
    async fn news_of_shares(&self, referral: &Referral, blind: &BTreeSet<AgencyId>) -> Result<Vec<Telling>, Error> {
        let mut to = Vec::new();
        for found in self.sound_shares(referral.id).await? {
            let addressee = person_of(&found.share).map_or(Addressee::Team(found.share.to_team), Addressee::User);
            if found.end.is_none() && found.share.what == Shared::Items && !to.contains(&addressee) {
                to.push(addressee);
            }
        }
        let news = to.into_iter().map(|to| Telling { urgent: false, ..telling(referral, to, NoticeCode::ShareOutdated) });
        self.not_of_the_barred(news.collect(), blind).await
    }

    async fn change_once(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (reference, change): (&str, Change<'_>),
        Saying { said, withhold }: Saying<'_>,
        once: &Once<'_>,
    ) -> Result<Added, Error> {
        let view = self.read_referral(request, caller, reference).await?;
        let pathway = &view.pathway.pathway;
        let raw = &match said {
            Said::Read(raw) => raw.clone(),
            Said::Json(json) => pathways::raw_from_request(pathway, json).map_err(Error::Invalid)?,
        };
        let action = change.action();
        let referral = self.find_referral(request, caller, reference, action).await?;
        let sight = self.sight(caller, &[referral.id]).await?;
        let shared = sight.compartments(referral.id).into_iter().find(|shown| shown.kind == CompartmentKind::Shared);
        let Some(shared) = shared else {
            // Whoever holds a category alone answers for nobody: that is asked, so that it is on record.
            let held = |_: &Place, _| Some(sight.compartments(referral.id));
            let act = self.act_on(request, caller, (&referral, &sight), action, held).await?;
            return Err(self.ask(act).await.err().unwrap_or(Error::Refused));
        };
        // What is sealed apart goes into its category's own compartment, which is made when there is none yet.
        let apart = self.apart(&view, raw);
        let sender = self.agency(referral.referrer_agency).await?.kind;
        let before = latest(&view);
        let tried = changed(&view, (&before, change, raw), sender, request);
        let anew = match &tried {
            Ok(answers) => self.kept_anew(caller, (&view, &referral, &sight), (withhold, answers)).await,
            Err(_) => Ok(None),
        };
        let newly = anew.as_ref().ok().and_then(Option::as_ref);
        // What is kept from somebody stays so, whatever it is changed to.
        let stands = tried.as_ref().ok().map(|answers| {
            let sorted = sorted(&view, &before, answers, newly.map_or(&[][..], |anew| &anew.questions[..]));
            let standing = Standing::of(&view, &referral.urgency, &before, (answers, &sorted.open));
            (sorted, standing)
        });
        let stands = match stands {
            Some((sorted, standing)) => Some((sorted, self.told_anew(&referral, standing).await?)),
            None => None,
        };
        let touched = || {
            let apart = apart.iter().map(|(_, shown)| *shown);
            let Some((sorted, standing)) = &stands else { return std::iter::once(shared).chain(apart).collect() };
            let kept = sorted.reached(standing, sight.withheld(referral.id).into_iter().map(|shown| shown.id));
            // The log tells a change to those who can read it, and to nobody from whom it is kept.
            let is_shared = !sorted.is_hidden() || standing.is_seen() || standing.reaches_others();
            let own = newly.map(|anew| ShownCompartment { id: anew.id, kind: CompartmentKind::Withheld });
            is_shared.then_some(shared).into_iter().chain(apart).chain(kept).chain(own).collect::<Vec<_>>()
        };
        let act = self.act_on(request, caller, (&referral, &sight), action, |_, _| Some(touched())).await?;
        let permit = self.ask(act).await?;

        if matches!(change, Change::Amend(_, revision) if revision != referral.revision) {
            return Err(Error::Conflict(CHANGED));
        }
        let (answers, anew) = (tried?, anew?);
        let (sorted, standing) = stands.ok_or(Error::Integrity("an addition stands nowhere"))?;
        let for_all = !sorted.open.is_empty();
        let asked = |part: &Answers| part.iter().map(|(id, _)| id.clone()).collect::<Vec<QuestionId>>();
        let barred = self.store.barred_of(referral.id).await?;
        let from = |id: CompartmentId| barred.iter().filter(|(of, _)| *of == id).map(|(_, agency)| *agency).collect();
        let mut kept: Vec<(BTreeSet<AgencyId>, _)> = sorted.kept.iter().map(|(id, part)| (from(*id), asked(part))).collect();
        kept.extend(anew.iter().map(|anew| (anew.from.clone(), anew.questions.clone())));
        let blind = self.blind_to(&sight, &referral, (&before, &sorted.open, &kept)).await?;
        let places = Places { shared, open: sorted.open, kept: sorted.kept, apart: &apart };
        let (mut parts, fresh) = self.parts_of(caller, (&referral, &sight, pathway), places, &answers).await?;
        let about = (change.news(), request.at);
        let hastened = self.hastened(caller, &permit, (&referral, &sight), (&*view.course.pathway, &standing), about).await?;
        let joining = hastened.as_ref().map_or(&[][..], |hastened| &hastened.joining[..]);
        let apart_anew = match anew {
            Some(anew) => Some((self.holders_but(&referral, (&anew.from, joining)).await?, anew)),
            None => None,
        };
        let is_told = hastened.as_ref().is_some_and(|hastened| hastened.tells_desk && !hastened.news.is_empty());
        let reaches_copies = for_all || !kept.is_empty();
        let mut news = self.news_of(&referral, change.news(), (&standing, is_told, reaches_copies), &blind).await?;
        if for_all && change.kind() == EntryKind::Amendment {
            news.extend(self.news_of_shares(&referral, &blind).await?);
        }
        let mut tx = self.store.begin().await?;
        room_for_more(&mut tx, referral.id).await?;
        self.tell(&mut tx, &news, request.at).await?;
        for (category, shown, holders) in fresh {
            let made = self.make_compartment(&mut tx, referral.id, shown, &holders, request.at).await?;
            parts.push((pathway.part(&answers, Some(category)), made, holders));
        }
        if let Some((holders, anew)) = apart_anew {
            let shown = ShownCompartment { id: anew.id, kind: CompartmentKind::Withheld };
            let made = self.make_compartment(&mut tx, referral.id, shown, &holders, request.at).await?;
            self.bar(&mut tx, &made, &anew.from, request.at).await?;
            parts.push((sorted.anew, made, holders));
        }
        let by = (change.kind(), caller.user(), request.at);
        let mut details = self.seal_parts(&mut tx, &parts, by, standing.headline.as_deref()).await?;
        let (first, _) = details.entries.first().ok_or(Error::Integrity("an addition stands nowhere"))?;
        let done = Added { id: first.to_string(), at: request.at };
        let amended_at = change.amended_at(&referral, request.at);
        self.write_moved(&mut tx, &referral, amended_at, (hastened, &mut details), request.at).await?;
        if let Change::Add(_) = change {
            self.mark_new(&mut tx, &referral, Side::Desk, (News::Addition, caller.user(), request.at)).await?;
        }
        details.keys.sort_unstable();
        details.keys.dedup();
        once.remember(&mut tx, &done).await?;
        tx.commit(permit, &details).await?;
        Ok(done)
    }
}

/// Answers, the compartment that they are sealed to and, where that is new, who gets its key.
type SealedPart = (Answers, Compartment, Vec<Holder>);

/// Where answers go: what everybody reads who holds the referral, what is kept from somebody, and what is sealed apart.
struct Places<'a> {
    shared: ShownCompartment,
    open: Answers,
    kept: Vec<(CompartmentId, Answers)>,
    apart: &'a [(Category, ShownCompartment)],
}

/// Categories that a referral had none of before, with who is to read them.
type NewCategory = (Category, ShownCompartment, Vec<Holder>);

impl App {
    /// What goes into each compartment that is there, the part that everybody reads first, and the categories that are new.
    async fn parts_of(
        &self,
        caller: &Caller,
        (referral, sight, pathway): (&Referral, &Sight, &Pathway),
        Places { shared, open, kept, apart }: Places<'_>,
        answers: &Answers,
    ) -> Result<(Vec<SealedPart>, Vec<NewCategory>), Error> {
        let mut parts = vec![(open, self.held_compartment(sight, shared).await?, Vec::new())];
        for (id, part) in kept {
            let shown = ShownCompartment { id, kind: CompartmentKind::Withheld };
            parts.push((part, self.held_compartment(sight, shown).await?, Vec::new()));
        }
        let mut fresh = Vec::new();
        for (category, shown) in apart {
            if sight.newest(shown.id).is_some() {
                let part = pathway.part(answers, Some(*category));
                parts.push((part, self.held_compartment(sight, *shown).await?, Vec::new()));
                continue;
            }
            fresh.push((*category, *shown, self.holders_of_category(caller, referral, (pathway, *category)).await?));
        }
        Ok((parts, fresh))
    }

    /// Who reads a category of answers that a referral had none of before.
    async fn holders_of_category(
        &self,
        caller: &Caller,
        referral: &Referral,
        (pathway, category): (&Pathway, Category),
    ) -> Result<Vec<Holder>, Error> {
        let restricted = pathway.restricted.iter().find(|restricted| restricted.category == category);
        let restricted = restricted.ok_or(Error::Integrity("a category has no teams"))?;
        self.category_holders(caller, referral, restricted).await
    }

    /// Seals each part that says something to its compartment, and the new line for lists to the first; what the event names.
    async fn seal_parts(
        &self,
        tx: &mut Tx,
        parts: &[SealedPart],
        (kind, by, at): (EntryKind, UserId, Timestamp),
        headline: Option<&str>,
    ) -> Result<Details, Error> {
        let mut details = Details::default();
        for (part, compartment, holders) in parts.iter().filter(|(part, ..)| !part.is_empty()) {
            let content = pathways::answers_to_json(part).to_string();
            let entry = self.sealed_entry(tx, compartment, kind, content.as_bytes(), by, at);
            tx.insert_entry(&entry).await?;
            details.entries.push((entry.id, entry.sha256));
            details.keys.extend(std::iter::once(compartment.key).chain(holders.iter().map(Holder::key)));
        }
        if let Some(headline) = headline {
            let shared = parts.first().map(|(_, shared, _)| shared).ok_or(Error::Integrity("an addition stands nowhere"))?;
            let entry = self.sealed_entry(tx, shared, EntryKind::Headline, headline.as_bytes(), by, at);
            tx.insert_entry(&entry).await?;
            details.entries.push((entry.id, entry.sha256));
            details.keys.push(shared.key);
        }
        Ok(details)
    }
}

/// The answers that are added or changed: those given to questions that can be, held against all that was said before.
fn changed(
    view: &ReferralView,
    (before, change, given): (&Answers, Change<'_>, &RawAnswers),
    sender: AgencyKind,
    request: &RequestContext,
) -> Result<Answers, Error> {
    let pathway = &view.pathway.pathway;
    let open = change.open(view, before)?;
    let nothing = match change {
        Change::Add(_) => "Answer at least one question",
        Change::Amend(..) => "Change at least one answer",
    };
    let nothing = |id: &QuestionId| Error::Invalid(vec![FieldError::new(id.clone(), nothing)]);
    if let Change::Amend(..) = change {
        let taken = given.iter().filter(|(id, answer)| open.contains(id) && answer.is_empty() && before.get(id).is_some());
        let taken: Vec<FieldError> = taken.map(|(id, _)| FieldError::new(id.clone(), NOT_TAKEN_AWAY)).collect();
        if !taken.is_empty() {
            return Err(Error::Invalid(taken));
        }
    }
    let raw = pathways::raw_from_json(&pathways::answers_to_json(before));
    let mut raw = raw.map_err(|_| Error::Integrity("answers do not read back"))?;
    let about_involved = |id: &QuestionId| pathway.question(id).is_some_and(|question| pathway.is_about_involved(question));
    let said = given.iter().filter(|(id, answer)| !answer.is_empty() && raw.get(*id) != Some(*answer) && about_involved(id));
    let said: Vec<FieldError> = said.map(|(id, _)| FieldError::new(id.clone(), INVOLVED)).collect();
    if !said.is_empty() {
        return Err(Error::Invalid(said));
    }
    let given = given.iter().filter(|(id, answer)| open.contains(id) && !answer.is_empty());
    let given: RawAnswers = given.map(|(id, answer)| (id.clone(), answer.clone())).collect();
    if given.is_empty() {
        let first = open.first().copied().or_else(|| pathway.sections.first()?.questions.first().map(|question| &question.id));
        return Err(nothing(first.ok_or(Error::Unseen)?));
    }
    if let Change::Add(_) = change {
        raw.retain(|id, _| !open.contains(id));
    }
    raw.extend(given.clone());
    let examined = examine(pathway, raw, sender, request.at.uk_date());
    let wrong: Vec<FieldError> = examined.errors.into_iter().filter(|error| given.contains_key(&error.field)).collect();
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    let answers = examined.answers.only(|id| given.contains_key(id) && examined.answers.get(id) != before.get(id));
    match (answers.is_empty(), given.keys().next()) {
        (true, Some(first)) => Err(nothing(first)),
        _ => Ok(answers),
    }
}
