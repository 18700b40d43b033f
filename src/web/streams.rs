//! Files in and out of pages, as they stream. A form with a file is too large to be looked at by the guard; its token is looked
//! at here, before anything is done with what came.

use axum::{
    body::Body,
    extract::Request,
    response::{IntoResponse as _, Response},
};
use http::header;

use super::{posted::TOKEN, session::SignedIn};
use crate::{
    app::{App, Arrived, Download, Error, Incoming, Onto, Outgoing},
    domain::{action::Action, multipart::boundary},
};

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
    (headers, Body::new(Outgoing::from(download))).into_response()
}
