//! The start page of somebody signed in: what they may do.

use askama::Template;

use crate::web::{components::NotificationBanner, view::Frame};

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
    /// Further places, in order: my referrals, a team's queue, the log.
    pub places: Vec<PlaceLine>,
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
