//! Who asks: made once for each request by the guard, taken by handlers.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::request::Parts,
};
use http::{Extensions, HeaderMap, header};

use super::{
    components::NavigationItem,
    error::Failure,
    limits::Limits,
    view::{self, Frame},
    words,
};
use zeroize::Zeroizing;

use crate::{
    app::{App, Caller, Error, Helpline, RequestContext, cookie},
    domain::time::Timestamp,
};

/// One request, whoever asks.
#[derive(Clone)]
pub struct Visit {
    /// The request's id, source and time.
    pub request: RequestContext,
    /// The frame of any page that answers it.
    pub frame: Frame,
    /// The token of the browser's form cookie.
    pub form_token: String,
    /// The cookie between password and code.
    pub pre_session: Option<Zeroizing<String>>,
    /// Who is signed in.
    pub caller: Option<Arc<Caller>>,
}

/// A request of somebody signed in.
pub struct SignedIn {
    /// Who.
    pub caller: Arc<Caller>,
    /// The request's id, source and time.
    pub request: RequestContext,
    /// The frame of the page that answers it.
    pub frame: Frame,
    /// Where in a queue the person was, as the browser kept it.
    pub queue: Option<Zeroizing<String>>,
}

/// The value of a cookie, wherever among the headers it stands.
pub(super) fn cookie_of(headers: &HeaderMap, name: &str) -> Option<Zeroizing<String>> {
    cookie::sent(headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()), name)
}

/// The request's beginnings: its id, the peer, the time.
pub(super) fn context(app: &App, extensions: &Extensions) -> RequestContext {
    app.request(extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip()))
}

/// A fresh token: 32 random bytes.
pub(super) fn fresh_token(app: &App) -> String {
    let mut bytes = [0; 32];
    app.random().fill(&mut bytes);
    hex::encode(bytes)
}

impl Visit {
    /// The visit of whoever is signed in, with the number of notices that wait for them, or of nobody.
    pub(super) fn new(
        app: &App,
        request: RequestContext,
        caller: Option<(Caller, u64)>,
        form_token: String,
        pre_session: Option<Zeroizing<String>>,
    ) -> Self {
        let nobody = Frame {
            service: app.name().to_owned(),
            partnership: app.partnership().to_owned(),
            demo: app.is_demonstration(),
            csrf_token: form_token.clone(),
            request_id: request.id.to_string(),
            help: help(app),
            helpline: app.helpline().map(Helpline::words).unwrap_or_default(),
            ..Frame::default()
        };
        let frame = match &caller {
            Some((caller, unread)) => Frame { notices: words::unread(*unread), ..signed_in(app, caller, nobody, request.at) },
            None => nobody,
        };
        Self { request, frame, form_token, pre_session, caller: caller.map(|(caller, _)| Arc::new(caller)) }
    }
}

/// Whom to ask for help, as the foot of every page says it.
fn help(app: &App) -> String {
    match app.helpline() {
        Some(line) => format!("ask the lead of your team, or your agency’s administrator, or ring {}.", line.words()),
        None => "ask the lead of your team, or your agency’s administrator.".to_owned(),
    }
}

fn signed_in(app: &App, caller: &Caller, frame: Frame, at: Timestamp) -> Frame {
    let ways = app.ways(caller);
    let all = [
        ("Start", "/", true),
        ("My referrals", "/sent", ways.sent),
        ("Queue", "/queue", ways.queue),
        ("Shared with us", "/shared", ways.sent),
        ("Agreements", "/agreements", app.keeps_agreements(caller)),
        ("To check", "/checks", caller.checks()),
        ("People", "/people", ways.people),
        ("Agencies", "/agencies", ways.agencies),
        ("Who checks", "/safeguarding-leads", ways.safeguarding_leads),
        ("Mail", "/members/mail", ways.safeguarding_leads),
        ("Log", "/log", ways.log),
        ("Your account", "/account", true),
    ];
    let item =
        |(text, href): (&str, &str)| NavigationItem { text: text.to_owned(), href: href.to_owned(), ..NavigationItem::default() };
    let main = caller.main().map(|named| named.team.as_str().to_owned());
    Frame {
        csrf_token: caller.csrf_token(),
        signed_in: Some(view::SignedIn {
            name: caller.name().as_str().to_owned(),
            team: main.unwrap_or_default(),
            may_find: ways.sent,
            limits: Limits::of(caller, at),
        }),
        navigation: all.into_iter().filter(|(_, _, open)| *open).map(|(text, href, _)| item((text, href))).collect(),
        ..frame
    }
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        // Without the guard before it a handler must not run at all.
        parts.extensions.get::<Self>().cloned().ok_or(Failure(Error::NotSignedIn))
    }
}

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let visit = Visit::from_request_parts(parts, state).await?;
        let caller = visit.caller.ok_or(Failure(Error::NotSignedIn))?;
        let queue = cookie_of(&parts.headers, cookie::QUEUE);
        Ok(Self { caller, request: visit.request, frame: visit.frame, queue })
    }
}
