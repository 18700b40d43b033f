//! Whether a certificate will do: its chain holds together, its key belongs to it, it names the host, and for how long.

use std::{net::IpAddr, path::Path, sync::Arc, time::Duration};

use rustls::{
    CertificateError, RootCertStore,
    client::{WebPkiServerVerifier, danger::ServerCertVerifier as _},
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use x509_parser::{certificate::X509Certificate, extensions::GeneralName, parse_x509_certificate};

use super::{
    Error, Tls,
    tls::{chain, provider},
};

const DAY: i64 = 24 * 60 * 60;

/// A certificate that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Whole days until it ends; negative when it has.
    pub days_left: i64,
    /// The last day on which it is good, as in `2027-03-27`.
    pub ends: String,
    /// Whether it names the host that was asked about.
    pub covers: bool,
    /// The names in it.
    pub names: Vec<String>,
}

impl Certificate {
    /// Reads a chain and its key as [`Tls::from_production_files`] does, and looks at the leaf.
    ///
    /// # Errors
    /// [`Error`] names the file and what is wrong with it: no PEM, a key of another certificate, a chain whose certificates do not
    /// follow from one another, one made for development.
    pub fn read(certificate: &Path, key: &Path, host: Option<&str>, now: Duration) -> Result<Self, Error> {
        Tls::from_production_files(certificate, key)?;
        let refuse = |problem: &str| Error::Certificate { file: certificate.to_owned(), problem: problem.to_owned() };
        let ders = chain(certificate)?;
        let parsed: Vec<X509Certificate<'_>> =
            ders.iter().map(parse).collect::<Option<_>>().ok_or_else(|| refuse("it is damaged"))?;
        if !hangs_together(&ders, now) {
            return Err(refuse("its certificates do not follow from one another: put the leaf first, then each one's issuer"));
        }
        let Some(leaf) = parsed.first() else { return Err(refuse("it holds no certificate in PEM form")) };
        let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        let validity = leaf.validity();
        if validity.not_before.timestamp() > now {
            return Err(refuse("it is not good yet: look at its dates and at this machine's clock"));
        }
        let end = validity.not_after.timestamp();
        let names = names(leaf);
        let covers = host.is_none_or(|host| names.iter().any(|name| fits(name, host)));
        let ends = jiff::Timestamp::from_second(end).map(|moment| moment.to_string().chars().take(10).collect());
        Ok(Self { days_left: (end - now).div_euclid(DAY), ends: ends.unwrap_or_default(), covers, names })
    }
}

/// Whether each certificate of a chain is signed by the next. Its last one is taken for sound: whether a browser knows it is the
/// browser's business. Names and dates are looked at elsewhere.
fn hangs_together(chain: &[CertificateDer<'static>], now: Duration) -> bool {
    let [leaf, between @ .., top] = chain else { return true };
    let mut anchors = RootCertStore::empty();
    let (Ok(()), Ok(nobody)) = (anchors.add(top.clone()), ServerName::try_from("chain.invalid")) else { return false };
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(anchors), Arc::new(provider())).build();
    let Ok(verifier) = verifier else { return false };
    match verifier.verify_server_cert(leaf, between, &nobody, &[], UnixTime::since_unix_epoch(now)) {
        Ok(_) => true,
        Err(rustls::Error::InvalidCertificate(problem)) => {
            use CertificateError as Problem;
            let names_and_dates = |problem: &Problem| {
                matches!(
                    problem,
                    Problem::NotValidForName
                        | Problem::NotValidForNameContext { .. }
                        | Problem::Expired
                        | Problem::ExpiredContext { .. }
                        | Problem::NotValidYet
                        | Problem::NotValidYetContext { .. }
                )
            };
            names_and_dates(&problem)
        }
        Err(_) => false,
    }
}

fn parse<'d>(der: &'d CertificateDer<'_>) -> Option<X509Certificate<'d>> {
    parse_x509_certificate(der).ok().map(|(_, certificate)| certificate)
}

