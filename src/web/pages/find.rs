//! The way to a referral by its reference.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Query, State},
    routing,
};
use serde::Deserialize;

use crate::{
    app::{App, Error},
    domain::reference::Reference,
    web::{
        error::{Answer, Failure, see},
        session::SignedIn,
    },
};

/// This page's route.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route("/find", routing::get(find))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Sought {
    reference: String,
}

/// To a referral by its reference, however it is typed. What is no reference is looked up all the same, so that it counts and
/// looks like one that cannot be seen.
async fn find(State(app): State<Arc<App>>, person: SignedIn, Query(sought): Query<Sought>) -> Answer {
    if sought.reference.trim().is_empty() {
        return Ok(see("/"));
    }
    if let Ok(reference) = Reference::parse(&sought.reference) {
        return Ok(see(&format!("/referrals/{reference}")));
    }
    app.read_referral(&person.request, &person.caller, &sought.reference).await?;
    Err(Failure(Error::Unseen))
}
