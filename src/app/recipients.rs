//! Who receives a referral, and who holds what of it (docs/security.md): decided before anything is sealed.

use super::{App, Caller, Choices, Error, sealing::Holder, senders::Sender, withheld::Kept};
use crate::{
    domain::{
        agency::TeamState,
        answers::{Answers, FieldError},
        code::{QuestionId, TeamCode},
        compartment::Category,
        grant::GrantReason,
        ids::{AgencyId, ReferralId, TeamId, UserId},
        next_step::Way,
        pathway::{Pathway, Restricted},
        referral::Stage,
        route::Route,
        sensitivity::Sensitivity,
        time::Timestamp,
        urgency::Urgency,
    },
    store::{referrals::Referral, teams::Team},
};

/// A team that is told as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// The team's name.
    pub team: String,
    /// Its agency's name.
    pub agency: String,
    /// Why, in the pathway's words.
    pub why: String,
}

/// Somebody of a restricted team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestrictedMember {
    /// The account.
    pub user: UserId,
    /// The person's name.
    pub name: String,
    /// The team's name.
    pub team: String,
    /// The agency's name.
    pub agency: String,
    /// The other teams that the person sits in, by name: those that receive on this pathway first.
    pub also: Vec<String>,
}

/// Where it goes by name, its sender says who of those people is involved, or that none is: nobody passes that over.
///
/// # Errors
/// [`Error::Invalid`] where they have not.
pub(super) fn said_who_is_involved(pathway: &Pathway, answers: &Answers, choices: &Choices) -> Result<(), Error> {
    if choices.strike_out_unsaid && choices.struck_out.is_empty() && pathway.is_conflicted(answers) {
        let words = "Tick everybody who is involved, or that none of these people is";
        return Err(Error::Invalid(vec![strike_out_error(words)]));
    }
    Ok(())
}

/// Everybody who gets a key, and what follows from it.
pub(super) struct Recipients {
    /// The receiving team, or the restricted team whose people receive it by name.
    pub(super) team: Team,
    /// Holders of `shared`.
    pub(super) shared: Vec<Holder>,
    /// The people who receive it by name, in a restricted case.
    pub(super) people: Vec<String>,
    /// Holders of each category that the answers use.
    pub(super) categories: Vec<(Category, Vec<Holder>)>,
    /// What is kept from some of those who hold `shared`, and who holds it.
    pub(super) kept: Option<Kept>,
    /// To whom content goes in this very act.
    pub(super) told: Vec<(AgencyId, TeamId)>,
    /// The teams told as well.
    pub(super) copies: Vec<Copied>,
    /// When the receiving team reads, in words; blank where people receive it by name.
    pub(super) hours: String,
    /// Who covers outside those hours: team and agency. Nobody covers for people who receive it by name.
    pub(super) covered_by: Option<(String, String)>,
    /// The people who check it first, by name.
    pub(super) checkers: Vec<String>,
    /// Where it stands once it is sent.
    pub(super) stage: Stage,
    /// Whether only people named receive it: then nothing counts it.
    pub(super) named: bool,
}

impl Recipients {
    /// The way that it goes to its readers.
    pub(super) const fn way(&self) -> Way {
        match self.stage {
            _ if self.named => Way::Named,
            Stage::Checking { .. } => Way::Checked,
            _ => Way::AtOnce,
        }
    }
}

impl App {
    /// Decides who receives these answers. `struck_out` are those of the restricted teams who must not.
    ///
    /// # Errors
    /// [`Error::Conflict`] when a team that must receive cannot; [`Error::Invalid`] when somebody struck out is none of those
    /// who may be.
    pub(super) async fn recipients(
        &self,
        sender: &Sender<'_>,
        pathway: &Pathway,
        answers: &Answers,
        struck_out: &[UserId],
        at: Timestamp,
    ) -> Result<Recipients, Error> {
        let route = pathway.route(answers);
        if pathway.is_conflicted(answers) {
            self.check_struck_out(sender.caller, pathway, struck_out).await?;
            return self.named_recipients(sender, (pathway, route), answers, struck_out).await;
        }
        if !struck_out.is_empty() {
            let words = "Say that somebody involved is known to a partner, or strike out nobody";
            return Err(Error::Invalid(vec![strike_out_error(words)]));
        }
        self.team_recipients(sender, (pathway, route), answers, at).await
    }

