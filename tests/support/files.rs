//! Files to add: forms as browsers send them, pictures as telephones make them.

use std::sync::Arc;

use referral_exchange::{
    app::{Added, Answered, App, Caller, Chunks, Error, IdempotencyKey, Onto},
    domain::multipart,
};

pub const BOUNDARY: &str = "----boundary-of-the-test";

/// The content type of [`form`].
pub fn content_type() -> String {
    format!("multipart/form-data; boundary={BOUNDARY}")
}

/// A form: fields, and a file with its name that stands before them.
pub fn form(fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Vec<u8> {
    let mut form = Vec::new();
    if let Some((name, content)) = file {
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
        form.extend([head.as_bytes(), content, b"\r\n"].concat());
    }
    for (name, value) in fields {
        form.extend(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").as_bytes());
    }
    form.extend(format!("--{BOUNDARY}--\r\n").as_bytes());
    form
}

/// Bytes that arrive in steps.
pub struct Arriving(pub Vec<Vec<u8>>);

impl Arriving {
    pub fn of(bytes: &[u8]) -> Self {
        Self(bytes.chunks(16 * 1024).rev().map(<[u8]>::to_vec).collect())
    }
}

impl Chunks for Arriving {
    type Chunk = Vec<u8>;

    async fn next(&mut self) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.0.pop())
    }
}

/// Adds a file through the use cases.
pub async fn attach(
    app: &Arc<App>,
    caller: &Caller,
    reference: &str,
    key: &str,
    (audience, name, content): (&str, &str, &[u8]),
) -> Result<Answered<Added>, Error> {
    let request = app.request(None);
    let body = form(&[("audience", audience), ("description", "canary description")], Some((name, content)));
    let form = (multipart::boundary(&content_type()), Arriving::of(&body));
    let arrived = app.receive(&request, caller, Onto::Referral(reference), form).await?;
    app.attach(&request, caller, &IdempotencyKey::parse(key).unwrap(), (reference, arrived)).await
}

/// A file as a caller downloads it: name, type and content.
pub async fn fetch(
    app: &Arc<App>,
    caller: &Caller,
    (reference, id): (&str, &str),
    form: referral_exchange::domain::file::FileForm,
) -> Result<(String, &'static str, Vec<u8>), Error> {
    let download = app.download(&app.request(None), caller, (reference, id), form).await?;
    let (name, kind, size) = (download.name.as_str().to_owned(), download.kind.code(), download.size);
    let (mut pieces, mut content) = (download.pieces(), Vec::new());
    while let Some(piece) = pieces.recv().await {
        content.extend(piece?);
    }
    assert_eq!(content.len() as u64, size, "a download is as long as it says");
    Ok((name, kind, content))
}

/// A JPEG photograph with the place where it was taken, and the same without it.
pub fn photograph() -> (Vec<u8>, Vec<u8>) {
    let segment = |code: u8, content: &[u8]| {
        let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
        [&[0xff, code], &length[..], content].concat()
    };
    let start = [&[0xff, 0xd8][..], &segment(0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")].concat();
    let place = segment(0xe1, b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x88\x25\0\x04\0\0\0\x01\0\0\0\x1acanarylatitude52.6369");
    let picture = [&segment(0xdb, &[1; 65])[..], &segment(0xda, &[1, 1, 0, 0, 63, 0]), b"coded data", &[0xff, 0xd9]].concat();
    ([&start[..], &place, &picture].concat(), [&start[..], &picture].concat())
}

/// The file that every scanner knows, put together so that this source is not it.
pub fn eicar() -> Vec<u8> {
    ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*"].concat().into_bytes()
}

/// A PDF of this length whose bytes repeat only after a while.
pub fn pdf(length: usize) -> Vec<u8> {
    let mut content = b"%PDF-1.7\n".to_vec();
    content.extend((0..length.saturating_sub(9)).map(|at| u8::try_from((at * at / 251 + at) % 251).unwrap()));
    content
}
