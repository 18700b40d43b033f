//! Who left opens nothing that is written afterwards: teams get their next keys, and what they open as well, by a job that holds
//! none of them.

use referral_exchange::{
    app::{App, Caller, Error, IdempotencyKey, ListQuery, Receipt},
    crypto::{Identity, Recipient, RecipientOf, SessionSecret, SessionWrap, WrapContext, WrapOf, unwrap_key},
    demo::DemoPerson,
    domain::{
        account::MembershipState,
        action::Action,
        actor::{Actor, Person, Place, Strength},
        compartment::CompartmentKind,
        ids::{AgencyId, CompartmentId, KeyId, MembershipId, ReferralId, SessionId, TeamId},
        message::Audience,
        referral::ReferralState,
        relation::Relation,
        renewal::RenewalState,
        role::Role,
        sensitivity::Sensitivity,
        session::SessionPurpose,
    },
    policy::{Act, Object, Permit, ShownCompartment, State},
    store::Engine,
};
use serde_json::json;

use crate::support::{
    acts::{policy, request, send},
    hub::{ENGINES, Hub},
    newcomer::{key, newcomer, sign_in},
    notice::{self, with},
    raw::{Cell, Raw},
};

const NEWEST: &str = "SELECT g.compartment, g.epoch, g.key_id, g.to_kind, g.to_id, g.to_key, g.to_epoch, b.bytes, k.recipient \
     FROM grant_made g JOIN compartment c ON c.id = g.compartment AND c.epoch = g.epoch JOIN grant_bytes b ON b.grant_id = g.id \
     JOIN key_published k ON k.id = g.key_id WHERE c.kind <> 'share' ORDER BY g.id";

fn text(cell: &Cell) -> String {
    cell.shown()
}

fn number(cell: &Cell) -> i64 {
    text(cell).parse().unwrap()
}

fn bytes(cell: &Cell) -> Vec<u8> {
    match cell {
        Cell::Bytes(bytes) => bytes.clone(),
        other => panic!("{other:?}"),
    }
}

/// A permit that reaches into compartments, as somebody of the receiving team once had it.
async fn permit_of_old(person: &DemoPerson, session: SessionId, compartments: Vec<ShownCompartment>) -> Permit {
    let place = Place {
        id: MembershipId::from_bytes([1; 16]),
        version: 1,
        team: person.team_id,
        agency: AgencyId::from_bytes([2; 16]),
        role: Role::Triager,
        state: MembershipState::Active,
    };
    let actor = Person {
        user: person.user,
        version: 1,
        agency: place.agency,
        session: Some(session),
        strength: Strength::SecondFactor,
        place,
    };
    let act = Act {
        actor: Actor::Person(Box::new(actor)),
        action: Action::ReadReferral,
        object: Object::Referral(ReferralId::from_bytes([3; 16]), None),
        relation: Relation::ReceivingTeam,
        sensitivity: Some(Sensitivity::L1),
        state: State::Referral(ReferralState::Opened),
        compartments,
        legal: None,
        request: request(referral_exchange::domain::time::Timestamp::from_millis(1)),
    };
    policy().await.decide(act).unwrap()
}

/// What somebody has who took a copy of the database yesterday and knows their own password: their key, and through it the
/// team's as it was.
struct Backup {
    person: DemoPerson,
    session: SessionId,
    own: Identity,
    team: Identity,
    epoch: i64,
}

