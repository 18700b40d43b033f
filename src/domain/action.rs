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
        /// The hub's operator looks at the agencies of the partnership.
        ReadAgencies = "read-agencies",
        /// The hub's operator makes another code for the first administrator of an agency that has none yet.
        InviteAdministrator = "invite-administrator",
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
        /// Somebody who forgot their password or lost their second factor is let set new ones: their key and sessions are gone.
        ResetPerson = "reset-person",
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
        /// A team gets its next key, for those who are in it now: somebody may have had the present one who must not.
        ReplaceTeamKey = "replace-team-key",
        /// Compartments get their next keys, because a holder of the present ones has left. A job's alone: it needs no key.
        RenewKeys = "renew-keys",
        /// Looks at the keys of an agency's teams: fingerprints, epochs, who holds them, what is being renewed.
        ReadKeys = "read-keys",
        /// Has keys and grants held against the log.
        ReconcileKeys = "reconcile-keys",
        /// Stops the renewal of keys for a while.
        PauseRenewal = "pause-renewal",
        /// Lets it go on.
        ResumeRenewal = "resume-renewal",
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
        /// Says whether mail to an agency's people waits for working hours, unless they say otherwise.
        SetMailHours = "set-mail-hours",
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
        /// Seals to somebody's new key what was theirs by name, and is lost to them with the one that they had.
        GiveBack = "give-back",
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
    #[expect(clippy::too_many_lines, reason = "a table: a line an act")]
    pub const fn scope(self) -> Scope {
        match self {
            Self::ActivatePolicy
            | Self::ActivatePathway
            | Self::EnrolAgency
            | Self::ReadAgencies
            | Self::OpenHub
            | Self::RenewKeys
            | Self::ReadPathways => Scope::Hub,
            Self::EnrolCredentials
            | Self::InvitePerson
            | Self::SuspendPerson
            | Self::ReinstatePerson
            | Self::RemovePerson
            | Self::ResetPerson
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
            | Self::InviteAdministrator
            | Self::MakeAccount
            | Self::ReadPeople
            | Self::ReadMailboxes
            | Self::ResumeMail
            | Self::SetMailHours
            | Self::ReadSafeguardingLeads
            | Self::SetSafeguardingLeads
            | Self::AddAgreement
            | Self::EndAgreement
            | Self::ReadKeys
            | Self::ReconcileKeys
            | Self::PauseRenewal
            | Self::ResumeRenewal
            | Self::ReadLog
            | Self::ExportLog => Scope::Agency,
            Self::GivePlace
            | Self::SetTeamRegister
            | Self::ChangeRole
            | Self::EndPlace
            | Self::BearTeam
            | Self::AdmitMember
            | Self::ReadAdmissions
            | Self::RefuseMember
            | Self::ReplaceTeamKey => Scope::Team,
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
            Self::GiveBack
            | Self::SaveDraft
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

    /// Whether the act may seal something into a compartment, or give its key away: one whose key somebody must not have any more
    /// gets its next key first.
    pub const fn may_seal(self) -> bool {
        let hands_out = matches!(self, Self::PrintReferral | Self::DownloadFile | Self::DownloadOriginal | Self::ExportLog);
        !hands_out && !matches!(self.event_type(), EventType::Consult | EventType::Erase)
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
            | Self::GiveBack
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
            | Self::ReadAgencies
            | Self::ReadKeys
            | Self::ReadAccount => EventType::Consult,
            _ => EventType::Administer,
        }
    }
}
