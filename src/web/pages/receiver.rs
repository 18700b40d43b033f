//! Who would receive a referral, and when they read: said before sending and after, as the keys are given out.

use crate::{
    app::{App, Checked, Copied, Error, Preview, Unchecked},
    domain::{answers::Answers, pathway::Pathway, route::Route, sensitivity::Sensitivity, urgency::Urgency},
    web::words,
};

/// Who receives what is not all written yet, as sentences: who, and when they read.
pub(super) struct Receiver {
    /// "… will receive it."
    pub(super) who: String,
    /// When somebody reads it, and what to do outside those hours.
    pub(super) when: String,
}

impl Receiver {
    /// The receiver, as far as these answers tell: where the area decides and is not said yet, all that it may be.
    pub(super) async fn of(app: &App, pathway: &Pathway, answers: &Answers) -> Result<Self, Error> {
        if pathway.is_conflicted(answers) {
            let who = "A few people by name will receive it, and no team. The page before sending says who.".to_owned();
            return Ok(Self { who, when: words::read_by_name(&pathway.route(answers).emergency) });
        }
        let is_said = pathway.district.as_ref().is_some_and(|district| answers.get(district).is_some());
        let routes: Vec<&Route> = if is_said { vec![pathway.route(answers)] } else { pathway.routes.all().collect() };
        let mut teams = Vec::new();
        for route in &routes {
            let named = app.team_named(route.team.as_str()).await?;
            let name = named.map_or_else(|| route.team.to_string(), |(team, agency)| format!("{team} ({agency})"));
            if !teams.contains(&name) {
                teams.push(name);
            }
        }
        let alike = |of: fn(&Route) -> &str| {
            let first = routes.first().map(|route| of(route)).unwrap_or_default();
            routes.iter().all(|route| of(route) == first).then(|| first.to_owned())
        };
        // Where the hours are alike, so is the next time.
        let next = routes.first().and_then(|route| app.reads_next(route));
        let hours = alike(|route| &route.hours);
        let emergency = alike(|route| &route.emergency).unwrap_or_else(|| "Ring 999.".to_owned());
        let team = if let [one] = &teams[..] { one.clone() } else { "Each of them".to_owned() };
        let who = match &teams[..] {
            [one] => format!("{one} will receive it."),
            many => format!("The area decides who will receive it: {}.", words::either(many)),
        };
        let when = hours.map_or_else(
            || format!("The page before sending says when they read. If it cannot wait, {}", words::lower(&emergency)),
            |hours| words::read_when(pathway.kind, &team, &hours, next, &emergency),
        );
        Ok(Self { who, when })
    }
}

/// What the page before sending says of a preview.
pub(super) struct Receives {
    /// Who will receive it and hold what of it: a line each.
    pub(super) lines: Vec<String>,
    /// Who is told as well, and why; of a case that goes by name, who is therefore not told.
    pub(super) copies: Vec<String>,
    /// When a human reads it.
    pub(super) when: String,
}

