//! Every file under `tests/vectors/crypto` ends as it says: it opens, or stays shut for the named reason. Files that open are
//! never changed or removed: they are what rows of that version look like.

use std::collections::BTreeSet;

use super::{
    SeededRandom, engine, envelopes::recorded, id, identity, peppers, permit, sealing_keys, user, vector_file::VectorFile,
    wraps::covering,
};
use crate::domain::session::SessionPurpose;
use crate::{
    crypto::{
        Cost, Credential, Identity, OpenError, Password, Recipe, RecipientOf, SealContext, SealedTotp, SessionSecret,
        SessionWrap, SymmetricSuite, TotpSecret, WrapContext, WrapOf, bytes::sha256, envelope, open, seal, unwrap_key, wrap_key,
    },
    domain::{
        action::Action,
        compartment::EntryKind,
        ids::{CompartmentId, EntryId, KeyId, ReferralId, SessionId, TeamId},
    },
};

const OPENS: &str = "opens";

async fn outcome(file: &VectorFile) -> String {
    let result = match file.text("kind") {
        "entry" => open_entry(file),
        "grant" => open_grant(file),
        "credential" => open_credential(file).await,
        "session" => open_session(file),
        "second-factor" => open_second_factor(file),
        other => panic!("{}: unknown kind {other}", file.name),
    };
    result.map_or_else(|error| error.code().to_owned(), |()| OPENS.to_owned())
}

fn is_the_test_identity(file: &VectorFile, opened: &Identity) {
    assert_eq!(opened.secret(), identity(file.text("identity")).secret(), "{}", file.name);
}

fn open_entry(file: &VectorFile) -> Result<(), OpenError> {
    let context = SealContext {
        referral: ReferralId::from_bytes(file.array("referral")),
        compartment: CompartmentId::from_bytes(file.array("compartment")),
        epoch: file.number("epoch"),
        entry: EntryId::from_bytes(file.array("entry")),
        version: file.number("version"),
        author: file.user("author"),
        kind: EntryKind::parse(file.text("entry-kind")).expect("a kind"),
    };
    let shown = recorded(vec![(context.entry, file.array("event-sha256"))]);
    let opened = open(&shown, &context, &file.array("row-sha256"), &file.bytes("bytes"), &identity(file.text("holder")))?;
    assert_eq!(opened.as_bytes(), file.text("content").as_bytes(), "{}", file.name);
    Ok(())
}

fn open_grant(file: &VectorFile) -> Result<(), OpenError> {
    let context = WrapContext {
        key: KeyId::from_bytes(file.array("key")),
        of: WrapOf::Grant(CompartmentId::from_bytes(file.array("compartment"))),
        epoch: file.number("epoch"),
        to: RecipientOf::Team(TeamId::from_bytes(file.array("team"))),
    };
    let published = identity(file.text("published")).recipient();
    let holder = identity(file.text("holder"));
    let opened = unwrap_key(&covering(&context), &file.bytes("bytes"), &holder, &context, &published)?;
    is_the_test_identity(file, &opened);
    Ok(())
}

async fn open_credential(file: &VectorFile) -> Result<(), OpenError> {
    let recipe = Recipe {
        salt: file.array("salt"),
        cost: Cost::new(64, 1, 1).expect("a cost"),
        pepper_version: file.number("pepper-version"),
    };
    let engine = engine(peppers(file.text("peppers"), &[1]));
    let derived = engine.derive(&Password::typed(file.text("password").to_owned()), recipe).await.expect("stretched");
    let credential = Credential {
        recipe,
        auth_tag: file.array("auth-tag"),
        wrapped_identity: file.bytes("bytes"),
        key: KeyId::from_bytes(file.array("key")),
        suite: SymmetricSuite::CURRENT,
    };
    let owner = file.user("user");
    // A password that does not fit has no class of its own: nothing was opened.
    let unlocked = credential.check(owner, &derived).ok_or(OpenError::WrongKey)?;
    let published = identity(file.text("identity")).recipient();
    let opened = unlocked.identity(&permit(owner, Action::SignIn, None, &[]), &published)?;
    is_the_test_identity(file, &opened);
    Ok(())
}

