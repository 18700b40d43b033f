//! The one thing in a photograph's EXIF block that is needed to draw it: which way is up.

const HEADER: &[u8] = b"Exif\0\0";
const ORIENTATION: u16 = 0x0112;

/// Which way is up, 1 to 8, if this APP1 segment's content is EXIF and says so.
pub(super) fn orientation(content: &[u8]) -> Option<u8> {
    let tiff = content.strip_prefix(HEADER)?;
    let little = match tiff.get(..4)? {
        b"II\x2a\0" => true,
        b"MM\0\x2a" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let bytes: [u8; 2] = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    };
    let long = |at: usize| {
        let bytes: [u8; 4] = tiff.get(at..at.checked_add(4)?)?.try_into().ok()?;
        usize::try_from(if little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) }).ok()
    };
    let directory = long(4)?;
    let entries = usize::from(short(directory)?);
    let found = (0..entries).find_map(|entry| {
        let at = directory.checked_add(2 + entry * 12)?;
        // One number of two bytes stands in the entry itself.
        (short(at)? == ORIENTATION && short(at + 2)? == 3).then(|| short(at + 8)).flatten()
    })?;
    u8::try_from(found).ok().filter(|up| (1..=8).contains(up))
}

/// A whole APP1 segment that says this and nothing else.
pub(super) fn segment(up: u8) -> Vec<u8> {
    let mut segment = vec![0xff, 0xe1, 0, 34];
    segment.extend_from_slice(HEADER);
    // Big-endian TIFF; its one directory at 8 with one entry: orientation, one SHORT; no further directory.
    segment.extend_from_slice(b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0");
    segment.extend_from_slice(&[up, 0, 0, 0, 0, 0, 0]);
    segment
}