    /// The usual way: teams. Where the pathway has it checked first, theirs are held grants.
    async fn team_recipients(
        &self,
        sender: &Sender<'_>,
        (pathway, route): (&Pathway, &Route),
        answers: &Answers,
        at: Timestamp,
    ) -> Result<Recipients, Error> {
        let team = self.ready_team(&route.team).await?;
        let urgent = pathway.urgency(answers) == Urgency::Today;
        let (checkers, until) = self.checkers(sender, pathway, answers, at).await?;
        let held = |holder: Holder| if until.is_some() { holder.held() } else { holder };

        let mut shared = vec![held(self.team_holder(&team).await?)];
        let mut told = vec![(team.agency, team.id)];
        if matches!(pathway.sensitivity, Sensitivity::L1 | Sensitivity::L2) {
            if sender.place.team != team.id || until.is_some() {
                shared.push(self.team_holder(&self.team(sender.place.team).await?).await?);
            }
            // The team that it is sent from is the deputy's; whoever wrote it may sit in another.
            if sender.is_deputy() && !self.works(sender.author, |place| place.team == sender.place.team).await? {
                shared.push(self.author_holder(sender).await?);
            }
        } else {
            shared.extend(self.own_side(sender).await?);
            shared.extend(self.deputy_holder(sender).await?);
        }
        let mut names = Vec::new();
        for (user, holder) in checkers {
            names.push(self.store.account(user).await?.map(|account| account.name.as_str().to_owned()).unwrap_or_default());
            shared.push(holder.because(GrantReason::Checker));
        }
        if urgent
            && let Some(cover) = self.store.team_by_code(route.cover.as_str()).await?
            && cover.state == TeamState::Ready
            && !shared.iter().any(|holder| holder.is_team(cover.id))
        {
            shared.push(self.team_holder(&cover).await?.because(GrantReason::Cover));
        }
        let mut copies = Vec::new();
        for copy in pathway.copies(answers) {
            let other = self.ready_team(copy.team).await?;
            if shared.iter().any(|holder| holder.is_team(other.id)) {
                continue;
            }
            shared.push(held(self.team_holder(&other).await?.because(GrantReason::Copy)));
            told.push((other.agency, other.id));
            let agency = self.agency(other.agency).await?.name.as_str().to_owned();
            copies.push(Copied { team: other.name.as_str().to_owned(), agency, why: copy.words() });
            // Nobody reads that copy before the team opens again: what is for today goes to whoever covers for it, too.
            if let Some(cover) = copy.cover.filter(|_| urgent)
                && let Some(cover) = self.store.team_by_code(cover.as_str()).await?
                && cover.state == TeamState::Ready
                && !shared.iter().any(|holder| holder.is_team(cover.id) && holder.reason() != GrantReason::Cover)
            {
                let covers_for_the_desk = shared.iter().any(|holder| holder.is_team(cover.id));
                shared.push(self.team_holder(&cover).await?.because(GrantReason::Copy));
                if covers_for_the_desk {
                    // They are told as such; the copy stays with them when the referral goes to a desk that they do not cover for.
                    continue;
                }
                told.push((cover.agency, cover.id));
                let agency = self.agency(cover.agency).await?.name.as_str().to_owned();
                let why = format!("Covers for {} outside its hours, and this is for today.", other.name.as_str());
                copies.push(Copied { team: cover.name.as_str().to_owned(), agency, why });
            }
        }
        let mut categories = Vec::new();
        for Restricted { category, teams, .. } in used(pathway, answers) {
            // The words beside these questions say who can open them: the teams named and whoever writes them. No recovery.
            let mut holders = self.writers(sender, pathway, *category).await?;
            holders.extend(self.category_teams(teams).await?.into_iter().map(held));
            categories.push((*category, holders));
        }
        let stage = until.map_or(Stage::Received, |until| Stage::Checking { until });
        if until.is_some() {
            // Nothing has gone to anybody yet: the event that releases it names them.
            told.clear();
        }
        let covered_by = self.team_named(route.cover.as_str()).await?;
        let hours = route.hours.clone();
        Ok(Recipients {
            team,
            shared,
            people: Vec::new(),
            categories,
            kept: None,
            told,
            copies,
            hours,
            covered_by,
            checkers: names,
            stage,
            named: false,
        })
    }

