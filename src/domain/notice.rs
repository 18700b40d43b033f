//! Notices: what somebody is told of, without a word of what was said.

use super::ids::{ReferralId, TeamId, UserId};

coded_enum! {
    /// What happened.
    pub enum NoticeCode {
        /// A new referral or question is there.
        Received = "received",
        /// One is there for information.
        Copied = "copied",
        /// One waits for a check before it is shared.
        ToCheck = "to-check",
        /// One for today has not been opened, or nobody acts on it.
        Escalated = "escalated",
        /// Another team passed one on to yours.
        PassedOn = "passed-on",
        /// One was given to you to work on.
        Given = "given",
        /// What you worked on was given to somebody else.
        GivenOn = "given-on",
        /// What you had not asked for anew was said to the other side.
        Message = "message",
        /// The receiving team asks something and waits.
        Question = "question",
        /// What was asked is answered.
        Answer = "answer",
        /// It was decided on.
        Decided = "decided",
        /// It was closed.
        Closed = "closed",
        /// It was taken up again.
        Reopened = "reopened",
        /// It went to another team than the one that received it.
        Moved = "moved",
        /// Something was added to it.
        Added = "added",
        /// An answer of it was changed.
        Amended = "amended",
        /// Whoever sent it asks to withdraw it.
        Retracted = "retracted",
        /// Whoever sent it does not agree.
        Disagreed = "disagreed",
        /// It was checked, or nobody checked it in time, and it went on.
        WentOn = "went-on",
        /// Whoever checked it stopped it.
        Stopped = "stopped",
        /// What was stopped ends soon, unless its sender sends it.
        StopEnding = "stop-ending",
        /// What was stopped has ended: its sender did not send it.
        StopEnded = "stop-ended",
        /// Parts of one were shared.
        Shared = "shared",
        /// Answers were changed since parts were shared.
        ShareOutdated = "share-outdated",
        /// What was shared was taken back.
        Recalled = "recalled",
        /// A file of it was put into quarantine.
        FileStopped = "file-stopped",
        /// A file of it was let out of quarantine.
        FileLetOut = "file-let-out",
        /// A draft has lain for a working day.
        DraftWaits = "draft-waits",
        /// A draft of somebody else's is yours to go on with.
        DraftHanded = "draft-handed",
        /// A draft is deleted soon.
        DraftEnding = "draft-ending",
        /// A draft that nobody sent is deleted.
        DraftNotSent = "draft-not-sent",
        /// What you wrote was sent for you.
        SentForYou = "sent-for-you",
        /// A stored record failed its check.
        Integrity = "integrity",
        /// Mail to a member comes back.
        MailFailing = "mail-failing",
        /// The same, of somebody whose agency has no administrator.
        MailUnattended = "mail-unattended",
        /// Mail to whoever is told comes back.
        MailReturned = "mail-returned",
        /// What is kept from some agencies changed.
        Withholding = "withholding",
        /// Somebody waits for a team's key.
        MemberWaits = "member-waits",
        /// You were given a team's key.
        Admitted = "admitted",
        /// Another lead gave somebody the team's key.
        MemberAdmitted = "member-admitted",
        /// Your place in a team has ended.
        PlaceEnded = "place-ended",
        /// Somebody holds a team's key no more.
        MemberGone = "member-gone",
        /// Nobody holds a team's key any more.
        TeamKeyless = "team-keyless",
        /// A team that nobody held the key of has a new one.
        TeamReborn = "team-reborn",
        /// You are not given a team's key.
        NotAdmitted = "not-admitted",
        /// A lead did not give somebody the team's key.
        MemberRefused = "member-refused",
        /// The key of somebody who waits is not the one that they read out.
        KeyDiffers = "key-differs",
        /// The password of a member was reset: their new key waits to be compared.
        MemberReset = "member-reset",
        /// An administrator reset somebody's password.
        PersonReset = "person-reset",
        /// An administrator reset the reader's own password.
        OwnReset = "own-reset",
        /// Keys or grants do not agree with the log.
        KeysDiffer = "keys-differ",
        /// What was the reader's by name was given back to them.
        GivenBack = "given-back",
        /// A draft was.
        DraftGivenBack = "draft-given-back",
    }
}

