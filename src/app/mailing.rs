//! Mail that somebody has notices: gathered from the outbox, handed to the relay, counted when it comes back.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::{App, Error};
use crate::{
    crypto::{SealedAddress, open_address},
    domain::{
        account::AccountState,
        actor::Place,
        ids::{MailId, UserId},
        mailing::{MailEnd, again_in, goes_at, may_go_at},
        notice::{Addressee, NoticeCode, Telling},
        role::Role,
        time::Timestamp,
    },
    mail::{Delivery, Letter, Relay, bounce},
    store::mails::{DueMail, MailboxRow, NewMail, Untold},
};

/// The most notices, and the most mails, that one round handles.
const MOST: i64 = 100;
const MOST_MAILS: i64 = 20;
/// One node at a time sends.
const LEASE: &str = "mail";
const LEASE_FOR: Duration = Duration::from_mins(2);
/// How much of the proof of a return address stands in it: 64 bits.
const TAG: usize = 16;

impl App {
    /// Whether this hub sends mail at all.
    pub const fn sends_mail(&self) -> bool {
        self.mail.is_some()
    }

    /// Puts what is new into mails, and hands those that may go to the relay; gives how many it took. Without a relay what is
    /// new stays in the product.
    pub async fn mind_mail(&self) -> Result<usize, Error> {
        let now = self.now();
        // Looking costs less than the lease, which is a write.
        if self.store.untold(1).await?.is_empty() && self.store.due_mails(now, 1).await?.is_empty() {
            return Ok(0);
        }
        if self.store.take_lease(LEASE, &self.node, now, now.plus(LEASE_FOR)).await?.is_none() {
            return Ok(0);
        }
        self.gather(now).await?;
        let Some(relay) = &self.mail else { return Ok(0) };
        let mut sent = 0;
        for mail in self.store.due_mails(now, MOST_MAILS).await? {
            // On the heap: a connection with its encryption is large, and rare.
            match Box::pin(self.post(relay, &mail, now)).await {
                Ok(true) => sent += 1,
                Ok(false) => {}
                Err(Error::Unavailable) => return Err(Error::Unavailable),
                Err(error) => {
                    tracing::error!(error.kind = "mail", error = %error, mail.id = %mail.id, "a mail is left for later");
                }
            }
        }
        Ok(sent)
    }

    /// One mail for each person who is told something, or one that they wait for already.
    async fn gather(&self, now: Timestamp) -> Result<(), Error> {
        let untold = self.store.untold(MOST).await?;
        if untold.is_empty() {
            return Ok(());
        }
        let mut people: BTreeMap<UserId, bool> = BTreeMap::new();
        if self.sends_mail() {
            // Somebody has looked meanwhile: there is nothing new to say.
            for Untold { to, code, urgent, .. } in untold.iter().filter(|untold| !untold.read && untold.code.goes_by_mail()) {
                for user in self.people_of(*to, *code).await? {
                    *people.entry(user).or_default() |= *urgent;
                }
            }
        }
        let users: Vec<UserId> = people.keys().copied().collect();
        let boxes = self.store.mailboxes(&users).await?.into_iter().filter(|row| row.stopped_at.is_none());
        let mail = |MailboxRow { user, quiet, .. }: MailboxRow| {
            let urgent = people.get(&user).copied().unwrap_or_default();
            let due_at = goes_at(now, urgent, quiet, &self.calendar);
            NewMail { id: MailId::random(&*self.random), user, urgent, due_at }
        };
        let mails: Vec<NewMail> = boxes.map(mail).collect();
        Ok(self.store.put_into_mail(&untold, &mails, now).await?)
    }

    /// Whom a notice reaches: of a team those who work its queue, and of what was shared with it all who hold its key.
    async fn people_of(&self, to: Addressee, code: NoticeCode) -> Result<BTreeSet<UserId>, Error> {
        match to {
            Addressee::User(user) => Ok(BTreeSet::from([user])),
            Addressee::Team(team) => {
                let members = self.store.members(team).await?.into_iter();
                let reads = |place: &Place| place.opens() && (code.is_of_shares() || self.works_queue(place));
                Ok(members.filter(|(_, place)| reads(place)).map(|(user, _)| user).collect())
            }
        }
    }

