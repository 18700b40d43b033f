//! Made-up words for the story: nobody and nothing in them exists.

/// Given names.
pub(super) const GIVEN: [&str; 12] =
    ["Robin", "Sam", "Alex", "Jo", "Charlie", "Ash", "Morgan", "Nikki", "Kit", "Frankie", "Jules", "Sasha"];

/// Surnames that nobody takes for real.
pub(super) const FAMILY: [&str; 12] = [
    "Example",
    "Sample",
    "Invented",
    "Notional",
    "Fictional",
    "Imaginary",
    "Placeholder",
    "Pretend",
    "Specimen",
    "Supposed",
    "Madeup",
    "Storybook",
];

/// Streets in no town.
pub(super) const STREETS: [&str; 8] = [
    "Example Street",
    "Sample Road",
    "Placeholder Lane",
    "Notional Way",
    "Specimen Close",
    "Pretend Avenue",
    "Fictional Court",
    "Madeup Terrace",
];

/// What a receiving team writes to the sender.
pub(super) const ASKED: [&str; 4] = [
    "Thank you, this has been read. Is there a better time of day to ring you?",
    "Thank you. Has anybody from your team been there before this month?",
    "Received. Tell us here if anything changes before we have been.",
    "Thank you. Do you know who else in the family might be at home?",
];

/// What a sender answers.
pub(super) const ANSWERED: [&str; 3] = [
    "Mornings are best, before ten. I am away on Fridays.",
    "No, this was the first visit. I have asked and nobody knows more.",
    "Yes. I will ring you when I have been again.",
];

/// What a team answers to whoever asked without naming anybody.
pub(super) const ADVISED: [&str; 4] = [
    "From what you describe this should be referred. Make the referral from this page, and we will look at it the same day.",
    "As you describe it this does not reach our threshold. Keep a note of dates and of their own words, and ask again if anything changes.",
    "Speak to them alone, in a place where they feel safe. Do not promise to keep it secret. Write down what they say.",
    "Your own early help team fits better here. Ask them this week, and refer to us if you learn of a threat or an injury.",
];

/// What a receiving team writes among itself.
pub(super) const AMONG_US: [&str; 3] = [
    "Looked at together this morning; to be taken first tomorrow.",
    "I have rung and left no message. I will try again after lunch.",
    "The same address came up in spring; the earlier notes are on our own system.",
];

/// What somebody who checks says when they stop it.
pub(super) const STOPPED: [&str; 3] = [
    "I spoke to the teacher: it was a drawing for a history project.",
    "Our own support worker has begun to see them each week.",
    "The date in the second line cannot be right; look again before you send it.",
];

/// Why a team decided, for its file.
pub(super) const DECIDED: [&str; 5] = [
    "Two people of the team read it and agree. What was seen fits what is known.",
    "Spoken to the school by phone. The account is the same; nothing new was learnt.",
    "The first visit was made. The outcome follows what was found there.",
    "Held against the threshold of this year. It is met by what was seen, not by what was guessed.",
    "Nobody could be reached for a week. Decided on what is written, to be looked at again if more is told.",
];

/// Why a team closes what it decided.
pub(super) const DONE: [&str; 3] = [
    "What was agreed has been done, and the case worker has it in their own record.",
    "The visits are over. Nothing more is needed from this desk.",
    "The plan was reviewed with the people involved and has come to its end.",
];

/// What a team tells whoever takes over from it, or whoever asks why something is closed.
pub(super) const HANDED_ON: [&str; 3] = [
    "I am on leave from tomorrow. The sender is best rung in the morning.",
    "You know the family. Ring the school before you write to anybody.",
    "The visit is booked for Thursday; the report is all that is missing.",
];

/// Why a sender does not agree.
pub(super) const DISAGREED: [&str; 2] = [
    "The same was seen again yesterday. I think it needs another look.",
    "What worries us most is not in the answer. Speak to the class teacher first.",
];

/// Why something is shared onward.
pub(super) const SHARED: &str = "They know the household and plan a visit with us.";
/// Why something is not.
pub(super) const NOT_SHARED: &str = "They do not need it for what they do. We ring them if that changes.";
/// Why somebody reads along.
pub(super) const READS_ALONG: &str = "They plan the visits with us, week by week.";
/// Why one goes on to another desk.
pub(super) const PASSED_ON: &str =
    "The people who sleep there pay no rent and may not leave. We saw to the doors; this is yours.";
/// Why one is closed without a decision.
pub(super) const CLOSED: &str = "Looked at on the way to another visit: the landing is clear and the alarm works.";
/// What its sender reads of that.
pub(super) const FAREWELL: &str = "Thank you for telling us. We went past and found it put right, so we have closed this. Tell us if \
                                   you see it again.";
