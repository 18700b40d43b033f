//! An agency's recovery key, split into shares: any `threshold` of them make it again, and one fewer tell nothing of it.
//!
//! A share is written `share-2-of-5` and, after a `1`, Bech32m over: the threshold, the first 64 bits of the recipient's digest
//! and its own 32 bytes. The checksum covers the name too, so that a share which was mistyped is told from one of another key.

use bech32::{Bech32m, Hrp, primitives::decode::CheckedHrpstring};
use rand::{TryCryptoRng, TryRng};
use vsss_rs::Gf256;
use zeroize::Zeroizing;

use super::{Identity, Recipient, bytes::sha256};
use crate::domain::ports::Random;

/// Fewest shares that make a key: no one person holds it alone.
pub const FEWEST: u8 = 2;
/// Most shares that a key is split into.
pub const MOST: u8 = 16;

const MARK: usize = 8;
const SECRET: usize = 32;

/// One of the shares of a recovery key. Never stored, wiped when dropped.
pub struct RecoveryShare {
    number: u8,
    of: u8,
    threshold: u8,
    mark: [u8; MARK],
    secret: Zeroizing<[u8; SECRET]>,
}

/// Why a key was not split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key is split into {FEWEST} to {MOST} shares, of which {FEWEST} or more, and no more than there are, make it again")]
pub struct BadSplit;

/// Why shares do not make a key; names the share, never what it holds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadShare {
    /// The text is none; who reads it knows which they typed.
    #[error("this is no share: it begins with share-, a number, -of- and a number")]
    NotOne,
    /// A character of it was changed, left out or added.
    #[error("share {0} of {1} was mistyped: compare it with the paper, group by group")]
    Mistyped(u8, u8),
    /// The same share again.
    #[error("share {0} was given already: another one is needed")]
    Twice(u8),
    /// A share of another key than the first.
    #[error("share {0} belongs to another key than the first")]
    Another(u8),
    /// Fewer than are needed.
    #[error("{0} shares are needed, and there are {1}")]
    TooFew(u8, usize),
    /// All is well written, and the key that comes out is not the one that the shares name.
    #[error("the shares do not make the key that they name: one of them was made up")]
    Wrong,
}

/// The injected source as the splitting crate takes it.
struct Source<'r>(&'r dyn Random);

impl TryRng for Source<'_> {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, buffer: &mut [u8]) -> Result<(), Self::Error> {
        self.0.fill(buffer);
        Ok(())
    }
}

impl TryCryptoRng for Source<'_> {}

/// Splits a key into `shares`, any `threshold` of which make it again.
///
/// # Errors
/// [`BadSplit`] for numbers outside the bounds.
pub fn split(identity: &Identity, threshold: u8, shares: u8, random: &dyn Random) -> Result<Vec<RecoveryShare>, BadSplit> {
    if !(FEWEST..=MOST).contains(&shares) || !(FEWEST..=shares).contains(&threshold) {
        return Err(BadSplit);
    }
    let mark = mark(&identity.recipient());
    let dealt = Gf256::split_array(usize::from(threshold), usize::from(shares), identity.secret(), Source(random));
    let dealt = Zeroizing::new(dealt.map_err(|_| BadSplit)?);
    let share = |bytes: &Vec<u8>| {
        let mut secret = Zeroizing::new([0; SECRET]);
        // Its number first, which the share's name says, and then its bytes.
        secret.copy_from_slice(&bytes[1..]);
        RecoveryShare { number: bytes[0], of: shares, threshold, mark, secret }
    };
    Ok(dealt.iter().map(share).collect())
}

/// Makes the key again. More shares than are needed are heeded too.
///
/// # Errors
/// [`BadShare`] says of which share what is wrong.
pub fn combine(shares: &[RecoveryShare]) -> Result<Identity, BadShare> {
    let Some(first) = shares.first() else { return Err(BadShare::TooFew(FEWEST, 0)) };
    for (at, share) in shares.iter().enumerate() {
        share.fits(&shares[..at])?;
    }
    if shares.len() < usize::from(first.threshold) {
        return Err(BadShare::TooFew(first.threshold, shares.len()));
    }
    let dealt = |share: &RecoveryShare| [&[share.number][..], &share.secret[..]].concat();
    let dealt: Zeroizing<Vec<Vec<u8>>> = Zeroizing::new(shares.iter().map(dealt).collect());
    let secret = Zeroizing::new(Gf256::combine_array(&*dealt).map_err(|_| BadShare::Wrong)?);
    let secret: [u8; SECRET] = secret.as_slice().try_into().map_err(|_| BadShare::Wrong)?;
    let identity = Identity::from_secret(Zeroizing::new(secret));
    if mark(&identity.recipient()) == first.mark { Ok(identity) } else { Err(BadShare::Wrong) }
}