    /// Where somebody involved is known to those who would receive it: people by name, no team, no cover, no recovery. On the
    /// sender's side the author alone, and whoever sends it for them.
    async fn named_recipients(
        &self,
        sender: &Sender<'_>,
        (pathway, route): (&Pathway, &Route),
        answers: &Answers,
        struck_out: &[UserId],
    ) -> Result<Recipients, Error> {
        let mut left = None;
        for code in [&route.restricted, &route.restricted_elsewhere] {
            let Some(team) = self.store.team_by_code(code.as_str()).await? else { continue };
            let mut people = self.left_of(sender.caller, &team, struck_out).await?;
            people.retain(|user| *user != sender.author);
            if !people.is_empty() {
                left = Some((team, people));
                break;
            }
        }
        let (team, people) = left.ok_or_else(|| match struck_out {
            [] => Error::Conflict("nobody is here who may receive this; ring the partnership's safeguarding lead"),
            _ => Error::Invalid(vec![strike_out_error(&format!(
                "Nobody is left who may receive this. Untick somebody, or do not send it here and ring instead. {}",
                route.emergency
            ))]),
        })?;
        let mut shared = vec![self.author_holder(sender).await?];
        if sender.is_deputy() {
            shared.extend(self.deputy_holder(sender).await?);
        }
        for user in &people {
            shared.extend(self.named_holder(*user, &team).await?);
        }
        let mut categories = Vec::new();
        for Restricted { category, teams, .. } in used(pathway, answers) {
            // Even here a category opens only to those whom the pathway names for it: the people who sit in such a team.
            let mut holders = self.writers(sender, pathway, *category).await?;
            for user in &people {
                if self.sits_in_one_of(*user, teams).await? {
                    holders.extend(self.named_holder(*user, &team).await?);
                }
            }
            categories.push((*category, holders));
        }
        let told = vec![(team.agency, team.id)];
        Ok(Recipients {
            team,
            shared,
            people: self.names(&people).await?,
            categories,
            kept: None,
            told,
            copies: Vec::new(),
            hours: String::new(),
            covered_by: None,
            checkers: Vec::new(),
            stage: Stage::Received,
            named: true,
        })
    }

    /// The sender's side of `shared` where no team of theirs may hold it: the author, and their agency's recovery recipient.
    async fn own_side(&self, sender: &Sender<'_>) -> Result<Vec<Holder>, Error> {
        Ok(vec![self.author_holder(sender).await?, self.recovery_holder(sender.agency).await?])
    }

    /// Those who check it first, and until when; nobody where it goes at once: nothing asks for a check, the answers let it go,
    /// it is for today, the sender is a safeguarding lead themselves, or none is there and works here.
    async fn checkers(
        &self,
        sender: &Sender<'_>,
        pathway: &Pathway,
        answers: &Answers,
        at: Timestamp,
    ) -> Result<(Vec<(UserId, Holder)>, Option<Timestamp>), Error> {
        let at_once = (Vec::new(), None);
        let Some(check) = pathway.check.as_ref().filter(|check| !check.is_skipped(answers)) else { return Ok(at_once) };
        if pathway.urgency(answers) == Urgency::Today {
            return Ok(at_once);
        }
        let leads = self.store.safeguarding_leads(sender.agency.id).await?;
        if leads.iter().any(|lead| [sender.caller.user(), sender.author].contains(&lead.user)) {
            return Ok(at_once);
        }
        let mut checkers = Vec::new();
        let away = self.leads_away(&leads, at).await?;
        for lead in leads.iter().filter(|lead| away.iter().all(|(user, _)| *user != lead.user)) {
            if let Some(holder) = self.person_holder(lead.user, |place| place.agency == sender.agency.id).await? {
                checkers.push((lead.user, holder));
            }
        }
        let until = (!checkers.is_empty()).then(|| check.absent_after.due(at, &self.calendar));
        Ok((checkers, until))
    }

    /// The people of a restricted team who may receive: they hold its key, can sign in, and are neither the sender nor struck
    /// out.
    async fn left_of(&self, caller: &Caller, team: &Team, struck_out: &[UserId]) -> Result<Vec<UserId>, Error> {
        let mut left = Vec::new();
        for (user, _) in self.store.members(team.id).await? {
            if user != caller.user() && !struck_out.contains(&user) && self.works(user, |place| place.team == team.id).await? {
                left.push(user);
            }
        }
        Ok(left)
    }

    /// What people are called, in the order of names.
    async fn names(&self, people: &[UserId]) -> Result<Vec<String>, Error> {
        let accounts = self.store.account_names(people).await?.into_iter();
        let mut names: Vec<String> = accounts.map(|(_, _, name)| name.as_str().to_owned()).collect();
        names.sort();
        Ok(names)
    }

    async fn named_holder(&self, user: UserId, team: &Team) -> Result<Option<Holder>, Error> {
        Ok(self.person_holder(user, |place| place.team == team.id).await?.map(|holder| holder.because(GrantReason::Named)))
    }

    /// The teams that a pathway names for a category.
    async fn category_teams(&self, teams: &[TeamCode]) -> Result<Vec<Holder>, Error> {
        let mut holders = Vec::new();
        for code in teams {
            holders.push(self.team_holder(&self.ready_team(code).await?).await?.because(GrantReason::Category));
        }
        Ok(holders)
    }

