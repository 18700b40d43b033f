//! What a mail says: that there is something, and where. Lock screens show both subject and first line.

use std::time::{Duration, SystemTime};

use lettre::{
    Address, Message,
    address::Envelope,
    message::{
        Mailbox,
        header::{ContentType, HeaderName, HeaderValue},
    },
};

use crate::domain::{mailing::MailAddress, time::Timestamp};

/// One mail to one person.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Its id: the same at every try, so that a reader's mailbox can tell that it is the same mail.
    pub id: String,
    /// Proves that the id is ours, to whoever reads what comes back.
    pub tag: String,
    /// To whom.
    pub to: MailAddress,
    /// Whether something is for today.
    pub urgent: bool,
    /// When it was made.
    pub at: Timestamp,
}

impl Letter {
    /// The mail, from an address and with returns to another, with a link to the hub and by its name.
    pub(super) fn message(
        &self,
        from: &Address,
        returns: &Address,
        (hub, name): (&str, &str),
    ) -> Result<(Envelope, Vec<u8>), Box<dyn std::error::Error + Send + Sync>> {
        let to: Address = self.to.as_str().parse()?;
        // Whoever reports that it did not arrive writes to an address that names it.
        let back = Address::new(format!("{}+{}.{}", returns.user(), self.id, self.tag), returns.domain())?;
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        let (subject, first) = if self.urgent {
            ("Something for you today", "There is something for you today")
        } else {
            ("Something new for you", "There is something new for you")
        };
        let text = format!(
            "{first} in {name}.\r\n\r\nSign in to read it: {hub}/open\r\n\r\n\
             This mail does not say what it is about. Nobody reads answers to it.\r\n\
             You can change when such mails come, or stop them, on your account page.\r\n"
        );
        let at = SystemTime::UNIX_EPOCH + Duration::from_millis(self.at.millis().unsigned_abs());
        let message = Message::builder()
            .from(Mailbox::new(Some(name.to_owned()), from.clone()))
            .to(Mailbox::new(None, to.clone()))
            .subject(subject)
            .date(at)
            .message_id(Some(format!("<{}@{}>", self.id, from.domain())))
            .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()))
            .header(ContentType::TEXT_PLAIN)
            .body(text)?;
        Ok((Envelope::new(Some(back), vec![to])?, message.formatted()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(urgent: bool) -> Letter {
        Letter {
            id: "ab".repeat(16),
            tag: "0123456789abcdef".to_owned(),
            to: MailAddress::parse("tess@school.example").expect("an address"),
            urgent,
            at: Timestamp::parse("2026-11-27T10:00:00Z").expect("a time"),
        }
    }

    #[test]
    fn a_mail_says_that_there_is_something_and_nothing_else() {
        let from = "exchange@hub.example".parse().expect("an address");
        let returns = "bounces@hub.example".parse().expect("an address");
        for urgent in [false, true] {
            let (envelope, bytes) =
                letter(urgent).message(&from, &returns, ("https://hub.example", "Shire Exchange")).expect("a mail");
            let text = String::from_utf8(bytes).expect("ASCII");
            assert!(text.contains(" in Shire Exchange.") && text.matches("Shire Exchange").count() == 2, "{text}");
            assert!(text.is_ascii() && text.contains("https://hub.example/open"), "{text}");
            assert!(text.contains(&format!("Message-ID: <{}@hub.example>", "ab".repeat(16))), "{text}");
            assert!(
                text.contains("Auto-Submitted: auto-generated") && text.contains("Fri, 27 Nov 2026 10:00:00 +0000"),
                "{text}"
            );
            let back = format!("bounces+{}.0123456789abcdef@hub.example", "ab".repeat(16));
            assert_eq!(envelope.from().map(ToString::to_string), Some(back));
            assert_eq!(text.contains("today"), urgent);
        }
    }
}