/// The part of the hub in which a notice's matter is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticePlace {
    /// On the page of a referral or question.
    Referral,
    /// On the page of a draft.
    Draft,
    /// In the log.
    Log,
    /// Among the members of the agency.
    Members,
    /// On the page that says where one's mail goes.
    Mail,
    /// Among those who wait for a team's key.
    Admissions,
    /// Among the people of the agency.
    People,
    /// On the reader's own account page.
    Account,
    /// On the page of keys.
    Keys,
    /// Nowhere: whoever is told sees it no more.
    Nowhere,
}

impl NoticeCode {
    /// Where its matter is found.
    pub const fn place(self) -> NoticePlace {
        match self {
            Self::DraftWaits | Self::DraftHanded | Self::DraftEnding | Self::DraftNotSent | Self::DraftGivenBack => {
                NoticePlace::Draft
            }
            Self::Integrity | Self::PersonReset => NoticePlace::Log,
            Self::MailFailing => NoticePlace::Members,
            Self::MailReturned => NoticePlace::Mail,
            Self::Recalled
            | Self::KeyDiffers
            | Self::MemberGone
            | Self::MailUnattended
            | Self::TeamKeyless
            | Self::TeamReborn => NoticePlace::Nowhere,
            Self::MemberWaits | Self::MemberAdmitted | Self::MemberReset => NoticePlace::Admissions,
            Self::MemberRefused => NoticePlace::People,
            Self::KeysDiffer => NoticePlace::Keys,
            Self::Admitted | Self::NotAdmitted | Self::PlaceEnded | Self::OwnReset => NoticePlace::Account,
            _ => NoticePlace::Referral,
        }
    }

    /// Whether somebody must hear of it at once where the referral is for today.
    pub const fn hastens(self) -> bool {
        matches!(
            self,
            Self::Received
                | Self::Escalated
                | Self::PassedOn
                | Self::Given
                | Self::Message
                | Self::Question
                | Self::Answer
                | Self::Added
                | Self::Amended
                | Self::Disagreed
                | Self::FileStopped
        )
    }

    /// Whether a mail says that it is there: not where it says that mail does not arrive.
    pub fn goes_by_mail(self) -> bool {
        self != Self::MailReturned
    }

    /// Whether a team is told of what it was given a part of: everybody who holds its key, not only those who work its queue.
    pub const fn is_of_shares(self) -> bool {
        matches!(self, Self::Shared | Self::ShareOutdated | Self::FileStopped | Self::FileLetOut)
    }

