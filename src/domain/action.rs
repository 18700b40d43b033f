//! Every act the gate is asked about, named as `policies/policy.csv` names it.

coded_enum! {
    /// An act. The policy decides who may do it; the log says who did.
    pub enum Action {
        /// A policy file comes into force.
        ActivatePolicy = "activate-policy",
        /// A pathway file comes into force.
        ActivatePathway = "activate-pathway",
        /// An agency joins, with its recovery recipient.
        EnrolAgency = "enrol-agency",
        /// First set-up ends: from now on only people act.
        OpenHub = "open-hub",
        /// A team is made; it awaits its key.
        MakeTeam = "make-team",
        /// Who answers for a team is said.
        SetTeamRegister = "set-team-register",
        /// A person's account is made.
        MakeAccount = "make-account",
        /// Looks at the people of an agency.
        ReadPeople = "read-people",
        /// A code is made by which somebody joins whose account has been made.
        InvitePerson = "invite-person",
        /// A person gives the code of their invitation, and sees what to put into their authenticator app.
        TakeUpInvitation = "take-up-invitation",
        /// A person is given a place in a team, with a role.
        GivePlace = "give-place",
        /// The day of somebody's last safeguarding training is recorded.
        SetTraining = "set-training",
        /// A place in a team gets another role.
        ChangeRole = "change-role",
        /// Somebody cannot sign in any more, and loses what they hold of teams' keys.
        SuspendPerson = "suspend-person",
        /// Somebody who was suspended or had left is back.
        ReinstatePerson = "reinstate-person",
        /// Somebody leaves the agency: they cannot sign in any more, and their places end.
        RemovePerson = "remove-person",
        /// A place is ended.
        EndPlace = "end-place",
        /// A person sets password and second factor; their key is made and published.
        EnrolCredentials = "enrol-credentials",
        /// A lead makes the team's key.
        BearTeam = "bear-team",
        /// A lead gives a member the team's key.
        AdmitMember = "admit-member",
        /// A lead looks at who waits for the team's key.
        ReadAdmissions = "read-admissions",
        /// A lead says that somebody who waits does not get the team's key: their place ends.
        RefuseMember = "refuse-member",
        /// Gives the right password; the second factor is still to come.
        GivePassword = "give-password",
        /// Signs in.
        SignIn = "sign-in",
        /// Signs out of this session.
        SignOut = "sign-out",
        /// Signs out of every session.
        SignOutEverywhere = "sign-out-everywhere",
        /// Changes the own password.
        ChangePassword = "change-password",
        /// Ends one of the own sessions.
        EndSession = "end-session",
        /// Looks at the own account and places.
        ReadAccount = "read-account",
        /// Looks at the notices to oneself and one's teams.
        ListNotices = "list-notices",
        /// Marks a notice as read.
        MarkNotice = "mark-notice",
        /// Says where one's mail goes, or an agency's administrator for somebody of theirs.
        SetMailbox = "set-mailbox",
        /// Looks at whose mail comes back, in an agency.
        ReadMailboxes = "read-mailboxes",
        /// Lets mail go again to somebody whose mail came back.
        ResumeMail = "resume-mail",
        /// Looks at the list of pathways, or one definition.
        ReadPathways = "read-pathways",
        /// Says who goes on with the own drafts.
        ChooseDeputy = "choose-deputy",
        /// Says how others reach them at work.
        ChangeContact = "change-contact",
        /// Says when somebody is away: oneself, or a lead for one of their team.
        SetAbsence = "set-absence",
        /// Keeps a view of a queue under a name, or forgets one.
        ChangeViews = "change-views",
        /// Seals what was typed into a form whose session had ended, to the person who typed it.
        KeepForm = "keep-form",
        /// Opens what was kept of an own form.
        ReadKept = "read-kept",
        /// Erases what was kept of an own form: it was used, or is not wanted.
        EraseKept = "erase-kept",
        /// Erases what was kept of a form that nobody came back to in time.
        ExpireKept = "expire-kept",
        /// Begins a draft.
        StartDraft = "start-draft",
        /// Saves a section of a draft.
        SaveDraft = "save-draft",
        /// Opens a draft.
        ReadDraft = "read-draft",
        /// Looks at the list of drafts; one event for each shown.
        ListDrafts = "list-drafts",
        /// Takes up what a draft holds, to send it.
        SendDraft = "send-draft",
        /// Deletes a draft.
        DeleteDraft = "delete-draft",
        /// Deletes a draft that nobody sent in time.
        ExpireDraft = "expire-draft",
        /// Sends a referral.
        SubmitReferral = "submit-referral",
        /// Asks for advice without naming anybody.
        AskAdvice = "ask-advice",
        /// Looks at who checks for an agency, and who could.
        ReadSafeguardingLeads = "read-safeguarding-leads",
        /// Sets who checks, for an agency, what must be checked before it is shared.
        SetSafeguardingLeads = "set-safeguarding-leads",
        /// Looks at the list of what waits for a check; one event for each shown.
        ListChecks = "list-checks",
        /// Passes a checked referral on to the receiving team.
        PassCheck = "pass-check",
        /// Stops a referral at the check, with a reason.
        StopCheck = "stop-check",
        /// Sends what was stopped at the check all the same.
        SendStopped = "send-stopped",
        /// Takes up what was stopped at the check, to put it right and send it again.
        ChangeStopped = "change-stopped",
        /// Leaves it at the stop: the receiving team's key is erased.
        WithdrawStopped = "withdraw-stopped",
        /// Lets a referral go on that nobody has checked in time.
        ReleaseCheck = "release-check",
        /// Looks at the list of referrals sent; one event for each shown.
        ListSent = "list-sent",
        /// Looks at a team's queue; one event for each shown.
        ListQueue = "list-queue",
        /// Takes a referral that nobody of the team works on.
        ClaimReferral = "claim-referral",
        /// Gives back a referral that one has taken.
        ReleaseClaim = "release-claim",
        /// Hands a referral that one has taken to another member of the team.
        HandOver = "hand-over",
        /// Gives a referral to a member of the team, whoever has it.
        AssignReferral = "assign-referral",
        /// Decides on a referral.
        DecideReferral = "decide-referral",
        /// Closes a referral with a reason on record.
        CloseReferral = "close-referral",
        /// Closes a referral because another says the same.
        MarkDuplicate = "mark-duplicate",
        /// Takes a closed referral up again.
        ReopenReferral = "reopen-referral",
        /// Says that a step of the work is done, which stops its clock.
        MarkStep = "mark-step",
        /// Says that one does not agree with what the team decided.
        Disagree = "disagree",
        /// Passes a referral to another team: what is shared, and nothing of the team's own.
        RedirectReferral = "redirect-referral",
        /// Shares chosen items of a referral with a team or person of another.
        Share = "share",
        /// Ends a share: its recipient opens it no more.
        RecallShare = "recall-share",
        /// Decides not to share, with a reason on record.
        DeclineToShare = "decline-to-share",
        /// Lets somebody of another team read along in the receiving team's own words.
        GiveCaseworkAccess = "give-casework-access",
        /// Ends that: later words have a new key.
        EndCaseworkAccess = "end-casework-access",
        /// Adds an agreement between agencies to the register.
        AddAgreement = "add-agreement",
        /// Ends an agreement of the register.
        EndAgreement = "end-agreement",
        /// Looks at the list of what was shared with oneself or one's team; one event for each shown.
        ListShared = "list-shared",
        /// Opens what a compartment of a referral holds.
        ReadReferral = "read-referral",
        /// Prints what a compartment of a referral holds.
        PrintReferral = "print-referral",
        /// Marks answers as never to reach an agency, after they were sent.
        WithholdAnswer = "withhold-answer",
        /// Takes such a mark away.
        EndWithholding = "end-withholding",
        /// Looks at who has seen a referral.
        ReadAccess = "read-access",
        /// Adds answers to a referral that was sent.
        AddToReferral = "add-to-referral",
        /// Changes answers that were sent; the earlier ones stay beside them.
        AmendReferral = "amend-referral",
        /// Takes up an enquiry, to make a referral of it.
        TakeUpEnquiry = "take-up-enquiry",
        /// Writes a message on a referral.
        WriteMessage = "write-message",
        /// Asks the referrer something, and waits for the answer.
        AskReferrer = "ask-referrer",
        /// Asks the receiving team to withdraw what one sent.
        Retract = "retract",
        /// Passes up what is urgent and nobody has opened.
        Escalate = "escalate",
        /// Adds a file to a referral.
        AttachFile = "attach-file",
        /// Takes a file out of a draft: it is erased.
        RemoveFile = "remove-file",
        /// Downloads a file of a referral.
        DownloadFile = "download-file",
        /// Downloads a picture as it came, with what it tells of place and device.
        DownloadOriginal = "download-original",
        /// Puts a file into quarantine: from then on nobody downloads it.
        QuarantineFile = "quarantine-file",
        /// Lets a file out of quarantine: whoever reads it can download it again.
        LiftQuarantine = "lift-quarantine",
        /// Looks at the log.
        ReadLog = "read-log",
        /// Takes part of the log away as a file.
        ExportLog = "export-log",
    }
}

