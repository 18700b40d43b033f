//! What stands before every handler: who asks, whether the route lets them in, whether a post is our own; and after it: the
//! page for what went wrong.

use std::sync::Arc;

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderValue, Method, header};

use super::{
    assets, csrf,
    error::{self, Failed},
    next,
    pages::{
        error::Reason,
        kept::{self, Unsent},
    },
    posted::Posted,
    session::{self, Visit, cookie_of},
    table::{self, Route, Token},
};
use crate::{
    app::{App, Caller, DenialReason, Error, RequestContext, cookie},
    domain::action::Action,
};

/// More than any form holds; the server's own limit lies above, so that this one answers with a page.
const FORM_LIMIT: usize = 192 * 1024;

/// The guard; for `axum::middleware::from_fn_with_state`, on all routes and the fallback.
pub(super) async fn guard(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let matched = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    if matched.as_deref() == Some(assets::ROUTE) {
        return next.run(request).await;
    }
    let route = matched.as_deref().and_then(|path| table::find(request.method(), path));
    let known = cookie_of(request.headers(), cookie::FORM).filter(|token| token.len() == 64).map(|token| token.to_string());
    let form_token = known.clone().unwrap_or_else(|| session::fresh_token(&app));
    let context = session::context(&app, request.extensions());
    let pre_session = cookie_of(request.headers(), cookie::PRE_SESSION);
    let session = cookie_of(request.headers(), cookie::SESSION);
    let is_signing_in = route.is_some_and(|route| route.public) && request.method() == Method::POST;

    let caller = if is_signing_in { Ok(None) } else { caller(&app, &context, session.as_deref().map(String::as_str)).await };
    let (caller, broken) = match caller {
        Ok(caller) => (caller, None),
        Err(error) => (None, Some(error)),
    };
    let visit = Visit::new(&app, context, caller, form_token, pre_session);
    let mut response = match broken {
        Some(error) => error::error_page(&visit.frame, &error),
        None => admitted(&app, route, &visit, &mut request, next).await,
    };
    if known.is_none()
        && let Ok(value) = HeaderValue::from_str(&cookie::given(cookie::FORM, &visit.form_token))
    {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// Whoever the session cookie stands for, and how many notices wait for them.
async fn caller(app: &App, context: &RequestContext, cookie: Option<&str>) -> Result<Option<(Caller, u64)>, Error> {
    let Some(text) = cookie else { return Ok(None) };
    match app.authenticate(context, text).await {
        Ok(caller) => {
            let unread = app.unread_notices(&caller).await?;
            Ok(Some((caller, unread)))
        }
        Err(Error::NotSignedIn) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn admitted(app: &App, route: Option<&'static Route>, visit: &Visit, request: &mut Request, next: Next) -> Response {
    let Some(route) = route else { return error::refusal(&visit.frame, Reason::NotFound) };
    let address = request.uri().path_and_query().map_or_else(|| "/".to_owned(), |address| address.as_str().to_owned());
    let mut posted = None;
    let cookie = cookie_of(request.headers(), cookie::SESSION);
    let cookie = cookie.as_deref().map(String::as_str);
    if request.method() == Method::POST {
        if csrf::is_foreign(request.headers(), request.uri()) {
            return cross_site(app, route, visit).await;
        }
        if route.takes_files {
            // Too large to be held here: `streams::receive` looks at the token as it streams in.
            if visit.caller.is_none() {
                return nobody(app, route, visit, &address, Some(Unsent::nothing())).await;
            }
            return handled(app, route, visit, &address, None, request, next).await;
        }
        let body = std::mem::take(request.body_mut());
        let Ok(body) = axum::body::to_bytes(body, FORM_LIMIT).await else {
            return error::refusal(&visit.frame, Reason::TooLarge);
        };
        let (fields, token) = Posted::read(&body);
        let token = token.unwrap_or_default();
        if visit.caller.is_none() && !route.public {
            let is_checked = route.token == Token::Form && csrf::same(&visit.form_token, &token);
            let unsent = Unsent { posted: fields, cookie, token: (!is_checked).then_some(token) };
            return nobody(app, route, visit, &address, Some(unsent)).await;
        }
        let fits = match (route.token, &visit.caller) {
            (Token::Session, Some(caller)) => caller.csrf_fits(&token),
            (Token::Session, None) => false,
            (Token::Form, _) => csrf::same(&visit.form_token, &token),
        };
        if !fits {
            let refused = cross_site(app, route, visit).await;
            return if route.keeps_answers { kept::page(visit, &address, &fields) } else { refused };
        }
        request.extensions_mut().insert(fields.clone());
        posted = Some(Unsent { posted: fields, cookie, token: None });
    } else if visit.caller.is_none() && !route.public {
        return nobody(app, route, visit, &address, None).await;
    }
    handled(app, route, visit, &address, posted, request, next).await
}

/// The handler's answer, or the page for what went wrong.
async fn handled(
    app: &App,
    route: &'static Route,
    visit: &Visit,
    address: &str,
    posted: Option<Unsent<'_>>,
    request: &mut Request,
    next: Next,
) -> Response {
    request.extensions_mut().insert(visit.clone());
    let mut response = next.run(std::mem::take(request)).await;
    match response.extensions_mut().remove::<Failed>() {
        None => response,
        // The session ended between the guard and the act.
        Some(Failed(failed)) if matches!(*failed, Error::NotSignedIn) => nobody(app, route, visit, address, posted).await,
        Some(Failed(failed)) => error::error_page(&visit.frame, &failed),
    }
}

/// A post that is not ours: on record, then refused.
async fn cross_site(app: &App, route: &'static Route, visit: &Visit) -> Response {
    let action = route.action.unwrap_or(Action::SignIn);
    let refused = match &visit.caller {
        Some(caller) => app.refuse_cross_site(&visit.request, caller, route.name, action).await,
        None => app.refuse_nobody(&visit.request, route.name, action, DenialReason::CrossSite).await,
    };
    match refused {
        Ok(()) => error::error_page(&visit.frame, &Error::CrossSite),
        Err(error) => error::error_page(&visit.frame, &error),
    }
}

/// Nobody is signed in: on record, then on to the sign-in; answers are kept for whoever's session has run out.
async fn nobody(app: &App, route: &'static Route, visit: &Visit, address: &str, posted: Option<Unsent<'_>>) -> Response {
    let action = route.action.unwrap_or(Action::SignIn);
    if let Err(error) = app.refuse_nobody(&visit.request, route.name, action, DenialReason::NotSignedIn).await {
        return error::error_page(&visit.frame, &error);
    }
    match posted {
        Some(unsent) if route.keeps_answers => kept::keep(app, visit, address, unsent).await,
        Some(_) if route.action.is_none() || address.starts_with("/sign-out") => error::see("/sign-in"),
        Some(_) => error::see(&next::sign_in_unsent(&table::page_of(route, address))),
        None => error::see(&next::sign_in(address)),
    }
}