impl Backup {
    async fn taken(hub: &Hub, username: &str) -> Self {
        hub.clock.advance(std::time::Duration::from_secs(31));
        let person = hub.person(username).clone();
        let (caller, cookie) = person.sign_in(&hub.app).await.unwrap();
        let mut raw = Raw::owner(hub).await;
        let session = caller.session();
        let row = raw.rows(&format!("SELECT wrapped_identity, key_id FROM session WHERE id = '{session}'")).await.remove(0);
        let secret = SessionSecret::parse(SessionPurpose::Session, &cookie).unwrap();
        // Some compartment: of a team's key and their own nothing is asked but who they are.
        let some = ShownCompartment { id: CompartmentId::from_bytes([4; 16]), kind: CompartmentKind::Shared };
        let permit = permit_of_old(&person, session, vec![some]).await;
        let wrap = SessionWrap { user: person.user, key: KeyId::parse(&text(&row[1])).unwrap(), session };
        let own = secret.unwrap_identity(&permit, &bytes(&row[0]), &wrap).unwrap();
        let wraps = format!(
            "SELECT w.key_id, w.epoch, b.bytes, k.recipient FROM key_wrap w JOIN key_wrap_bytes b ON b.wrap = w.id \
             JOIN key_published k ON k.id = w.key_id WHERE w.team = '{}' AND w.to_id = '{}' ORDER BY w.epoch DESC",
            person.team_id, person.user
        );
        let row = raw.rows(&wraps).await.remove(0);
        let (of, epoch, to) = (WrapOf::TeamKey(person.team_id), number(&row[1]), RecipientOf::User(person.user));
        let context = WrapContext { key: KeyId::parse(&text(&row[0])).unwrap(), of, epoch, to };
        let published = Recipient::parse(&text(&row[3])).unwrap();
        let team = unwrap_key(&permit, &bytes(&row[2]), &own, &context, &published).unwrap();
        Self { person, session, own, team, epoch }
    }

    /// How many of the newest keys to compartments open with these.
    async fn opens(&self, raw: &mut Raw) -> usize {
        let mut opened = 0;
        for row in raw.rows(NEWEST).await {
            let compartment = CompartmentId::parse(&text(&row[0])).unwrap();
            let shown = ShownCompartment { id: compartment, kind: CompartmentKind::Shared };
            let permit = permit_of_old(&self.person, self.session, vec![shown]).await;
            let published = Recipient::parse(&text(&row[8])).unwrap();
            let (key, epoch) = (KeyId::parse(&text(&row[2])).unwrap(), number(&row[1]));
            let as_whom = [
                (RecipientOf::User(self.person.user), &self.own),
                (RecipientOf::Team(self.person.team_id), &self.team),
                (RecipientOf::Team(TeamId::parse(&text(&row[4])).unwrap()), &self.team),
            ];
            let opens = as_whom.iter().any(|(to, identity)| {
                let context = WrapContext { key, of: WrapOf::Grant(compartment), epoch, to: *to };
                unwrap_key(&permit, &bytes(&row[7]), identity, &context, &published).is_ok()
            });
            opened += usize::from(opens);
        }
        opened
    }
}

async fn write(app: &App, caller: &Caller, reference: &str, audience: Audience, words: &str) -> Result<(), Error> {
    app.write_message(&app.request(None), caller, &key(app), (reference, audience, words)).await.map(drop)
}

async fn said(app: &App, caller: &Caller, reference: &str) -> Vec<String> {
    let view = app.read_referral(&app.request(None), caller, reference).await.unwrap();
    view.messages.into_iter().map(|message| message.text).collect()
}

/// The partnership, a sender's two referrals to Fire Protection, and its administrator, who removes Theo.
async fn with_two(engine: Engine) -> (Hub, Caller, [String; 2]) {
    let hub = Hub::founded(engine).await;
    let tess = hub.sign_in("tess.example").await;
    let mut references = Vec::new();
    for name in ["one", "two"] {
        let sent: Receipt = send(&hub.app, &tess, name, |_| ()).await;
        references.push(sent.reference.to_string());
    }
    let theo = hub.sign_in("theo.invented").await;
    for reference in &references {
        write(&hub.app, &theo, reference, Audience::Casework, "Known here.").await.unwrap();
    }
    (hub, tess, references.try_into().unwrap())
}

async fn remove(hub: &Hub, administrator: &str, username: &str) {
    let (admin, gone) = (hub.sign_in(administrator).await, hub.person(username).clone());
    hub.app.end_place(&hub.app.request(None), &admin, gone.user, gone.team_id).await.unwrap();
}

