//! Routes: which team receives a referral, when it reads, and who covers outside those hours.

use super::{
    answers::Answers,
    code::{Code, TeamCode},
    condition::Condition,
    opening::Opening,
    urgency::Urgency,
};

/// Where a referral goes. Hours and cover are not optional: no referral waits unseen overnight by accident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The receiving team.
    pub team: TeamCode,
    /// When the team reads, in words: `Monday to Friday, 9am to 5pm`.
    pub hours: String,
    /// The same by the clock, where the file says so.
    pub opens: Option<Opening>,
    /// The team that covers outside the hours.
    pub cover: TeamCode,
    /// Whether whoever covers and acts decides what is for today while nobody of the team reads.
    pub cover_decides: bool,
    /// The few who receive instead when somebody involved works for a partner or is known to the receiving team.
    pub restricted: TeamCode,
    /// Those of another agency, for when the sender strikes out all of them.
    pub restricted_elsewhere: TeamCode,
    /// What to do when it cannot wait, in words.
    pub emergency: String,
}

/// A route for some referrals only; an empty list matches all, and so does no condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecialRoute {
    /// Districts, by code of the pathway's district question.
    pub districts: Vec<Code>,
    /// Urgencies.
    pub urgencies: Vec<Urgency>,
    /// Only when this holds.
    pub when: Option<Condition>,
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
    /// The route for these answers, their district (none when not known or not asked) and urgency.
    pub fn choose(&self, answers: &Answers, district: Option<&Code>, urgency: Urgency) -> &Route {
        let matches = |special: &&SpecialRoute| {
            (special.districts.is_empty() || district.is_some_and(|district| special.districts.contains(district)))
                && (special.urgencies.is_empty() || special.urgencies.contains(&urgency))
                && special.when.as_ref().is_none_or(|when| when.holds(answers))
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
    use crate::domain::{answers::Answer, code::QuestionId};

    fn route(team: &str) -> Route {
        let code = |text: &str| TeamCode::parse(text).expect("a code");
        Route {
            team: code(team),
            hours: "9 to 5".into(),
            opens: None,
            cover: code("cover"),
            cover_decides: false,
            restricted: code("restricted"),
            restricted_elsewhere: code("elsewhere"),
            emergency: "Ring 999".into(),
        }
    }

    #[test]
    fn the_first_match_wins_and_unknown_goes_to_the_default() {
        let code = |text: &str| Code::parse(text).expect("a code");
        let adult = QuestionId::parse("adult").expect("an id");
        let special = |districts, urgencies, when, team| SpecialRoute { districts, urgencies, when, route: route(team) };
        let routes = Routes {
            special: vec![
                special(vec![code("east")], vec![], None, "east-team"),
                special(vec![], vec![Urgency::Today], None, "today-team"),
                special(vec![code("west")], vec![], Some(Condition::Is(adult.clone(), code("yes"))), "adult-team"),
            ],
            default: route("team"),
        };
        let adult = |yes| Answers::from_pairs([(adult.clone(), Answer::YesNo(yes))]);
        let team = |answers: &Answers, district: Option<&str>, urgency| {
            routes.choose(answers, district.map(code).as_ref(), urgency).team.as_str().to_owned()
        };
        let none = Answers::default();
        assert_eq!(team(&none, Some("east"), Urgency::Today), "east-team");
        assert_eq!(team(&none, Some("west"), Urgency::Today), "today-team");
        assert_eq!(team(&none, None, Urgency::Today), "today-team");
        assert_eq!(team(&none, None, Urgency::Soon), "team");
        assert_eq!(team(&adult(true), Some("west"), Urgency::Soon), "adult-team");
        assert_eq!(team(&adult(false), Some("west"), Urgency::Soon), "team");
        assert_eq!(team(&none, Some("west"), Urgency::Soon), "team", "not knowing is not a match");
        assert_eq!(team(&adult(true), None, Urgency::Soon), "team");
        assert_eq!(routes.all().count(), 4);
    }
}
