//! The page after sending.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    routing,
};

use super::{
    addition::sections_to_add,
    advice::{self, Hinted, also_refer},
    keep_back,
    pathway::{Contact, contacts},
    referral::href_if,
};
use crate::{
    app::{App, Error, HolderView, Reads, ReferralView},
    domain::{
        action::Action,
        answers::Answers,
        enquiry::FormKind,
        grant::GrantReason,
        next_step::Way,
        pathway::Pathway,
        referral::{ReferralState, Stage},
        relation::Relation,
        time::Timestamp,
    },
    web::{
        components::{Markup, Panel},
        error::{Answer, ok, see},
        session::SignedIn,
        view::Frame,
        words,
    },
};

/// The reference and what happens next; works again from a bookmark.
#[derive(Clone, Template)]
#[template(path = "sent/sent.html")]
pub struct SentPage {
    /// The frame.
    pub frame: Frame,
    /// Which of the pathway's forms was sent.
    pub kind: FormKind,
    /// The reference.
    pub reference: String,
    /// Name of the pathway.
    pub pathway: String,
    /// Team and agency that received it.
    pub received_by: String,
    /// Whether those are several people.
    pub are_several: bool,
    /// Who checks it first, and when it goes on by itself; empty where it has gone.
    pub checked_first: String,
    /// When a human will read it, as a sentence.
    pub read_when: String,
    /// What happens next, with dates, in order.
    pub steps: Vec<String>,
    /// What was kept back, and from whom.
    pub kept_back: Vec<String>,
    /// Whom to ring if things get worse.
    pub contacts: Vec<Contact>,
    /// Those who received it by name, who can be rung about it.
    pub named: Vec<Contact>,
    /// Whether it went by name, so that the teams at these numbers must not hear of it.
    pub is_named: bool,
    /// What else may have to be referred, with links.
    pub also_refer: Vec<Hinted>,
    /// What can still be added: a section's title and its address.
    pub to_add: Vec<(String, String)>,
    /// Address of the referral.
    pub view_href: String,
    /// Address where it is printed or saved; empty where the reader may not.
    pub print_href: String,
    /// Address to send another.
    pub another_href: String,
}

#[derive(Template)]
#[template(path = "sent/reference.html")]
struct ReferenceLines<'a> {
    reference: &'a str,
}

/// What has happened.
const fn title(kind: FormKind) -> &'static str {
    match kind {
        FormKind::Referral => "Referral sent",
        FormKind::Enquiry => "Question sent",
    }
}

impl SentPage {
    fn thing(&self) -> &'static str {
        words::thing(self.kind)
    }

    fn advice(&self) -> Result<String, askama::Error> {
        advice::html(&self.also_refer)
    }

    fn panel(&self) -> Result<Panel, askama::Error> {
        let html = Markup::of(&ReferenceLines { reference: &self.reference })?;
        Ok(Panel { title_text: title(self.kind).to_owned(), html: Some(html), ..Panel::default() })
    }
}

/// This page's route.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route("/referrals/{reference}/sent", routing::get(show))
}

/// Who covers, where it is for today.
fn cover(view: &ReferralView) -> Option<&str> {
    view.holders.iter().find(|holder| holder.reason == GrantReason::Cover).map(|holder| holder.name.as_str())
}

/// What those who cover do, and what they do not: the team that received it decides.
fn acts_meanwhile(cover: &str) -> String {
    format!("While it is closed, {cover} reads this, can ask you, and does what cannot wait; it does not decide.")
}

/// Who looks at it now, whatever the hour, where it is for today.
fn covered(view: &ReferralView) -> Option<String> {
    Some(format!("{} covers outside those hours and has it now, because it is for today.", cover(view)?))
}

/// The teams told as well, as the keys were given out: when each reads, and who was told because one may be closed.
async fn told(app: &App, view: &ReferralView, answers: &Answers) -> Result<Vec<String>, Error> {
    let mut left: Vec<&str> =
        view.holders.iter().filter(|holder| holder.reason == GrantReason::Copy).map(|holder| holder.name.as_str()).collect();
    let is_held = matches!(view.referral.stage, Stage::Checking { .. });
    let mut lines = Vec::new();
    for copy in view.pathway.pathway.copies(answers) {
        let Some((team, agency)) = app.team_named(copy.team.as_str()).await? else { continue };
        let name = format!("{team} ({agency})");
        if !left.contains(&name.as_str()) {
            continue;
        }
        left.retain(|known| *known != name);
        let when = if is_held { "is told as well, once it has been passed on" } else { "has been told as well" };
        let hours = copy.hours.map(|hours| format!(" It reads {}.", words::hours(hours))).unwrap_or_default();
        lines.push(format!("{name} {when}.{hours}"));
    }
    // Who covers for the desk as well is told of as that.
    left.retain(|name| Some(*name) != cover(view));
    let covering = |name: &str| format!("{name} has been told as well, at once: it covers for a team that may be closed.");
    lines.extend(left.into_iter().map(covering));
    Ok(lines)
}

