//! The pathways in force, and putting files into force.

use std::{collections::HashMap, sync::Arc};

use super::{App, Error, gate::bare, route_check::teams_of};
use crate::{
    audit::Details,
    domain::{
        action::Action, actor::Actor, agency::AgencyKind, enquiry::FormKind, pathway::Pathway, relation::Relation,
        time::Timestamp,
    },
    policy::{Files, Object, Policy, RequestContext, State},
    store::{Store, hub::PathwayFile},
};

/// A pathway, or the enquiry that goes with it, with the version of its file.
#[derive(Debug, Clone)]
pub struct Versioned {
    /// What the file defines.
    pub pathway: Arc<Pathway>,
    /// SHA-256 of the file, hexadecimal.
    pub version: String,
}

impl Versioned {
    /// The pathway's form of this kind; none where it offers no enquiry.
    fn form(self, kind: FormKind) -> Option<Self> {
        match kind {
            FormKind::Referral => Some(self),
            FormKind::Enquiry => {
                let pathway = Arc::clone(&self.pathway.enquiry.as_ref()?.form);
                Some(Self { pathway, version: self.version })
            }
        }
    }

    /// Id and hash, as events name them.
    pub(super) fn named(&self) -> Result<(String, [u8; 32]), Error> {
        let mut version = [0; 32];
        hex::decode_to_slice(&self.version, &mut version).map_err(|_| Error::Integrity("a pathway's version is damaged"))?;
        Ok((self.pathway.id.as_str().to_owned(), version))
    }
}

/// The pathways in force, by id, and versions read before.
#[derive(Default)]
pub(super) struct Library {
    current: HashMap<String, Versioned>,
    earlier: std::sync::Mutex<HashMap<String, Versioned>>,
}

impl Library {
    /// Whether a pathway in force sends anything to the team with this code.
    pub(super) fn names_team(&self, code: &str) -> bool {
        self.current.values().any(|known| teams_of(&known.pathway).any(|team| team.as_str() == code))
    }
}

/// What a caller may see of a pathway in a list.
#[derive(Debug, Clone)]
pub struct PathwayView {
    /// The pathway.
    pub versioned: Versioned,
    /// Whether the caller's agency and role may send it.
    pub may_submit: bool,
}

impl App {
    /// Whether people are at work at this moment, by the calendar in force.
    pub fn is_working_time(&self, at: Timestamp) -> bool {
        self.calendar.is_working_time(at)
    }

    /// Puts a policy into force: in the database, and in this process once that is committed.
    pub(super) async fn activate_policy(&self, request: &RequestContext, policy: Policy) -> Result<(), Error> {
        let state = State::Hub(self.hub_state().await?);
        let act = bare(Actor::Job("start-up"), Action::ActivatePolicy, Object::Hub, Relation::None, state, request);
        // The new policy must itself allow it: one that did not could never be replaced.
        let permit =
            policy.decide(act).map_err(|_| Error::Configuration("the policy does not let a policy be activated".into()))?;
        let digest = hex::encode(policy.digest());
        let Files { model, policy: lines, cases } = policy.files().clone();
        let mut tx = self.store.begin().await?;
        tx.activate_policy(&digest, [&model, &lines, &cases], request.at).await?;
        tx.commit(permit, &Details::default()).await?;
        self.policy.replace(policy);
        Ok(())
    }

    /// Takes up a policy that another node has put into force since.
    pub(super) async fn follow_policy(&self) -> Result<(), Error> {
        let Some(wanted) = self.store.hub().await?.and_then(|hub| hub.policy) else { return Ok(()) };
        if wanted == hex::encode(self.policy.current().digest()) {
            return Ok(());
        }
        self.policy.replace(stored_policy(&self.store, &wanted).await?);
        Ok(())
    }

    /// Puts a pathway file into force, unless it is already.
    pub(super) async fn activate_pathway(&self, request: &RequestContext, file: &PathwayFile) -> Result<(), Error> {
        let state = State::Hub(self.hub_state().await?);
        let act = bare(Actor::Job("start-up"), Action::ActivatePathway, Object::Hub, Relation::None, state, request);
        let permit = self.ask(act).await?;
        let mut version = [0; 32];
        hex::decode_to_slice(&file.version, &mut version).map_err(|_| Error::Integrity("a pathway's version is damaged"))?;
        let mut tx = self.store.begin().await?;
        tx.activate_pathway(file, request.at).await?;
        tx.commit(permit, &Details { pathway: Some((file.id.clone(), version)), ..Details::default() }).await?;
        Ok(())
    }