impl Receives {
    /// In words. `team` is the sender's, where all of it will hold the referral.
    pub(super) fn of(app: &App, pathway: &Pathway, answers: &Answers, (preview, team): (&Preview, &str)) -> Self {
        let route = pathway.route(answers);
        let (receiving, agency) = &preview.received_by;
        // Of who is not told the reason is left out: it would say that they are.
        let copy = |Copied { team, agency, why }: &Copied| {
            if preview.named { format!("{team} ({agency})") } else { format!("{team} ({agency}): {why}") }
        };
        let mut copies: Vec<String> = preview.copies.iter().map(copy).collect();
        copies.dedup();
        if preview.named {
            let elsewhere = preview.elsewhere.as_ref().map(|(team, agency)| {
                format!("If you tick all of them: people of {team} ({agency}), by name, without those whom you tick")
            });
            let first = format!("First, people of {receiving} ({agency}), by name, without those whom you tick below");
            let unsure = answers.get(&pathway.conflict).is_some_and(crate::domain::answers::Answer::is_not_known);
            let usual = (unsure && pathway.urgency(answers) == Urgency::Today).then(|| {
                "Because you ticked not known, they alone: nobody covers for them at night. If you have no reason to think that \
                 anyone involved works for a partner, change that answer to no: then the usual team has it, and whoever covers"
                    .to_owned()
            });
            let own = match &preview.author {
                Some(author) => format!("{author}, who wrote it, and you; nobody else in your agency"),
                None => "You; nobody else in your agency".to_owned(),
            };
            let unchecked = pathway.check.as_ref().map(|_| "Your safeguarding lead does not check it first".to_owned());
            let lines = [Some(first), usual, elsewhere, Some(own), unchecked].into_iter().flatten().chain(apart(preview));
            return Self { lines: lines.collect(), copies, when: words::read_by_name(&route.emergency) };
        }
        let check = preview.check.as_ref().map(|check| {
            format!("{}, who checks it first for your agency and reads all of it but what is kept apart", check.by.join(" or "))
        });
        let receiver = match &preview.check {
            Some(Checked { until, .. }) => format!(
                "{receiving} ({agency}), once it has been passed on; by itself on {} if nobody has acted",
                words::day_and_time(*until)
            ),
            None => format!("{receiving} ({agency})"),
        };
        let cover = preview
            .cover
            .as_ref()
            .map(|cover| format!("{cover}, at once and at any hour: it covers outside those hours, and this is for today"));
        let is_of_team = matches!(pathway.sensitivity, Sensitivity::L1 | Sensitivity::L2);
        let own = match (&preview.author, &preview.deputy) {
            (Some(author), _) if is_of_team => format!("{author}, who wrote it and hears back, and your team, {team}"),
            (Some(author), _) => {
                format!("{author}, who wrote it and hears back, and you, who send it as their deputy; nobody else in your team")
            }
            (None, _) if is_of_team => format!("You and your team, {team}"),
            (None, _) if preview.from == *receiving => format!("You and your team, {team}, as those who receive it"),
            (None, Some(deputy)) => format!("You, and {deputy}, your deputy; nobody else in your team"),
            (None, None) => "You; nobody else in your team, since you have no deputy".to_owned(),
        };
        let recovery = preview.recovery.then(|| {
            "If nobody of you can open it any more: your agency, by its recovery key, which several people hold in parts"
                .to_owned()
        });
        let unchecked = preview.unchecked.as_ref().map(unchecked);
        let lines = [check, unchecked, Some(receiver), cover, Some(own), recovery].into_iter().flatten();
        let when = match &preview.check {
            Some(Checked { until, .. }) => {
                let from = app.reads_from(route, *until);
                words::read_from(pathway.kind, receiving, &route.hours, from, &route.emergency)
            }
            None => words::read_when(pathway.kind, receiving, &route.hours, app.reads_next(route), &route.emergency),
        };
        Self { lines: lines.chain(apart(preview)).collect(), copies, when }
    }
}

/// Why nobody checks it first.
fn unchecked(why: &Unchecked) -> String {
    let away = match why {
        Unchecked::OwnLead => {
            return "Nobody of your agency checks it first: whoever sends it is its safeguarding lead".to_owned();
        }
        Unchecked::Away(away) => away,
    };
    let each: Vec<String> = away.iter().map(|(name, absence)| format!("{name} is {}", words::away(*absence))).collect();
    match each.as_slice() {
        [] => "Nobody of your agency checks it first: it has no safeguarding lead here".to_owned(),
        each => format!("{}, so nobody of your agency checks it first", each.join(", ")),
    }
}

/// Who opens what is kept apart, a line for each category.
fn apart(preview: &Preview) -> impl Iterator<Item = String> {
    // The line goes on behind a pathway's own sentence.
    let line = |(words, others): &(String, bool)| match (others, &preview.author, words.trim_end_matches('.')) {
        (true, None, words) => format!("What is kept apart: {words}"),
        (true, Some(author), words) => {
            format!("What is kept apart: {words}. Here that is {author}; you, for what you wrote yourself")
        }
        (false, None, words) => format!(
            "What is kept apart ({words}): in this case nobody but you, because it goes by name. Tell them yourself if they must know"
        ),
        (false, Some(author), words) => format!(
            "What is kept apart ({words}): in this case nobody but {author}, because it goes by name; you, for what you wrote \
             yourself. Tell them yourself if they must know"
        ),
    };
    preview.apart.iter().map(line)
}