coded_enum! {
    /// The kinds of processing that must be told apart (DPA 2018 s.62(1)), and two of our own.
    pub enum EventType {
        /// Personal data comes in.
        Collect = "collect",
        /// Personal data is changed.
        Alter = "alter",
        /// Personal data is looked at.
        Consult = "consult",
        /// Personal data goes to a recipient.
        Disclose = "disclose",
        /// Personal data of two sources is brought together.
        Combine = "combine",
        /// Personal data is erased.
        Erase = "erase",
        /// Somebody signs in or out.
        Authenticate = "authenticate",
        /// The hub itself is looked after: agencies, teams, accounts, keys, policies.
        Administer = "administer",
    }
}

coded_enum! {
    /// What an act is about, and so which facts the policy is asked with.
    pub enum Scope {
        /// The hub as a whole; state = `setting-up` or `open`.
        Hub = "hub",
        /// One account; relation = `own` or not.
        Account = "account",
        /// One agency.
        Agency = "agency",
        /// One team; state = `awaiting-key` or `ready`.
        Team = "team",
        /// One referral; sensitivity and state are those of the referral.
        Referral = "referral",
        /// One compartment of a referral.
        Compartment = "compartment",
    }
}

impl Action {
    /// What the act is about.
    pub const fn scope(self) -> Scope {
        match self {
            Self::ActivatePolicy | Self::ActivatePathway | Self::EnrolAgency | Self::OpenHub | Self::ReadPathways => Scope::Hub,
            Self::EnrolCredentials
            | Self::InvitePerson
            | Self::SuspendPerson
            | Self::ReinstatePerson
            | Self::RemovePerson
            | Self::SetTraining
            | Self::TakeUpInvitation
            | Self::GivePassword
            | Self::SignIn
            | Self::SignOut
            | Self::SignOutEverywhere
            | Self::EndSession
            | Self::ChangePassword
            | Self::ReadAccount
            | Self::ListNotices
            | Self::MarkNotice
            | Self::SetMailbox
            | Self::ChooseDeputy
            | Self::ChangeContact
            | Self::SetAbsence
            | Self::ChangeViews
            | Self::KeepForm
            | Self::ReadKept
            | Self::EraseKept
            | Self::ExpireKept => Scope::Account,
            Self::MakeTeam
            | Self::MakeAccount
            | Self::ReadPeople
            | Self::ReadMailboxes
            | Self::ResumeMail
            | Self::ReadSafeguardingLeads
            | Self::SetSafeguardingLeads
            | Self::AddAgreement
            | Self::EndAgreement
            | Self::ReadLog
            | Self::ExportLog => Scope::Agency,
            Self::GivePlace
            | Self::SetTeamRegister
            | Self::ChangeRole
            | Self::EndPlace
            | Self::BearTeam
            | Self::AdmitMember
            | Self::ReadAdmissions
            | Self::RefuseMember => Scope::Team,
            Self::SubmitReferral
            | Self::AskAdvice
            | Self::StartDraft
            | Self::DeleteDraft
            | Self::ExpireDraft
            | Self::PassCheck
            | Self::StopCheck
            | Self::SendStopped
            | Self::WithdrawStopped
            | Self::ReleaseCheck
            | Self::ClaimReferral
            | Self::ReleaseClaim
            | Self::HandOver
            | Self::AssignReferral
            | Self::DecideReferral
            | Self::CloseReferral
            | Self::MarkDuplicate
            | Self::ReopenReferral
            | Self::MarkStep
            | Self::RecallShare
            | Self::DeclineToShare
            | Self::Disagree
            | Self::Retract
            | Self::WithholdAnswer
            | Self::EndWithholding
            | Self::Escalate => Scope::Referral,
            Self::SaveDraft
            | Self::ReadDraft
            | Self::ListDrafts
            | Self::SendDraft
            | Self::ListSent
            | Self::ListQueue
            | Self::ListChecks
            | Self::ReadReferral
            | Self::PrintReferral
            | Self::ReadAccess
            | Self::AddToReferral
            | Self::AmendReferral
            | Self::TakeUpEnquiry
            | Self::ChangeStopped
            | Self::WriteMessage
            | Self::AskReferrer
            | Self::RedirectReferral
            | Self::Share
            | Self::GiveCaseworkAccess
            | Self::EndCaseworkAccess
            | Self::ListShared
            | Self::AttachFile
            | Self::RemoveFile
            | Self::DownloadFile
            | Self::DownloadOriginal
            | Self::QuarantineFile
            | Self::LiftQuarantine => Scope::Compartment,
        }
    }