async fn a_backup_opens_nothing_new(engine: Engine) {
    let (hub, _, [one, two]) = with_two(engine).await;
    let app = &hub.app;
    let backup = Backup::taken(&hub, "theo.invented").await;
    let mut raw = Raw::owner(&hub).await;
    assert_eq!(backup.opens(&mut raw).await, 4, "as long as he is there: what is shared, and the team's own words, of two");

    remove(&hub, "adam.notional", "theo.invented").await;
    while app.renew_keys().await.unwrap().more {}
    assert_eq!(backup.opens(&mut raw).await, 0, "every newest key is somebody else's");
    let tess = hub.sign_in("tess.example").await;
    let fay = hub.sign_in("fay.fictional").await;
    write(app, &tess, &one, Audience::Shared, "They have changed the lock.").await.unwrap();
    write(app, &fay, &two, Audience::Casework, "We go there tonight.").await.unwrap();
    let late = "SELECT COUNT(*) FROM entry e JOIN compartment c ON c.id = e.compartment WHERE e.kind = 'message' AND e.epoch = 2";
    assert_eq!(raw.count(late).await, 2, "written under keys that he never had");
    let third: Receipt = send(app, &tess, "three", |_| ()).await;
    assert_eq!(backup.opens(&mut raw).await, 0);

    // Those who are left read what was written before, and what is written now; whoever left reads nothing.
    assert_eq!(said(app, &fay, &one).await, ["Known here.", "They have changed the lock."]);
    assert_eq!(said(app, &fay, &two).await, ["Known here.", "We go there tonight."]);
    assert_eq!(said(app, &tess, &one).await, ["They have changed the lock."]);
    let gone = backup.person.sign_in(app).await.map(drop);
    assert!(matches!(gone, Err(Error::Credentials)), "whoever has no place signs in nowhere: {gone:?}");
    let unread = app.read_referral(&app.request(None), &fay, &third.reference.to_string()).await.map(drop);
    assert!(unread.is_ok(), "{unread:?}");
    assert_eq!(backup.epoch, 1);
    assert_eq!(hub.verify().await.findings, []);
    hub.finish().await;
}

async fn a_write_does_not_wait(engine: Engine) {
    let (hub, tess, [one, two]) = with_two(engine).await;
    let app = &hub.app;
    let backup = Backup::taken(&hub, "theo.invented").await;
    let mut raw = Raw::owner(&hub).await;
    remove(&hub, "adam.notional", "theo.invented").await;
    assert_eq!(backup.opens(&mut raw).await, 4, "the job has not come yet");
    write(app, &tess, &one, Audience::Shared, "They have changed the lock.").await.unwrap();
    assert_eq!(backup.opens(&mut raw).await, 2, "what is written into has new keys, the other referral's are as they were");
    let fay = hub.sign_in("fay.fictional").await;
    assert_eq!(said(app, &fay, &one).await, ["Known here.", "They have changed the lock."]);
    // The queue shows each once, under whatever key.
    let query = ListQuery { team: Some(hub.person("fay.fictional").team_id), ..ListQuery::default() };
    let listed = app.queue(&app.request(None), &fay, &query).await.unwrap().items;
    assert_eq!(listed.iter().filter(|item| [&one, &two].contains(&&item.reference.to_string())).count(), 2);
    // Once it is done, nothing is left of it: neither twice, nor by a second node at the same moment.
    let other = hub.another_node().await;
    let (here, there) = tokio::join!(app.renew_keys(), other.renew_keys());
    assert_eq!(
        here.unwrap().compartments + there.unwrap().compartments,
        2,
        "both compartments of the other referral, each by one of the two"
    );
    while app.renew_keys().await.unwrap().more {}
    assert_eq!((backup.opens(&mut raw).await, app.renew_keys().await.unwrap().compartments), (0, 0));
    assert_eq!(raw.count("SELECT COUNT(*) FROM renewal WHERE state = 'done'").await, 1);
    let jobs = "SELECT COUNT(*) FROM log_event WHERE action = 'renew-keys' AND outcome = 'allow' AND actor IS NULL";
    assert_eq!(raw.count(jobs).await, 2);
    hub.finish().await;
}

