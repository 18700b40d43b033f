//! Drafts' clear facts. A draft is found through the caller's live grants, never otherwise.

use sqlx::QueryBuilder;

use super::{
    Error, Store, Tx,
    error::{known, sound},
    grants::live,
    head::{Head, HeadRow, held_by},
};
use crate::{
    audit::row::Erasable,
    domain::{
        draft::DraftState,
        enquiry::FormKind,
        ids::{AgencyId, EntryId, ReferralId, UserId},
        reference::Reference,
        sensitivity::Sensitivity,
        time::Timestamp,
    },
};

/// A draft as lists and the gate know it.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Its id, which the referral keeps.
    pub id: ReferralId,
    /// Its reference, which the referral keeps.
    pub reference: Reference,
    /// The pathway.
    pub pathway: String,
    /// The version of the pathway that it is filled in by, hexadecimal.
    pub pathway_version: String,
    /// The pathway's sensitivity.
    pub sensitivity: Sensitivity,
    /// Who began it.
    pub owner: UserId,
    /// Of which agency.
    pub agency: AgencyId,
    /// Who else goes on with it.
    pub deputy: Option<UserId>,
    /// Where it stands.
    pub state: DraftState,
    /// Counts changes.
    pub revision: i64,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it was last saved.
    pub saved_at: Timestamp,
    /// Which of the pathway's forms it fills in.
    pub kind: FormKind,
}

/// The newest saving of one section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftPart {
    /// The section's id.
    pub section: String,
    /// The entry that holds it.
    pub entry: EntryId,
    /// How often the section was saved.
    pub revision: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(flatten)]
    head: HeadRow,
    owner: String,
    agency: String,
    deputy: Option<String>,
    state: String,
    created_at: i64,
    saved_at: i64,
    kind: String,
}

impl Row {
    fn draft(self) -> Result<Draft, Error> {
        let Head { id, reference, pathway, pathway_version, sensitivity, revision } = self.head.head()?;
        Ok(Draft {
            id,
            reference,
            pathway,
            pathway_version,
            sensitivity,
            owner: sound(UserId::parse(&self.owner), "draft.owner")?,
            agency: sound(AgencyId::parse(&self.agency), "draft.agency")?,
            deputy: self.deputy.map(|id| sound(UserId::parse(&id), "draft.deputy")).transpose()?,
            state: known(DraftState::parse(&self.state), "draft.state")?,
            revision,
            created_at: Timestamp::from_millis(self.created_at),
            saved_at: Timestamp::from_millis(self.saved_at),
            kind: known(FormKind::parse(&self.kind), "draft.kind")?,
        })
    }
}

pub(super) async fn held_revision(tx: &mut Tx, id: ReferralId) -> Result<Option<i64>, Error> {
    let sql = held!(tx, "SELECT revision FROM draft WHERE id = $1");
    let row: Option<(i64,)> = within!(tx, c => sqlx::query_as(sql).bind(id.to_string()).fetch_optional(c).await)?;
    Ok(row.map(|(revision,)| revision))
}

impl Store {
    /// The open draft with this reference, if any of these holders has a live grant on it. One query, whether or not it exists.
    pub async fn draft_seen_by(&self, reference: Reference, holders: &[String]) -> Result<Option<Draft>, Error> {
        let row: Option<Row> = on!(self, p => {
            let mut query = QueryBuilder::new("SELECT d.* FROM draft d WHERE d.state = 'open' AND d.reference = ");
            query.push_bind(reference.to_string());
            held_by!(query, "d", holders);
            query.build_query_as().fetch_optional(p).await
        })?;
        row.map(Row::draft).transpose()
    }

    /// The draft of a person's own, or of one they were deputy for, that ended and was never sent.
    pub async fn ended_draft(&self, reference: Reference, user: UserId) -> Result<Option<Draft>, Error> {
        const SQL: &str = "SELECT d.* FROM reference x JOIN draft d ON d.id = x.id WHERE x.code = $1 \
             AND (d.owner = $2 OR d.deputy = $2) AND d.state IN ('deleted', 'expired')";
        let (code, user) = (reference.to_string(), user.to_string());
        let row = on!(self, p => sqlx::query_as::<_, Row>(SQL).bind(code).bind(user).fetch_optional(p).await)?;
        row.map(Row::draft).transpose()
    }