/// The names that a browser heeds: those of the extension, never the subject.
fn names(leaf: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(extension)) = leaf.subject_alternative_name() else { return Vec::new() };
    let name = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some(name.to_ascii_lowercase()),
        GeneralName::IPAddress(bytes) => {
            let four = <[u8; 4]>::try_from(*bytes).map(IpAddr::from);
            four.or_else(|_| <[u8; 16]>::try_from(*bytes).map(IpAddr::from)).ok().map(|address| address.to_string())
        }
        _ => None,
    };
    extension.value.general_names.iter().filter_map(name).collect()
}

/// Whether a name covers a host: the same, or with a star in place of the first label.
fn fits(name: &str, host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let rest = name.strip_prefix("*.").filter(|_| host.parse::<IpAddr>().is_err());
    name == host || rest.is_some_and(|rest| host.split_once('.').is_some_and(|(_, after)| after == rest))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

    use super::*;

    const NOW: Duration = Duration::from_secs(1_790_000_000);

    struct Made {
        folder: tempfile::TempDir,
    }

    /// A leaf for these names that ends so many days from now, under an authority of its own.
    fn made(names: &[&str], days: u32, in_order: bool) -> Made {
        let epoch = rcgen::date_time_ymd(1970, 1, 1);
        let authority_key = KeyPair::generate().expect("a key");
        let mut authority = CertificateParams::default();
        authority.distinguished_name.push(rcgen::DnType::CommonName, "An authority");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = authority.self_signed(&authority_key).expect("signed");
        let key = KeyPair::generate().expect("a key");
        let mut leaf = CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).expect("names");
        leaf.not_before = epoch + NOW - Duration::from_hours(24);
        leaf.not_after = epoch + (NOW + Duration::from_hours(24) * days + Duration::from_mins(1));
        let leaf = leaf.signed_by(&key, &Issuer::new(authority, authority_key)).expect("signed");
        let folder = tempfile::tempdir().expect("a folder");
        let chain = if in_order { [leaf.pem(), root.pem()] } else { [root.pem(), leaf.pem()] };
        fs::write(folder.path().join("chain.pem"), chain.concat()).expect("written");
        fs::write(folder.path().join("key.pem"), key.serialize_pem()).expect("written");
        Made { folder }
    }

    fn read(made: &Made, host: &str) -> Result<Certificate, String> {
        crate::server::install_provider();
        let file = |name: &str| made.folder.path().join(name);
        Certificate::read(&file("chain.pem"), &file("key.pem"), Some(host), NOW).map_err(|error| error.to_string())
    }

    #[test]
    fn a_certificate_names_its_host_and_its_end() {
        let good = made(&["exchange.example.org", "*.shire.example", "192.0.2.7"], 90, true);
        let found = read(&good, "exchange.example.org").expect("good");
        assert_eq!((found.days_left, found.covers, found.ends.len()), (90, true, 10));
        for (host, covers) in [
            ("EXCHANGE.example.org", true),
            ("hub.shire.example", true),
            ("a.hub.shire.example", false),
            ("shire.example", false),
            ("192.0.2.7", true),
            ("192.0.2.8", false),
            ("other.example.org", false),
        ] {
            assert_eq!(read(&good, host).expect("good").covers, covers, "{host}");
        }
    }

    #[test]
    fn what_does_not_belong_together_is_refused() {
        let (one, other) = (made(&["exchange.example.org"], 90, true), made(&["exchange.example.org"], 90, true));
        fs::copy(other.folder.path().join("key.pem"), one.folder.path().join("key.pem")).expect("copied");
        assert!(read(&one, "exchange.example.org").expect_err("another key").contains("do not work together"));
        let first = fs::read_to_string(other.folder.path().join("chain.pem")).expect("read");
        let leaf = first.find("-----END").expect("a leaf");
        let stranger = fs::read_to_string(made(&["x.example"], 9, true).folder.path().join("chain.pem")).expect("read");
        let (end, second) = (first[leaf..].find('\n').expect("a line") + leaf + 1, stranger.rfind("-----BEGIN").expect("a root"));
        fs::write(other.folder.path().join("chain.pem"), format!("{}{}", &first[..end], &stranger[second..])).expect("written");
        assert!(read(&other, "exchange.example.org").expect_err("another root").contains("do not follow from one another"));
        let turned = made(&["exchange.example.org"], 90, false);
        assert!(read(&turned, "exchange.example.org").is_err(), "the root first");
    }
}
