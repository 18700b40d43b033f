//! Signing in and out.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderName, StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    account::Person,
    body::{Bytes, Members},
    problem::Problem,
    signed::{Asked, Signed},
};
use crate::app::{App, Error, Password, cookie};

/// Who signs in, and with what.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// The user name.
    username: String,
    /// The password.
    #[schema(format = Password)]
    password: String,
    /// The six digits that the authenticator shows.
    code: String,
}

impl Members for Credentials {
    const NAMES: &'static str = "username, password, code";
}

/// A session that has begun.
#[derive(Serialize, ToSchema)]
pub struct Begun {
    /// For the header `X-CSRF-Token` of every changing call of this session.
    csrf_token: String,
    user: Person,
    /// The session ends then unless it is used before.
    #[schema(format = DateTime)]
    idle_expires_at: String,
    /// The session ends then in any case.
    #[schema(format = DateTime)]
    expires_at: String,
}

/// Signs in. Anything wrong gives the same 401.
#[utoipa::path(
    post, path = "/session", tag = "session", operation_id = "signIn", request_body = Credentials,
    responses((status = 201, description = "Signed in; the cookie `__Host-session` is set", body = Begun))
)]
pub async fn begin(State(app): State<Arc<App>>, asked: Asked, body: Bytes) -> Result<Response, Problem> {
    let Credentials { username, password, code } = body.read()?;
    let begun = match app.sign_in(&asked.request, &username, Password::typed(password), &code).await {
        // A person without a place, or one who loses it this moment, learns no more than somebody who mistyped.
        Err(Error::NotSignedIn | Error::Refused | Error::Unseen | Error::Malformed(_)) => Err(Error::Credentials),
        other => other,
    }?;
    let caller = app.authenticate(&asked.request, &begun.cookie).await?;
    let answer = Begun {
        csrf_token: begun.csrf_token,
        user: Person::of(&caller)?,
        idle_expires_at: begun.idle_expires_at.rfc3339(),
        expires_at: begun.expires_at.rfc3339(),
    };
    let cookie = cookie::given(cookie::SESSION, &begun.cookie);
    Ok((StatusCode::CREATED, [(header::SET_COOKIE, cookie)], Json(answer)).into_response())
}

/// Signs out: the session ends, and the browser forgets what it kept.
#[utoipa::path(
    delete, path = "/session", tag = "session", operation_id = "signOut",
    responses((status = 204, description = "Signed out; the cookie is taken away"))
)]
pub async fn end(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Problem> {
    app.sign_out(&signed.request, &signed.caller).await?;
    let headers = [
        (header::SET_COOKIE, cookie::taken(cookie::SESSION)),
        (HeaderName::from_static("clear-site-data"), cookie::CLEAR_SITE_DATA.to_owned()),
    ];
    Ok((StatusCode::NO_CONTENT, headers).into_response())
}