    /// Whether it is the receiving team's own business: the team that covers looks and writes, and leaves this to it.
    pub const fn is_of_the_desk(self) -> bool {
        matches!(
            self,
            Self::ClaimReferral
                | Self::ReleaseClaim
                | Self::HandOver
                | Self::AssignReferral
                | Self::DecideReferral
                | Self::CloseReferral
                | Self::MarkDuplicate
                | Self::ReopenReferral
                | Self::MarkStep
                | Self::RedirectReferral
                | Self::Share
                | Self::RecallShare
                | Self::DeclineToShare
                | Self::GiveCaseworkAccess
                | Self::EndCaseworkAccess
        )
    }

    /// Whether the team that covers leaves it to the desk: the desk's own business, and lifting what protects somebody.
    pub const fn is_left_by_cover(self) -> bool {
        // Who covers says who of them acts, and that somebody was reached.
        let shares = matches!(self, Self::ClaimReferral | Self::ReleaseClaim | Self::MarkStep);
        (self.is_of_the_desk() && !shares) || matches!(self, Self::EndWithholding | Self::LiftQuarantine)
    }

    /// Whether the act shows somebody what is in a referral, or who saw it, or gives it away: what those who hold it are told of.
    pub fn shows_a_referral(self) -> bool {
        matches!(self.event_type(), EventType::Consult | EventType::Disclose)
            && matches!(self.scope(), Scope::Referral | Scope::Compartment)
    }

