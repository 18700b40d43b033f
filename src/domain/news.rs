//! What one side of a referral said or did that the other has not looked at since: a mark in its list, and no word of what.

use super::time::Timestamp;

coded_enum! {
    /// What is new.
    pub enum News {
        /// A message.
        Message = "message",
        /// A question to the sender.
        Question = "question",
        /// An answer to a question.
        Answer = "answer",
        /// Answers that were added.
        Addition = "addition",
        /// A file.
        File = "file",
        /// A decision.
        Decision = "decision",
        /// It was closed without one.
        Closing = "closing",
        /// Its sender asks to withdraw it.
        Retraction = "retraction",
    }
}

/// Whose list a mark stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The receiving team's.
    Desk,
    /// The sender's.
    Sender,
}

/// What is new to each side, and since when: the latest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Unseen {
    /// From the sender's side, until one of the receiving team looks.
    pub desk: Option<(News, Timestamp)>,
    /// From the receiving team, until whoever sent it or their deputy looks.
    pub sender: Option<(News, Timestamp)>,
}

impl Unseen {
    /// What is new to a side.
    pub const fn to(self, side: Side) -> Option<(News, Timestamp)> {
        match side {
            Side::Desk => self.desk,
            Side::Sender => self.sender,
        }
    }
}

impl News {
    /// In words, for the side that has not looked.
    pub const fn words(self, side: Side) -> &'static str {
        match (side, self) {
            (Side::Desk, Self::Message | Self::Question) => "New message from the sender",
            (Side::Desk, Self::Answer) => "New answer from the sender",
            (Side::Desk, Self::Addition) => "More answers from the sender",
            (Side::Desk, Self::File) => "New file from the sender",
            (Side::Desk, Self::Retraction) => "The sender asks to withdraw it: not read yet",
            (Side::Desk, Self::Decision) => "Whoever covers has decided: not read yet",
            (Side::Desk, Self::Closing) => "News from the sender",
            (Side::Sender, Self::Message | Self::Addition) => "New message from the team",
            (Side::Sender, Self::Question) => "New question from the team",
            (Side::Sender, Self::Answer) => "New answer from the team",
            (Side::Sender, Self::File) => "New file from the team",
            (Side::Sender, Self::Decision) => "The team has decided: not read yet",
            (Side::Sender, Self::Closing) => "The team has closed it: not read yet",
            (Side::Sender, Self::Retraction) => "News from the team",
        }
    }
}
