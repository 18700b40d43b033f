//! Reports that a mail did not arrive (RFC 3464), as the mail system hands them over.

/// The mail that came back, as the address says to which the report went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    /// The mail's id.
    pub id: String,
    /// What proves that the id is ours.
    pub tag: String,
}

/// Why a message says of no mail that it did not arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoBounce {
    /// It is no report: somebody wrote, or is away.
    #[error("it is not a delivery report")]
    NoReport,
    /// It reports of a delay, or that all is well.
    #[error("it does not report a lasting failure")]
    NotFailed,
    /// It went to none of our return addresses.
    #[error("it is not addressed to a return address of this hub")]
    NoAddress,
}

/// Headers in which mail systems keep the address that a message came to, the surest first.
const CAME_TO: [&str; 4] = ["delivered-to", "x-original-to", "envelope-to", "to"];

/// Reads a report. `recipient` is the address it came to, where the mail system says so.
///
/// # Errors
/// [`NoBounce`] says why it counts for nothing.
pub fn read(message: &[u8], recipient: Option<&str>) -> Result<Returned, NoBounce> {
    let text = String::from_utf8_lossy(message).replace("\r\n", "\n").to_lowercase();
    let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
    // A header goes on in the lines that begin with white space.
    let head = head.replace("\n ", " ").replace("\n\t", " ");
    let header = |name: &str| head.lines().filter_map(|line| line.split_once(':')).find(|(known, _)| known.trim() == name);
    let kind = header("content-type").map(|(_, value)| value).unwrap_or_default();
    if !kind.contains("multipart/report") || !kind.contains("delivery-status") {
        return Err(NoBounce::NoReport);
    }
    let says = |name: &str, value: &str| {
        let fields = body.lines().filter_map(|line| line.split_once(':'));
        fields.filter(|(known, _)| *known == name).any(|(_, said)| said.trim().starts_with(value))
    };
    if !says("action", "failed") || !says("status", "5") {
        return Err(NoBounce::NotFailed);
    }
    let told = CAME_TO.iter().filter_map(|name| header(name)).map(|(_, value)| value.to_owned());
    let mut addresses = recipient.map(str::to_lowercase).into_iter().chain(told);
    addresses.find_map(|address| named(&address)).ok_or(NoBounce::NoAddress)
}

/// The id and tag in an address `name+id.tag@host`.
fn named(address: &str) -> Option<Returned> {
    let (_, rest) = address.split_once('+')?;
    let (named, _) = rest.split_once('@')?;
    let (id, tag) = named.split_once('.')?;
    let is_hex = |text: &str, long: usize| text.len() == long && text.bytes().all(|b| b.is_ascii_hexdigit());
    (is_hex(id, 32) && is_hex(tag, 16)).then(|| Returned { id: id.to_owned(), tag: tag.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TO: &str = "bounces+abababababababababababababababab.0123456789abcdef@hub.example";

    fn report(action: &str, status: &str) -> String {
        format!(
            "From: MAILER-DAEMON@relay.example\r\nTo: <{TO}>\r\nContent-Type: multipart/report;\r\n report-type=delivery-status; \
             boundary=x\r\n\r\n--x\r\n\r\nIt could not be delivered.\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\n\
             Final-Recipient: rfc822; tess@school.example\r\nAction: {action}\r\nStatus: {status}\r\n--x--\r\n"
        )
    }

    #[test]
    fn a_lasting_failure_names_its_mail() {
        let returned = Returned { id: "ab".repeat(16), tag: "0123456789abcdef".to_owned() };
        assert_eq!(read(report("failed", "5.1.1").as_bytes(), None), Ok(returned.clone()));
        let elsewhere = report("failed", "5.1.1").replace(TO, "bounces@hub.example");
        assert_eq!(read(elsewhere.as_bytes(), None), Err(NoBounce::NoAddress));
        assert_eq!(read(elsewhere.as_bytes(), Some(TO)), Ok(returned));
    }

    #[test]
    fn a_delay_an_absence_and_a_letter_count_for_nothing() {
        assert_eq!(read(report("delayed", "4.4.1").as_bytes(), None), Err(NoBounce::NotFailed));
        assert_eq!(read(report("failed", "4.4.7").as_bytes(), None), Err(NoBounce::NotFailed));
        let away = format!("To: {TO}\nContent-Type: text/plain\n\nI am away until Monday. Action: failed\nStatus: 5.1.1\n");
        assert_eq!(read(away.as_bytes(), None), Err(NoBounce::NoReport));
        assert_eq!(read(b"", None), Err(NoBounce::NoReport));
    }
}
