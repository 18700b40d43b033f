//! Use cases: the only way in to policy, store and crypto. One function each, read top to bottom.
//! Never here: HTTP, HTML, SQL; a rule about values (that is `domain`) or about who may (that is `policies`).
//! Named by `web`, `api`, `cli`, `demo` and `server`; they see results through the views here.

mod absences;
mod access;
mod account;
mod additions;
mod admissions;
mod agencies;
mod agency_teams;
mod agreements;
mod assignments;
mod caller;
mod casework;
mod casework_access;
mod checks;
mod clock;
mod closings;
mod copies;
mod cover;
pub mod cookie;
mod credentials;
mod database_files;
mod declined;
mod decisions;
mod deputies;
mod desk;
mod destinations;
mod draft_content;
mod draft_files;
mod draft_saving;
mod drafts;
mod download;
mod enquiries;
mod enrolments;
mod error;
mod escalations;
mod file_sealing;
mod files;
mod founding;
mod gate;
mod give_back;
mod hastening;
mod helpline;
mod housekeeping;
mod idempotency;
mod inspection;
mod intake;
mod invitations;
mod kept;
mod kept_anew;
mod key_files;
mod key_views;
mod keyring;
mod later;
mod library;
mod lists;
mod log;
mod log_export;
mod log_items;
mod log_stored;
mod mailboxes;
mod mailing;
mod markings;
mod marks;
mod memberships;
mod messages;
mod nobodies;
mod notes;
mod notices;
mod opening;
mod passwords;
mod people;
mod places;
mod quarantine;
mod reading;
mod recovery_keys;
mod recalls;
mod preview;
mod recipients;
mod reconciling;
mod redirections;
mod referral_view;
mod relations;
mod renewals;
mod replacements;
mod resets;
mod route_check;
mod safeguarding_leads;
mod saved_views;
mod scanner;
mod sealing;
mod senders;
mod sent;
mod sequencer;
mod share_items;
mod share_kept;
mod share_notes;
mod share_openings;
mod share_parts;
mod share_preview;
mod share_recipient;
mod share_views;
mod shares;
mod sign_in;
mod start;
mod streams;
mod submit;
mod suspensions;
mod sweep;
mod team_keys;
mod teams;
mod telling;
mod throttle;
mod trainings;
mod ticket;
mod unchecked;
mod verify;
mod verify_files;
mod verify_stored;
mod withheld;
mod work_contacts;

use std::sync::Arc;

/// Whether what an event of the log tells was done.
pub use crate::audit::Outcome as LogOutcome;
pub use absences::{AbsenceView, NewAbsence};
pub use access::{AccessItem, AccessPage, AccessQuery};
pub use account::{SessionView, Ways};
pub use additions::{AdditionView, Said, addable, amendable, flags, latest};
pub use admissions::{Admission, WaitingMember, WaitsFor};
pub use agencies::Founder;
pub use agency_teams::{AgencyTeam, TeamMember};
pub use agreements::{AgencyName, AgreementView};
pub use assignments::Assignment;
pub use caller::{Caller, NamedPlace};
pub use casework_access::NewAccess;
pub use checks::{Stop, StopView, Verdict};
pub use clock::{SystemClock, SystemRandom};
pub use closings::{Closing, ClosingView};
pub use credentials::SecondFactor;
pub use decisions::{DecisionView, FeedbackView};
pub use declined::Declined;
pub use desk::{CoveredView, DeskView, MemberView};
pub use destinations::{DeskHours, Destination, RedirectionPreview};
pub use download::Download;
pub use draft_saving::Saved;
pub use drafts::{DraftItem, DraftView, PartView};
pub use enrolments::{AGENCY_TAKEN, EnrolledAgency, FirstPerson, NewAgency, RecoveryRecipient, TEAM_TAKEN};
pub use error::Error;
pub use files::FileView;
pub use founding::{FirstInvitation, Founding};
pub use give_back::OwedView;
pub use hastening::milder;
pub use helpline::Helpline;
pub use idempotency::{Added, Answered, IdempotencyKey};
pub use inspection::{Inspected, Level, ONE_GIBIBYTE, hub_there, inspect, space_level};
pub use intake::{Arrived, Chunks, Onto};
pub use invitations::{InvitationMade, Invited, Joining, NotJoined};
pub use kept::KeptView;
pub use kept_anew::Saying;
pub use key_files::KeyFiles;
pub use key_views::{KeysView, RenewalView, TeamKeyView};
pub use library::{PathwayView, Versioned};
pub use lists::{Item, ListQuery, Page};
pub use log::{LogEvent, LogPage, LogQuery, log_cursor};
pub use log_export::{LogExport, LogFormat};
pub use log_items::LogItem;
pub use log_stored::StoredExport;
pub use mailboxes::{FailingView, MailboxView};
pub use markings::MarkingView;
pub use marks::{MarkView, OTHERS_MARK};
pub use memberships::Remains;
pub use notes::NoteView;
pub use notices::{NoticePage, NoticeQuery, NoticeView};
pub use passwords::NotChanged;
pub use people::{HeldPlace, NewPerson, PeoplePage, PersonView};
pub use preview::{Preview, Reads};
pub use quarantine::QuarantineView;
pub use recipients::{Copied, RestrictedMember};
pub use reconciling::ReconciliationView;
pub use recovery_keys::{NewRecoveryKey, make_recovery_key, recovery_fingerprint, recovery_of};
pub use redirections::Redirection;
pub use referral_view::{EntryView, HolderView, LetGo, MessageView, ReferralView};
pub use resets::{Given, Loss, ResetView};
pub use route_check::{RouteNote, check_routes};
pub use safeguarding_leads::LeadView;
pub use saved_views::NewSavedView;
pub use scanner::{Clamd, ClamdAddress, NoScanner, Scan, ScanVerdict, Scanner, TestScanner};
pub use sent::Hands;
pub use sequencer::Sequenced;
pub use share_openings::OpeningView;
pub use share_preview::SharePreview;
pub use share_views::{ShareView, SharedItem, SharedPage};
pub use sign_in::Begun;
pub use start::{
    Parts, PasswordSettings, check_database_files, make_first_keys, migrate, open_database, open_to_read, pathway_files,
    policy_files, verifier_key,
};
pub use streams::{Incoming, Outgoing};
pub use submit::{Checked, Choices, Receipt, Sending};
pub use suspensions::Missing;
pub use teams::TeamView;
pub use unchecked::Unchecked;
pub use verify::{Depth, Finding, Report};
pub use verify_stored::{verifier_key_of, verify_stored};
pub use withheld::WithheldView;
pub use work_contacts::{Reached, WorkContact};

