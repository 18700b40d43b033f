//! Words, and every way in which bytes may spell them.

use std::{collections::HashMap, fs, path::Path};

use crate::support::{
    hub::Hub,
    raw::{Raw, hex},
};

/// A word as it is, in hexadecimal and in each of the ways that base64 can cut it.
fn spellings(word: &str) -> Vec<Vec<u8>> {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let mut spellings = vec![word.as_bytes().to_vec(), hex(word.as_bytes()).into_bytes()];
    for lead in 0..3_usize {
        let padded = [vec![b' '; lead], word.as_bytes().to_vec()].concat();
        let text = STANDARD.encode(&padded);
        // The ends depend on the neighbours; the middle does not.
        let middle = &text[if lead == 0 { 0 } else { 4 }..padded.len() / 3 * 4];
        if middle.len() >= 12 {
            spellings.push(middle.as_bytes().to_vec());
        }
    }
    spellings
}

/// All spellings of all words, found in one pass, whatever their case.
pub struct Net(HashMap<Vec<u8>, Vec<(Vec<u8>, String)>>);

/// No word is shorter.
const START: usize = 8;

impl Net {
    pub fn of(words: &[String]) -> Self {
        let mut net: HashMap<Vec<u8>, Vec<(Vec<u8>, String)>> = HashMap::new();
        for word in words {
            for spelling in spellings(word) {
                let spelling = spelling.to_ascii_lowercase();
                net.entry(spelling[..START].to_vec()).or_default().push((spelling, word.clone()));
            }
        }
        Self(net)
    }

    pub fn caught(&self, bytes: &[u8]) -> Option<&str> {
        let lower = bytes.to_ascii_lowercase();
        lower.windows(START).enumerate().find_map(|(at, start)| {
            let here = self.0.get(start)?;
            here.iter().find(|(spelling, _)| lower[at..].starts_with(spelling)).map(|(_, word)| word.as_str())
        })
    }

    pub fn assert_without(&self, place: &str, bytes: &[u8]) {
        assert_eq!(self.caught(bytes), None, "{place}");
    }
}

pub fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
    found
}

/// What the database holds, column by column, as its owner reads it.
pub async fn every_cell_is_clean(hub: &Hub, net: &Net) {
    let mut raw = Raw::owner(hub).await;
    // A word that stands in the clear on purpose: were it not caught, nothing would be.
    let (control, mut caught, mut cells) = (Net::of(&["tess.example".to_owned()]), 0, 0);
    for table in raw.schema().await.into_keys() {
        for row in raw.rows(&format!("SELECT * FROM {table}")).await {
            for cell in row {
                cells += 1;
                net.assert_without(&table, &cell.bytes());
                caught += usize::from(control.caught(&cell.bytes()).is_some());
            }
        }
    }
    assert!(cells > 2000 && caught > 0, "{cells}, {caught}");
}

#[test]
fn a_word_is_found_however_it_is_spelt() {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let net = Net::of(&["canarypremisesname".to_owned()]);
    for lead in 0..5 {
        let text = [vec![b'x'; lead], b"canarypremisesname".to_vec(), b"yz".to_vec()].concat();
        for spelt in [text.clone(), STANDARD.encode(&text).into_bytes(), hex(&text).into_bytes()] {
            assert!(net.caught(&spelt).is_some(), "{lead}");
        }
    }
    assert!(net.caught(b"a CanaryPremisesName b").is_some());
    assert!(net.caught(b"canary premises name").is_none() && net.caught(b"").is_none());
}