    /// Who holds a category of a referral that was sent, when its sender adds to it: whoever would hold it had it been sent so.
    pub(super) async fn category_holders(
        &self,
        caller: &Caller,
        referral: &Referral,
        Restricted { teams, .. }: &Restricted,
    ) -> Result<Vec<Holder>, Error> {
        let mut holders = vec![self.own_holder(caller).await?];
        let named = self.named_on(referral.id).await?;
        if named.is_empty() {
            holders.extend(self.category_teams(teams).await?);
            return Ok(holders);
        }
        let team = self.team(referral.receiving_team).await?;
        for user in named {
            if self.sits_in_one_of(user, teams).await? {
                holders.extend(self.named_holder(user, &team).await?);
            }
        }
        Ok(holders)
    }

    /// The people who received a referral by name; none where teams did.
    pub(super) async fn named_on(&self, referral: ReferralId) -> Result<Vec<UserId>, Error> {
        let holders = self.store.holders_of_shared(referral).await?;
        let named = holders.iter().filter(|holder| holder.reason == GrantReason::Named).map(|holder| UserId::parse(&holder.id));
        named.collect::<Result<_, _>>().map_err(|_| Error::Integrity("a holder's id is damaged"))
    }

    async fn sits_in_one_of(&self, user: UserId, teams: &[TeamCode]) -> Result<bool, Error> {
        for place in self.store.places(user).await? {
            let team = self.team(place.team).await?;
            if place.opens() && teams.iter().any(|code| code.as_str() == team.code) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The people of a pathway's restricted teams whom this caller may strike out, whatever the answers; those first who receive
    /// it while any of them is left, each once.
    pub(super) async fn strikable(&self, caller: &Caller, pathway: &Pathway) -> Result<Vec<RestrictedMember>, Error> {
        let mut codes: Vec<&TeamCode> = Vec::new();
        let first = pathway.routes.all().map(|route| &route.restricted);
        for code in first.chain(pathway.routes.all().map(|route| &route.restricted_elsewhere)) {
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        let mut members: Vec<RestrictedMember> = Vec::new();
        for code in codes {
            let Some(team) = self.store.team_by_code(code.as_str()).await? else { continue };
            let people = self.left_of(caller, &team, &[]).await?;
            let agency = self.agency(team.agency).await?.name.as_str().to_owned();
            let mut of_team = Vec::new();
            for (user, _, name) in self.store.account_names(&people).await? {
                let also = self.other_teams(user, &team, pathway).await?;
                let (team, agency) = (team.name.as_str().to_owned(), agency.clone());
                of_team.push(RestrictedMember { user, name: name.as_str().to_owned(), team, agency, also });
            }
            of_team.retain(|member| members.iter().all(|known| known.user != member.user));
            of_team.sort_by(|one, other| one.name.cmp(&other.name));
            members.extend(of_team);
        }
        Ok(members)
    }

    /// The names of the teams that somebody sits in beside one: those that receive on a pathway first.
    async fn other_teams(&self, user: UserId, one: &Team, pathway: &Pathway) -> Result<Vec<String>, Error> {
        let mut others = Vec::new();
        for place in self.store.places(user).await?.into_iter().filter(|place| place.team != one.id) {
            let team = self.team(place.team).await?;
            let receives = pathway.routes.all().any(|route| route.team.as_str() == team.code);
            others.push((!receives, team.name.as_str().to_owned()));
        }
        others.sort();
        others.dedup();
        Ok(others.into_iter().map(|(_, name)| name).collect())
    }

    async fn check_struck_out(&self, caller: &Caller, pathway: &Pathway, struck_out: &[UserId]) -> Result<(), Error> {
        if struck_out.is_empty() {
            return Ok(());
        }
        let known = self.strikable(caller, pathway).await?;
        if struck_out.iter().all(|user| known.iter().any(|member| member.user == *user)) {
            return Ok(());
        }
        Err(Error::Invalid(vec![strike_out_error("Choose from the people of the restricted teams")]))
    }

    /// A team that can receive.
    pub(super) async fn ready_team(&self, code: &TeamCode) -> Result<Team, Error> {
        let team = self.store.team_by_code(code.as_str()).await?;
        let team = team.filter(|team| team.state == TeamState::Ready);
        team.ok_or(Error::Conflict("a team that receives these referrals is not ready; ring them instead"))
    }
}

/// The categories that these answers use.
fn used<'p>(pathway: &'p Pathway, answers: &Answers) -> Vec<&'p Restricted> {
    let uses = |restricted: &&Restricted| !pathway.part(answers, Some(restricted.category)).is_empty();
    pathway.restricted.iter().filter(uses).collect()
}

fn strike_out_error(message: &str) -> FieldError {
    #[expect(clippy::expect_used, reason = "a constant that every test of striking out reads")]
    let field = QuestionId::parse("strike_out").expect("a constant code");
    FieldError::new(field, message)
}
