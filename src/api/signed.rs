//! Who asks: the request's context, and the person behind its cookie with what a changing request must carry.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::{HeaderMap, header, request::Parts};

use super::{origin, problem::Problem, table::Route};
use crate::{
    app::{App, Caller, DenialReason, Error, RequestContext, cookie},
    domain::action::Action,
};

const CSRF_TOKEN: &str = "x-csrf-token";

/// A request of anybody, with its route; a changing one does not come from a foreign page.
pub struct Asked {
    /// Its id, peer and time.
    pub request: RequestContext,
    route: &'static Route,
}

/// A request of somebody signed in; a changing one carries their token and does not come from a foreign page.
pub struct Signed {
    /// Its id, peer and time.
    pub request: RequestContext,
    /// Who asks.
    pub caller: Caller,
}

impl Asked {
    fn of(parts: &Parts) -> Result<Self, Problem> {
        let request = parts.extensions.get::<RequestContext>().cloned();
        let route = parts.extensions.get::<&'static Route>().copied();
        // Put there by the entrance and the table; without them nothing could be put on record.
        let (request, route) = request.zip(route).ok_or(Problem::of_status(http::StatusCode::INTERNAL_SERVER_ERROR))?;
        Ok(Self { request, route })
    }

    /// The act that a refusal names.
    fn action(&self) -> Action {
        self.route.action.unwrap_or(Action::ReadAccount)
    }

    fn is_changing(&self) -> bool {
        self.route.method != "GET"
    }

    async fn refused(&self, app: &App, reason: DenialReason, error: Error) -> Problem {
        match app.refuse_nobody(&self.request, self.route.name, self.action(), reason).await {
            Ok(()) => error.into(),
            Err(failed) => failed.into(),
        }
    }
}

impl FromRequestParts<Arc<App>> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let asked = Self::of(parts)?;
        if asked.is_changing() && origin::is_foreign(&parts.headers, &parts.uri) {
            return Err(asked.refused(app, DenialReason::CrossSite, Error::CrossSite).await);
        }
        Ok(asked)
    }
}

impl FromRequestParts<Arc<App>> for Signed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let asked = Asked::of(parts)?;
        let caller = match session_cookie(&parts.headers) {
            Some(cookie) => app.authenticate(&asked.request, &cookie).await,
            None => Err(Error::NotSignedIn),
        };
        let caller = match caller {
            Ok(caller) => caller,
            Err(Error::NotSignedIn) => return Err(asked.refused(app, DenialReason::NotSignedIn, Error::NotSignedIn).await),
            Err(other) => return Err(other.into()),
        };
        let ours = || csrf_token(&parts.headers).is_some_and(|token| caller.csrf_fits(token));
        if asked.is_changing() && (origin::is_foreign(&parts.headers, &parts.uri) || !ours()) {
            app.refuse_cross_site(&asked.request, &caller, asked.route.name, asked.action()).await?;
            return Err(Error::CrossSite.into());
        }
        Ok(Self { request: asked.request, caller })
    }
}

fn session_cookie(headers: &HeaderMap) -> Option<zeroize::Zeroizing<String>> {
    let texts = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookie::sent(texts, cookie::SESSION)
}

fn csrf_token(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(CSRF_TOKEN).iter();
    let token = values.next()?;
    if values.next().is_some() { None } else { token.to_str().ok() }
}
