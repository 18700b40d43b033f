//! Messages on a referral: sealed to those they are for, in the order they were written.

use super::{
    Added, Answered, App, Caller, Error, IdempotencyKey, desk::change_with, error::CHANGED, idempotency::Once, opening::Sight,
    sealing::Holder,
};
use crate::{
    audit::Details,
    domain::{
        action::Action,
        actor::Place,
        answers::FieldError,
        code::QuestionId,
        compartment::EntryKind,
        enquiry::FormKind,
        ids::{CompartmentId, ReferralId, UserId},
        message::{Audience, LONGEST},
        news::{News, Side},
        notice::{NoticeCode, Telling},
        relation::Relation,
        running_clock::RunningClock,
        text::{BadText, lines},
    },
    policy::{Act, Permit, RequestContext, ShownCompartment},
    store::{Tx, referrals::Referral},
};

/// How often words are tried again when the referral moves on meanwhile.
const TRIES: usize = 4;

impl App {
    /// Writes a message, once for each key.
    ///
    /// # Errors
    /// [`Error::Unseen`] when the caller cannot see the referral; [`Error::Refused`] when they see it and may not write to that
    /// audience; [`Error::Invalid`] when the text is empty or too long.
    pub async fn write_message(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (reference, audience, text): (&str, Audience, &str),
    ) -> Result<Answered<Added>, Error> {
        self.said(request, caller, key, (reference, Action::WriteMessage), (audience, text)).await
    }

    /// Asks the referrer something: a message to both sides, for whose answer the referral waits; once for each key.
    ///
    /// # Errors
    /// As [`App::write_message`].
    pub async fn ask_referrer(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (reference, text): (&str, &str),
    ) -> Result<Answered<Added>, Error> {
        self.said(request, caller, key, (reference, Action::AskReferrer), (Audience::Shared, text)).await
    }

    async fn said(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (reference, action): (&str, Action),
        (audience, text): (Audience, &str),
    ) -> Result<Answered<Added>, Error> {
        let asked: &[u8] = if action == Action::AskReferrer { b"?" } else { b"" };
        let body = [asked, audience.code().as_bytes(), b"\n", text.as_bytes()].concat();
        let route = format!("POST /referrals/{reference}/messages");
        let act = async |once: &Once<'_>| {
            let mut written = Err(Error::Conflict(CHANGED));
            for _ in 0..TRIES {
                written = self.say(request, caller, (reference, action), (audience, text), once).await;
                // Words go with whatever moved meanwhile, so they are tried again.
                if !matches!(written, Err(Error::Conflict(CHANGED))) {
                    break;
                }
            }
            self.damage_on_record(request, caller, action, written).await
        };
        self.once(request, caller, key, (&route, &body), act).await
    }

    async fn say(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (reference, action): (&str, Action),
        (audience, text): (Audience, &str),
        once: &Once<'_>,
    ) -> Result<Added, Error> {
        let referral = self.find_referral(request, caller, reference, action).await?;
        if !referral.kind.takes(action) {
            return Err(Error::Conflict("a question is answered and not asked back; write to whoever asked"));
        }
        let sight = self.sight(caller, &[referral.id]).await?;
        let act = self.act_towards(request, caller, (&referral, &sight), (action, audience)).await?;
        let permit = self.ask(act).await?;
        let text = lines(text, LONGEST).map_err(invalid)?;

        let shown = permit.act().compartments.first().copied().ok_or(Error::Refused)?;
        let held = sight.newest(shown.id).is_some();
        let compartment = if held { Some(self.held_compartment(&sight, shown).await?) } else { None };
        let own = if held { Vec::new() } else { self.receiving_side(&referral).await? };
        let moved = self.waits_or_goes_on(&referral, &permit, audience).await?;
        let news = self.news_of_words(&referral, (&permit, audience), caller.user()).await?;
        let mark = mark_of_words(&referral, &permit, audience);
        let mut tx = self.store.begin().await?;
        let compartment = match compartment {
            Some(compartment) => compartment,
            // The receiving team's first word among themselves makes the compartment for it.
            None => self.make_compartment(&mut tx, referral.id, shown, &own, request.at).await?,
        };
        let entry = self.sealed_entry(&tx, &compartment, EntryKind::Message, text.as_bytes(), caller.user(), request.at);
        let added = Added { id: entry.id.to_string(), at: request.at };
        once.remember(&mut tx, &added).await?;
        room_for_more(&mut tx, referral.id).await?;
        if let Some((referral, clocks)) = moved {
            change_with(&mut tx, referral, &clocks).await?;
        }
        tx.insert_entry(&entry).await?;
        if let Some((side, news)) = mark {
            self.mark_new(&mut tx, &referral, side, (news, caller.user(), request.at)).await?;
        }
        self.tell(&mut tx, &news, request.at).await?;
        let keys = std::iter::once(compartment.key).chain(own.iter().map(Holder::key)).collect();
        let details = Details { entries: vec![(entry.id, entry.sha256)], keys, ..Details::default() };
        tx.commit(permit, &details).await?;
        Ok(added)
    }

    /// What words change beside being said: a question has the referral wait, and whatever the sender's side says to it ends
    /// the waiting. Clocks that may stand still do so meanwhile.
    async fn waits_or_goes_on(
        &self,
        referral: &Referral,
        permit: &Permit,
        audience: Audience,
    ) -> Result<Option<(Referral, Vec<RunningClock>)>, Error> {
        let act = permit.act();
        let at = act.request.at;
        if is_answer(referral, audience, act.relation) {
            // What was answered waits for nobody any more.
            let clocks = self.store.clocks_of(referral.id).await?.into_iter().map(|clock| clock.stop(at));
            return Ok(Some((Referral { answered_at: Some(at), ..referral.clone() }, clocks.collect())));
        }
        let asks = act.action == Action::AskReferrer;
        let answers = act.relation != Relation::ReceivingTeam && audience == Audience::Shared;
        let ends = answers && referral.desk.waiting_since.is_some();
        if !(asks || ends) {
            return Ok(None);
        }
        let desk = if asks { referral.desk.wait(at) } else { referral.desk.go_on() };
        let clocks = self.store.clocks_of(referral.id).await?.into_iter();
        let clocks = clocks.map(|clock| if asks { clock.pause(at) } else { clock.resume(at, &self.calendar) });
        Ok(Some((Referral { desk, ..referral.clone() }, clocks.collect())))
    }

    /// Who hears of words said to both sides: the other side. What a team says among themselves is told to nobody.
    async fn news_of_words(
        &self,
        referral: &Referral,
        (permit, audience): (&Permit, Audience),
        by: UserId,
    ) -> Result<Vec<Telling>, Error> {
        let act = permit.act();
        match (audience, act.relation) {
            (Audience::Casework | Audience::Share, _) => Ok(Vec::new()),
            (Audience::Shared, Relation::ReceivingTeam) => {
                let code = match act.action {
                    Action::AskReferrer => NoticeCode::Question,
                    _ if is_answer(referral, audience, act.relation) => NoticeCode::Answer,
                    _ => NoticeCode::Message,
                };
                self.tell_sender(referral, code, Some(by)).await
            }
            (Audience::Shared, _) => {
                let waits = referral.desk.waiting_since.is_some();
                let code = if waits { NoticeCode::Answer } else { NoticeCode::Message };
                let mut news = self.tell_desk(referral, code).await?;
                news.extend(self.tell_on_cover(referral, code).await?);
                Ok(news)
            }
        }
    }

    /// The act of writing to an audience, by the first of the caller's ways that the policy allows; or else one it refuses.
    pub(super) async fn act_towards(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (referral, sight): (&Referral, &Sight),
        (action, audience): (Action, Audience),
    ) -> Result<Act, Error> {
        let held = sight.compartments(referral.id).into_iter().find(|shown| shown.kind == audience.compartment());
        let touched = |place: &Place, relation| {
            let own = relation == Relation::ReceivingTeam && place.team == referral.receiving_team;
            let may_make = (own && audience == Audience::Casework) || relation == Relation::None;
            let fresh = || ShownCompartment { id: CompartmentId::random(&*self.random), kind: audience.compartment() };
            held.or_else(|| may_make.then(fresh)).map(|shown| vec![shown])
        };
        self.act_on(request, caller, (referral, sight), action, touched).await
    }
}

