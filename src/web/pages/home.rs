//! The start page of somebody signed in: what they may do.

use std::sync::Arc;

use askama::Template;
use axum::{Router, extract::State, routing};

use super::{admissions, giving_back, resetting, training::training_words};
use crate::{
    app::{App, Caller, DraftItem, Item, Loss, NamedPlace, PathwayView, Reached, WaitsFor},
    domain::{
        account::MembershipState,
        news::{News, Side},
        referral::ReferralState,
        training::Training,
    },
    web::{
        components::NotificationBanner,
        error::{Answer, ok},
        session::SignedIn,
        view::Frame,
        words,
    },
};

/// What the caller may do, and nothing else.
#[derive(Clone, Template)]
#[template(path = "home/home.html")]
pub struct HomePage {
    /// The frame.
    pub frame: Frame,
    /// News, such as the time a service will be down; empty for none.
    pub notice: String,
    /// The pathways the caller may send; empty hides the section.
    pub pathways: Vec<PathwayLine>,
    /// What was stopped at the check and waits for the caller; and what teams ask or did on the caller's referrals that they have
    /// not looked at.
    pub waiting: Vec<AnswerLine>,
    /// Questions that were answered of late.
    pub answered: Vec<AnswerLine>,
    /// What was begun and not sent.
    pub drafts: Vec<DraftLine>,
    /// Further places, in order: my referrals, a team's queue, the log.
    pub places: Vec<PlaceLine>,
    /// That the reader's training is old, as a sentence; empty while it is not.
    pub training: String,
    /// The teams whose key the reader waits for.
    pub waits_for: Vec<WaitLine>,
    /// The fingerprint of their key, to be read to whoever hands one over; empty while they wait for none.
    pub fingerprint: String,
    /// What was given to them by name and is lost to them since their password was reset or they were suspended, a sentence each.
    pub lost: Vec<String>,
    /// What there is to say to somebody who can do nothing here: about each of their places, or that there is none.
    pub nothing: Vec<String>,
}

/// A team whose key the reader waits for.
#[derive(Clone)]
pub struct WaitLine {
    /// Its name.
    pub team: String,
    /// Who can hand it over, with their numbers; empty for nobody.
    pub leads: Vec<String>,
}

impl From<&WaitsFor> for WaitLine {
    fn from(waits: &WaitsFor) -> Self {
        let lead = |lead: &Reached| format!("{}, {}", lead.name, lead.phone.as_deref().unwrap_or("no work number given"));
        Self { team: waits.team.clone(), leads: waits.leads.iter().map(lead).collect() }
    }
}

/// One pathway the caller may send.
#[derive(Clone)]
pub struct PathwayLine {
    /// Its name.
    pub title: String,
    /// Address of its start page.
    pub href: String,
    /// Who it is for, in one line.
    pub about: String,
    /// How long it takes, in minutes.
    pub minutes: u32,
}

/// A question that was answered.
#[derive(Clone)]
pub struct AnswerLine {
    /// What it is about.
    pub about: String,
    /// Its reference.
    pub reference: String,
    /// Where the answer is.
    pub href: String,
    /// When it was answered, in words.
    pub answered: String,
}

/// One draft.
#[derive(Clone)]
pub struct DraftLine {
    /// Name of the pathway.
    pub pathway: String,
    /// Its reference.
    pub reference: String,
    /// Its address.
    pub href: String,
    /// When it was saved, and whose it is, in words.
    pub about: String,
    /// When it will be deleted, where that is near; empty otherwise.
    pub ending: String,
    /// Address where it is deleted; empty where the reader may not.
    pub delete_href: String,
}

/// One place the caller may go.
#[derive(Clone)]
pub struct PlaceLine {
    /// Its name, such as "Queue of the MARAC team".
    pub title: String,
    /// Its address.
    pub href: String,
    /// What is there, in words, such as "3 waiting, 1 overdue".
    pub about: String,
}

impl HomePage {
    fn banner(&self) -> NotificationBanner {
        NotificationBanner { text: self.notice.clone(), ..NotificationBanner::default() }
    }
}

/// This page's route.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route("/", routing::get(show))
}