    /// Which kind of processing the act is in the log.
    pub const fn event_type(self) -> EventType {
        match self {
            Self::TakeUpInvitation
            | Self::GivePassword
            | Self::SignIn
            | Self::SignOut
            | Self::SignOutEverywhere
            | Self::EndSession
            | Self::ChangePassword => EventType::Authenticate,
            Self::SubmitReferral
            | Self::AskAdvice
            | Self::AddToReferral
            | Self::WriteMessage
            | Self::StartDraft
            | Self::SaveDraft
            | Self::KeepForm
            | Self::AttachFile
            | Self::Disagree
            | Self::Retract
            | Self::AskReferrer => EventType::Collect,
            Self::EraseKept
            | Self::ExpireKept
            | Self::RemoveFile
            | Self::DeleteDraft
            | Self::ExpireDraft
            | Self::WithdrawStopped => EventType::Erase,
            Self::RedirectReferral
            | Self::Share
            | Self::GiveCaseworkAccess
            | Self::PassCheck
            | Self::SendStopped
            | Self::ReleaseCheck
            | Self::ExportLog
            | Self::PrintReferral
            | Self::DownloadFile
            | Self::DownloadOriginal => EventType::Disclose,
            Self::StopCheck
            | Self::AmendReferral
            | Self::QuarantineFile
            | Self::LiftQuarantine
            | Self::ClaimReferral
            | Self::ReleaseClaim
            | Self::HandOver
            | Self::AssignReferral
            | Self::DecideReferral
            | Self::CloseReferral
            | Self::MarkDuplicate
            | Self::ReopenReferral
            | Self::MarkStep
            | Self::RecallShare
            | Self::DeclineToShare
            | Self::EndCaseworkAccess
            | Self::WithholdAnswer
            | Self::EndWithholding
            | Self::Escalate => EventType::Alter,
            Self::ListShared
            | Self::ListSent
            | Self::ListQueue
            | Self::ListChecks
            | Self::ReadReferral
            | Self::ReadAccess
            | Self::TakeUpEnquiry
            | Self::ChangeStopped
            | Self::ReadDraft
            | Self::ReadKept
            | Self::ListDrafts
            | Self::SendDraft
            | Self::ReadLog
            | Self::ReadSafeguardingLeads
            | Self::ListNotices
            | Self::MarkNotice
            | Self::ReadMailboxes
            | Self::ReadPeople
            | Self::ReadAccount => EventType::Consult,
            _ => EventType::Administer,
        }
    }