async fn paused(engine: Engine) {
    let (hub, _, _) = with_two(engine).await;
    let app = &hub.app;
    remove(&hub, "adam.notional", "theo.invented").await;
    let adam = hub.sign_in("adam.notional").await;
    let seen = app.keys(&app.request(None), &adam).await.unwrap();
    let renewal = &seen.renewals[0];
    assert_eq!(
        (renewal.of.as_str(), renewal.renewal.state, renewal.renewal.total),
        ("Fire Protection", RenewalState::Running, 4)
    );
    let fire = seen.teams.iter().find(|team| team.name == "Fire Protection").unwrap();
    assert_eq!((fire.epochs.len(), fire.holders.as_slice()), (2, &["Fay Fictional".to_owned()][..]));
    let id = renewal.renewal.id.to_string();
    let turn = async |pause| app.turn_renewal(&app.request(None), &adam, &key(app), (&id, pause)).await;
    turn(true).await.unwrap();
    assert!(matches!(turn(true).await, Err(Error::Conflict(_))), "it is paused already");
    assert_eq!(app.renew_keys().await.unwrap().compartments, 0);
    // Nobody of another agency turns it.
    let abel = hub.sign_in("abel.template").await;
    let other = app.turn_renewal(&app.request(None), &abel, &key(app), (&id, false)).await;
    assert!(matches!(other, Err(Error::Conflict(_))), "{other:?}");
    let theirs = app.keys(&app.request(None), &abel).await.unwrap();
    assert!(theirs.renewals.is_empty() && theirs.teams.iter().all(|team| team.name != "Fire Protection"));
    let tess = hub.sign_in("tess.example").await;
    assert!(matches!(app.keys(&app.request(None), &tess).await, Err(Error::Refused)));

    turn(false).await.unwrap();
    while app.renew_keys().await.unwrap().more {}
    let done = &app.keys(&app.request(None), &adam).await.unwrap().renewals[0].renewal;
    assert_eq!((done.state, done.done, done.percent()), (RenewalState::Done, 4, 100));
    assert!(matches!(turn(true).await, Err(Error::Conflict(_))), "it is done");
    hub.finish().await;
}

async fn suspected(engine: Engine) {
    let (hub, _, [one, _]) = with_two(engine).await;
    let app = &hub.app;
    let backup = Backup::taken(&hub, "theo.invented").await;
    let team = hub.person("fay.fictional").team_id.to_string();
    let fay = hub.sign_in("fay.fictional").await;
    let same = key(app);
    let made = app.replace_team_key(&app.request(None), &fay, &same, &team).await.unwrap();
    let again = app.replace_team_key(&app.request(None), &fay, &same, &team).await.unwrap();
    assert_eq!((again.replayed, again.value), (true, made.value), "sent twice, it is made once");
    for refused in ["tess.example", "abel.template", "dora.madeup", "theo.invented"] {
        let caller = hub.sign_in(refused).await;
        let answer = app.replace_team_key(&app.request(None), &caller, &key(app), &team).await.map(drop);
        assert!(matches!(answer, Err(Error::Refused)), "{refused}: {answer:?}");
    }
    while app.renew_keys().await.unwrap().more {}
    let mut raw = Raw::owner(&hub).await;
    assert_eq!(backup.opens(&mut raw).await, 0, "a copy of yesterday's keys opens nothing new, whoever has it");
    // Both members of today go on.
    let theo = hub.sign_in("theo.invented").await;
    write(app, &theo, &one, Audience::Casework, "Asked again.").await.unwrap();
    assert_eq!(said(app, &hub.sign_in("fay.fictional").await, &one).await, ["Known here.", "Asked again."]);
    hub.finish().await;
}

async fn whoever_waits_gets_nothing(engine: Engine) {
    let (hub, tess, [one, _]) = with_two(engine).await;
    let app = &hub.app;
    let adam = hub.sign_in("adam.notional").await;
    let team = hub.person("fay.fictional").team_id;
    let nell = newcomer(&hub, &adam, "nell.novel", (team, Role::Triager)).await;
    remove(&hub, "adam.notional", "theo.invented").await;
    while app.renew_keys().await.unwrap().more {}
    let mut raw = Raw::owner(&hub).await;
    let given = format!("SELECT COUNT(*) FROM key_wrap WHERE to_id = '{}'", nell.user);
    assert_eq!(raw.count(&given).await, 0, "a key that a lead has not compared is given nothing");
    let waiting = sign_in(&hub, &nell).await;
    let unseen = app.read_referral(&app.request(None), &waiting, &one).await.map(drop);
    assert!(matches!(unseen, Err(Error::Unseen)), "{unseen:?}");
    let fay = hub.sign_in("fay.fictional").await;
    app.admit_member(&app.request(None), &fay, team, nell.user).await.unwrap();
    write(app, &tess, &one, Audience::Shared, "They have changed the lock.").await.unwrap();
    let admitted = sign_in(&hub, &nell).await;
    assert_eq!(said(app, &admitted, &one).await, ["Known here.", "They have changed the lock."], "with the keys of before");
    hub.finish().await;
}

