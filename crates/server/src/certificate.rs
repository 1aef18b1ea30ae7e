//! Certificates for an intranet that has no authority of its own: a local root, which the office
//! computers are told to trust, and under it the server's certificate.
//!
//! Browsers refuse a server's certificate that is valid for more than 825 days, so it is renewed in
//! good time by `mingqian certificate`; the root lives ten years. The root's key signs nothing but
//! renewals and belongs on a disk in a drawer. Deliberately absent: reading certificates back.
//! Whoever renews names the hosts again.

use std::fs;
use std::path::{Path, PathBuf};

use domain::time::Date;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, PublicKeyData as _, SigningKey, date_time_ymd,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use verify::disk;

use crate::bureau::Place;
use crate::commands::Failure;
use crate::private::{private_folder, write_private};

const AUTHORITY: &str = "Mingqian local CA";
const AUTHORITY_DAYS: i64 = 3_650;
const SERVER_DAYS: i64 = 820;

/// What was made, and how long it serves.
#[derive(Clone, Debug)]
pub(crate) struct Issued {
    /// Where the files lie.
    pub(crate) folder: PathBuf,
    /// The last day of the server's certificate.
    pub(crate) until: Date,
}

/// Makes a root and a server's certificate under it.
pub(crate) fn found(place: &Place, names: &[String], today: Date) -> Result<Issued, Failure> {
    let folder = folder_of(place);
    private_folder(&folder)?;
    let failed = refused(names);
    let key = KeyPair::generate().map_err(&failed)?;
    let root = CertifiedIssuer::self_signed(authority(today).map_err(&failed)?, key);
    let root = root.map_err(&failed)?;
    write_private(&folder.join("ca.pem"), &root.pem())?;
    write_private(&folder.join("ca.key"), &root.key().serialize_pem())?;
    issue(&folder, names, today, &root, &root.pem())
}

/// Makes a new server's certificate under the root that is there, in place of the old one.
pub(crate) fn renew(place: &Place, names: &[String], today: Date) -> Result<Issued, Failure> {
    let folder = folder_of(place);
    let failed = refused(names);
    let root = read(&folder.join("ca.pem"))?;
    let key = KeyPair::from_pem(&read(&folder.join("ca.key"))?).map_err(&failed)?;
    if !is_of(&root, &key) {
        return Err(Failure::new(
            "CERT-003",
            folder.join("ca.key").display().to_string(),
            "不是 ca.pem 的私钥：用它换发的证书，各办公电脑都不会信任，所以没有换发。把与 ca.pem 一起建立的 ca.key 放回来。",
        ));
    }
    let issuer = Issuer::new(authority(today).map_err(&failed)?, key);
    issue(&folder, names, today, &issuer, &root)
}

/// Whether the certificate speaks of this key.
/// Until when the certificate that the server presents lasts; none where there is no local one.
pub(crate) fn lasts_until(place: &Place) -> Option<Result<Date, Failure>> {
    let path = folder_of(place).join("server.pem");
    path.exists().then(|| {
        let text = read(&path)?;
        let unreadable = || {
            let sentence = "证书读不懂，不知道有效到哪天。用 mingqian certificate 换发。";
            Failure::new("CERT-004", path.display().to_string(), sentence)
        };
        let (_, pem) =
            x509_parser::pem::parse_x509_pem(text.as_bytes()).map_err(|_| unreadable())?;
        let certificate = pem.parse_x509().map_err(|_| unreadable())?;
        let until = certificate.validity().not_after.timestamp();
        Ok(domain::time::Instant::from_unix_seconds(until).date())
    })
}

fn is_of(certificate: &str, key: &KeyPair) -> bool {
    let public = key.subject_public_key_info();
    let der = CertificateDer::from_pem_slice(certificate.as_bytes());
    der.is_ok_and(|der| der.windows(public.len()).any(|part| part == public))
}

fn folder_of(place: &Place) -> PathBuf {
    place.data.join("tls")
}

/// Refuses names no certificate can be made for.
pub(crate) fn require_names(names: &[String]) -> Result<(), Failure> {
    CertificateParams::new(names.to_vec())
        .map(|_| ())
        .map_err(refused(names))
}

fn refused(names: &[String]) -> impl Fn(rcgen::Error) -> Failure {
    let names = names.join(",");
    move |error| {
        let sentence = format!("{error}。核对主机名或 IP 的写法。");
        Failure::new("CERT-002", names.clone(), sentence)
    }
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| {
        let why = disk::why(&error);
        let sentence = format!(
            "{why}ca.pem 和 ca.key 由 mingqian init --tls-name 建立；移到离线介质的，放回后再换发。"
        );
        Failure::new("CERT-001", path.display().to_string(), sentence)
    })
}

fn authority(today: Date) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params
        .distinguished_name
        .push(DnType::CommonName, AUTHORITY);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    valid(&mut params, today, AUTHORITY_DAYS);
    Ok(params)
}

/// From yesterday, since clocks of an office differ.
fn valid(params: &mut CertificateParams, today: Date, days: i64) {
    let at = |day: Date| {
        let small = |part: i8| u8::try_from(part).expect("months and days are positive");
        date_time_ymd(i32::from(day.year()), small(day.month()), small(day.day()))
    };
    params.not_before = at(today.plus_days(-1));
    params.not_after = at(today.plus_days(days));
}

fn issue(
    folder: &Path,
    names: &[String],
    today: Date,
    issuer: &Issuer<'_, impl SigningKey>,
    root: &str,
) -> Result<Issued, Failure> {
    let failed = refused(names);
    let key = KeyPair::generate().map_err(&failed)?;
    let mut params = CertificateParams::new(names.to_vec()).map_err(&failed)?;
    let first = names.first().map(String::as_str).unwrap_or_default();
    params.distinguished_name.push(DnType::CommonName, first);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    valid(&mut params, today, SERVER_DAYS);
    let certificate = params.signed_by(&key, issuer).map_err(&failed)?;
    replace(&folder.join("server.key"), &key.serialize_pem())?;
    replace(
        &folder.join("server.pem"),
        &format!("{}{root}", certificate.pem()),
    )?;
    Ok(Issued {
        folder: folder.to_owned(),
        until: today.plus_days(SERVER_DAYS),
    })
}

/// Written beside and renamed, so that there is never half a file.
fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    let beside = path.with_extension("new");
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(Failure::file(&beside, &error));
        }
        _ => {}
    }
    write_private(&beside, text)?;
    fs::rename(&beside, path).map_err(|error| Failure::file(path, &error))
}

#[cfg(test)]
mod tests;