/// Whose list marks words as new, and as what; none for what a team says among themselves.
fn mark_of_words(referral: &Referral, permit: &Permit, audience: Audience) -> Option<(Side, News)> {
    let act = permit.act();
    Some(match (audience, act.relation) {
        (Audience::Casework | Audience::Share, _) => return None,
        (Audience::Shared, Relation::ReceivingTeam) => {
            let news = match act.action {
                Action::AskReferrer => News::Question,
                _ if is_answer(referral, audience, act.relation) => News::Answer,
                _ => News::Message,
            };
            (Side::Sender, news)
        }
        (Audience::Shared, _) => {
            let waits = referral.desk.waiting_since.is_some();
            (Side::Desk, if waits { News::Answer } else { News::Message })
        }
    })
}

/// Whether a message is the first answer to an enquiry: it comes from the side that received it, and the asker reads it.
fn is_answer(referral: &Referral, audience: Audience, relation: Relation) -> bool {
    let is_to_asker = audience == Audience::Shared && relation == Relation::ReceivingTeam;
    referral.kind == FormKind::Enquiry && is_to_asker && referral.answered_at.is_none()
}

/// How many items a referral holds: each is unsealed at every opening, so one that grew without end could not be opened any more.
const MOST: i64 = 2000;

/// Fails when a referral is full. To be asked by whatever adds an item that people write again and again.
pub(super) async fn room_for_more(tx: &mut Tx, referral: ReferralId) -> Result<(), Error> {
    if tx.count_entries(referral).await? >= MOST {
        return Err(Error::Conflict("nothing more can be added to this referral: it holds 2,000 items"));
    }
    Ok(())
}

fn invalid(fault: BadText) -> Error {
    let message = match fault {
        BadText::Empty => "Enter a message".to_owned(),
        BadText::TooLong(_) => "Message must be 5,000 characters or less".to_owned(),
        BadText::Control => "Message must not include control characters".to_owned(),
    };
    // A fixed word of ours is always an id.
    QuestionId::parse("text").map_or(Error::Malformed("text"), |field| Error::Invalid(vec![FieldError::new(field, message)]))
}
