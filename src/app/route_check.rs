//! Do pathway files fit this hub? Each team they name must be there and hold its key.

use std::collections::BTreeSet;

use super::Error;
use crate::{
    domain::{agency::TeamState, code::TeamCode, ids::UserId, pathway::Pathway},
    store::Store,
};

/// Something about a pathway's routes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteNote {
    /// The pathway's id.
    pub pathway: String,
    /// The code of the team that it is about.
    pub team: String,
    /// What it is, as one sentence.
    pub text: String,
    /// Whether referrals could not be received; otherwise it is a warning.
    pub is_fault: bool,
}

/// A team with one key holder is one illness away from being unreadable.
const ENOUGH_HOLDERS: usize = 2;
/// A restricted team is small enough to name everybody in it, and no single person.
const RESTRICTED: std::ops::RangeInclusive<usize> = 2..=6;

/// What a pathway file wants of a team.
struct Duty<'p> {
    team: &'p TeamCode,
    /// What it does, after "which".
    does: String,
    is_restricted: bool,
}

fn duties(pathway: &Pathway) -> Vec<Duty<'_>> {
    let mut all: Vec<Duty<'_>> = Vec::new();
    let mut add = |team, does: String, is_restricted: bool| match all.iter_mut().find(|duty| duty.team == team) {
        Some(duty) => duty.is_restricted |= is_restricted,
        None => all.push(Duty { team, does, is_restricted }),
    };
    for route in pathway.routes.all() {
        add(&route.team, "receives".to_owned(), false);
        add(&route.cover, "covers".to_owned(), false);
        add(&route.restricted, "receives restricted cases".to_owned(), true);
        add(&route.restricted_elsewhere, "stands in for a restricted team".to_owned(), true);
    }
    for copy in &pathway.copies {
        copy.all_teams().for_each(|team| add(team, "receives copies".to_owned(), false));
    }
    for restricted in &pathway.restricted {
        restricted.teams.iter().for_each(|team| add(team, format!("reads `{}` answers", restricted.category), false));
    }
    all
}

/// The teams that a pathway names, each once.
pub(super) fn teams_of(pathway: &Pathway) -> impl Iterator<Item = &TeamCode> {
    duties(pathway).into_iter().map(|duty| duty.team)
}

/// Checks every team that a pathway names: it is there, and enough people hold its key.
///
/// # Errors
/// [`Error`] when the database cannot be read.
pub async fn check_routes(store: &Store, pathway: &Pathway) -> Result<Vec<RouteNote>, Error> {
    let mut notes = Vec::new();
    for Duty { team: code, does, is_restricted } in duties(pathway) {
        let mut note = |is_fault, text| {
            let (pathway, team) = (pathway.id.as_str().to_owned(), code.as_str().to_owned());
            notes.push(RouteNote { pathway, team, text, is_fault });
        };
        let Some(team) = store.team_by_code(code.as_str()).await? else {
            note(true, format!("there is no team `{code}`, which {does}"));
            continue;
        };
        if team.state != TeamState::Ready {
            note(true, format!("the team `{code}`, which {does}, has no key yet: its lead must make it"));
            continue;
        }
        let members = store.members(team.id).await?;
        let holders = members.iter().filter(|(_, place)| place.opens()).count();
        if holders == 0 {
            note(true, format!("nobody in the team `{code}`, which {does}, holds its key"));
        } else if is_restricted && !RESTRICTED.contains(&holders) {
            let (least, most) = (RESTRICTED.start(), RESTRICTED.end());
            note(true, format!("the team `{code}`, which {does}, has {holders} key holders: make it {least} to {most}"));
        } else if holders < ENOUGH_HOLDERS {
            note(false, format!("only one person in the team `{code}`, which {does}, holds its key: admit another"));
        }
    }
    notes.extend(readers_who_decide(store, pathway).await?);
    Ok(notes)
}

/// Warnings where somebody who reads answers that are kept apart sits in a team that the pathway routes to as well.
async fn readers_who_decide(store: &Store, pathway: &Pathway) -> Result<Vec<RouteNote>, Error> {
    let decides: BTreeSet<&TeamCode> =
        pathway.routes.all().flat_map(|route| [&route.team, &route.cover, &route.restricted]).collect();
    let mut notes = Vec::new();
    for restricted in &pathway.restricted {
        for code in restricted.teams.iter().filter(|code| !decides.contains(code)) {
            let readers = holders(store, code).await?;
            for other in &decides {
                let both = holders(store, other).await?.intersection(&readers).count();
                if both > 0 {
                    let category = restricted.category;
                    let people = if both == 1 { "one person sits".to_owned() } else { format!("{both} people sit") };
                    let text = format!(
                        "{people} in the team `{code}`, which reads `{category}` answers, and in `{other}`, which this pathway \
                         goes to: put somebody else in one of them"
                    );
                    let (pathway, team) = (pathway.id.as_str().to_owned(), code.as_str().to_owned());
                    notes.push(RouteNote { pathway, team, text, is_fault: false });
                }
            }
        }
    }
    Ok(notes)
}

/// Who holds a team's key; nobody where there is no such team.
async fn holders(store: &Store, code: &TeamCode) -> Result<BTreeSet<UserId>, Error> {
    let Some(team) = store.team_by_code(code.as_str()).await? else { return Ok(BTreeSet::new()) };
    let members = store.members(team.id).await?;
    Ok(members.into_iter().filter(|(_, place)| place.opens()).map(|(user, _)| user).collect())
}
