//! How colleagues of other agencies reach somebody at work: set by the person, shown where it says that they sent something.

use std::collections::{BTreeMap, BTreeSet};

use super::{App, Caller, Error, sign_in::own};
use crate::{
    audit::Details,
    domain::{
        action::Action,
        actor::Place,
        ids::{TeamId, UserId},
        text::{JobTitle, WorkPhone},
    },
    policy::RequestContext,
};

/// How to reach somebody at work, as they say it themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkContact {
    /// What they do there.
    pub title: Option<JobTitle>,
    /// Where they are rung.
    pub phone: Option<WorkPhone>,
}

/// Somebody who sent a referral, as those who read it may ring them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reached {
    /// The name.
    pub name: String,
    /// What they do, in their own words; failing that, their role in the team.
    pub role: String,
    /// Where they are rung at work; none where they gave no number.
    pub phone: Option<String>,
}

/// Somebody as they are reached at a team: by what they say that they do or, failing that, their role there.
fn reached<'p>(name: String, contact: WorkContact, mut places: impl Iterator<Item = &'p Place> + Clone, team: TeamId) -> Reached {
    let place = places.clone().find(|place| place.team == team).or_else(|| places.next());
    let role = contact.title.map(|title| title.as_str().to_owned());
    let role = role.or_else(|| Some(place?.role.title().to_owned())).unwrap_or_default();
    Reached { name, role, phone: contact.phone.map(|phone| phone.as_str().to_owned()) }
}

impl App {
    /// How the caller is reached at work.
    pub async fn work_contact(&self, caller: &Caller) -> Result<WorkContact, Error> {
        let (title, phone) = self.store.work_contact(caller.user()).await?;
        Ok(WorkContact { title, phone })
    }

    /// Says how the caller is reached at work from now on, on what they sent before as well.
    ///
    /// # Errors
    /// [`Error::Refused`] for a role that sends nothing.
    pub async fn change_work_contact(
        &self,
        request: &RequestContext,
        caller: &Caller,
        WorkContact { title, phone }: &WorkContact,
    ) -> Result<(), Error> {
        let act = own(&caller.acting()?, Action::ChangeContact, caller.user(), request);
        let permit = self.ask(act).await?;
        let mut tx = self.store.begin().await?;
        tx.change_work_contact(caller.user(), title.as_ref(), phone.as_ref()).await?;
        tx.commit(permit, &Details::default()).await?;
        Ok(())
    }

    /// How somebody who sent something from a team is reached.
    pub(super) async fn reached(&self, user: UserId, team: TeamId) -> Result<Reached, Error> {
        let name = self.store.account(user).await?.map(|account| account.name.as_str().to_owned()).unwrap_or_default();
        let (title, phone) = self.store.work_contact(user).await?;
        let places = self.store.places(user).await?;
        Ok(reached(name, WorkContact { title, phone }, places.iter(), team))
    }

    /// The same of many, in two queries.
    pub(super) async fn all_reached(
        &self,
        people: &BTreeSet<(UserId, TeamId)>,
    ) -> Result<BTreeMap<(UserId, TeamId), Reached>, Error> {
        let ids: Vec<UserId> = people.iter().map(|(user, _)| *user).collect();
        let (contacts, places) = (self.store.work_contacts(&ids).await?, self.store.places_of(&ids).await?);
        let one = |(user, team): &(UserId, TeamId)| {
            let (_, name, title, phone) = contacts.iter().find(|(of, ..)| of == user)?;
            let contact = WorkContact { title: title.clone(), phone: phone.clone() };
            let name = name.as_str().to_owned();
            let places = places.iter().filter(|(of, _)| of == user).map(|(_, place)| place);
            Some(((*user, *team), reached(name, contact, places, *team)))
        };
        Ok(people.iter().filter_map(one).collect())
    }
}
