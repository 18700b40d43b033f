//! What was shared of a referral, as its team sees it, and the end of it.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    routing,
};

use super::{assignment::acted_on, share_choices::choices, share_openers::Openers};
use crate::{
    app::{AdditionView, App, EntryView, IdempotencyKey, ReferralView, ShareView},
    domain::{action::Action, agreement::Fit, compartment::EntryKind, sharing::Shared},
    web::{
        components::{Button, SummaryList, SummaryRow, WarningText},
        error::{Answer, ok, see},
        posted::Posted,
        session::{SignedIn, fresh_token},
        view::Frame,
        words,
    },
};

/// What was shared of a referral, as its team sees it.
#[derive(Clone, Template)]
#[template(path = "share/of_team.html")]
pub struct ShareBox {
    /// Where more is shared; empty where the reader may not.
    pub share_href: String,
    /// Each share, in the order made.
    pub shares: Vec<ShareLine>,
    /// What else can be done: words and address.
    pub links: Vec<(String, String)>,
}

/// One share.
#[derive(Clone)]
pub struct ShareLine {
    /// With whom.
    pub to: String,
    /// What of it, in words.
    pub what: String,
    /// Who shared it and when, and that it could not wait.
    pub by: String,
    /// On what law, and for what.
    pub law: String,
    /// Why; empty where nothing was noted.
    pub reason: String,
    /// That answers were changed after they were shared; empty where they stand as they were.
    pub changed: String,
    /// That it was ended, by whom and when; empty while it runs.
    pub ended: String,
    /// Who opened it; of what is read along nobody is named here.
    pub opened: Openers,
    /// What it gives.
    pub gives: Shared,
    /// Where it is ended; empty where the reader may not, or it has ended.
    pub end_href: String,
}

impl ShareBox {
    /// What a reader sees; none where nothing was shared and nothing can be.
    pub(super) fn of(view: &ReferralView) -> Option<Self> {
        let href = format!("/referrals/{}", view.referral.reference);
        let may = |action| view.actions.contains(&action);
        let keeps = view.desk.as_ref().is_some_and(|desk| desk.keeps_casework);
        let ends = |share: &ShareView| match share.what {
            Shared::Items => may(Action::RecallShare),
            Shared::Casework => may(Action::EndCaseworkAccess),
        };
        let line = |share: &ShareView| ShareLine::of(share, view, if ends(share) { &href } else { "" });
        let shares: Vec<_> = view.shares.iter().filter(|_| keeps).map(line).collect();
        let share_href = if may(Action::Share) { format!("{href}/share") } else { String::new() };
        let links = [
            (Action::DeclineToShare, "Record that you do not share this", "not-shared"),
            (Action::GiveCaseworkAccess, "Let another team read along", "casework-access"),
        ];
        let links = links.into_iter().filter(|(action, ..)| may(*action));
        let links: Vec<_> = links.map(|(_, words, way)| (words.to_owned(), format!("{href}/{way}"))).collect();
        let empty = share_href.is_empty() && shares.is_empty() && links.is_empty();
        (!empty).then_some(Self { share_href, shares, links })
    }

    fn button(&self) -> Button {
        let classes = "govuk-button--secondary".to_owned();
        Button { text: "Share part of this".to_owned(), href: self.share_href.clone(), classes, ..Button::default() }
    }
}

impl ShareLine {
    pub(super) fn of(share: &ShareView, view: &ReferralView, href: &str) -> Self {
        let (name, ..) = &share.by;
        let urgent = if share.urgent { " It could not wait." } else { "" };
        let mut names: Vec<String> = Vec::new();
        for choice in choices(view).iter().filter(|choice| share.entries.contains(&choice.id)) {
            names.push(choice.text.clone());
        }
        let asked = share.answers.iter().filter_map(|id| Some(view.pathway.pathway.question(id)?.short.clone()));
        let asked: Vec<String> = asked.collect();
        if !asked.is_empty() {
            names.push(format!("Of the answers: {}", asked.join(", ")));
        }
        let kept = share.withheld.iter().filter_map(|id| Some(view.pathway.pathway.question(id)?.withheld_words()));
        let kept: Vec<String> = kept.collect();
        if !kept.is_empty() {
            names.push(format!("Withheld for safety, and given all the same: {}", kept.join(", ")));
        }
        let what = match (share.what, names.len()) {
            (Shared::Casework, _) => "What your team writes for itself, as long as this lasts".to_owned(),
            (Shared::Items, 0) => "What the team chose that had this before".to_owned(),
            (Shared::Items, _) => names.join("; "),
        };
        Self {
            to: share.to.clone(),
            what,
            by: format!("Shared by {name}, {}.{urgent}", share.at.words()),
            law: law(share),
            reason: share.reason.clone(),
            changed: changed(share, view).to_owned(),
            ended: ended(share),
            opened: Openers::of(&share.opened),
            gives: share.what,
            end_href: match share.what {
                _ if href.is_empty() || share.ended.is_some() => String::new(),
                Shared::Items => format!("{href}/shares/{}/recall", share.id),
                Shared::Casework => format!("{href}/casework-access/{}/end", share.id),
            },
        }
    }

    fn tells_openers(&self) -> bool {
        self.gives == Shared::Items
    }

