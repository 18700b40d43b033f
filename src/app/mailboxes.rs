//! Where a person's mail goes: set by themselves or their agency's administrator, who also sees whose comes back.

use super::{App, Caller, Error, Founder, gate::bare, sign_in::own};
use crate::{
    audit::Details,
    crypto::{SealedAddress, open_address, seal_address},
    domain::{
        action::Action,
        ids::{AgencyId, UserId},
        mailing::{MailAddress, MailHours, QUIET_UNLESS_SAID},
        role::Role,
        time::Timestamp,
    },
    policy::{Object, Permit, RequestContext, State},
    store::mails::MailboxRow,
};

/// Where somebody's mail goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailboxView {
    /// The address.
    pub address: MailAddress,
    /// When they let mail come that is not urgent.
    pub hours: MailHours,
    /// Since when no more goes there, because mail came back.
    pub stopped_at: Option<Timestamp>,
}

/// Somebody whose mail comes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailingView {
    /// The account.
    pub user: UserId,
    /// The person's name.
    pub name: String,
    /// When some came back last.
    pub failed_at: Option<Timestamp>,
    /// Since when no more goes there.
    pub stopped_at: Option<Timestamp>,
}

impl App {
    /// Where the caller's mail goes; none where they get none.
    pub async fn own_mailbox(&self, caller: &Caller) -> Result<Option<MailboxView>, Error> {
        let Some(row) = self.store.mailboxes(&[caller.user()]).await?.pop() else { return Ok(None) };
        let sealed = SealedAddress { key_version: row.key_version, bytes: row.sealed };
        let address = open_address(&sealed, &self.sealing, row.user)?;
        Ok(Some(MailboxView { address, hours: row.hours, stopped_at: row.stopped_at }))
    }

    /// Says where the caller's mail goes from now on, and when it may come; none for no mail.
    ///
    /// # Errors
    /// [`Error::Refused`].
    pub async fn set_mailbox(
        &self,
        request: &RequestContext,
        caller: &Caller,
        address: Option<&MailAddress>,
        hours: MailHours,
    ) -> Result<(), Error> {
        let permit = self.ask(own(&caller.acting()?, Action::SetMailbox, caller.user(), request)).await?;
        self.keep_mailbox(permit, caller.user(), (address, hours)).await
    }

    /// The same for a person of an agency, by whoever makes their account.
    ///
    /// # Errors
    /// [`Error::Refused`] for all but the agency's administrators and first set-up; [`Error::Malformed`] for somebody of another
    /// agency.
    pub async fn set_mailbox_of(
        &self,
        request: &RequestContext,
        founder: &Founder<'_>,
        (agency, user): (AgencyId, UserId),
        address: &MailAddress,
    ) -> Result<(), Error> {
        let (actor, relation) = founder.acting_on(agency, Role::AgencyAdministrator)?;
        let act = bare(actor, Action::SetMailbox, Object::Account(user), relation, State::None, request);
        let permit = self.ask(act).await?;
        if self.store.account(user).await?.is_none_or(|account| account.agency != agency) {
            return Err(Error::Malformed("this is nobody of the agency"));
        }
        self.keep_mailbox(permit, user, (Some(address), MailHours::Agency)).await
    }

    async fn keep_mailbox(
        &self,
        permit: Permit,
        user: UserId,
        (address, hours): (Option<&MailAddress>, MailHours),
    ) -> Result<(), Error> {
        let set_at = permit.act().request.at;
        let mut tx = self.store.begin().await?;
        match address {
            Some(address) => {
                let SealedAddress { key_version, bytes } = seal_address(address, &self.sealing, user, &*self.random);
                let quiet = hours.is_quiet(QUIET_UNLESS_SAID);
                let row =
                    MailboxRow { user, sealed: bytes, key_version, hours, quiet, set_at, failed_at: None, stopped_at: None };
                tx.set_mailbox(&row).await?;
            }
            None => tx.remove_mailbox(user).await?,
        }
        tx.commit(permit, &Details::default()).await?;
        Ok(())
    }

    /// The people of the caller's agency whose mail comes back, by name; looking is on record.
    ///
    /// # Errors
    /// [`Error::Refused`] for all but the agency's administrators.
    pub async fn failing_mailboxes(&self, request: &RequestContext, caller: &Caller) -> Result<Vec<FailingView>, Error> {
        let agency = caller.agency();
        let (actor, relation) = Founder::Caller(caller).acting_on(agency, Role::AgencyAdministrator)?;
        let act = bare(actor, Action::ReadMailboxes, Object::Agency(agency), relation, State::None, request);
        let permit = self.ask(act).await?;
        for recorded in self.store.record(vec![(permit, Details::default())]).await? {
            recorded?;
        }
        let rows = self.store.failing_mailboxes(&agency.to_string()).await?;
        let users: Vec<UserId> = rows.iter().map(|row| row.user).collect();
        let names = self.store.account_names(&users).await?;
        let name = |user| names.iter().find(|(id, ..)| *id == user).map(|(_, _, name)| name.as_str().to_owned());
        let view = |row: MailboxRow| {
            let name = name(row.user).unwrap_or_default();
            FailingView { user: row.user, name, failed_at: row.failed_at, stopped_at: row.stopped_at }
        };
        let mut views: Vec<FailingView> = rows.into_iter().map(view).collect();
        views.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(views)
    }

    /// Whether mail that is not urgent waits for working hours in the caller's agency, for those who have not said otherwise.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn mail_hours(&self, caller: &Caller) -> Result<bool, Error> {
        Ok(self.store.mail_hours(caller.agency()).await?.unwrap_or(QUIET_UNLESS_SAID))
    }

    /// Says whether it does. Mail that waits already goes at the hour that was right when it came, or later.
    ///
    /// # Errors
    /// [`Error::Refused`] for all but the agency's administrators.
    pub async fn set_mail_hours(&self, request: &RequestContext, caller: &Caller, quiet: bool) -> Result<(), Error> {
        let agency = caller.agency();
        let (actor, relation) = Founder::Caller(caller).acting_on(agency, Role::AgencyAdministrator)?;
        let act = bare(actor, Action::SetMailHours, Object::Agency(agency), relation, State::None, request);
        let permit = self.ask(act).await?;
        let mut tx = self.store.begin().await?;
        tx.set_mail_hours(agency, quiet, request.at).await?;
        tx.commit(permit, &Details::default()).await?;
        Ok(())
    }

    /// Lets mail go again to somebody of the caller's agency, after the address was looked at.
    ///
    /// # Errors
    /// [`Error::Refused`] for all but the agency's administrators; [`Error::Malformed`] when that person's mail does not come back.
    pub async fn resume_mail(&self, request: &RequestContext, caller: &Caller, user: UserId) -> Result<(), Error> {
        let agency = caller.agency();
        let (actor, relation) = Founder::Caller(caller).acting_on(agency, Role::AgencyAdministrator)?;
        let act = bare(actor, Action::ResumeMail, Object::Agency(agency), relation, State::None, request);
        let permit = self.ask(act).await?;
        let nobody = Error::Malformed("this is nobody of your agency whose mail comes back");
        if self.store.account(user).await?.is_none_or(|account| account.agency != agency) {
            return Err(nobody);
        }
        let mut tx = self.store.begin().await?;
        if !tx.resume_mailbox(user).await? {
            return Err(nobody);
        }
        tx.commit(permit, &Details::default()).await?;
        Ok(())
    }
}
