//! The floor plan: which room may name which. Data flows one way and there is no circle.

/// What a room may name of another.
#[derive(Debug, Clone, Copy)]
pub(super) enum Names {
    /// Everything that is public there.
    All(&'static str),
    /// Only these, by the first name after the room.
    Only(&'static str, &'static [&'static str]),
}

/// The proofs of `policy` and the types they are made of; not the policy itself.
const PROOFS: &[&str] = &[
    "Act",
    "Denial",
    "DenialReason",
    "HubState",
    "Legal",
    "Object",
    "Permit",
    "Question",
    "RequestContext",
    "ShownCompartment",
    "State",
];

use Names::{All, Only};

/// Each room and what it may name. `main` is the program's entrance.
pub(super) const TABLE: &[(&str, &[Names])] = &[
    ("domain", &[]),
    ("pathways", &[All("domain")]),
    ("mail", &[All("domain")]),
    ("policy", &[All("domain")]),
    ("audit", &[All("domain"), Only("policy", PROOFS)]),
    ("crypto", &[All("domain"), Only("audit", &["Recorded"]), Only("policy", PROOFS)]),
    ("store", &[All("domain"), All("policy"), All("audit")]),
    ("config", &[]),
    ("telemetry", &[]),
    (
        "app",
        &[
            All("domain"),
            All("pathways"),
            All("mail"),
            All("policy"),
            All("audit"),
            All("crypto"),
            All("store"),
            All("config"),
            All("telemetry"),
        ],
    ),
    ("web", &[All("app"), All("domain")]),
    ("api", &[All("app"), All("domain")]),
    ("server", &[All("web"), All("api"), All("app"), All("config"), All("telemetry")]),
    ("witness", &[All("audit"), All("domain")]),
    ("demo", &[All("app"), All("domain"), All("config"), All("server")]),
    (
        "bench",
        &[
            All("domain"),
            All("pathways"),
            All("mail"),
            All("policy"),
            All("audit"),
            All("crypto"),
            All("store"),
            All("config"),
            All("telemetry"),
            All("app"),
            All("web"),
            All("api"),
            All("server"),
            All("witness"),
            All("demo"),
        ],
    ),
    (
        "cli",
        &[All("app"), All("domain"), All("config"), All("server"), All("telemetry"), All("demo"), All("bench"), All("witness")],
    ),
    ("main", &[All("cli")]),
];

/// Names that stay in one place: the path's first segments (a last one ending in `*` is a beginning), and the rooms or files
/// they stay in.
pub(super) const KEPT: &[(&[&str], &[&str])] = &[
    (&["casbin"], &["src/policy/casbin.rs"]),
    (&["age"], &["src/crypto/"]),
    (&["argon2"], &["src/crypto/"]),
    (&["sqlx", "query*"], &["src/store/"]),
];

/// Minting the proof that an event was committed; the store alone does it, tests elsewhere may.
pub(super) const MINT: (&str, &[&str]) = ("after_commit", &["src/store/", "src/audit/"]);
