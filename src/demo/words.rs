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

/// Premises with what they are used as.
pub(super) const PREMISES: [(&str, &str); 8] = [
    ("Example Furniture Warehouse", "warehouse"),
    ("Sample Street Takeaway", "food"),
    ("The Placeholder Arms", "licensed"),
    ("Notional House Hotel", "hotel"),
    ("Specimen Self Storage", "warehouse"),
    ("Imaginary Engineering", "factory"),
    ("Fictional Court flats", "flats-common"),
    ("Made-up Nursery", "school"),
];

/// What was seen there: hazards ticked, and a line about them.
pub(super) const SEEN: [(&[&str], &str); 5] = [
    (&["exit-blocked"], "The back door was chained shut while people were inside."),
    (&["stairs-storage", "doors"], "Boxes stood on the only stairs, and both fire doors were wedged open."),
    (&["alarm"], "The alarm panel showed a fault light and nobody could say for how long."),
    (&["electrics", "waste"], "Extension leads ran under a carpet, and bags of waste leaned on the wall outside."),
    (&["no-assessment", "lighting"], "No assessment could be shown, and the emergency lights did not come on."),
];

/// What was noticed, for each pathway; the fire protection form has its own above.
pub(super) const fn noticed(pathway: &str) -> &'static [&'static str] {
    match pathway.as_bytes() {
        b"child-exploitation" => &[
            "Came to school with a second phone and new trainers, and would not say from whom. Was met at the gate by an older person in a car.",
            "Was away for two nights and came back with money. Says that friends look after them and that nobody else needs to know.",
            "Has stopped seeing old friends. A relative found messages telling them where to be and what to bring.",
            "Was found at an address in another town with adults who gave different accounts of how they knew each other.",
        ],
        b"child-exploitation-information" => &[
            "The same red car waits behind the shops on most Fridays after school. Young people get in one at a time.",
            "Staff at a takeaway say that two adults buy food for groups of children and take their phone numbers.",
            "A room above a shop has many visitors of school age late in the evening.",
        ],
        b"fire-prevention" => &[
            "Paper and clothes reach the ceiling in two rooms, and the way to the front door is narrow.",
            "Smokes in bed and falls asleep there. There are burns on the blanket and on the carpet.",
            "The smoke alarm hangs open without a battery. A heater stands close to the curtains.",
            "Has left pans on the hob three times this month and did not notice the smoke.",
        ],
        b"foreign-national-offender" => &[
            "Was arrested for a burglary last week and told the officer of a prison sentence in another country. Two accounts of the same thing are on record.",
            "Gave three names in one month during stops for theft from cars. A bank card in a fourth name was found.",
            "Is on bail for an assault. A former colleague says that there is a warrant elsewhere, and named the court.",
        ],
        b"marac" => &[
            "Was held against a wall last night. The person who did it has a key and watches the house from the road.",
            "Says that it has become more frequent since she asked to separate. He rings her work several times each day.",
            "A neighbour heard shouting and something breaking. The children were taken to an aunt in their night clothes.",
            "He checks her phone, holds her money and waits outside the surgery. She asked for letters to go to her sister.",
        ],
        b"modern-slavery" => &[
            "Works every day of the week at a car wash and sleeps in the room behind it. Somebody else holds the passport.",
            "Was driven to three houses in one day to clean them, and was not paid for any. Did not know the name of the town.",
            "Five people share one room above a workshop. One man speaks for all of them and answers their phones.",
        ],
        b"prevent" => &[
            "Has begun to speak of violence as the only answer, and shows others videos that praise an attack.",
            "Spends the nights in a closed chat group and repeats its words. Has broken with friends over it.",
            "Drew symbols of a banned group on a folder and said that the people in them were right.",
        ],
        _ => &["It was noticed on a visit and written down on the same day."],
    }
}

/// Longer answers to a question: what was noticed where the story is asked for, the person's own words where those are, the
/// sender's view where that is; none where the example's own answer fits best.
pub(super) fn told(pathway: &str, question: &str) -> &'static [&'static str] {
    match question {
        "narrative" | "conduct" => noticed(pathway),
        "voice" | "child_voice" => said(pathway),
        "opinion" => &THOUGHT,
        _ => &[],
    }
}

/// What the person says and wants, in their own words.
const fn said(pathway: &str) -> &'static [&'static str] {
    match pathway.as_bytes() {
        b"child-exploitation" => &[
            "They are my friends and they look after me. I do not want to get anybody into trouble.",
            "I want it to stop, but they know where I live and where my sister goes to school.",
            "I just want to sleep at home and not have to answer the phone at night.",
        ],
        b"fire-prevention" => &[
            "I know it is a lot of things. I would like somebody to help me sort them, bit by bit.",
            "I did not hear the alarm. One with a light would be good.",
            "I have always smoked in that chair. Tell me what I can do to be safer.",
        ],
        b"foreign-national-offender" => {
            &["I have nothing to say about that.", "That was a long time ago, in another country, and I did my time."]
        }
        b"marac" => &[
            "I want to stay in my home with the children and I want him to stay away.",
            "I am not ready to leave. I want somebody to talk to who will not tell him.",
            "I am frightened of what he will do when he finds out that I spoke to you.",
        ],
        b"modern-slavery" => &[
            "I want my papers back, and to ring my family.",
            "They said that I still owe them. I do not know how much it is now.",
            "I am afraid of what they would do to my brother if I went away.",
        ],
        b"prevent" => &[
            "Nobody here listens. The people online do.",
            "It was only words. Everybody says such things.",
            "I would talk to somebody who does not judge me.",
        ],
        _ => &[],
    }
}

/// What whoever sends it makes of it.
const THOUGHT: [&str; 5] = [
    "It has got worse over the last few weeks, and I do not think that it stops by itself.",
    "The account is calm and the same each time. I believe it.",
    "Something happened at the beginning of the month that nobody wants to speak about.",
    "They are more afraid than they say. They looked at the door each time somebody passed.",
    "I may be wrong, and would rather be told so than have said nothing.",
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
