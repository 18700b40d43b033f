//! Views of queues that somebody keeps under names: filters, and no word of a referral.

use serde_json::json;

use super::{Added, Answered, App, Caller, Error, IdempotencyKey, decisions::to_mend, idempotency::Once, sign_in::own};
use crate::{
    audit::Details,
    domain::{
        action::Action,
        decision::Fault,
        ids::{SavedViewId, TeamId},
        queue::{QueueFilter, QueueView},
        referral::ReferralState,
        saved_view::{Kept, MOST, SavedView},
        text::ViewName,
        urgency::Urgency,
    },
    policy::{Permit, RequestContext},
};

/// A view to keep.
#[derive(Debug, Clone, Default)]
pub struct NewSavedView {
    /// What it is called, as typed.
    pub name: String,
    /// The team; the first whose queue the caller works, unless told.
    pub team: Option<TeamId>,
    /// The view; all that is open, unless told.
    pub view: Option<QueueView>,
    /// What narrows it.
    pub filter: QueueFilter,
}

impl App {
    /// What the caller keeps, by name, of the queues that they work now.
    pub async fn saved_views(&self, caller: &Caller) -> Result<Vec<SavedView>, Error> {
        let teams: Vec<TeamId> = self.queue_places(caller).iter().map(|place| place.team).collect();
        let mut views = self.store.saved_views(caller.user()).await?;
        views.retain(|view| teams.contains(&view.kept.team));
        Ok(views)
    }

    /// Keeps a view under a name, in the place of one of the same name; once for each key.
    ///
    /// # Errors
    /// [`Error::Refused`] for those who work no queue; [`Error::Invalid`] with everything to mend.
    pub async fn save_view(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        new: &NewSavedView,
    ) -> Result<Answered<Added>, Error> {
        let QueueFilter { pathway, urgency, agency, state, overdue, unread, retracted } = &new.filter;
        let body = json!([
            new.name,
            new.team.map(|team| team.to_string()),
            new.view.map(QueueView::code),
            pathway,
            urgency.map(Urgency::code),
            agency.map(|agency| agency.to_string()),
            state.map(ReferralState::code),
            overdue,
            unread,
            retracted
        ]);
        let act = async |once: &Once<'_>| {
            let permit = self.change_views(request, caller).await?;
            let view = self.checked_view(caller, new).await?;
            let mut tx = self.store.begin().await?;
            let done = Added { id: view.id.to_string(), at: request.at };
            once.remember(&mut tx, &done).await?;
            tx.save_view(caller.user(), &view, request.at).await?;
            tx.commit(permit, &Details::default()).await?;
            Ok(done)
        };
        self.once(request, caller, key, ("POST /queue/views", body.to_string().as_bytes()), act).await
    }

    /// Forgets a view that the caller keeps; once for each key.
    ///
    /// # Errors
    /// [`Error::Refused`]; [`Error::Unseen`] when they keep none such.
    pub async fn forget_view(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        id: &str,
    ) -> Result<Answered<Added>, Error> {
        let route = format!("POST /queue/views/{id}/delete");
        let act = async |once: &Once<'_>| {
            let permit = self.change_views(request, caller).await?;
            let view = SavedViewId::parse(id).map_err(|_| Error::Unseen)?;
            let mut tx = self.store.begin().await?;
            let done = Added { id: view.to_string(), at: request.at };
            once.remember(&mut tx, &done).await?;
            if !tx.forget_view(caller.user(), view).await? {
                return Err(Error::Unseen);
            }
            tx.commit(permit, &Details::default()).await?;
            Ok(done)
        };
        self.once(request, caller, key, (&route, b""), act).await
    }

    /// Permission to change what the caller keeps, from a place that works a queue, if they have one.
    async fn change_views(&self, request: &RequestContext, caller: &Caller) -> Result<Permit, Error> {
        let actor = match self.queue_places(caller).first() {
            Some(place) => caller.acting_from(place),
            None => caller.acting()?,
        };
        self.ask(own(&actor, Action::ChangeViews, caller.user(), request)).await
    }

    async fn checked_view(&self, caller: &Caller, new: &NewSavedView) -> Result<SavedView, Error> {
        let mut faults: Vec<Fault> = Vec::new();
        let name = ViewName::parse(new.name.trim());
        if name.is_err() {
            faults.push(("name", "Enter a name of at most 60 characters"));
        }
        let mut places = self.queue_places(caller).into_iter();
        let place = places.find(|place| new.team.is_none_or(|team| place.team == team));
        if place.is_none() {
            faults.push(("team", "Choose a team whose queue you work"));
        }
        if new.filter.pathway.as_deref().is_some_and(|id| self.pathway(id).is_none()) {
            faults.push(("pathway", "Choose one of the pathways"));
        }
        if let Some(agency) = new.filter.agency
            && self.store.agencies().await?.iter().all(|known| known.id != agency)
        {
            faults.push(("agency", "Choose one of the agencies"));
        }
        let kept = self.store.saved_views(caller.user()).await?;
        let known = |name: &ViewName| kept.iter().any(|view| view.name == *name);
        if kept.len() >= MOST && name.as_ref().is_ok_and(|name| !known(name)) {
            faults.push(("name", "You keep 20 views already. Remove one first"));
        }
        match (name, place) {
            (Ok(name), Some(place)) if faults.is_empty() => Ok(SavedView {
                id: SavedViewId::random(&*self.random),
                name,
                kept: Kept { team: place.team, view: new.view.unwrap_or(QueueView::Team), filter: new.filter.clone() },
            }),
            _ => Err(to_mend(faults)),
        }
    }
}
