//! The plaintext of a sealed item. Every version keeps its reader for ever.
//!
//! Version 1: version byte · referral · compartment · epoch · entry · entry's version · author · length of the kind (one byte) ·
//! kind's code · length of the content · content · zeros up to the padded length. Ids are 16 bytes, numbers eight, big-endian.

use zeroize::Zeroizing;

use super::{OpenError, bytes::Reader};
use crate::domain::{
    compartment::EntryKind,
    ids::{CompartmentId, EntryId, ReferralId, UserId},
};

/// What the row says about a sealed item; sealed in with it and compared on opening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealContext {
    /// The referral.
    pub referral: ReferralId,
    /// The compartment whose recipient it is sealed to.
    pub compartment: CompartmentId,
    /// The epoch of the compartment's key.
    pub epoch: i64,
    /// The entry.
    pub entry: EntryId,
    /// The entry's version, counted from 1.
    pub version: i64,
    /// Who wrote it.
    pub author: UserId,
    /// What it is.
    pub kind: EntryKind,
}

/// The least that any item looks like, in bytes.
pub(super) const FLOOR: usize = 512;

const VERSION: u8 = 1;

/// Everything that stands before the content: what a stream of it is opened by.
pub(super) fn head(at: &SealContext, content_length: u64) -> Vec<u8> {
    [&[VERSION][..], &head_v1(at), &content_length.to_be_bytes()].concat()
}

/// The plaintext to be sealed.
pub(super) fn write(at: &SealContext, content: &[u8]) -> Zeroizing<Vec<u8>> {
    let head = head(at, content.len() as u64);
    let length = head.len() + content.len();
    let mut plain = Zeroizing::new(Vec::with_capacity(padded(length)));
    plain.extend_from_slice(&head);
    plain.extend_from_slice(content);
    plain.resize(padded(length), 0);
    plain
}

/// The content of a plaintext that speaks of this context and of no other.
pub(super) fn read(at: &SealContext, plain: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let mut reader = Reader(plain);
    match reader.byte() {
        None => Err(OpenError::Damaged),
        Some(VERSION) => read_v1(at, reader, plain.len()),
        Some(_) => Err(OpenError::WrongVersion),
    }
}

fn read_v1(at: &SealContext, mut reader: Reader<'_>, total: usize) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    // The kind's code has a length of its own, so the item's head is measured before it is compared.
    let fixed = reader.slice(FIXED_V1).ok_or(OpenError::Damaged)?;
    let kind_length = reader.byte().ok_or(OpenError::Damaged)?;
    let kind = reader.slice(kind_length.into()).ok_or(OpenError::Damaged)?;
    if [fixed, &[kind_length], kind].concat() != head_v1(at) {
        return Err(OpenError::WrongContext);
    }
    let length = reader.array().map(u64::from_be_bytes).and_then(|length| usize::try_from(length).ok());
    let content = length.and_then(|length| reader.slice(length)).ok_or(OpenError::Damaged)?;
    let canonical = total == padded(total - reader.0.len()) && reader.0.iter().all(|byte| *byte == 0);
    if canonical { Ok(Zeroizing::new(content.to_vec())) } else { Err(OpenError::Damaged) }
}

/// Four ids and two numbers.
const FIXED_V1: usize = 4 * 16 + 2 * 8;

fn head_v1(at: &SealContext) -> Vec<u8> {
    let kind = at.kind.code().as_bytes();
    // Codes are short words of this program.
    let kind_length = u8::try_from(kind.len()).unwrap_or_else(|_| unreachable!("a kind's code is shorter than 256 bytes"));
    [
        &at.referral.to_bytes()[..],
        &at.compartment.to_bytes(),
        &at.epoch.to_be_bytes(),
        &at.entry.to_bytes(),
        &at.version.to_be_bytes(),
        &at.author.to_bytes(),
        &[kind_length],
        kind,
    ]
    .concat()
}

/// Padmé (Nikitin and others, 2019, "Reducing metadata leakage from encrypted files"): lengths keep only their leading bits, so
/// that an observer learns O(log log n) bits of the true one, for at most 12 % more; and nothing is shorter than the floor.
pub(super) fn padded(length: usize) -> usize {
    if length <= FLOOR {
        return FLOOR;
    }
    let exponent = length.ilog2();
    let kept = exponent.ilog2() + 1;
    let mask = (1_usize << (exponent - kept)) - 1;
    length.saturating_add(mask) & !mask
}