async fn show(State(app): State<Arc<App>>, person: SignedIn) -> Answer {
    let line = |view: PathwayView| {
        let pathway = view.versioned.pathway;
        PathwayLine {
            title: pathway.title.clone(),
            href: format!("/refer/{}", pathway.id),
            about: pathway.description.clone(),
            minutes: pathway.minutes.into(),
        }
    };
    let all = app.pathways_for(&person.caller).await?;
    let pathways: Vec<_> = all.into_iter().filter(|view| view.may_submit).map(line).collect();
    let ways = app.ways(&person.caller);
    let mut places = Vec::new();
    let mut add = |title: String, href: String, about: &str| places.push(PlaceLine { title, href, about: about.to_owned() });
    for (team, count) in app.admissions_waiting(&person.caller).await? {
        let who = if count == 1 { "1 person waits".to_owned() } else { format!("{count} people wait") };
        add(format!("{who} for the key of {team}"), admissions::HREF.to_owned(), "Compare their key with them and hand it over.");
    }
    for owed in app.owed_to(&person.caller).await? {
        let about = format!("They have a new key. You hold {} that they could open before.", giving_back::what(&owed));
        add(format!("Give back to {} what was theirs", owed.name), giving_back::HREF.to_owned(), &about);
    }
    for (team, name) in app.teams_to_bear(&person.caller).await? {
        add(
            format!("Make the key of {name}"),
            format!("/teams/{team}/key"),
            "You are its first lead. Until then nothing can be sent to it.",
        );
    }
    // Before everything else: it goes on unread when nobody looks.
    let waiting = app.checks_waiting(&person.caller).await?;
    if person.caller.checks() {
        let about = "Each goes on by itself when nobody has checked it in time.";
        add(words::to_check(waiting), "/checks".to_owned(), if waiting == 0 { "" } else { about });
    }
    let queues = app.queue_places(&person.caller);
    for named in person.caller.places().iter().filter(|named| queues.iter().any(|place| place.id == named.place.id)) {
        let title = format!("Queue of {}", named.team.as_str());
        add(title, format!("/queue?team={}", named.place.team), "Referrals that wait for your team, the soonest due first.");
    }
    if ways.sent {
        add("My referrals".to_owned(), "/sent".to_owned(), "What you sent, where it stands and when a decision is due.");
    }
    if ways.safeguarding_leads {
        let about = "Who looks first, in your agency, at what must be checked before it is shared.";
        add("Who checks".to_owned(), "/safeguarding-leads".to_owned(), about);
    }
    if ways.agencies {
        add("Agencies".to_owned(), "/agencies".to_owned(), "Which agencies there are, and how another comes in.");
    }
    if app.keeps_agreements(&person.caller) {
        add("Agreements to share".to_owned(), "/agreements".to_owned(), "Which agencies agreed to share what, and until when.");
    }
    if ways.log {
        add("Log".to_owned(), "/log".to_owned(), "Who did what in your agency, and who looked.");
    }
    let training = match app.own_training(&person.request, &person.caller).await? {
        old @ Training::Old(_) => format!(
            "Your last safeguarding training was on {}. Ask your agency’s administrator for the next. You can do everything as before.",
            training_words(old)
        ),
        Training::Unknown | Training::Recent(_) => String::new(),
    };
    let (waits_for, fingerprint) = match app.waits_for(&person.caller).await? {
        waits if waits.is_empty() => (Vec::new(), String::new()),
        waits => (waits.iter().map(WaitLine::from).collect(), app.own_fingerprint(&person.caller).await?),
    };
    let Loss { drafts, referrals, .. } = app.own_loss(&person.caller).await?;
    let lost = resetting::alone((drafts, referrals), "you");
    let answered = app.answered_of_late(&person.request, &person.caller).await?.into_iter().map(answer).collect();
    let waiting = app.waiting_for_sender(&person.request, &person.caller).await?.into_iter().map(news).collect();
    let drafts = app.drafts(&person.request, &person.caller).await?.into_iter().map(draft).collect();
    ok(&HomePage {
        frame: person.frame.titled("Start").at("/"),
        notice: String::new(),
        nothing: nothing(&person.caller),
        waits_for,
        fingerprint,
        lost,
        training,
        pathways,
        waiting,
        answered,
        drafts,
        places,
    })
}

/// A referral on which the team waits for its sender, or did something that they have not looked at.
fn news(item: Item) -> AnswerLine {
    let waits = item.waiting_since.map(|since| format!("The team waits for your answer since {}.", words::day(since)));
    // That the team waits says that it asked; where it waits no more, the question is still unread.
    let news =
        item.news.filter(|news| waits.is_none() || *news != News::Question).map(|news| format!("{}.", news.words(Side::Sender)));
    let stopped = (item.state == ReferralState::Stopped)
        .then(|| "Stopped at the check: nobody has received it. Send it all the same, change it, or let it go.".to_owned());
    let decided = matches!(item.news, Some(News::Decision | News::Closing));
    AnswerLine {
        about: item.pathway_title,
        reference: item.reference.to_string(),
        href: if item.state == ReferralState::Stopped {
            format!("/referrals/{}", item.reference)
        } else {
            format!("/referrals/{}#{}", item.reference, if decided { "decision" } else { "messages" })
        },
        answered: stopped.into_iter().chain(waits).chain(news).collect::<Vec<_>>().join(" "),
    }
}

fn answer(item: Item) -> AnswerLine {
    AnswerLine {
        about: item.pathway_title,
        reference: item.reference.to_string(),
        href: format!("/referrals/{}#messages", item.reference),
        answered: item.answered_at.map(|at| format!("Answered on {}.", at.words())).unwrap_or_default(),
    }
}

fn draft(item: DraftItem) -> DraftLine {
    let href = format!("/drafts/{}", item.reference);
    let whose = if item.own { "" } else { " You are its deputy." };
    DraftLine {
        pathway: item.pathway,
        reference: item.reference.to_string(),
        about: format!("Saved on {}.{whose}", item.saved_at.words()),
        ending: if item.ending {
            format!("Nobody has sent it. It is deleted on {} unless you save or send it.", words::day(item.ends_at))
        } else {
            String::new()
        },
        delete_href: if item.own { format!("{href}/delete") } else { String::new() },
        href,
    }
}

/// Why somebody finds nothing to do here, as it is for each of their places.
fn nothing(caller: &Caller) -> Vec<String> {
    if caller.places().is_empty() {
        return vec!["You have no place in a team yet. Ask your agency’s administrator to give you one.".to_owned()];
    }
    let line = |named: &NamedPlace| {
        let (role, team) = (named.place.role.title().to_lowercase(), named.team.as_str());
        format!("You are {role} in {team}. There are no pages for that role yet.")
    };
    // Of a place that waits the page says more, above.
    caller.places().iter().filter(|named| named.place.state == MembershipState::Active).map(line).collect()
}
