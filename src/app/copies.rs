//! Copies: items of a referral as they stand in a share. A copy is of the source's kind, author and time; what is sealed begins
//! with the id of its source, so that whoever holds both sees one.

use super::Error;
use crate::domain::{compartment::CompartmentKind, ids::EntryId};

const ID: usize = 16;

/// What is sealed for a copy.
pub(super) fn written(source: EntryId, content: &[u8]) -> Vec<u8> {
    [&source.to_bytes()[..], content].concat()
}

/// The content of an item out of a compartment of this kind and, of a copy, what it is a copy of.
pub(super) fn content(kind: Option<CompartmentKind>, opened: &[u8]) -> Result<(Option<EntryId>, &[u8]), Error> {
    if kind != Some(CompartmentKind::Share) {
        return Ok((None, opened));
    }
    let (source, content) = opened.split_first_chunk::<ID>().ok_or(Error::Integrity("a copy does not say of what"))?;
    Ok((Some(EntryId::from_bytes(*source)), content))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_reads_back_with_its_source_and_nothing_else_is_one() {
        let source = EntryId::from_bytes([7; ID]);
        let sealed = written(source, b"said");
        assert!(matches!(content(Some(CompartmentKind::Share), &sealed), Ok((Some(read), b"said")) if read == source));
        assert!(matches!(content(Some(CompartmentKind::Casework), &sealed), Ok((None, whole)) if whole == sealed));
        assert!(content(Some(CompartmentKind::Share), b"short").is_err());
        assert!(matches!(content(Some(CompartmentKind::Share), &written(source, b"")), Ok((Some(_), b""))));
    }
}
