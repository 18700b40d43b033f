//! Pages for when something cannot be done: plain words, what became of the answers, an id to quote.

use askama::Template;
use http::StatusCode;

use crate::web::view::Frame;

/// Why there is no other page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// No such page, or none the caller may know of.
    NotFound,
    /// Seen, but not allowed.
    Refused,
    /// The form was too old, or not ours.
    ExpiredForm,
    /// The request cannot be read.
    Malformed,
    /// Too much was sent at once.
    TooLarge,
    /// Too many tries; wait.
    TooManyTries,
    /// The service has too much to do just now.
    TooBusy,
    /// Not now, or not any more.
    Conflict,
    /// The same form was sent before with other answers.
    AlreadySent,
    /// What is stored is not what the log vouches for.
    Damaged,
    /// A fault of ours.
    Fault,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 11] = [
        Self::NotFound,
        Self::Refused,
        Self::ExpiredForm,
        Self::Malformed,
        Self::TooLarge,
        Self::TooManyTries,
        Self::TooBusy,
        Self::Conflict,
        Self::AlreadySent,
        Self::Damaged,
        Self::Fault,
    ];

    /// The status that goes with it.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Refused | Self::ExpiredForm => StatusCode::FORBIDDEN,
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooManyTries => StatusCode::TOO_MANY_REQUESTS,
            Self::TooBusy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Conflict | Self::AlreadySent => StatusCode::CONFLICT,
            Self::Damaged | Self::Fault => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The heading.
    pub const fn heading(self) -> &'static str {
        match self {
            Self::NotFound => "Page not found",
            Self::Refused => "You cannot do this",
            Self::ExpiredForm => "This form has expired",
            Self::Malformed => "We could not read that",
            Self::TooLarge => "That is too large to send",
            Self::TooManyTries => "Wait before you try again",
            Self::TooBusy => "The service is busy",
            Self::Conflict => "This cannot be done now",
            Self::AlreadySent => "You have already sent this form",
            Self::Damaged => "A stored record has been changed or damaged",
            Self::Fault => "Sorry, there is a problem with the service",
        }
    }

    /// Whether the page says to ring somebody, or what it says of why may.
    const fn says_to_ring(self) -> bool {
        matches!(self, Self::TooBusy | Self::Damaged | Self::Fault | Self::Conflict)
    }

    const fn paragraphs(self) -> &'static [&'static str] {
        match self {
            Self::NotFound => &[
                "If you typed an address or a reference, check that it is right.",
                "A page also looks like this when it is about a referral that your team does not hold.",
            ],
            Self::Refused => &[
                "Your place in your team does not allow it. Nothing was changed, and the attempt is recorded.",
                "If your work needs it, ask your agency's administrator.",
            ],
            Self::ExpiredForm => &[
                "You may have signed out, or signed in again, since you opened the form. Nothing was sent.",
                "Go back, copy anything you typed that you want to keep, and load the page again.",
            ],
            Self::Malformed => &["Nothing was changed. Go back, load the page again and try once more."],
            Self::TooLarge => &["Nothing was sent. Go back and shorten what you wrote."],
            Self::TooManyTries => &["There were too many tries in a short time. Nothing is lost: wait, then try again."],
            Self::TooBusy => &[
                "Nothing was changed. Wait a few seconds, then load the page again.",
                "If this was a referral that cannot wait, ring the team that would receive it.",
            ],
            Self::Conflict => &["Nothing was changed."],
            Self::AlreadySent => &[
                "The answers in it were sent before and stay as they were. What you changed since was not sent.",
                "Find the referral under My referrals. To send something else, start a new referral.",
            ],
            Self::Damaged => &[
                "What is stored does not match what the log says was stored. None of it was shown, and nothing was sent or saved.",
                "This is on record, and a warning has gone to those who run the service.",
                "Tell your data-protection officer now, and quote the number below. Do not try again until they say so.",
                "If this is about a referral that cannot wait, ring the team that received it, or would receive it.",
            ],
            Self::Fault => &[
                "We do not know whether your last step was saved. Look at your referrals before you try again.",
                "If this was a referral that cannot wait, ring the team that would receive it.",
            ],
        }
    }
}

/// The page; its title is the heading.
#[derive(Clone, Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    /// The frame; its request id is shown to quote.
    pub frame: Frame,
    /// Why.
    pub reason: Reason,
    /// How long to wait, in seconds, where that is known.
    pub retry_after: Option<u64>,
    /// What exactly, as a sentence; empty for nothing more to say.
    pub detail: String,
}

impl ErrorPage {
    /// The page for a reason, in the caller's frame.
    pub fn new(frame: &Frame, reason: Reason) -> Self {
        Self { frame: frame.titled(reason.heading()), reason, retry_after: None, detail: String::new() }
    }

    fn wait(&self) -> Option<String> {
        self.retry_after.map(|seconds| match seconds {
            0..=1 => "Try again in a second.".to_owned(),
            2..=90 => format!("Try again in {seconds} seconds."),
            _ => format!("Try again in {} minutes.", seconds.div_ceil(60)),
        })
    }
}