    /// The open drafts on which a person has a live grant, the one last saved first.
    pub async fn drafts_of(&self, user: UserId, limit: i64) -> Result<Vec<Draft>, Error> {
        const SQL: &str = concat!(
            "SELECT d.* FROM draft d WHERE d.state = 'open' AND EXISTS (SELECT 1 FROM grant_made g ",
            "WHERE g.referral = d.id AND g.to_id = $1 AND ",
            live!(),
            ") ORDER BY d.saved_at DESC, d.id DESC LIMIT $2"
        );
        let rows = on!(self, p => sqlx::query_as::<_, Row>(SQL).bind(user.to_string()).bind(limit).fetch_all(p).await)?;
        rows.into_iter().map(Row::draft).collect()
    }

    /// The open drafts that nobody has saved since a moment, the oldest first.
    pub async fn drafts_saved_before(&self, moment: Timestamp, limit: i64) -> Result<Vec<Draft>, Error> {
        const SQL: &str = "SELECT * FROM draft WHERE state = 'open' AND saved_at <= $1 ORDER BY saved_at, id LIMIT $2";
        let rows = on!(self, p => sqlx::query_as::<_, Row>(SQL).bind(moment.millis()).bind(limit).fetch_all(p).await)?;
        rows.into_iter().map(Row::draft).collect()
    }

    /// The newest saving of each section of a draft.
    pub async fn draft_parts(&self, id: ReferralId) -> Result<Vec<DraftPart>, Error> {
        const SQL: &str = "SELECT section, entry, revision FROM draft_part WHERE draft = $1 ORDER BY section";
        let rows: Vec<(String, String, i64)> = on!(self, p => sqlx::query_as(SQL).bind(id.to_string()).fetch_all(p).await)?;
        let part = |(section, entry, revision): (String, String, i64)| {
            Ok(DraftPart { section, entry: sound(EntryId::parse(&entry), "draft_part.entry")?, revision })
        };
        rows.into_iter().map(part).collect()
    }
}

