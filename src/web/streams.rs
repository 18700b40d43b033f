//! Files in and out of pages, as they stream. A form with a file is too large to be looked at by the guard; its token is looked
//! at here, before anything is done with what came.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    body::{Body, HttpBody},
    extract::Request,
    response::{IntoResponse as _, Response},
};
use http::header;
use http_body_util::BodyExt as _;
use hyper::body::{Bytes, Frame};
use tokio::sync::mpsc;

use super::{posted::TOKEN, session::SignedIn};
use crate::{
    app::{App, Arrived, Chunks, Download, Error, Onto},
    domain::{action::Action, multipart::boundary},
};

/// The body of a post, piece by piece.
struct Incoming(Body);

impl Chunks for Incoming {
    type Chunk = Bytes;

    async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        loop {
            match self.0.frame().await {
                None => return Ok(None),
                Some(Err(_)) => return Err(Error::Malformed("the form ended early")),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data));
                    }
                }
            }
        }
    }
}

/// A file on its way out.
struct Outgoing(mpsc::Receiver<Result<Vec<u8>, Error>>);

impl HttpBody for Outgoing {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        self.0.poll_recv(context).map(|piece| piece.map(|piece| piece.map(|bytes| Frame::data(bytes.into()))))
    }
}

/// Takes in a form with a file from one of our own pages.
///
/// # Errors
/// As [`App::receive`]; [`Error::CrossSite`] when its token is not the session's, which is on record.
pub(super) async fn receive(app: &App, person: &SignedIn, onto: Onto<'_>, request: Request) -> Result<Arrived, Error> {
    let route = match onto {
        Onto::Referral(_) => "file-add",
        Onto::Draft(_) => "draft-file-add",
    };
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    // Our own page sends no other form: one that cannot be read carries no token.
    let Some(boundary) = boundary(content_type) else { return Err(cross_site(app, person, route).await?) };
    let form = (Some(boundary), Incoming(request.into_body()));
    let arrived = app.receive(&person.request, &person.caller, onto, form).await?;
    if !person.caller.csrf_fits(arrived.field(TOKEN)) {
        return Err(cross_site(app, person, route).await?);
    }
    Ok(arrived)
}

/// A refusal for want of a token, on record.
async fn cross_site(app: &App, person: &SignedIn, route: &'static str) -> Result<Error, Error> {
    app.refuse_cross_site(&person.request, &person.caller, route, Action::AttachFile).await?;
    Ok(Error::CrossSite)
}

/// Always a download, never a page.
pub(super) fn given(download: Download) -> Response {
    let headers = [
        (header::CONTENT_TYPE, download.kind.content_type().to_owned()),
        (header::CONTENT_LENGTH, download.size.to_string()),
        (header::CONTENT_DISPOSITION, download.name.disposition()),
    ];
    (headers, Body::new(Outgoing(download.pieces()))).into_response()
}