fn open_session(file: &VectorFile) -> Result<(), OpenError> {
    let purpose = SessionPurpose::parse(file.text("purpose")).expect("a purpose");
    let cookie = SessionSecret::random(purpose, &SeededRandom::new(file.text("cookie-seed")));
    let session = SessionId::from_bytes(file.array("session"));
    let at = SessionWrap { user: file.user("user"), key: KeyId::from_bytes(file.array("key")), session };
    let permit = permit(file.user("actor"), Action::SignIn, Some(session), &[]);
    let opened = cookie.unwrap_identity(&permit, &file.bytes("bytes"), &at)?;
    is_the_test_identity(file, &opened);
    let again = cookie.wrap_identity(&opened, &at, &SeededRandom::new(file.text("nonce-seed")));
    assert_eq!(again, file.bytes("bytes"), "{}: the same input gives the same bytes", file.name);
    Ok(())
}

fn open_second_factor(file: &VectorFile) -> Result<(), OpenError> {
    let keys = sealing_keys(file.text("sealing-keys"), &[1]);
    let sealed = SealedTotp { key_version: file.number("key-version"), bytes: file.bytes("bytes") };
    let opened = TotpSecret::open(&sealed, &keys, file.user("user"))?;
    assert_eq!(*opened.base32(), file.text("base32"), "{}", file.name);
    let again = opened.seal(&keys, file.user("user"), &SeededRandom::new(file.text("nonce-seed")));
    assert_eq!(again, sealed, "{}: the same input gives the same bytes", file.name);
    Ok(())
}

#[tokio::test]
async fn every_vector_ends_as_it_says() {
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        write_missing().await;
    }
    let mut ends = BTreeSet::new();
    for file in VectorFile::all() {
        assert_eq!(outcome(&file).await, file.text("class"), "{}", file.name);
        ends.insert((file.text("kind").to_owned(), file.text("class").to_owned()));
    }
    let ends: Vec<_> = ends.iter().map(|(kind, class)| format!("{kind} {class}")).collect();
    let expected = [
        "credential does-not-fit",
        "credential opens",
        "credential wrong-key",
        "entry damaged",
        "entry not-recorded",
        "entry opens",
        "entry wrong-context",
        "entry wrong-key",
        "entry wrong-version",
        "grant damaged",
        "grant mismatch",
        "grant opens",
        "grant wrong-context",
        "grant wrong-key",
        "grant wrong-version",
        "second-factor damaged",
        "second-factor does-not-fit",
        "second-factor opens",
        "second-factor wrong-version",
        "session damaged",
        "session does-not-fit",
        "session not-permitted",
        "session opens",
        "session wrong-version",
    ];
    assert_eq!(ends, expected);
}

/// Writes vector files that are missing, when a version is added; what stands is never touched.
async fn write_missing() {
    for file in [entries(), grants(), credentials().await, sessions(), second_factors()].concat() {
        file.write();
    }
}

fn other_id() -> String {
    hex::encode(id(0xee))
}

/// One byte in the middle changed; and the last 20 cut off.
fn damaged(bytes: &[u8]) -> [Vec<u8>; 2] {
    let mut altered = bytes.to_vec();
    altered[bytes.len() / 2] ^= 1;
    [altered, bytes[..bytes.len() - 20].to_vec()]
}

