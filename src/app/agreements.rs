//! The register of agreements: read by everybody, kept by administrators of a party's agency and by the operator, who never reach
//! content. It is of facts between agencies and names no person.

use jiff::civil::Date;
use serde_json::json;

use super::{Added, Answered, App, Caller, Error, IdempotencyKey, decisions::to_mend, gate::bare, idempotency::Once};
use crate::{
    audit::Details,
    domain::{
        action::Action,
        actor::Place,
        agreement::{Agreement, Fit, NewAgreement},
        ids::{AgencyId, AgreementId},
        relation::Relation,
        role::Role,
    },
    policy::{Act, DenialReason, Object, Question, RequestContext, State},
};

/// An agreement as the register shows it.
#[derive(Debug, Clone)]
pub struct AgreementView {
    /// The agreement.
    pub agreement: Agreement,
    /// The names of its parties.
    pub parties: Vec<String>,
    /// The titles of the pathways it covers; all of them where it names none.
    pub pathways: Vec<String>,
    /// Whether it is in force today.
    pub in_force: bool,
    /// Whether the day of its review has passed while it is in force.
    pub review_due: bool,
    /// Whether the reader may end it.
    pub may_end: bool,
}

/// An agency by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgencyName {
    /// Its id.
    pub id: AgencyId,
    /// Its name.
    pub name: String,
}

impl App {
    /// The register, by title.
    pub async fn agreements(&self, caller: &Caller) -> Result<Vec<AgreementView>, Error> {
        let today = self.now().uk_date();
        let (agencies, pathways) = (self.agency_names().await?, self.pathways());
        let name = |id: &AgencyId| agencies.iter().find(|agency| agency.id == *id).map(|agency| agency.name.clone());
        let title = |id: &String| {
            let found = pathways.iter().find(|versioned| versioned.pathway.id.as_str() == id);
            found.map_or_else(|| id.clone(), |versioned| versioned.pathway.title.clone())
        };
        let view = |agreement: Agreement| {
            let in_force = agreement.is_in_force(today);
            AgreementView {
                parties: agreement.terms.parties.iter().filter_map(name).collect(),
                pathways: agreement.terms.pathways.iter().map(title).collect(),
                review_due: in_force && agreement.terms.review.is_some_and(|day: Date| day < today),
                may_end: agreement.ended_at.is_none() && self.keeper(caller, &agreement.terms.parties).is_some(),
                in_force,
                agreement,
            }
        };
        Ok(self.store.agreements().await?.into_iter().map(view).collect())
    }

    /// The agencies of the partnership, by name.
    pub async fn agency_names(&self) -> Result<Vec<AgencyName>, Error> {
        let mut names: Vec<_> = self
            .store
            .agencies()
            .await?
            .into_iter()
            .map(|agency| AgencyName { id: agency.id, name: agency.name.as_str().to_owned() })
            .collect();
        names.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(names)
    }

    /// Whether the caller may add agreements to the register.
    pub fn keeps_agreements(&self, caller: &Caller) -> bool {
        self.keeping(caller).next().is_some()
    }