async fn the_last_leaves(engine: Engine) {
    let (hub, tess, [one, _]) = with_two(engine).await;
    let app = &hub.app;
    let team = hub.person("fay.fictional").team_id;
    remove(&hub, "adam.notional", "theo.invented").await;
    let adam = hub.sign_in("adam.notional").await;
    let fay = hub.person("fay.fictional").user;
    let ordinary = app.end_place(&app.request(None), &adam, fay, team).await;
    assert!(matches!(ordinary, Err(Error::Conflict(_))), "by an ordinary change the last does not leave: {ordinary:?}");
    app.suspend(&app.request(None), &adam, &key(app), fay).await.unwrap();
    let seen = app.keys(&app.request(None), &adam).await.unwrap();
    let fire = seen.teams.iter().find(|view| view.id == team).unwrap();
    assert!(fire.fingerprint.is_empty() && fire.holders.is_empty(), "nobody holds it");
    // Nothing is routed to a team that nobody can open for, and nothing more is written to it.
    let pathway = app.pathway("fire-protection").unwrap();
    let body = referral_exchange::app::example(
        &pathway.pathway,
        referral_exchange::domain::agency::AgencyKind::Education,
        app.now().uk_date(),
    );
    let raw_answers = referral_exchange::app::raw_from_json(&body["answers"]).unwrap();
    let sent = app.submit(&app.request(None), &tess, &key(app), body.to_string().as_bytes(), &pathway, raw_answers).await;
    assert!(sent.is_err(), "it would reach nobody");
    let refused = write(app, &tess, &one, Audience::Shared, "Is anybody there?").await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "nobody would ever read it: {refused:?}");

    // A new lead makes the next key and goes on from there.
    let nell = newcomer(&hub, &adam, "nell.novel", (team, Role::Lead)).await;
    let lead = sign_in(&hub, &nell).await;
    app.bear_team(&app.request(None), &lead, team).await.unwrap();
    let lead = sign_in(&hub, &nell).await;
    let tess = hub.sign_in("tess.example").await;
    let fresh: Receipt = send(app, &tess, "after", |_| ()).await;
    app.read_referral(&app.request(None), &lead, &fresh.reference.to_string()).await.unwrap();
    while app.renew_keys().await.unwrap().more {}
    assert_eq!(hub.verify().await.findings, []);
    hub.finish().await;
}

async fn held_stays_held(engine: Engine) {
    let hub = notice::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let checked = notice::send(app, &tess, &with(&json!({ "lead_party": false }))).await.reference.to_string();
    let paul = hub.person("paul.figment").clone();
    remove(&hub, "abel.template", "petra.phantom").await;
    while app.renew_keys().await.unwrap().more {}
    let mut raw = Raw::owner(&hub).await;
    let held = format!(
        "SELECT COUNT(*) FROM grant_made g JOIN compartment c ON c.id = g.compartment AND c.epoch = g.epoch \
         WHERE g.to_id = '{}' AND g.held = 1 AND g.epoch = 2",
        paul.team_id
    );
    assert!(raw.count(&held).await > 0, "renewed while it was being checked");
    let early = app.read_referral(&app.request(None), &hub.sign_in("paul.figment").await, &checked).await.map(drop);
    assert!(matches!(early, Err(Error::Unseen)), "{early:?}");
    let lena = hub.sign_in("lena.sample").await;
    let pass = IdempotencyKey::parse("pass").unwrap();
    app.check(&app.request(None), &lena, &pass, (&checked, &referral_exchange::app::Verdict::Pass)).await.unwrap();
    let paul = hub.sign_in("paul.figment").await;
    app.read_referral(&app.request(None), &paul, &checked).await.unwrap();
    hub.finish().await;
}

crate::support::on_both! {
    a_removed_member_with_yesterdays_backup_and_their_own_password_opens_nothing_written_afterwards => a_backup_opens_nothing_new,
    whoever_writes_before_the_job_has_come_writes_under_a_new_key => a_write_does_not_wait,
    a_renewal_is_seen_paused_and_resumed_by_the_agencys_administrator => paused,
    a_lead_who_suspects_something_replaces_the_teams_key => suspected,
    a_waiting_key_gets_nothing_from_a_renewal => whoever_waits_gets_nothing,
    a_team_whose_last_member_leaves_receives_nothing_until_a_lead_makes_its_next_key => the_last_leaves,
    what_waits_for_a_check_is_renewed_and_waits_on => held_stays_held,
}
