//! `init`: a live hub is founded from nothing, in the terminal and from a sheet of answers, on both databases; and what it
//! refuses.

use std::{fs, io::Write as _, os::unix::fs::PermissionsExt as _, path::Path, process::Stdio, sync::Arc};

use referral_exchange::{
    app::{App, NewPassword, SystemClock, SystemRandom},
    config::Config,
    demo::code as code_of,
    domain::ports::Clock as _,
};

use crate::support::{
    binary::{command, transcript},
    postgres,
};

/// A recipient whose key nobody has.
fn recipient() -> String {
    let made = referral_exchange::app::make_recovery_key(2, 3, &SystemRandom).unwrap();
    made.recipient
}

fn sheet(more: &str) -> String {
    format!(
        r#"
[hub]
partnership = "Safeguarding in Three Shires"
address = "localhost"
port = 8443
[[agency]]
name = "Three Shires Council"
kind = "council"
recovery = "{}"
[agency.administrator]
name = "Anya Fancied"
username = "anya.fancied"
phone = "0116 496 0001"
[operator]
name = "Otto Fancied"
username = "otto.fancied"
{more}"#,
        recipient()
    )
}

fn folder_with(sheet: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("answers.toml"), sheet).unwrap();
    folder
}

fn init(folder: &Path) -> (i32, String, String) {
    transcript(folder, &["init", "--config", "hub/exchange.toml", "--answers", "answers.toml"])
}

/// User name and code of each invitation that was printed.
fn codes(data: &str) -> Vec<(String, String)> {
    let value = |line: &str, name: &str| line.strip_prefix(&format!("  {name}")).map(|rest| rest.trim().to_owned());
    let names = data.lines().filter_map(|line| value(line, "user name"));
    let codes = data.lines().filter_map(|line| value(line, "code"));
    names.zip(codes).collect()
}

/// Joins with a code, as the page does; gives where the person may go.
async fn join(app: &App, username: &str, code: &str) -> referral_exchange::app::Ways {
    let request = app.request(None);
    let ticket = app.take_up_invitation(&request, username, code).await.unwrap();
    let joining = app.joining(&request, &ticket).await.unwrap();
    let password = NewPassword::parse(format!("seven grey owls by {username}'s lamp")).unwrap();
    let digits = code_of(&joining.factor.secret, app.now()).unwrap();
    let begun = app.join(&request, &ticket, &password, &digits).await.unwrap().unwrap();
    let caller = app.authenticate(&request, begun.cookie.as_str()).await.unwrap();
    app.ways(&caller)
}