impl RecoveryShare {
    /// Reads a share as it was written down: blanks and line breaks between its groups, and capitals, do not matter.
    ///
    /// # Errors
    /// [`BadShare::NotOne`] and [`BadShare::Mistyped`].
    pub fn parse(text: &str) -> Result<Self, BadShare> {
        let text: Zeroizing<String> =
            Zeroizing::new(text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_lowercase()).collect());
        let (number, of) = named(&text).ok_or(BadShare::NotOne)?;
        let mistyped = BadShare::Mistyped(number, of);
        let checked = CheckedHrpstring::new::<Bech32m>(&text).map_err(|_| mistyped.clone())?;
        if checked.hrp().as_str() != name(number, of) {
            return Err(mistyped);
        }
        let bytes = Zeroizing::new(checked.byte_iter().collect::<Vec<u8>>());
        let (Some(&threshold), true) = (bytes.first(), bytes.len() == 1 + MARK + SECRET) else { return Err(mistyped) };
        let (mut mark, mut secret) = ([0; MARK], Zeroizing::new([0; SECRET]));
        mark.copy_from_slice(&bytes[1..=MARK]);
        secret.copy_from_slice(&bytes[1 + MARK..]);
        let sound = (1..=of).contains(&number) && of <= MOST && (FEWEST..=of).contains(&threshold);
        if sound { Ok(Self { number, of, threshold, mark, secret }) } else { Err(mistyped) }
    }

    /// The share as it is written down: its name and then groups of four.
    pub fn written(&self) -> Zeroizing<String> {
        let bytes = Zeroizing::new([&[self.threshold][..], &self.mark, &self.secret[..]].concat());
        let name = name(self.number, self.of);
        let text = bech32::encode::<Bech32m>(Hrp::parse_unchecked(&name), &bytes);
        let text = Zeroizing::new(text.unwrap_or_else(|_| unreachable!("41 bytes and a short name are below Bech32's limit")));
        let mut shown = Zeroizing::new(format!("{name}1"));
        for (at, letter) in text[shown.len()..].chars().enumerate() {
            if at % 4 == 0 {
                shown.push(' ');
            }
            shown.push(letter);
        }
        shown
    }

    /// Which of them it is, from 1.
    pub const fn number(&self) -> u8 {
        self.number
    }

    /// How many are needed.
    pub const fn threshold(&self) -> u8 {
        self.threshold
    }

    /// Whether this one goes with those given before it.
    ///
    /// # Errors
    /// [`BadShare::Twice`] and [`BadShare::Another`].
    pub fn fits(&self, before: &[Self]) -> Result<(), BadShare> {
        let Some(first) = before.first() else { return Ok(()) };
        if (self.mark, self.threshold, self.of) != (first.mark, first.threshold, first.of) {
            return Err(BadShare::Another(self.number));
        }
        if before.iter().any(|other| other.number == self.number) { Err(BadShare::Twice(self.number)) } else { Ok(()) }
    }
}

impl std::fmt::Debug for RecoveryShare {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RecoveryShare({})", self.number)
    }
}

fn name(number: u8, of: u8) -> String {
    format!("share-{number}-of-{of}")
}

/// Number and count at the beginning of a text, as far as they can be read.
fn named(text: &str) -> Option<(u8, u8)> {
    let (number, rest) = text.strip_prefix("share-")?.split_once("-of-")?;
    // One digit from 2 to 9, or two that begin with 1; then the separator, which is a 1 too.
    let (of, rest) = rest.split_at_checked(if rest.starts_with('1') { 2 } else { 1 })?;
    rest.strip_prefix('1')?;
    Some((number.parse().ok()?, of.parse().ok()?))
}

