//! Files between doors and use cases: whatever a server gives as the body of a request comes in, and a download goes out as
//! such a body. Neither knows more of HTTP than that it comes in pieces.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use http_body_util::BodyExt as _;
use hyper::body::{Body, Bytes, Frame};
use tokio::sync::mpsc;

use super::{Chunks, Download, Error, LogExport};

/// The body of a request, piece by piece.
pub struct Incoming<B>(pub B);

impl<B: Body<Data = Bytes> + Send + Unpin> Chunks for Incoming<B> {
    type Chunk = Bytes;

    async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        loop {
            match self.0.frame().await {
                None => return Ok(None),
                Some(Err(_)) => return Err(Error::Malformed("the body ended early")),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data));
                    }
                }
            }
        }
    }
}

/// A file on its way out, as the body of an answer.
pub struct Outgoing(mpsc::Receiver<Result<Vec<u8>, Error>>);

impl From<Download> for Outgoing {
    fn from(download: Download) -> Self {
        Self(download.pieces())
    }
}

impl From<LogExport> for Outgoing {
    fn from(export: LogExport) -> Self {
        Self(export.pieces())
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        self.0.poll_recv(context).map(|piece| piece.map(|piece| piece.map(|bytes| Frame::data(bytes.into()))))
    }
}
