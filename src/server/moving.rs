//! Bodies that say when something of them moves: how a connection knows that it stands still.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::body::{Body, Bytes};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::sync::Notify;

/// A body, and whom each piece of it is told to.
struct Moving {
    body: Body,
    moved: Arc<Notify>,
}

/// The same body, telling of each piece.
pub(super) fn told(body: Body, moved: &Arc<Notify>) -> Body {
    Body::new(Moving { body, moved: Arc::clone(moved) })
}

impl HttpBody for Moving {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if polled.is_ready() {
            self.moved.notify_one();
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Resolves once nothing has moved for so long.
pub(super) async fn quiet(limit: Duration, moved: &Notify) {
    while tokio::time::timeout(limit, moved.notified()).await.is_ok() {}
}
