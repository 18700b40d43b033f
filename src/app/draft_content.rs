//! What is sealed of a draft's section: JSON of its id and its fields, as typed.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Error;
use crate::domain::draft::Part;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    section: String,
    fields: Vec<(String, String)>,
}

/// The bytes to seal.
pub(super) fn write(part: &Part) -> Result<Zeroizing<Vec<u8>>, Error> {
    let content = Content { section: part.section.clone(), fields: part.fields.clone() };
    serde_json::to_vec(&content).map(Zeroizing::new).map_err(|error| Error::Internal(Box::new(error)))
}

/// What was sealed as the newest saving of a section; another section's is refused, however it came to stand there.
pub(super) fn read(section: &str, bytes: &[u8]) -> Result<Part, Error> {
    let content: Content = serde_json::from_slice(bytes).map_err(|_| Error::Integrity("a section of a draft cannot be read"))?;
    if content.section != section {
        return Err(Error::Integrity("a section of a draft is another section's"));
    }
    Ok(Part { section: content.section, fields: content.fields })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_reads_back_as_itself_only() {
        let fields = vec![("a".to_owned(), "1".to_owned()), ("a".to_owned(), String::new())];
        let part = Part { section: "about".into(), fields };
        let bytes = write(&part).expect("writes");
        assert_eq!(read("about", &bytes).expect("reads"), part);
        assert!(matches!(read("other", &bytes), Err(Error::Integrity(_))));
        assert!(matches!(read("about", b"{}"), Err(Error::Integrity(_))));
    }
}