    /// The pathways in force, by title.
    pub fn pathways(&self) -> Vec<Versioned> {
        let mut all: Vec<Versioned> = self.library.current.values().cloned().collect();
        all.sort_by(|a, b| a.pathway.title.cmp(&b.pathway.title));
        all
    }

    /// One pathway in force.
    pub fn pathway(&self, id: &str) -> Option<Versioned> {
        self.library.current.get(id).cloned()
    }

    /// A form of a pathway in force.
    pub fn form(&self, id: &str, kind: FormKind) -> Option<Versioned> {
        self.pathway(id)?.form(kind)
    }

    /// A form of a pathway as it was when something was written on it.
    pub(super) async fn form_at(&self, version: &str, kind: FormKind) -> Result<Versioned, Error> {
        let form = self.pathway_at(version).await?.form(kind);
        form.ok_or(Error::Integrity("something was written on a form that its pathway does not have"))
    }

    /// A pathway as it was when a referral was made.
    pub(super) async fn pathway_at(&self, version: &str) -> Result<Versioned, Error> {
        if let Some(current) = self.library.current.values().find(|versioned| versioned.version == version) {
            return Ok(current.clone());
        }
        if let Some(earlier) = self.library.find_earlier(version) {
            return Ok(earlier);
        }
        let file = self.store.pathway_file(version).await?.ok_or(Error::Integrity("a pathway's file is missing"))?;
        if crate::pathways::version_of(&file.content) != version {
            return Err(Error::Integrity("a stored pathway file is not the one named"));
        }
        let versioned = read(&file)?;
        self.library.keep_earlier(versioned.clone());
        Ok(versioned)
    }

    /// The pathways, with whether this caller may send each.
    pub async fn pathways_for(&self, caller: &super::Caller) -> Result<Vec<PathwayView>, Error> {
        let agency = self.agency(caller.agency()).await?;
        let view = |versioned: Versioned| {
            let may_submit = self.may_submit(caller, agency.kind, &versioned.pathway);
            PathwayView { versioned, may_submit }
        };
        Ok(self.pathways().into_iter().map(view).collect())
    }

    pub(super) fn may_submit(&self, caller: &super::Caller, kind: AgencyKind, pathway: &Pathway) -> bool {
        super::submit::places_to_submit_from(caller).any(|place| {
            let act = super::submit::submission(caller, place, kind, pathway, None);
            act.questions().iter().all(|question| self.policy.current().allows(question))
        })
    }
}

impl Library {
    pub(super) fn of(files: &[PathwayFile]) -> Result<Self, Error> {
        let mut current = HashMap::new();
        for file in files {
            current.insert(file.id.clone(), read(file)?);
        }
        Ok(Self { current, earlier: std::sync::Mutex::default() })
    }

    fn find_earlier(&self, version: &str) -> Option<Versioned> {
        self.earlier.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get(version).cloned()
    }

    fn keep_earlier(&self, versioned: Versioned) {
        self.earlier.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(versioned.version.clone(), versioned);
    }
}

fn read(file: &PathwayFile) -> Result<Versioned, Error> {
    let definition = crate::pathways::Loaded::parse(&format!("{}.toml", file.id), &file.content)
        .map_err(|faults| Error::Configuration(format!("a stored pathway file cannot be read: {faults}")))?;
    Ok(Versioned { pathway: Arc::new(definition.pathway), version: file.version.clone() })
}

/// The policy that a hub's row names, as it is stored.
pub(super) async fn stored_policy(store: &Store, wanted: &str) -> Result<Policy, Error> {
    let stored = store.policy_file(wanted).await?;
    let (model, policy, cases) = stored.ok_or(Error::Integrity("the policy in force is not stored"))?;
    let loaded = Policy::load(Files { model, policy, cases }).await.map_err(|error| Error::Configuration(error.to_string()))?;
    if hex::encode(loaded.digest()) == wanted {
        Ok(loaded)
    } else {
        Err(Error::Integrity("the stored policy is not the one in force"))
    }
}
