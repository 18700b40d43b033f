//! Do pathway files fit this hub? Each team they name must be there and hold its key.

use super::Error;
use crate::{
    domain::{account::MembershipState, agency::TeamState, pathway::Pathway},
    store::Store,
};

/// Something about a pathway's routes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteNote {
    /// The pathway's id.
    pub pathway: String,
    /// What it is, as one sentence.
    pub text: String,
    /// Whether referrals could not be received; otherwise it is a warning.
    pub is_fault: bool,
}

/// A team with one key holder is one illness away from being unreadable.
const ENOUGH_HOLDERS: usize = 2;

/// Checks every receiving and covering team of a pathway.
///
/// # Errors
/// [`Error`] when the database cannot be read.
pub async fn check_routes(store: &Store, pathway: &Pathway) -> Result<Vec<RouteNote>, Error> {
    let mut notes = Vec::new();
    let mut seen = Vec::new();
    for route in pathway.routes.all() {
        for (code, duty) in [(&route.team, "receives"), (&route.cover, "covers")] {
            if seen.contains(&code.as_str()) {
                continue;
            }
            seen.push(code.as_str());
            let mut note = |is_fault, text| notes.push(RouteNote { pathway: pathway.id.as_str().to_owned(), text, is_fault });
            let Some(team) = store.team_by_code(code.as_str()).await? else {
                note(true, format!("there is no team `{code}`, which {duty}"));
                continue;
            };
            if team.state != TeamState::Ready {
                note(true, format!("the team `{code}`, which {duty}, has no key yet: its lead must make it"));
                continue;
            }
            let members = store.members(team.id).await?;
            let holds = |state, holds_key: bool| state == MembershipState::Active && holds_key;
            let holders = members.iter().filter(|(_, place)| holds(place.state, place.role.holds_team_key())).count();
            if holders == 0 {
                note(true, format!("nobody in the team `{code}`, which {duty}, holds its key"));
            } else if holders < ENOUGH_HOLDERS {
                note(false, format!("only one person in the team `{code}`, which {duty}, holds its key: admit another"));
            }
        }
    }
    Ok(notes)
}