    /// What happened, in words that say nothing of anybody.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Received => "Your team received something new",
            Self::Copied => "Something is here for your information",
            Self::ToCheck => "Something waits for your check",
            Self::Escalated => "Nobody acts on something for today",
            Self::PassedOn => "Another team passed something on to yours",
            Self::Given => "You were given something to work on",
            Self::GivenOn => "Something you worked on was given to somebody else",
            Self::Message => "There is a new message",
            Self::Question => "The team asks you something and waits for your answer",
            Self::Answer => "There is an answer",
            Self::Decided => "There is a decision",
            Self::Closed => "The team closed it",
            Self::Reopened => "The team took it up again",
            Self::Moved => "It went to another team",
            Self::Added => "Something was added",
            Self::Amended => "An answer was changed",
            Self::Retracted => "Whoever sent it asks to withdraw it",
            Self::Disagreed => "Whoever sent it does not agree",
            Self::WentOn => "It went on to the team",
            Self::Stopped => "It was stopped at the check",
            Self::StopEnding => "What was stopped at the check ends in 7 days unless you send it: nobody has received it",
            Self::StopEnded => "What was stopped at the check has ended: nobody received it",
            Self::Shared => "Something was shared with you",
            Self::ShareOutdated => "Answers were changed after something was shared with you: ask the team that shared it",
            Self::Recalled => "Something shared with you was taken back. Destroy every copy, print and note you made of it",
            Self::FileStopped => "A file was put into quarantine, and nobody can open it",
            Self::FileLetOut => "A file was let out of quarantine",
            Self::DraftWaits => "A draft of yours has not been sent",
            Self::DraftHanded => "A colleague’s draft is yours to go on with",
            Self::DraftEnding => "A draft is deleted in 7 days unless somebody saves or sends it",
            Self::DraftNotSent => "A draft was never sent and was deleted: nobody received it",
            Self::SentForYou => "What you wrote was sent by your deputy",
            Self::Integrity => "A stored record failed its check and was not shown",
            Self::MailFailing => "Mail to this member does not arrive",
            Self::MailUnattended => "Mail to this member does not arrive, and their agency has no administrator: let them know",
            Self::MailReturned => "Mail to your address came back, so you may not hear of what is for you. Look at the address",
            Self::Withholding => "What is kept from some agencies was changed",
            Self::MemberWaits => "Somebody waits for you to compare their key and hand over the team’s",
            Self::Admitted => "A lead handed you the team’s key: you can open what the team holds",
            Self::MemberAdmitted => "Another lead handed somebody the team’s key",
            Self::PlaceEnded => "Your place in a team has ended: you open nothing of it any more",
            Self::MemberGone => "Somebody left your team or was suspended, and opens nothing of it any more",
            Self::TeamKeyless => {
                "Nobody holds the key of a team of your agency any more: it receives nothing. Find out who took the last holder’s \
                 place away, and why"
            }
            Self::TeamReborn => {
                "A team of your agency that nobody held the key of has a new one: who made it receives what comes from now on. Find \
                 out whether that is right"
            }
            Self::NotAdmitted => "A lead did not hand you the team’s key: your place there has ended",
            Self::MemberRefused => "A lead did not hand somebody the team’s key: their place there has ended",
            Self::KeyDiffers => "The key of somebody who joined was not the one that they read out. Find out who joined as them",
            Self::KeysDiffer => "Keys or grants do not agree with the log: somebody has changed the database past the exchange",
            Self::GivenBack => "Something that was given to you by name is open to you again",
            Self::DraftGivenBack => "A draft is open to you again",
            Self::MemberReset => {
                "A member’s password was reset. They open nothing until they have a new key and you compare it with them"
            }
            Self::PersonReset => {
                "An administrator reset somebody’s password and second factor. Their new key opens nothing until a lead compares it"
            }
            Self::OwnReset => {
                "An administrator of your agency reset your password and second factor. If you did not ask for that, tell your data protection officer"
            }
        }
    }
}

/// Who is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Addressee {
    /// A team: those who work its queue; of what was shared with it, everybody who holds its key.
    Team(TeamId),
    /// One person.
    User(UserId),
}

/// A notice that is being written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Telling {
    /// Who is told.
    pub to: Addressee,
    /// Of what.
    pub code: NoticeCode,
    /// Of which referral or draft; none for what is about none.
    pub referral: Option<ReferralId>,
    /// About which member; of what was taken back, whom to ask.
    pub about: Option<UserId>,
    /// The team from which that member acted, where it matters.
    pub about_team: Option<TeamId>,
    /// Whether it cannot wait until the morning.
    pub urgent: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_says_nothing_of_anybody() {
        // Which pathway it is on may say enough: neither it nor a subject stands in any sentence.
        for code in NoticeCode::ALL {
            let words = code.sentence().to_lowercase();
            for telling in ["child", "prevent", "marac", "abuse", "police", "victim", "referral"] {
                assert!(!words.contains(telling), "{code}: {words}");
            }
        }
    }
}
