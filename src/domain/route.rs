//! Routes: which team receives a referral, when it reads, and who covers outside those hours.

use super::{
    code::{Code, TeamCode},
    urgency::Urgency,
};

/// Where a referral goes. Hours and cover are not optional: no referral waits unseen overnight by accident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The receiving team.
    pub team: TeamCode,
    /// When the team reads, in words: `Monday to Friday, 9am to 5pm`.
    pub hours: String,
    /// The team that covers outside the hours.
    pub cover: TeamCode,
    /// What to do when it cannot wait, in words.
    pub emergency: String,
}

/// A route for some referrals only; an empty list matches all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecialRoute {
    /// Districts, by code of the pathway's district question.
    pub districts: Vec<Code>,
    /// Urgencies.
    pub urgencies: Vec<Urgency>,
    /// The route.
    pub route: Route,
}

/// All routes of a pathway: the first special one that matches, else the default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routes {
    /// Tried in order.
    pub special: Vec<SpecialRoute>,
    /// For everything else, an unknown district included.
    pub default: Route,
}

impl Routes {
    /// The route for a district (none when not known or not asked) and urgency.
    pub fn choose(&self, district: Option<&Code>, urgency: Urgency) -> &Route {
        let matches = |special: &&SpecialRoute| {
            (special.districts.is_empty() || district.is_some_and(|district| special.districts.contains(district)))
                && (special.urgencies.is_empty() || special.urgencies.contains(&urgency))
        };
        self.special.iter().find(matches).map_or(&self.default, |special| &special.route)
    }

    /// Every route, the default last.
    pub fn all(&self) -> impl Iterator<Item = &Route> {
        self.special.iter().map(|special| &special.route).chain(std::iter::once(&self.default))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(team: &str) -> Route {
        let code = |text: &str| TeamCode::parse(text).expect("a code");
        Route { team: code(team), hours: "9 to 5".into(), cover: code("cover"), emergency: "Ring 999".into() }
    }

    #[test]
    fn the_first_match_wins_and_unknown_goes_to_the_default() {
        let code = |text: &str| Code::parse(text).expect("a code");
        let routes = Routes {
            special: vec![
                SpecialRoute { districts: vec![code("east")], urgencies: vec![], route: route("east-team") },
                SpecialRoute { districts: vec![], urgencies: vec![Urgency::Today], route: route("today-team") },
            ],
            default: route("team"),
        };
        let team = |district: Option<&str>, urgency| routes.choose(district.map(code).as_ref(), urgency).team.as_str().to_owned();
        assert_eq!(team(Some("east"), Urgency::Today), "east-team");
        assert_eq!(team(Some("west"), Urgency::Today), "today-team");
        assert_eq!(team(None, Urgency::Today), "today-team");
        assert_eq!(team(None, Urgency::Soon), "team");
        assert_eq!(routes.all().count(), 3);
    }
}