/// The names of those who hold it for a reason.
pub(super) fn names(view: &ReferralView, reason: GrantReason) -> String {
    words::either(&names_of(view, reason))
}

fn names_of(view: &ReferralView, reason: GrantReason) -> Vec<String> {
    view.holders.iter().filter(|holder| holder.reason == reason).map(|holder| holder.name.clone()).collect()
}

/// Those who received it by name and gave a number at work.
fn named(view: &ReferralView) -> Vec<Contact> {
    let holds = view.holders.iter().filter(|holder| holder.reason == GrantReason::Named);
    let contact =
        |holder: &HolderView| Some(Contact { who: holder.name.clone(), number: holder.phone.clone()?, when: String::new() });
    holds.filter_map(contact).collect()
}

/// Whether a few people received it by name, and no team.
pub(super) fn goes_by_name(view: &ReferralView) -> bool {
    view.holders.iter().any(|holder| holder.reason == GrantReason::Named)
}

/// Who checks it first, while they do.
fn checked_first(view: &ReferralView) -> String {
    let Stage::Checking { until } = view.referral.stage else { return String::new() };
    let by = names(view, GrantReason::Checker);
    format!("{by} checks it first. If nobody has acted by {}, it goes on by itself.", words::day_and_time(until))
}

/// Who is not told because it went by name, though these answers would have told them.
async fn untold(app: &App, pathway: &Pathway, answers: &Answers) -> Result<Vec<String>, Error> {
    let mut lines = Vec::new();
    for copy in pathway.copies(answers) {
        if let Some((team, agency)) = app.team_named(copy.team.as_str()).await? {
            lines.push(format!(
                "{team} ({agency}) was not told, because it went by name. If they must know, ask for it by a message here."
            ));
        }
    }
    Ok(lines)
}

/// What happens next. What the form says of the team that it goes to is true of that one only: once it was passed on, the new
/// course speaks, or what is true of any team.
fn steps(view: &ReferralView, (way, is_first): (Way, bool), answers: &Answers) -> Vec<String> {
    let (form, course) = (&view.pathway, &view.course);
    // None of the new course's own questions was answered.
    let unasked = Answers::default();
    let lines: Vec<&str> = match form.version == course.version {
        false => course.pathway.steps(way, &unasked).collect(),
        true if is_first => form.pathway.steps(way, answers).collect(),
        true => form.pathway.steps_of_every_way(answers).collect(),
    };
    lines.into_iter().map(str::to_owned).collect()
}

/// Where it stands, once what was said at sending is no longer to come: opened, decided, or late.
fn stands(view: &ReferralView, now: Timestamp) -> Option<String> {
    let (team, _) = &view.received_by;
    let late = view.referral.due_at.filter(|due| *due <= now).map(words::day_and_time);
    match (view.referral.stage.state(), late) {
        (ReferralState::Decided, _) => {
            Some(format!("{team} has decided since. See this {} for what.", words::thing(view.referral.kind)))
        }
        (ReferralState::Closed, _) => {
            Some(format!("{team} has closed it since. See this {} for why.", words::thing(view.referral.kind)))
        }
        (_, Some(due)) => Some(format!("{team} was to act by {due}, and has not. Ring them, or write a message.")),
        (ReferralState::Opened, None) => Some(format!("{team} has opened it since.")),
        _ => None,
    }
}