    /// Adds an agreement to the register; once for each key.
    ///
    /// # Errors
    /// [`Error::Refused`]; [`Error::Invalid`] with everything to mend.
    pub async fn add_agreement(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        new: &NewAgreement,
    ) -> Result<Answered<Added>, Error> {
        let body = written(new);
        let act = async |once: &Once<'_>| {
            let place = self.keeping(caller).next().or_else(|| caller.main().map(|named| &named.place)).ok_or(Error::Refused)?;
            let permit = self.ask(register_act(request, caller, place, Action::AddAgreement)).await?;
            let terms = new.check();
            let known = self.agency_names().await?;
            let stranger = |id: &AgencyId| known.iter().all(|agency| agency.id != *id);
            let own = place.role == Role::HubOperator || new.parties.contains(&place.agency);
            let mut faults = terms.as_ref().err().cloned().unwrap_or_default();
            if new.parties.iter().any(stranger) || !(own || new.parties.is_empty()) {
                faults.push(("agencies", "Choose from the agencies of the partnership, your own among them"));
            }
            if new.pathways.iter().any(|id| self.pathway(id).is_none()) {
                faults.push(("pathways", "Choose from the pathways of the partnership"));
            }
            let (Ok(terms), true) = (terms, faults.is_empty()) else { return Err(to_mend(faults)) };
            let id = AgreementId::random(&*self.random);
            let mut tx = self.store.begin().await?;
            let done = Added { id: id.to_string(), at: request.at };
            once.remember(&mut tx, &done).await?;
            tx.insert_agreement(id, &terms, caller.user(), request.at).await?;
            tx.commit(permit, &Details { agreement: Some((Some(id), Fit::InForce)), ..Details::default() }).await?;
            Ok(done)
        };
        self.once(request, caller, key, ("POST /agreements", body.as_bytes()), act).await
    }

    /// Ends an agreement; once for each key.
    ///
    /// # Errors
    /// [`Error::Refused`]; [`Error::Unseen`] when there is none; [`Error::Conflict`] when it was ended before.
    pub async fn end_agreement(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        id: &str,
    ) -> Result<Answered<Added>, Error> {
        let route = format!("POST /agreements/{id}/end");
        let act = async |once: &Once<'_>| {
            let found = match AgreementId::parse(id) {
                Ok(id) => self.store.agreement(id).await?,
                Err(_) => None,
            };
            let parties = found.as_ref().map_or(&[][..], |agreement| &agreement.terms.parties);
            let place = self.keeper(caller, parties).or_else(|| self.keeping(caller).next());
            let place = place.or_else(|| caller.main().map(|named| &named.place)).ok_or(Error::Refused)?;
            let act = register_act(request, caller, place, Action::EndAgreement);
            let permit = self.ask(act.clone()).await?;
            let agreement = found.ok_or(Error::Unseen)?;
            if self.keeper(caller, &agreement.terms.parties).is_none() {
                self.refuse(act, DenialReason::Policy, None).await?;
                return Err(Error::Refused);
            }
            let mut tx = self.store.begin().await?;
            let done = Added { id: agreement.id.to_string(), at: request.at };
            once.remember(&mut tx, &done).await?;
            if !tx.end_agreement(agreement.id, caller.user(), request.at).await? {
                return Err(Error::Conflict("this agreement was ended already"));
            }
            tx.commit(permit, &Details { agreement: Some((Some(agreement.id), Fit::Lapsed)), ..Details::default() }).await?;
            Ok(done)
        };
        self.once(request, caller, key, (&route, b""), act).await
    }

    /// The caller's places from which the register is kept.
    fn keeping<'c>(&self, caller: &'c Caller) -> impl Iterator<Item = &'c Place> {
        let policy = self.policy.current();
        let keeps = move |place: &&Place| {
            policy.allows(&Question {
                subject: place.role.into(),
                action: Action::AddAgreement,
                relation: Relation::OwnAgency,
                sensitivity: None,
                compartment: None,
                state: State::None,
            })
        };
        caller.places().iter().map(|named| &named.place).filter(keeps)
    }

    /// The place from which the caller keeps an agreement of these parties: an administrator's of a party, or the operator's.
    fn keeper<'c>(&self, caller: &'c Caller, parties: &[AgencyId]) -> Option<&'c Place> {
        self.keeping(caller).find(|place| place.role == Role::HubOperator || parties.contains(&place.agency))
    }
}

/// An act on the register, from a place.
fn register_act(request: &RequestContext, caller: &Caller, place: &Place, action: Action) -> Act {
    let object = Object::Agency(place.agency);
    bare(caller.acting_from(place), action, object, Relation::OwnAgency, State::None, request)
}

/// An agreement as a request is remembered by.
fn written(new: &NewAgreement) -> String {
    let NewAgreement { title, parties, pathways, purposes, starts, ends, review } = new;
    let day = |day: &Date| day.to_string();
    json!([
        title,
        parties.iter().map(ToString::to_string).collect::<Vec<_>>(),
        pathways,
        purposes.iter().map(|purpose| purpose.code()).collect::<Vec<_>>(),
        starts.as_ref().map(day),
        ends.map(|ends| ends.as_ref().map(day)),
        review.map(|review| review.as_ref().map(day)),
    ])
    .to_string()
}