fn entries() -> Vec<VectorFile> {
    let context = super::envelopes::context();
    let key = identity("compartment");
    let sealed = seal(&context, b"A concern was seen and is told here.", &key.recipient());
    let hash = |bytes: &[u8]| hex::encode(sha256(bytes));
    let good = VectorFile::new(
        "entry-v1-opens",
        &[
            ("kind", "entry".to_owned()),
            ("class", OPENS.to_owned()),
            ("holder", "compartment".to_owned()),
            ("referral", hex::encode(context.referral.to_bytes())),
            ("compartment", hex::encode(context.compartment.to_bytes())),
            ("epoch", context.epoch.to_string()),
            ("entry", hex::encode(context.entry.to_bytes())),
            ("version", context.version.to_string()),
            ("author", hex::encode(context.author.to_bytes())),
            ("entry-kind", context.kind.to_string()),
            ("content", "A concern was seen and is told here.".to_owned()),
            ("row-sha256", hash(&sealed.bytes)),
            ("event-sha256", hash(&sealed.bytes)),
            ("bytes", hex::encode(&sealed.bytes)),
        ],
    );
    let [altered, short] = damaged(&sealed.bytes);
    let planted = |name: &str, class: &str, bytes: &[u8]| {
        good.with(name, class, &[("bytes", hex::encode(bytes)), ("row-sha256", hash(bytes)), ("event-sha256", hash(bytes))])
    };
    let mut future = envelope::write(&context, b"x");
    future[0] = 2;
    let mut files = vec![
        good.with("entry-altered-byte", "damaged", &[("bytes", hex::encode(&altered))]),
        good.with("entry-truncated", "damaged", &[("bytes", hex::encode(&short))]),
        planted("entry-truncated-with-its-hashes", "damaged", &short),
        good.with("entry-wrong-key", "wrong-key", &[("holder", "another".to_owned())]),
        good.with("entry-other-hash-in-the-event", "not-recorded", &[("event-sha256", hash(b"other"))]),
        planted("entry-unknown-version", "wrong-version", &key.recipient().encrypt(&future)),
    ];
    for (field, value) in [
        ("referral", other_id()),
        ("compartment", other_id()),
        ("epoch", "2".to_owned()),
        ("entry", other_id()),
        ("version", "2".to_owned()),
        ("author", other_id()),
        ("entry-kind", "headline".to_owned()),
    ] {
        files.push(good.with(&format!("entry-wrong-{field}"), "wrong-context", &[(field, value)]));
    }
    files.push(good);
    files
}

fn grants() -> Vec<VectorFile> {
    let context = super::wraps::grant();
    let holder = identity("team");
    let bytes = wrap_key(&identity("compartment"), &context, &holder.recipient());
    let good = VectorFile::new(
        "grant-v1-opens",
        &[
            ("kind", "grant".to_owned()),
            ("class", OPENS.to_owned()),
            ("holder", "team".to_owned()),
            ("identity", "compartment".to_owned()),
            ("published", "compartment".to_owned()),
            ("key", hex::encode(context.key.to_bytes())),
            ("compartment", hex::encode(id(2))),
            ("epoch", "1".to_owned()),
            ("team", hex::encode(id(3))),
            ("bytes", hex::encode(&bytes)),
        ],
    );
    let mut altered = bytes.clone();
    let last = altered.len() - 1;
    altered[last] ^= 1;
    let mut old = holder.decrypt(&bytes).expect("our own");
    old[0] = 0;
    let old = holder.recipient().encrypt(&old);
    let mut files = vec![
        good.with("grant-altered-byte", "damaged", &[("bytes", hex::encode(&altered))]),
        good.with("grant-truncated", "damaged", &[("bytes", hex::encode(&bytes[..bytes.len() - 20]))]),
        good.with("grant-wrong-key", "wrong-key", &[("holder", "another".to_owned())]),
        good.with("grant-old-version", "wrong-version", &[("bytes", hex::encode(old))]),
        good.with("grant-not-the-published-key", "mismatch", &[("published", "another".to_owned())]),
    ];
    for (field, value) in [("key", other_id()), ("compartment", other_id()), ("epoch", "2".to_owned()), ("team", other_id())] {
        files.push(good.with(&format!("grant-wrong-{field}"), "wrong-context", &[(field, value)]));
    }
    files.push(good);
    files
}

async fn credentials() -> Vec<VectorFile> {
    let random = SeededRandom::new("vector credential");
    let engine = engine(peppers("vectors", &[1]));
    let password = "Twelve or more characters";
    let derived = engine.derive(&Password::typed(password.to_owned()), engine.recipe(&random)).await.expect("stretched");
    let made = Credential::make(user(1), KeyId::from_bytes(id(2)), &identity("robin"), &derived, &random);
    let good = VectorFile::new(
        "credential-v1-opens",
        &[
            ("kind", "credential".to_owned()),
            ("class", OPENS.to_owned()),
            ("identity", "robin".to_owned()),
            ("peppers", "vectors".to_owned()),
            ("pepper-version", "1".to_owned()),
            ("password", password.to_owned()),
            ("user", hex::encode(id(1))),
            ("key", hex::encode(id(2))),
            ("salt", hex::encode(made.recipe.salt)),
            ("auth-tag", hex::encode(made.auth_tag)),
            ("bytes", hex::encode(&made.wrapped_identity)),
        ],
    );
    let another = Credential::make(user(3), KeyId::from_bytes(id(4)), &identity("heron"), &derived, &random);
    let [altered, _] = damaged(&made.wrapped_identity);
    vec![
        good.with("credential-wrong-password", "wrong-key", &[("password", "twelve or more characters".to_owned())]),
        good.with("credential-without-the-pepper", "wrong-key", &[("peppers", "guessed".to_owned())]),
        good.with("credential-swapped-user", "wrong-key", &[("user", hex::encode(id(3)))]),
        good.with("credential-swapped-key", "wrong-key", &[("key", hex::encode(id(4)))]),
        good.with("credential-swapped-identity", "does-not-fit", &[("bytes", hex::encode(&another.wrapped_identity))]),
        good.with("credential-altered-byte", "does-not-fit", &[("bytes", hex::encode(altered))]),
        good,
    ]
}

