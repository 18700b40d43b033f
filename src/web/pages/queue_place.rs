//! A place in a queue, as it stands in an address: which team's, which view, what narrows it, where it goes on.

use serde::Deserialize;

use crate::{
    app::{Error, ListQuery},
    domain::{
        ids::{AgencyId, TeamId},
        queue::{QueueFilter, QueueView},
        referral::ReferralState,
        urgency::Urgency,
    },
    web::posted::Posted,
};

/// What stands in the address.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    team: String,
    view: String,
    state: String,
    pathway: String,
    urgency: String,
    agency: String,
    overdue: String,
    unread: String,
    retracted: String,
    limit: String,
    cursor: String,
}

/// How many rows a page may have, the usual first.
pub(super) const LIMITS: [u8; 3] = [25, 50, 100];

/// A place in a queue.
#[derive(Clone)]
pub(super) struct QueuePlace {
    pub(super) team: Option<TeamId>,
    pub(super) view: QueueView,
    pub(super) filter: QueueFilter,
    pub(super) limit: u8,
    pub(super) cursor: Option<String>,
}

impl Asked {
    /// The same from a form that carries it.
    pub(super) fn posted(posted: &Posted) -> Self {
        let value = |name: &str| posted.value(name).to_owned();
        Self {
            team: value("team"),
            view: value("view"),
            state: value("state"),
            pathway: value("pathway"),
            urgency: value("urgency"),
            agency: value("agency"),
            overdue: value("overdue"),
            unread: value("unread"),
            retracted: value("retracted"),
            ..Self::default()
        }
    }

    /// The place; a team that is none is one that nobody sees.
    pub(super) fn place(self) -> Result<QueuePlace, Error> {
        let text = |text: String| (!text.is_empty()).then_some(text);
        let team = text(self.team).map(|team| TeamId::parse(&team).map_err(|_| Error::Unseen)).transpose()?;
        let agency = text(self.agency).map(|agency| AgencyId::parse(&agency)).transpose();
        Ok(QueuePlace {
            team,
            view: code(&self.view, QueueView::parse, "There is no such view.")?.unwrap_or(QueueView::Team),
            filter: QueueFilter {
                pathway: text(self.pathway),
                urgency: code(&self.urgency, Urgency::parse, "There is no such urgency.")?,
                agency: agency.map_err(|_| Error::Malformed("There is no such agency."))?,
                state: code(&self.state, ReferralState::parse, "There is no such state.")?,
                overdue: !self.overdue.is_empty(),
                unread: !self.unread.is_empty(),
                retracted: !self.retracted.is_empty(),
            },
            limit: LIMITS.into_iter().find(|limit| limit.to_string() == self.limit).unwrap_or(LIMITS[0]),
            cursor: text(self.cursor),
        })
    }
}

fn code<T>(code: &str, parse: impl Fn(&str) -> Option<T>, fault: &'static str) -> Result<Option<T>, Error> {
    if code.is_empty() { Ok(None) } else { parse(code).map(Some).ok_or(Error::Malformed(fault)) }
}

impl QueuePlace {
    /// What the use case is asked with.
    pub(super) fn query(&self) -> ListQuery {
        ListQuery {
            cursor: self.cursor.clone(),
            limit: Some(self.limit),
            view: Some(self.view),
            filter: self.filter.clone(),
            team: self.team,
        }
    }

    /// Names and values as the address has them, what is usual left out.
    pub(super) fn fields(&self) -> Vec<(&'static str, String)> {
        let QueueFilter { pathway, urgency, agency, state, overdue, unread, retracted } = &self.filter;
        let fields = [
            ("team", self.team.map(|team| team.to_string())),
            ("view", Some(self.view.code().to_owned())),
            ("state", state.map(|state| state.code().to_owned())),
            ("pathway", pathway.clone()),
            ("urgency", urgency.map(|urgency| urgency.code().to_owned())),
            ("agency", agency.map(|agency| agency.to_string())),
            ("overdue", overdue.then(|| "yes".to_owned())),
            ("unread", unread.then(|| "yes".to_owned())),
            ("retracted", retracted.then(|| "yes".to_owned())),
            ("limit", (self.limit != LIMITS[0]).then(|| self.limit.to_string())),
            ("cursor", self.cursor.clone()),
        ];
        fields.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// What comes behind the question mark.
    pub(super) fn search(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(self.fields()).finish()
    }

    /// The address.
    pub(super) fn href(&self) -> String {
        format!("/queue?{}", self.search())
    }

    /// The same place of another view, from its beginning.
    pub(super) fn of_view(&self, view: QueueView) -> Self {
        Self { view, cursor: None, ..self.clone() }
    }
}

/// Where "Back" leads from a referral: to the place in the queue that the browser kept, if it still reads like one.
pub(super) fn back(kept: Option<&str>) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"=&-_%+".contains(&byte);
    match kept.filter(|kept| !kept.is_empty() && kept.len() < 500 && kept.bytes().all(plain)) {
        Some(kept) => format!("/queue?{kept}"),
        None => "/queue".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(search: &str) -> Result<QueuePlace, Error> {
        serde_urlencoded_pairs(search).place()
    }

    fn serde_urlencoded_pairs(search: &str) -> Asked {
        let mut asked = Asked::default();
        for (name, value) in url::form_urlencoded::parse(search.as_bytes()) {
            let field = match name.as_ref() {
                "team" => &mut asked.team,
                "view" => &mut asked.view,
                "state" => &mut asked.state,
                "pathway" => &mut asked.pathway,
                "urgency" => &mut asked.urgency,
                "agency" => &mut asked.agency,
                "overdue" => &mut asked.overdue,
                "unread" => &mut asked.unread,
                "retracted" => &mut asked.retracted,
                "limit" => &mut asked.limit,
                _ => &mut asked.cursor,
            };
            *field = value.into_owned();
        }
        asked
    }

    #[test]
    fn a_place_reads_back_from_its_address() {
        let search = "view=mine&pathway=fire-protection&urgency=today&overdue=yes&unread=yes&retracted=yes&limit=50&cursor=abc";
        assert_eq!(read(search).expect("a place").search(), search);
        assert_eq!(read("").expect("a place").search(), "view=team");
        assert_eq!(read("limit=7").expect("a place").limit, 25);
        for bad in ["view=nothing", "urgency=never", "state=none", "agency=x", "team=none"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_the_browser_kept_leads_nowhere_else() {
        assert_eq!(back(Some("view=mine&cursor=abc")), "/queue?view=mine&cursor=abc");
        for bad in [None, Some(""), Some("view=mine\"><script>"), Some("a b"), Some("//elsewhere")] {
            assert_eq!(back(bad), "/queue", "{bad:?}");
        }
    }
}