fn mark(recipient: &Recipient) -> [u8; MARK] {
    let mut mark = [0; MARK];
    mark.copy_from_slice(&sha256(recipient.as_str().as_bytes())[..MARK]);
    mark
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::crypto::tests::identity;

    /// Numbers that look random and are not.
    struct Counting(std::sync::Mutex<u64>);

    impl Random for Counting {
        fn fill(&self, buffer: &mut [u8]) {
            let mut state = self.0.lock().expect("not poisoned");
            for byte in buffer {
                *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                *byte = (*state >> 33).to_le_bytes()[0];
            }
        }
    }

    fn counting(seed: u64) -> Counting {
        Counting(std::sync::Mutex::new(seed))
    }

    fn read(shares: &[RecoveryShare]) -> Vec<RecoveryShare> {
        shares.iter().map(|share| RecoveryShare::parse(&share.written()).expect("its own writing")).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_threshold_of_them_make_the_key_and_one_fewer_do_not(
            seed in any::<u64>(), of in FEWEST..=MOST, lower in 0_u8..16, order in any::<prop::sample::Index>(),
        ) {
            let threshold = FEWEST + lower % (of - FEWEST + 1);
            let key = Identity::random(&counting(seed));
            let mut shares = read(&split(&key, threshold, of, &counting(seed ^ 1)).expect("within bounds"));
            let turn = order.index(shares.len());
            shares.rotate_left(turn);
            shares.truncate(usize::from(threshold));
            let made = combine(&shares).expect("enough");
            prop_assert_eq!(made.recipient(), key.recipient());
            shares.pop();
            let few = usize::from(threshold) - 1;
            prop_assert_eq!(combine(&shares).map(drop), Err(BadShare::TooFew(threshold, few)));
            // Nor does whoever lowers the number that is needed come by it.
            for share in &mut shares {
                share.threshold = threshold - 1;
            }
            if few > 1 {
                prop_assert_eq!(combine(&shares).map(drop), Err(BadShare::Wrong));
            }
        }

        #[test]
        fn a_changed_character_is_told_by_the_share_it_stands_in(
            seed in any::<u64>(), at in any::<prop::sample::Index>(), by in 1_usize..32,
        ) {
            const LETTERS: &[u8] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
            let shares = split(&Identity::random(&counting(seed)), 3, 5, &counting(seed)).expect("within bounds");
            let share = &shares[at.index(5)];
            let text = share.written();
            let first = text.find(' ').expect("groups");
            let places: Vec<usize> = (first..text.len()).filter(|at| text.as_bytes()[*at] != b' ').collect();
            let place = places[at.index(places.len())];
            let now = LETTERS.iter().position(|letter| *letter == text.as_bytes()[place]).expect("a letter of Bech32");
            let mut changed = text.to_string();
            changed.replace_range(place..=place, &char::from(LETTERS[(now + by) % 32]).to_string());
            prop_assert_eq!(RecoveryShare::parse(&changed).map(drop), Err(BadShare::Mistyped(share.number, 5)));
        }
    }

    #[test]
    fn shares_that_were_mixed_up_are_told_apart() {
        let one = split(&identity("robin"), 2, 3, &counting(1)).expect("within bounds");
        let other = split(&identity("heron"), 2, 3, &counting(2)).expect("within bounds");
        let mixed =
            |texts: [&RecoveryShare; 2]| combine(&texts.map(|share| RecoveryShare::parse(&share.written()).expect("reads")));
        assert_eq!(mixed([&one[0], &other[1]]).map(drop), Err(BadShare::Another(2)));
        assert_eq!(mixed([&one[2], &one[2]]).map(drop), Err(BadShare::Twice(3)));
        assert_eq!(combine(&[]).map(drop), Err(BadShare::TooFew(2, 0)));
        // A name that was changed by hand is no share of that name.
        let renamed = one[0].written().replace("share-1-of-3", "share-2-of-3");
        assert_eq!(RecoveryShare::parse(&renamed).map(drop), Err(BadShare::Mistyped(2, 3)));
        for text in ["", "age1qqq", "share-1", "share-x-of-31qq", "share-1-of-3"] {
            assert_eq!(RecoveryShare::parse(text).map(drop), Err(BadShare::NotOne), "{text}");
        }
    }

    #[test]
    fn a_share_is_written_in_groups_and_read_as_people_write() {
        let shares = split(&identity("robin"), 16, 16, &counting(3)).expect("within bounds");
        let text = shares[15].written();
        assert!(text.starts_with("share-16-of-161 ") && text.replace(' ', "").len() <= 90, "{}", text.len());
        assert!(text.split(' ').skip(1).all(|group| group.len() <= 4));
        let untidy = text.to_uppercase().replace(' ', " \n ");
        let read = RecoveryShare::parse(&untidy).expect("the same share");
        assert_eq!((read.number(), read.threshold(), &read.secret), (16, 16, &shares[15].secret));
        assert_eq!(format!("{read:?}"), "RecoveryShare(16)");
    }

    #[test]
    fn nobody_holds_a_key_alone_and_nobody_holds_one_of_a_crowd() {
        for (threshold, of) in [(1, 3), (0, 3), (4, 3), (2, 17), (2, 1), (2, 255)] {
            assert_eq!(split(&identity("robin"), threshold, of, &counting(4)).map(drop), Err(BadSplit), "{threshold} of {of}");
        }
    }
}