    fn end_words(&self) -> &'static str {
        match self.gives {
            Shared::Items => "Recall it",
            Shared::Casework => "End it",
        }
    }

    fn list(&self) -> SummaryList {
        let rows = [
            ("What", &self.what),
            ("Law", &self.law),
            ("Why", &self.reason),
            ("Shared", &self.by),
            ("Changed since", &self.changed),
            ("Ended", &self.ended),
        ];
        let rows = rows.iter().filter(|(_, words)| !words.is_empty()).map(|(key, words)| SummaryRow::words(key, words));
        SummaryList { rows: rows.collect(), ..SummaryList::default() }
    }
}

/// On what law something was shared, and how that stands to the agreements on record.
pub(super) fn law(share: &ShareView) -> String {
    let agreed = match share.fit {
        Fit::None => "",
        Fit::InForce => ". Under an agreement in force",
        Fit::Lapsed => ". The agreement named was not in force",
        Fit::Other => ". The agreement named covers something else",
    };
    format!("{}, for {}{agreed}", words::basis(share.basis), words::purpose(share.purpose))
}

/// What a share gave stays as it was: whoever shared it is told that it does not hold any more.
fn changed(share: &ShareView, view: &ReferralView) -> &'static str {
    let sent = |entry: &EntryView| entry.kind == EntryKind::Submission && share.entries.contains(&entry.id);
    let whole = view.entries.iter().any(sent);
    let later = |addition: &AdditionView| {
        let touches = whole || addition.answers.iter().any(|(id, _)| share.answers.contains(id));
        addition.amends && addition.at > share.at && touches
    };
    // They may have been given the change by another share since.
    let touched = |addition: &AdditionView| {
        addition.answers.iter().map(|(id, _)| id.clone()).filter(|id| whole || share.answers.contains(id)).collect::<Vec<_>>()
    };
    let has = |addition: &AdditionView| {
        let touched = touched(addition);
        view.shares.iter().any(|other| {
            let stands = other.ended.is_none() && other.holder == share.holder && other.at >= addition.at;
            stands && (other.entries.contains(&addition.id) || touched.iter().all(|id| other.answers.contains(id)))
        })
    };
    if share.ended.is_none() && view.additions.iter().any(|addition| later(addition) && !has(addition)) {
        "Answers were changed after you shared them. They have what stood before: share the change, and ring them if it matters \
         today."
    } else {
        ""
    }
}

fn ended(share: &ShareView) -> String {
    share.ended.as_ref().map_or_else(String::new, |(name, at)| format!("Ended by {name}, {}", at.words()))
}

/// Before something is ended.
#[derive(Clone, Template)]
#[template(path = "share/recall.html")]
pub struct RecallPage {
    /// The frame.
    pub frame: Frame,
    /// Makes sending twice harmless.
    pub form_token: String,
    /// Where it is ended.
    pub action: String,
    /// The share.
    pub line: ShareLine,
}

impl RecallPage {
    fn heading(&self) -> &'static str {
        match self.line.gives {
            Shared::Items => "Recall what was shared",
            Shared::Casework => "End reading along",
        }
    }

    fn warning(&self) -> WarningText {
        let text = match self.line.gives {
            Shared::Items => {
                "They can open it no more, from this moment on. What they have opened or copied they know. Each person who could \
                 open it is told to destroy their copies, and to ask you."
            }
            Shared::Casework => {
                "They can read nothing more of it, from this moment on, and what your team writes has a new key. What they have \
                 read they know. Each of them is told to destroy their copies, and to ask you."
            }
        };
        WarningText { text: text.to_owned(), icon_fallback_text: "Warning".to_owned() }
    }

    fn button(&self) -> Button {
        let classes = "govuk-button--warning".to_owned();
        Button { text: self.line.end_words().to_owned(), classes, prevent_double_click: Some(true), ..Button::default() }
    }
}

/// This page's routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route("/referrals/{reference}/shares/{id}/recall", routing::get(ask_recall).post(recall))
}

async fn ask_recall(State(app): State<Arc<App>>, person: SignedIn, Path((reference, id)): Path<(String, String)>) -> Answer {
    let view = app.read_referral(&person.request, &person.caller, &reference).await?;
    let href = format!("/referrals/{reference}");
    let running = |share: &&ShareView| share.id.to_string() == id && share.ended.is_none() && share.what == Shared::Items;
    let share = view.shares.iter().find(running);
    let Some(share) = share.filter(|_| view.actions.contains(&Action::RecallShare)) else {
        return Ok(see(&href));
    };
    ok(&RecallPage {
        frame: person.frame.titled("Recall what was shared").back_to(&href).at("/queue").acting_on(acted_on(&view)),
        form_token: fresh_token(&app),
        action: format!("{href}/shares/{id}/recall"),
        line: ShareLine::of(share, &view, ""),
    })
}

async fn recall(
    State(app): State<Arc<App>>,
    person: SignedIn,
    Path((reference, id)): Path<(String, String)>,
    posted: Posted,
) -> Answer {
    posted.only(&["form_token"])?;
    let key = IdempotencyKey::parse(posted.value("form_token"))?;
    app.recall_share(&person.request, &person.caller, &key, (&reference, &id)).await?;
    Ok(see(&format!("/referrals/{reference}#shares")))
}