// What the doors need of rooms they may not name.
pub use crate::{
    crypto::{BadPassword, BadShare, BadSplit, NewPassword, Password, RecoveryShare, demonstration_password},
    pathways::{
        CALENDAR, Faults, Library as PathwayLibrary, Loaded as LoadedPathway, SCREENING, answers_to_json, definition_json,
        example, example_given, parse_calendar, parse_screening, raw_from_json, raw_from_request, schema, unwanted,
    },
    policy::{DenialReason, Files as PolicyFiles, Policy, PolicyError, RequestContext, ask as policy_question},
    store::{
        Db,
        blobs::{BlobDirectory, Blobs},
        safeguarding_leads::SafeguardingLead,
    },
};

use crate::{
    audit::SigningKey,
    crypto::{HashKey, PasswordEngine, SealingKeys},
    domain::{
        calendar::WorkingCalendar,
        ports::{Clock, Random},
        screening::Screening,
    },
    mail::Relay,
    policy::PolicyInForce,
    store::Store,
};

/// The hub: everything a use case needs, shared by all requests.
pub struct App {
    store: Store,
    policy: PolicyInForce,
    passwords: PasswordEngine,
    sealing: SealingKeys,
    hashes: HashKey,
    signer: SigningKey,
    library: library::Library,
    calendar: WorkingCalendar,
    screening: Screening,
    checked: keyring::CheckedKeys,
    sequencer: sequencer::Sequencer,
    scanner: Arc<dyn Scanner>,
    mail: Option<Relay>,
    places: places::Places,
    nobodies: nobodies::Nobodies,
    /// This process among the nodes of the hub.
    node: String,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    demonstration: bool,
    /// Who runs the hub, as pages say it.
    partnership: String,
    name: String,
    helpline: Option<Helpline>,
}

impl App {
    /// The time.
    pub fn now(&self) -> crate::domain::time::Timestamp {
        self.clock.now()
    }

    /// The random source.
    pub fn random(&self) -> &dyn Random {
        &*self.random
    }

    /// The questions that help somebody choose a pathway.
    pub const fn screening(&self) -> &Screening {
        &self.screening
    }

    /// Whether all in it is invented.
    pub const fn is_demonstration(&self) -> bool {
        self.demonstration
    }

    /// What people know the service as.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The partnership that runs the hub.
    pub fn partnership(&self) -> &str {
        &self.partnership
    }

    /// The number of whoever runs the hub, if the configuration gives one.
    pub const fn helpline(&self) -> Option<&Helpline> {
        self.helpline.as_ref()
    }

    /// Whether the database answers: for readiness.
    pub async fn is_ready(&self) -> bool {
        matches!(self.store.hub().await, Ok(Some(_)))
    }

    /// The database, for tests that look behind the doors.
    pub const fn store(&self) -> &Store {
        &self.store
    }
}
