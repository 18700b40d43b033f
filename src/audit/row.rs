//! The digest of a written-once row over all its columns, which the event that wrote it vouches for.

use sha2::{Digest, Sha256};

/// A column's value as rows hold it on both databases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// BIGINT.
    Int(i64),
    /// TEXT.
    Text(String),
    /// BLOB or BYTEA.
    Bytes(Vec<u8>),
    /// NULL.
    Null,
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Option<String>> for Value {
    fn from(text: Option<String>) -> Self {
        text.map_or(Self::Null, Self::Text)
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

/// A written-once row: the table it stands in, its id and every column by name.
pub trait WrittenOnce {
    /// The table.
    const TABLE: &'static str;
    /// The id that findings name it by.
    fn id(&self) -> String;
    /// Every column of the table, by name, in the order of the migration; a test compares the names with the schema.
    fn columns(&self) -> Vec<(&'static str, Value)>;

    /// What the event vouches for.
    fn vouch(&self) -> Vouch {
        Vouch { table: Self::TABLE.to_owned(), id: self.id(), digest: digest(Self::TABLE, &self.columns()) }
    }
}

/// "This event wrote this row, and this is its digest."
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vouch {
    /// The table.
    pub table: String,
    /// The row's id.
    pub id: String,
    /// See [`digest`].
    pub digest: [u8; 32],
}

coded_enum! {
    /// Sealed bytes that an event may erase.
    pub enum Erasable {
        /// The ciphertext of an entry.
        Entry = "entry",
        /// The wrapped key of a grant.
        Grant = "grant",
        /// The ciphertext of a form that was kept for the person who typed it.
        Kept = "kept",
        /// A team's wrapped key.
        Wrap = "wrap",
        /// The blob of a file; whoever sweeps the blobs removes it.
        Attachment = "attachment",
    }
}

/// What a transaction wrote for good, for its event to tell.
#[derive(Debug, Clone, Default)]
pub struct Written {
    /// The rows that the event vouches for.
    pub vouches: Vec<Vouch>,
    /// Whose sealed bytes it erased: the kind, and the id of the row that stays.
    pub erased: Vec<(Erasable, String)>,
}

/// SHA-256 over `exchange-row/v1`, table, and for each column name, kind and value, each preceded by its length as eight
/// big-endian bytes, so that no two different rows give the same bytes.
pub fn digest(table: &str, columns: &[(&'static str, Value)]) -> [u8; 32] {
    let mut hash = Sha256::new();
    let mut put = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    put(b"exchange-row/v1");
    put(table.as_bytes());
    for (name, value) in columns {
        put(name.as_bytes());
        match value {
            Value::Int(number) => {
                put(b"int");
                put(&number.to_be_bytes());
            }
            Value::Text(text) => {
                put(b"text");
                put(text.as_bytes());
            }
            Value::Bytes(bytes) => {
                put(b"bytes");
                put(bytes);
            }
            Value::Null => put(b"null"),
        }
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_a_row_counts() {
        let row = |name: &'static str, value| digest("entry", &[(name, value)]);
        let all = [
            row("a", Value::Int(1)),
            row("b", Value::Int(1)),
            row("a", Value::Int(2)),
            row("a", Value::Text("1".into())),
            row("a", Value::Bytes(b"1".to_vec())),
            row("a", Value::Null),
            digest("entry", &[]),
            digest("grant_", &[("a", Value::Int(1))]),
            digest("entry", &[("a", Value::Int(1)), ("a", Value::Int(1))]),
        ];
        for (at, one) in all.iter().enumerate() {
            assert!(all.iter().skip(at + 1).all(|other| other != one), "{at}");
        }
    }
}