    /// Hands one mail over; false when another node has it.
    async fn post(&self, relay: &Relay, mail: &DueMail, now: Timestamp) -> Result<bool, Error> {
        let Some(wait) = again_in(mail.tries) else {
            self.store.end_mail(mail.id, MailEnd::GivenUp, now).await?;
            tracing::error!(error.kind = "mail", mail.id = %mail.id, "a mail was given up: the relay did not take it in time");
            return Ok(false);
        };
        let mailbox = self.store.mailboxes(&[mail.user]).await?.into_iter().find(|row| row.stopped_at.is_none());
        let Some(mailbox) = mailbox else {
            self.store.end_mail(mail.id, MailEnd::GivenUp, now).await?;
            return Ok(false);
        };
        // The hub may have stood still, or the relay, since the hour was chosen.
        let goes = may_go_at(now, mail.urgent, mailbox.quiet, &self.calendar);
        if goes > now {
            self.store.put_off_mail(mail.id, goes).await?;
            return Ok(false);
        }
        if !self.store.take_mail(mail, now.plus(wait)).await? {
            return Ok(false);
        }
        let sealed = SealedAddress { key_version: mailbox.key_version, bytes: mailbox.sealed };
        let to = open_address(&sealed, &self.sealing, mail.user)?;
        let (id, tag) = (mail.id.to_string(), self.return_tag(mail.id));
        let letter = Letter { id, tag, to, urgent: mail.urgent, at: mail.made_at };
        match relay.send(&letter).await {
            Delivery::Accepted => {
                self.store.end_mail(mail.id, MailEnd::Sent, self.now()).await?;
                return Ok(true);
            }
            Delivery::Refused => {
                self.count_return(mail.id, mail.user).await?;
            }
            Delivery::Later(fault) => {
                tracing::warn!(error.kind = "mail", fault, mail.id = %mail.id, "the relay did not take a mail; it is tried again");
            }
        }
        Ok(false)
    }

    /// What proves that a return address is ours.
    fn return_tag(&self, mail: MailId) -> String {
        let mut tag = hex::encode(self.hashes.hash("mail-return", &[&mail.to_bytes()]));
        tag.truncate(TAG);
        tag
    }

    /// Counts a mail that came back; false where it was counted before. Tells the person, and the administrators of their agency,
    /// or where there is none the hub's operators: of the person, never of a referral.
    async fn count_return(&self, mail: MailId, user: UserId) -> Result<bool, Error> {
        let Some(account) = self.store.account(user).await? else { return Ok(false) };
        let telling =
            |(to, code, about)| Telling { to: Addressee::User(to), code, referral: None, about, about_team: None, urgent: false };
        let mut to = Vec::new();
        if account.state == AccountState::Ready {
            to.push((user, NoticeCode::MailReturned, None));
            let officers = self.officers(account.agency, &[Role::AgencyAdministrator]).await?;
            if officers.is_empty() {
                let operators = self.store.people_with(Role::HubOperator).await?;
                to.extend(operators.into_iter().map(|operator| (operator, NoticeCode::MailUnattended, Some(user))));
            } else {
                to.extend(officers.into_iter().map(|officer| (officer, NoticeCode::MailFailing, Some(user))));
            }
        }
        let tellings: Vec<Telling> = to.into_iter().map(telling).collect();
        Ok(self.store.came_back(mail, user, &tellings, self.now()).await?)
    }

    /// Takes a report that a mail did not arrive, as the mail system hands it over; gives what to say of it. What is no such
    /// report, or none of ours, counts for nothing.
    ///
    /// # Errors
    /// Only those of the database.
    pub async fn take_bounce(&self, message: &[u8], recipient: Option<&str>) -> Result<String, Error> {
        let returned = match bounce::read(message, recipient) {
            Ok(returned) => returned,
            Err(reason) => return Ok(format!("Not counted: {reason}.")),
        };
        let forged = "Not counted: the return address is none that this hub gave out, or its mail is long gone.";
        let Ok(id) = MailId::parse(&returned.id) else { return Ok(forged.to_owned()) };
        let fits = bool::from(subtle::ConstantTimeEq::ct_eq(self.return_tag(id).as_bytes(), returned.tag.as_bytes()));
        match self.store.mail_of(id).await?.filter(|_| fits) {
            Some((user, _)) if self.count_return(id, user).await? => Ok("Counted.".to_owned()),
            Some(_) => Ok("Counted already: this mail came back before.".to_owned()),
            None => Ok(forged.to_owned()),
        }
    }
}