fn sessions() -> Vec<VectorFile> {
    let cookie = SessionSecret::random(SessionPurpose::Session, &SeededRandom::new("vector cookie"));
    let at = SessionWrap { user: user(1), key: KeyId::from_bytes(id(2)), session: SessionId::from_bytes(id(3)) };
    let bytes = cookie.wrap_identity(&identity("robin"), &at, &SeededRandom::new("vector nonce"));
    let good = VectorFile::new(
        "session-v1-opens",
        &[
            ("kind", "session".to_owned()),
            ("class", OPENS.to_owned()),
            ("identity", "robin".to_owned()),
            ("purpose", "session".to_owned()),
            ("cookie-seed", "vector cookie".to_owned()),
            ("nonce-seed", "vector nonce".to_owned()),
            ("actor", hex::encode(id(1))),
            ("user", hex::encode(id(1))),
            ("key", hex::encode(id(2))),
            ("session", hex::encode(id(3))),
            ("bytes", hex::encode(&bytes)),
        ],
    );
    let [altered, short] = damaged(&bytes);
    let old = [&[0], &bytes[1..]].concat();
    let fit = "does-not-fit";
    vec![
        good.with("session-altered-byte", fit, &[("bytes", hex::encode(altered))]),
        good.with("session-truncated", fit, &[("bytes", hex::encode(short))]),
        good.with("session-cut-to-its-nonce", "damaged", &[("bytes", hex::encode(&bytes[..30]))]),
        good.with("session-old-suite", "wrong-version", &[("bytes", hex::encode(old))]),
        good.with("session-another-cookie", fit, &[("cookie-seed", "another cookie".to_owned())]),
        good.with("session-swapped-session", fit, &[("session", other_id())]),
        good.with("session-swapped-user", fit, &[("user", other_id()), ("actor", other_id())]),
        good.with("session-swapped-key", fit, &[("key", other_id())]),
        good.with("session-as-pre-session", fit, &[("purpose", "pre-session".to_owned())]),
        good.with("session-of-somebody-else", "not-permitted", &[("actor", other_id())]),
        good,
    ]
}

fn second_factors() -> Vec<VectorFile> {
    let keys = sealing_keys("vectors", &[1]);
    let secret = TotpSecret::random(&SeededRandom::new("vector second factor"));
    let sealed = secret.seal(&keys, user(1), &SeededRandom::new("vector nonce"));
    let good = VectorFile::new(
        "second-factor-v1-opens",
        &[
            ("kind", "second-factor".to_owned()),
            ("class", OPENS.to_owned()),
            ("sealing-keys", "vectors".to_owned()),
            ("key-version", "1".to_owned()),
            ("nonce-seed", "vector nonce".to_owned()),
            ("user", hex::encode(id(1))),
            ("base32", secret.base32().to_string()),
            ("bytes", hex::encode(&sealed.bytes)),
        ],
    );
    let [altered, short] = damaged(&sealed.bytes);
    vec![
        good.with("second-factor-altered-byte", "does-not-fit", &[("bytes", hex::encode(altered))]),
        good.with("second-factor-truncated", "does-not-fit", &[("bytes", hex::encode(short))]),
        good.with("second-factor-empty", "damaged", &[("bytes", String::new())]),
        good.with("second-factor-swapped-user", "does-not-fit", &[("user", other_id())]),
        good.with("second-factor-another-hub", "does-not-fit", &[("sealing-keys", "another".to_owned())]),
        good.with("second-factor-key-not-held", "wrong-version", &[("key-version", "2".to_owned())]),
        good,
    ]
}