impl Tx {
    /// Keeps a reference for an id; one that is kept already stays.
    ///
    /// # Errors
    /// A duplicate in `reference` when another id has it: draw another.
    pub(super) async fn keep_reference(&mut self, id: ReferralId, reference: Reference) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO reference (id, code) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";
        within!(self, c => sqlx::query(SQL).bind(id.to_string()).bind(reference.to_string()).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Stores a draft that was just begun.
    ///
    /// # Errors
    /// A duplicate in `reference` when the reference is taken: draw another.
    pub async fn insert_draft(&mut self, draft: &Draft) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO draft (id, reference, pathway, pathway_version, sensitivity, owner, agency, deputy, state, \
             revision, created_at, saved_at, kind) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
        self.keep_reference(draft.id, draft.reference).await?;
        within!(self, c => sqlx::query(SQL)
            .bind(draft.id.to_string())
            .bind(draft.reference.to_string())
            .bind(&draft.pathway)
            .bind(&draft.pathway_version)
            .bind(draft.sensitivity.code())
            .bind(draft.owner.to_string())
            .bind(draft.agency.to_string())
            .bind(draft.deputy.map(|deputy| deputy.to_string()))
            .bind(draft.state.code())
            .bind(draft.revision)
            .bind(draft.created_at.millis())
            .bind(draft.saved_at.millis())
            .bind(draft.kind.code())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Notes that a draft was saved, if it is open and still stands at the revision expected.
    pub async fn touch_draft(&mut self, id: ReferralId, revision: i64, at: Timestamp) -> Result<bool, Error> {
        const SQL: &str =
            "UPDATE draft SET saved_at = $3, revision = revision + 1 WHERE id = $1 AND revision = $2 AND state = 'open'";
        let rows = within!(self, c => sqlx::query(SQL)
            .bind(id.to_string())
            .bind(revision)
            .bind(at.millis())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        self.moved(id);
        Ok(rows == 1)
    }

    /// Says who else goes on with a draft, if it is open and still stands at the revision expected.
    pub async fn change_deputy(&mut self, id: ReferralId, revision: i64, deputy: Option<UserId>) -> Result<bool, Error> {
        const SQL: &str =
            "UPDATE draft SET deputy = $3, revision = revision + 1 WHERE id = $1 AND revision = $2 AND state = 'open'";
        let rows = within!(self, c => sqlx::query(SQL)
            .bind(id.to_string())
            .bind(revision)
            .bind(deputy.map(|deputy| deputy.to_string()))
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        self.moved(id);
        Ok(rows == 1)
    }

    /// Makes an entry the newest saving of its section, if the section was saved as often as expected.
    pub async fn save_part(&mut self, id: ReferralId, section: &str, entry: EntryId, expected: i64) -> Result<bool, Error> {
        const FIRST: &str =
            "INSERT INTO draft_part (draft, section, entry, revision) VALUES ($1, $2, $3, 1) ON CONFLICT DO NOTHING";
        const LATER: &str =
            "UPDATE draft_part SET entry = $3, revision = revision + 1 WHERE draft = $1 AND section = $2 AND revision = $4";
        let rows = if expected == 0 {
            within!(self, c => sqlx::query(FIRST)
                .bind(id.to_string())
                .bind(section)
                .bind(entry.to_string())
                .execute(c)
                .await
                .map(|done| done.rows_affected()))
        } else {
            within!(self, c => sqlx::query(LATER)
                .bind(id.to_string())
                .bind(section)
                .bind(entry.to_string())
                .bind(expected)
                .execute(c)
                .await
                .map(|done| done.rows_affected()))
        }?;
        Ok(rows == 1)
    }

    /// The savings of a draft's sections that later ones have replaced, and whose sealed bytes are still there.
    pub async fn superseded(&mut self, id: ReferralId) -> Result<Vec<EntryId>, Error> {
        const SQL: &str = "SELECT e.id FROM entry e JOIN entry_bytes b ON b.entry = e.id JOIN compartment c ON c.id = e.compartment \
             WHERE e.referral = $1 AND c.kind = 'draft' AND e.kind = 'draft' \
             AND NOT EXISTS (SELECT 1 FROM draft_part p WHERE p.draft = $1 AND p.entry = e.id) ORDER BY e.at, e.id";
        let ids: Vec<(String,)> = within!(self, c => sqlx::query_as(SQL).bind(id.to_string()).fetch_all(c).await)?;
        ids.into_iter().map(|(id,)| sound(EntryId::parse(&id), "entry.id")).collect()
    }

    /// Puts another entry in the place of a section's newest saving, which says the same.
    pub async fn replace_part(&mut self, id: ReferralId, section: &str, entry: EntryId) -> Result<(), Error> {
        const SQL: &str = "UPDATE draft_part SET entry = $3 WHERE draft = $1 AND section = $2";
        within!(self, c => sqlx::query(SQL)
            .bind(id.to_string())
            .bind(section)
            .bind(entry.to_string())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Ends a draft, if it is open and still stands at the revision expected.
    pub async fn end_draft(&mut self, id: ReferralId, revision: i64, state: DraftState) -> Result<bool, Error> {
        const SQL: &str =
            "UPDATE draft SET state = $3, revision = revision + 1 WHERE id = $1 AND revision = $2 AND state = 'open'";
        let rows = within!(self, c => sqlx::query(SQL)
            .bind(id.to_string())
            .bind(revision)
            .bind(state.code())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        self.moved(id);
        Ok(rows == 1)
    }

    /// Erases whatever was sealed in a draft or kept for it, with its list of sections.
    pub async fn erase_draft(&mut self, id: ReferralId, reference: Reference) -> Result<(), Error> {
        const PARTS: &str = "DELETE FROM draft_part WHERE draft = $1";
        self.erase_sealed_draft(id).await?;
        self.erase_kept_of(reference).await?;
        within!(self, c => sqlx::query(PARTS).bind(id.to_string()).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Erases every saving of every section of a draft, and the keys that opened them.
    pub async fn erase_sealed_draft(&mut self, id: ReferralId) -> Result<(), Error> {
        const ENTRIES: &str = "SELECT e.id FROM entry e JOIN entry_bytes b ON b.entry = e.id JOIN compartment c ON c.id = e.compartment \
             WHERE e.referral = $1 AND c.kind = 'draft' ORDER BY e.at, e.id";
        const GRANTS: &str = "SELECT g.id FROM grant_made g JOIN grant_bytes b ON b.grant_id = g.id \
             JOIN compartment c ON c.id = g.compartment WHERE g.referral = $1 AND c.kind = 'draft' ORDER BY g.id";
        for (what, sql) in [(Erasable::Entry, ENTRIES), (Erasable::Grant, GRANTS)] {
            let ids: Vec<(String,)> = within!(self, c => sqlx::query_as(sql).bind(id.to_string()).fetch_all(c).await)?;
            for (id,) in ids {
                self.erase(what, id).await?;
            }
        }
        Ok(())
    }
}