/// The first people join, and each may go where their role goes and nowhere else.
async fn its_people_join(config: &Path, codes: &[(String, String)]) {
    let config = Config::load(config).unwrap();
    let app = App::open(&config, Arc::new(SystemClock), Arc::new(SystemRandom), false).await.unwrap();
    let [(operator, first), (administrator, second)] = codes else { panic!("two invitations: {codes:?}") };
    let ways = join(&app, operator, first).await;
    assert!(ways.agencies && !ways.people && !ways.sent && !ways.queue && !ways.log);
    let ways = join(&app, administrator, second).await;
    assert!(ways.people && !ways.agencies && !ways.sent && !ways.queue && !ways.log);
    app.stop_sequencing().await.unwrap();
    app.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_is_founded_from_a_sheet_and_its_first_people_join() {
    let folder = folder_with(&sheet(""));
    let (code, data, talk) = init(folder.path());
    assert_eq!(code, 0, "{data}{talk}");
    let mode = |name: &str| fs::metadata(folder.path().join("hub").join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!([mode(""), mode("keys"), mode("blobs")], [0o700; 3]);
    assert_eq!([mode("exchange.toml"), mode("exchange.sqlite"), mode("keys/log-1.key")], [0o600; 3]);
    assert!(talk.contains("The hub is set up and open.") && talk.contains("Keep a copy of"), "{talk}");
    assert!(talk.contains("Pathway marac waits for these teams: ") && talk.contains("No mail relay is named"), "{talk}");
    let there = codes(&data);
    assert_eq!(there.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["otto.fancied", "anya.fancied"], "{data}");
    // The codes stand nowhere but on the terminal.
    for entry in fs::read_dir(folder.path().join("hub")).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file())
    {
        let bytes = fs::read(&entry).unwrap();
        for (_, code) in &there {
            assert!(!bytes.windows(code.len()).any(|window| window == code.as_bytes()), "{}", entry.display());
            assert!(!talk.contains(code.as_str()));
        }
    }
    let config = folder.path().join("hub/exchange.toml");
    its_people_join(&config, &there).await;
    let (code, text, talk) = transcript(folder.path(), &["audit", "verify", "--config", "hub/exchange.toml"]);
    assert!(code == 0 && text.ends_with("All is whole.\n"), "{text}{talk}");
    let (code, data, talk) = transcript(folder.path(), &["config", "check", "--config", "hub/exchange.toml"]);
    assert_eq!(code, 0, "{data}{talk}");

    // There is a hub now: neither these answers nor others found another in its place.
    let before = fs::read(&config).unwrap();
    let (code, data, talk) = init(folder.path());
    assert_eq!((code, data.as_str()), (3, ""), "{talk}");
    assert!(talk.contains("There is a hub in this database already"), "{talk}");
    assert_eq!(fs::read(&config).unwrap(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_is_founded_on_postgres_by_two_roles_whose_addresses_are_kept_in_files() {
    let database = postgres::create_database().await;
    let answers = "[database]\nkind = \"postgres\"\napp_url_file = \"../app-url\"\nowner_url_file = \"../owner-url\"\n";
    let folder = folder_with(&sheet(answers));
    for (name, url) in [("app-url", &database.app_url), ("owner-url", &database.owner_url)] {
        fs::write(folder.path().join(name), url).unwrap();
        fs::set_permissions(folder.path().join(name), fs::Permissions::from_mode(0o600)).unwrap();
    }
    fs::create_dir(folder.path().join("hub")).unwrap();
    let (code, data, talk) = init(folder.path());
    assert_eq!(code, 0, "{data}{talk}");
    let config = fs::read_to_string(folder.path().join("hub/exchange.toml")).unwrap();
    assert!(!config.contains("postgres://") && config.contains("url_file = \"../app-url\""), "{config}");
    its_people_join(&folder.path().join("hub/exchange.toml"), &codes(&data)).await;
    let (code, _, talk) = init(folder.path());
    assert!(code == 3 && talk.contains("There is a hub in this database already"), "{talk}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stopped_half_way_is_taken_on_by_the_same_answers_and_by_no_others() {
    let answers = sheet("");
    let folder = folder_with(&answers);
    // Something in the way of a file that is written when all but the opening is done.
    let obstacle = folder.path().join("hub/log.vkey");
    fs::create_dir_all(&obstacle).unwrap();
    let (code, data, talk) = init(folder.path());
    assert!(code == 3 && data.is_empty() && talk.contains("log.vkey"), "{data}{talk}");
    assert!(!folder.path().join("hub/exchange.toml").exists());
    fs::remove_dir(&obstacle).unwrap();
    fs::write(folder.path().join("answers.toml"), answers.replace("Anya Fancied", "Another Fancied")).unwrap();
    let (code, data, talk) = init(folder.path());
    assert!(code == 3 && data.is_empty() && talk.contains("was begun with other answers"), "{data}{talk}");
    fs::write(folder.path().join("answers.toml"), &answers).unwrap();
    let (code, data, talk) = init(folder.path());
    assert_eq!(code, 0, "{data}{talk}");
    its_people_join(&folder.path().join("hub/exchange.toml"), &codes(&data)).await;

    let folder = folder_with(&sheet(""));
    fs::create_dir(folder.path().join("hub")).unwrap();
    let text = "[hub]\nname = \"Referral Exchange\"\npartnership = \"Safeguarding in Three Shires\"\norigin = \"localhost/log\"\n\
                [listen]\ndevelopment = true\n";
    fs::write(folder.path().join("hub/begun.toml"), text).unwrap();
    let begun = folder.path().join("hub/begun.toml");
    let config = Config::load(&begun).unwrap();
    referral_exchange::app::migrate(&config).await.unwrap();
    referral_exchange::app::make_first_keys(&config, &SystemRandom).await.unwrap();
    let app = App::open(&config, Arc::new(SystemClock), Arc::new(SystemRandom), false).await.unwrap();
    app.close().await.unwrap();
    // An earlier start made the hub's row, and nothing in it: the answers go on from there.
    let (code, first, talk) = init(folder.path());
    assert_eq!(code, 0, "{first}{talk}");
    assert_eq!(codes(&first).len(), 2);
}

#[test]
fn answers_that_cannot_be_used_make_nothing_and_say_why() {
    let with = |from: &str, to: &str| sheet("").replace(from, to);
    let cases = [
        (with("partnership = \"Safeguarding in Three Shires\"\n", ""), "`hub.partnership` is not answered."),
        (with("\"council\"", "\"kingdom\""), "`agency.1.kind` cannot be used: it is one of police, council"),
        (with("recovery = \"age1", "recovery = \"age2"), "`agency.1.recovery` cannot be used"),
        (with("otto.fancied", "anya.fancied"), "`operator.username` cannot be used: somebody else has this name"),
        (with("port = 8443", "port = 8443\nprot = 1"), "Nobody asked for `hub.prot`"),
        (with("\"localhost\"", "\"https://localhost\""), "`hub.address` cannot be used"),
        (
            format!("{}[certificate]\nkind = \"development\"\n", with("\"localhost\"", "\"exchange.example.org\"")),
            "`certificate.kind` cannot be used: a development certificate serves this machine alone",
        ),
        (
            format!("{}[certificate]\nchain_file = \"none.pem\"\n", with("\"localhost\"", "\"exchange.example.org\"")),
            "`certificate.chain_file` cannot be used: there is no file",
        ),
        (
            sheet("[database]\nkind = \"postgres\"\napp_url_file = \"postgres://app:hunter2hunter2@db.example/exchange\"\n"),
            "`database.app_url_file` cannot be used: a password may stand here",
        ),
        (sheet("[mail]\nrelay = \"mail.example.org:25\"\nsecurity = \"none\"\n"), "`mail.security` cannot be used"),
    ];
    for (sheet, expected) in cases {
        let folder = folder_with(&sheet);
        let (code, data, talk) = init(folder.path());
        assert_eq!((code, data.as_str()), (3, ""), "{expected}: {talk}");
        assert!(talk.contains(expected) && !talk.contains("hunter2"), "{expected}: {talk}");
        assert!(!folder.path().join("hub").exists(), "{expected}");
    }
    let folder = folder_with(&sheet(""));
    fs::create_dir(folder.path().join("hub")).unwrap();
    fs::write(folder.path().join("hub/exchange.toml"), "mine").unwrap();
    let (code, _, talk) = init(folder.path());
    assert!(code == 3 && talk.contains("it is never written over"), "{talk}");
    assert_eq!(fs::read_to_string(folder.path().join("hub/exchange.toml")).unwrap(), "mine");
}

/// Runs `init` at a terminal whose input is these lines and then ends.
fn typed(folder: &Path, lines: &[&str]) -> (i32, String, String) {
    let mut child = command(&["init"])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all((lines.join("\n") + "\n").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_hub_is_founded_at_the_terminal_where_a_wrong_answer_is_asked_again() {
    let recovery = recipient();
    let lines = [
        "",
        "", // the name: as proposed; the partnership: nothing, so it is asked again
        "Safeguarding in Three Shires",
        "https://localhost",
        "localhost",
        "70000",
        "8443",
        "",
        "", // the address to listen on, and the log's name
        "perhaps",
        "", // the certificate: of this machine
        "",
        "", // an embedded database
        "", // no mail
        "Three Shires Council",
        "",
        "council",
        "age1nonsense",
        &recovery,
        "Anya Fancied",
        "anya.fancied",
        "",
        "",
        "",
        "Otto Fancied",
        "anya.fancied",
        "otto.fancied",
        "",
        "",
        "",
        "no",
        "yes",
    ];
    let folder = tempfile::tempdir().unwrap();
    // The input ends before the last answer: nothing is there.
    let (code, data, talk) = typed(folder.path(), &lines[..lines.len() - 1]);
    assert_eq!((code, data.as_str()), (1, ""), "{talk}");
    assert!(talk.ends_with("The answers ended before the last question; nothing was made.\n"), "{talk}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);

    let (code, data, talk) = typed(folder.path(), &lines);
    assert_eq!(code, 0, "{data}{talk}");
    for told in [
        "That cannot be used: it needs an answer.",
        "That cannot be used: it is a name as exchange.example.org, without https://, port or path.",
        "That cannot be used: a port is a number from 1 to 65535.",
        "That cannot be used: answer own or development.",
        "That cannot be used: a recovery recipient begins with age1.",
        "That cannot be used: somebody else has this name.",
        "Its short code? 2 to 60 small letters, digits and hyphens; it stays for ever. [three-shires-council]",
    ] {
        assert!(talk.contains(told), "{told}: {talk}");
    }
    assert_eq!(codes(&data).len(), 2, "{data}");
    assert!(folder.path().join("exchange.toml").is_file());
    let now = SystemClock.now().rfc3339();
    assert!(data.contains(&now[..4]), "the codes run out some day: {data}");
}
