//! What a browser keeps between the code of an invitation and the password: a number of its own, never the code.

use std::time::Duration;

use zeroize::Zeroizing;

use super::App;
use crate::domain::{ids::UserId, ports::Random};

/// How long it is good: long enough to put an app on a phone, too short for whoever sits at the same machine next.
pub(super) const GOOD_FOR: Duration = Duration::from_mins(30);

const LENGTH: usize = 32;

/// Who is on their way in, and the number that was drawn when their code was given. A secret; `Debug` is left out.
pub(super) struct Ticket {
    pub(super) user: UserId,
    nonce: Zeroizing<[u8; LENGTH]>,
}

impl Ticket {
    pub(super) fn draw(user: UserId, random: &dyn Random) -> Self {
        let mut nonce = Zeroizing::new([0; LENGTH]);
        random.fill(&mut *nonce);
        Self { user, nonce }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let (user, digits) = text.split_once('.')?;
        let mut nonce = Zeroizing::new([0; LENGTH]);
        hex::decode_to_slice(digits, &mut *nonce).ok()?;
        Some(Self { user: UserId::parse(user).ok()?, nonce })
    }

    pub(super) fn text(&self) -> Zeroizing<String> {
        let digits = Zeroizing::new(hex::encode(*self.nonce));
        Zeroizing::new(format!("{}.{}", self.user, *digits))
    }
}

impl App {
    /// What is kept of a ticket.
    pub(super) fn ticket_hash(&self, ticket: &Ticket) -> [u8; 32] {
        self.hashes.hash("invitation-ticket", &[&ticket.user.to_bytes(), &*ticket.nonce])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Sevens;

    impl Random for Sevens {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    #[test]
    fn a_ticket_is_read_back_and_nothing_else_is_one() {
        let user = UserId::from_bytes([7; 16]);
        let text = Ticket::draw(user, &Sevens).text();
        let read = Ticket::parse(&text).expect("a ticket");
        assert_eq!((read.user, *read.nonce), (user, [7; LENGTH]));
        let code = format!("{user}.TVWXY-Z0123-45678-9ABCD");
        for none in ["", ".", &code, &text[1..], &text.replace('.', ""), &format!("{}07", *text), &text[..text.len() - 2]] {
            assert!(Ticket::parse(none).is_none(), "{none}");
        }
    }
}
