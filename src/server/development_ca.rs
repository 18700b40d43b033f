//! Certificates for a machine of one's own: an authority that may vouch for this machine alone, and one leaf.

use std::fs;
use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, NameConstraints, SanType,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::Error;

/// The organisation in every certificate made here: the mark by which production refuses them.
pub const ORGANISATION: &str = "Referral Exchange development CA";

const DAY: Duration = Duration::from_hours(24);
/// Long enough to import once for a project, short enough to die by itself.
const CA_LIFE: Duration = Duration::from_hours(365 * 24);
/// As public authorities: renewed unseen at a start.
const LEAF_LIFE: Duration = Duration::from_hours(90 * 24);
/// Clocks of browser and hub may differ.
const BACKDATED: Duration = Duration::from_hours(1);
/// A leaf this near its end is made anew, so that a hub started today does not stop being trusted tonight.
const RENEW_BEFORE: Duration = DAY;

/// Where the certificates lie.
#[derive(Debug, Clone)]
pub struct Files {
    /// The authority's certificate, PEM: what a browser or `curl --cacert` is to trust.
    pub ca: PathBuf,
    /// The leaf, PEM.
    pub certificate: PathBuf,
    /// The leaf's private key, PEM, mode 600.
    pub key: PathBuf,
}

/// Makes in `folder` whatever is missing or about to expire at `now`, a time since 1970; keeps the rest, so that an
/// authority trusted once stays trusted for its year.
///
/// # Errors
/// [`Error::Issue`], or [`Error::Write`] with the file.
pub fn ensure(folder: &Path, now: Duration) -> Result<Files, Error> {
    let files = Files { ca: folder.join("ca.pem"), certificate: folder.join("leaf.pem"), key: folder.join("leaf.key") };
    let ca_key = folder.join("ca.key");
    fs::create_dir_all(folder).map_err(|source| Error::Write { file: folder.to_owned(), source })?;
    // A leaf must not outlive its authority, so one that could not carry a whole leaf is replaced.
    let authority = match existing_key(&ca_key) {
        Some(key) if lasts(&files.ca, now + LEAF_LIFE) => key,
        _ => issue_authority(&files, &ca_key, now)?,
    };
    let issuer = Issuer::new(authority_params(now), authority);
    let is_current = lasts(&files.certificate, now + RENEW_BEFORE) && existing_key(&files.key).is_some();
    if !is_current {
        issue_leaf(&files, &issuer, now)?;
    }
    Ok(files)
}

/// Whether any certificate of a chain was made here.
pub fn made(chain: &[CertificateDer<'_>]) -> bool {
    chain.iter().any(|der| {
        x509_parser::parse_x509_certificate(der).is_ok_and(|(_, certificate)| {
            let names = [certificate.subject(), certificate.issuer()];
            names.iter().flat_map(|name| name.iter_organization()).any(|name| name.as_str() == Ok(ORGANISATION))
        })
    })
}

fn issue_authority(files: &Files, key_file: &Path, now: Duration) -> Result<KeyPair, Error> {
    let key = KeyPair::generate()?;
    let certificate = authority_params(now).self_signed(&key)?;
    // Certificates go before their key changes: a stop between leaves one missing, which the next start mends, and
    // never two that do not belong together.
    remove(&files.certificate)?;
    remove(&files.ca)?;
    write_private(key_file, &key.serialize_pem())?;
    write(&files.ca, &certificate.pem(), 0o644)?;
    Ok(key)
}

fn issue_leaf(files: &Files, issuer: &Issuer<'_, KeyPair>, now: Duration) -> Result<(), Error> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::default();
    params.distinguished_name = name("localhost");
    limit_life(&mut params, now, LEAF_LIFE);
    params.subject_alt_names = vec![
        SanType::DnsName("localhost".try_into()?),
        SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        SanType::IpAddress(IpAddr::V6(Ipv6Addr::LOCALHOST)),
    ];
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    let certificate = params.signed_by(&key, issuer)?;
    remove(&files.certificate)?;
    write_private(&files.key, &key.serialize_pem())?;
    write(&files.certificate, &certificate.pem(), 0o644)
}

/// Constrained to this machine's names: whoever trusts this authority, and loses its key, lets nobody else be imitated.
fn authority_params(now: Duration) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = name(ORGANISATION);
    limit_life(&mut params, now, CA_LIFE);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![
            GeneralSubtree::DnsName("localhost".to_owned()),
            GeneralSubtree::IpAddress(CidrSubnet::from_v4_prefix(Ipv4Addr::LOCALHOST.octets(), 32)),
            GeneralSubtree::IpAddress(CidrSubnet::V6(Ipv6Addr::LOCALHOST.octets(), [0xff; 16])),
        ],
        excluded_subtrees: Vec::new(),
    });
    params
}

fn name(common: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::OrganizationName, ORGANISATION);
    name.push(DnType::CommonName, common);
    name
}

fn limit_life(params: &mut CertificateParams, now: Duration, life: Duration) {
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    params.not_before = epoch + now.saturating_sub(BACKDATED);
    params.not_after = epoch + (now + life);
}

fn existing_key(file: &Path) -> Option<KeyPair> {
    KeyPair::from_pem(&fs::read_to_string(file).ok()?).ok()
}

/// Whether the certificate can be read and is good until that moment.
fn lasts(file: &Path, until: Duration) -> bool {
    let Ok(der) = CertificateDer::from_pem_file(file) else { return false };
    let until = i64::try_from(until.as_secs()).unwrap_or(i64::MAX);
    x509_parser::parse_x509_certificate(&der).is_ok_and(|(_, certificate)| certificate.validity().not_after.timestamp() >= until)
}

fn remove(file: &Path) -> Result<(), Error> {
    match fs::remove_file(file) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => Err(Error::Write { file: file.to_owned(), source }),
        _ => Ok(()),
    }
}

fn write_private(file: &Path, text: &str) -> Result<(), Error> {
    write(file, text, 0o600)
}

/// Written beside and moved into place, so that a stop between leaves the old file or the new one, never half.
fn write(file: &Path, text: &str, mode: u32) -> Result<(), Error> {
    let beside = file.with_extension("new");
    let written = create(&beside, mode).and_then(|mut new| {
        new.write_all(text.as_bytes())?;
        new.sync_all()?;
        fs::rename(&beside, file)
    });
    written.map_err(|source| Error::Write { file: file.to_owned(), source })
}

#[cfg(unix)]
fn create(file: &Path, mode: u32) -> std::io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    // One left by a stop keeps its old mode; it must go first.
    match fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(file),
    }
}

#[cfg(not(unix))]
fn create(file: &Path, _mode: u32) -> std::io::Result<fs::File> {
    fs::File::create(file)
}