    /// The act in words, past tense, for the log: "Dana Example …".
    #[expect(clippy::too_many_lines, reason = "a line an act, and nothing else")]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::ActivatePolicy => "put a policy into force",
            Self::ActivatePathway => "put a pathway into force",
            Self::EnrolAgency => "enrolled an agency",
            Self::OpenHub => "ended first set-up",
            Self::MakeTeam => "made a team",
            Self::SetTeamRegister => "said who answers for a team",
            Self::MakeAccount => "made an account",
            Self::ReadPeople => "looked at the people of an agency",
            Self::InvitePerson => "made an invitation for somebody",
            Self::TakeUpInvitation => "gave the code of their invitation",
            Self::GivePlace => "gave somebody a place in a team",
            Self::EndPlace => "ended somebody's place in a team",
            Self::ChangeRole => "gave somebody another role in a team",
            Self::SetTraining => "recorded when somebody was last trained",
            Self::SuspendPerson => "suspended somebody",
            Self::ReinstatePerson => "had somebody back who was suspended or had left",
            Self::RemovePerson => "recorded that somebody left the agency",
            Self::EnrolCredentials => "set a password and second factor",
            Self::BearTeam => "made a team's key",
            Self::AdmitMember => "gave a member the team's key",
            Self::ReadAdmissions => "looked at who waits for the team's key",
            Self::RefuseMember => "refused a member the team's key",
            Self::GivePassword => "gave their password",
            Self::SignIn => "signed in",
            Self::SignOut => "signed out",
            Self::SignOutEverywhere => "signed out everywhere",
            Self::ChangePassword => "changed their password",
            Self::EndSession => "ended one of their sessions",
            Self::ReadAccount => "looked at their own account",
            Self::ListNotices => "looked at their notices",
            Self::MarkNotice => "marked a notice as read",
            Self::SetMailbox => "said where somebody’s mail goes",
            Self::ReadMailboxes => "looked at whose mail comes back",
            Self::ResumeMail => "let mail go again to somebody whose mail came back",
            Self::ReadPathways => "looked at the pathways",
            Self::ChangeContact => "said how they are reached at work",
            Self::SetAbsence => "said when somebody is away, or that they are back",
            Self::ChangeViews => "changed the views of queues that they keep",
            Self::ChooseDeputy => "said who goes on with their drafts",
            Self::KeepForm => "kept what somebody typed after their session had ended",
            Self::ReadKept => "opened what was kept of their form",
            Self::EraseKept => "erased what was kept of their form",
            Self::ExpireKept => "erased what was kept of a form and not fetched in time",
            Self::StartDraft => "began a draft",
            Self::SaveDraft => "saved a section of a draft",
            Self::ReadDraft => "opened a draft",
            Self::ListDrafts => "saw a draft in the list of their drafts",
            Self::SendDraft => "took up a draft to send it",
            Self::DeleteDraft => "deleted a draft",
            Self::ExpireDraft => "deleted a draft that was not sent in time",
            Self::SubmitReferral => "sent a referral",
            Self::AskAdvice => "asked for advice without naming anybody",
            Self::ReadSafeguardingLeads => "looked at who checks for an agency",
            Self::SetSafeguardingLeads => "set who checks for an agency",
            Self::ListChecks => "saw a referral in the list of those to check",
            Self::PassCheck => "passed a referral on after checking it",
            Self::StopCheck => "stopped a referral at the check",
            Self::SendStopped => "sent a referral without waiting for the check, or all the same after it was stopped",
            Self::ChangeStopped => "took up a referral that was stopped at the check, to put it right",
            Self::WithdrawStopped => "left a referral unsent that was stopped at the check",
            Self::ReleaseCheck => "let a referral go on that nobody had checked in time",
            Self::ListSent => "saw a referral in the list of those sent",
            Self::ListQueue => "saw a referral in a team's queue",
            Self::ClaimReferral => "took a referral to work on",
            Self::ReleaseClaim => "gave back a referral they had taken",
            Self::HandOver => "handed a referral to a colleague",
            Self::AssignReferral => "gave a referral to a member of the team",
            Self::DecideReferral => "decided on a referral",
            Self::CloseReferral => "closed a referral",
            Self::MarkDuplicate => "closed a referral as a duplicate",
            Self::ReopenReferral => "took up a closed referral again",
            Self::MarkStep => "marked a step of the work as done",
            Self::Disagree => "said that they do not agree with a decision",
            Self::RedirectReferral => "passed a referral to another team",
            Self::Share => "shared chosen parts of a referral",
            Self::RecallShare => "recalled what was shared of a referral",
            Self::DeclineToShare => "decided not to share a referral",
            Self::GiveCaseworkAccess => "let somebody read along in the team's own words",
            Self::EndCaseworkAccess => "ended somebody's reading along in the team's own words",
            Self::WithholdAnswer => "marked answers of a referral as never to reach an agency",
            Self::EndWithholding => "took away the mark that an answer must never reach an agency",
            Self::AddAgreement => "added an agreement to share to the register",
            Self::EndAgreement => "ended an agreement to share",
            Self::ListShared => "saw a referral in the list of what was shared with them",
            Self::ReadReferral => "opened a referral",
            Self::PrintReferral => "printed a referral",
            Self::ReadAccess => "looked at who has seen a referral",
            Self::AddToReferral => "added answers to a referral",
            Self::AmendReferral => "changed answers that they had sent",
            Self::TakeUpEnquiry => "took up a question to make a referral of it",
            Self::WriteMessage => "wrote a message on a referral",
            Self::AskReferrer => "asked the referrer something",
            Self::Retract => "asked to withdraw a referral",
            Self::Escalate => "passed up an urgent referral that nobody had opened",
            Self::AttachFile => "added a file",
            Self::RemoveFile => "took a file out of a draft",
            Self::DownloadFile => "downloaded a file of a referral",
            Self::DownloadOriginal => "downloaded a picture as it came",
            Self::QuarantineFile => "put a file into quarantine",
            Self::LiftQuarantine => "let a file out of quarantine",
            Self::ReadLog => "read the log",
            Self::ExportLog => "took part of the log away as a file",
        }
    }
}