async fn show(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>) -> Answer {
    let view = app.read_referral(&person.request, &person.caller, &reference).await?;
    let reference = view.referral.reference.to_string();
    // Whoever sent it may sit in the team that receives it, and comes to this page all the same.
    let is_own = view.referral.referrer == person.caller.user();
    if !is_own && !matches!(view.relation, Relation::Referrer | Relation::Deputy | Relation::ReferrersTeam) {
        return Ok(see(&format!("/referrals/{reference}")));
    }
    // What was stopped has reached nobody: its own page says so, and what can be done.
    if matches!(view.referral.stage, Stage::Stopped { .. } | Stage::Withdrawn) {
        return Ok(see(&format!("/referrals/{reference}")));
    }
    let (pathway, kind) = (&view.pathway.pathway, view.referral.kind);
    let (team, agency) = &view.received_by;
    let is_named = goes_by_name(&view);
    let people = named(&view);
    let way = match view.referral.stage {
        _ if is_named => Way::Named,
        Stage::Checking { .. } => Way::Checked,
        _ => Way::AtOnce,
    };
    let untold = match view.answers.as_ref().filter(|_| is_named) {
        Some(answers) => untold(&app, pathway, answers).await?,
        None => Vec::new(),
    };
    let route = match view.answers.as_ref() {
        Some(answers) if is_named => Some(pathway.route(answers).clone()),
        Some(answers) => app.route_taken(&view, answers).await?,
        None => None,
    };
    let route = route.as_ref();
    let read_when = route.map(|route| {
        if is_named {
            return words::read_by_name(&route.emergency);
        }
        let own = match view.referral.stage {
            Stage::Checking { until } => {
                words::read_from(kind, team, &route.hours, app.reads_from(route, until), &route.emergency)
            }
            _ => words::read_when(kind, team, &route.hours, app.reads_next(route), &route.emergency),
        };
        covered(&view).map_or(own.clone(), |cover| format!("{own} {cover}"))
    });
    let does = match kind {
        FormKind::Referral => "decides",
        FormKind::Enquiry => "answers",
    };
    let decided = match view.referral.stage.state() {
        ReferralState::Decided | ReferralState::Closed => None,
        state => view.referral.due_at.map(|due| {
            if is_named {
                // Nobody covers for them, so a time is a limit and no promise.
                let ask = if people.is_empty() { "write a message here: they are told of it" } else { "ring them" };
                return format!("A decision is due by {}. If you hear nothing by then, {ask}.", words::day_and_time(due));
            }
            let latest = if state == ReferralState::Checking { " at the latest" } else { "" };
            let meanwhile = cover(&view).map(|cover| format!(" {}", acts_meanwhile(cover))).unwrap_or_default();
            let due = words::day_and_time(due);
            match route.and_then(|route| app.reads_before(route, view.referral.due_at?)) {
                Some(Reads::Until(last)) => {
                    let last = words::day_and_time(last);
                    format!("{team} {does} by {due}{latest}. Nobody there reads at that hour: it is read before, by {last}.{meanwhile}")
                }
                // Nobody decides before they read: the limit passes, and no page promises otherwise.
                Some(Reads::From(next)) if cover(&view).is_some() => {
                    format!("{team} {does} when it reads next, from {}.{meanwhile}", words::day_and_time(next))
                }
                Some(Reads::From(next)) => {
                    format!("{team} {does} by {due}{latest}. Nobody there reads before {}.", words::day_and_time(next))
                }
                None => format!("{team} {does} by {due}{latest}.{meanwhile}"),
            }
        }),
    };
    let stands = stands(&view, person.request.at);
    let told = match view.answers.as_ref().filter(|_| !is_named) {
        Some(answers) => told(&app, &view, answers).await?,
        None => Vec::new(),
    };
    let answers = view.answers.clone().unwrap_or_default();
    let is_first = view.answers.is_none() || is_named || route.is_some_and(|route| route.team == pathway.route(&answers).team);
    let steps = steps(&view, (way, is_first), &answers);
    ok(&SentPage {
        frame: person.frame.titled(&format!("{} – {}", title(kind), pathway.title)).at("/sent"),
        kind,
        pathway: pathway.title.clone(),
        received_by: if is_named { words::both(&names_of(&view, GrantReason::Named)) } else { format!("{team} ({agency})") },
        are_several: is_named && names_of(&view, GrantReason::Named).len() > 1,
        checked_first: checked_first(&view),
        read_when: stands.clone().or(read_when).unwrap_or_default(),
        steps: decided.filter(|_| stands.is_none()).into_iter().chain(told).chain(untold).chain(steps).collect(),
        kept_back: keep_back::lines(&view),
        contacts: contacts(&app, &person, pathway, view.answers.as_ref().and_then(|answers| pathway.district(answers))),
        named: people,
        is_named,
        also_refer: also_refer(&app, &view),
        to_add: sections_to_add(&view),
        view_href: format!("/referrals/{reference}"),
        print_href: href_if(&view, Action::PrintReferral, "print"),
        another_href: "/".to_owned(),
        reference,
    })
}
