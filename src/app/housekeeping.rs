//! The house's jobs: removing what is old, and minding what nobody looked at in time.

use std::{future::Future, pin::Pin, time::Duration};

use tokio::sync::watch;

use super::{App, Error, sequencer::ticks};
use crate::domain::time::Timestamp;

const TIDY_EVERY: Duration = Duration::from_hours(1);
/// How exactly a check's limit is kept.
const MIND_EVERY: Duration = Duration::from_secs(20);
/// A day after they ran out, sessions and counts tell nobody anything that the log does not.
const KEEP_OLD: Duration = Duration::from_hours(24);
/// After a quarter of a year nobody asks why somebody never joined; their account says that they did not.
const KEEP_INVITATIONS: Duration = Duration::from_hours(90 * 24);
/// Holidays included: so long an account stays at home at an address it has signed in from.
const KEEP_HOMES: Duration = Duration::from_hours(30 * 24);
/// What comes back after a month is not counted.
const KEEP_MAILS: Duration = Duration::from_hours(31 * 24);
/// Half a year.
const KEEP_NOTICES: Duration = Duration::from_hours(183 * 24);

/// A job that has not begun, and what its failure is told as.
type Job<'j> = (&'static str, Pin<Box<dyn Future<Output = Result<(), Error>> + Send + 'j>>);

fn job<'j, E: Into<Error>>(failure: &'static str, work: impl Future<Output = Result<(), E>> + Send + 'j) -> Job<'j> {
    (failure, Box::pin(async { work.await.map_err(Into::into) }))
}

/// One after the other, none once it is time to stop: a stop waits for one job and not for all. Failures are told, and are
/// tried again the next time.
async fn in_turn(stop: &watch::Receiver<bool>, jobs: Vec<Job<'_>>) {
    for (failure, work) in jobs {
        if *stop.borrow() {
            return;
        }
        if let Err(error) = work.await {
            tracing::error!(error.kind = "housekeeping", error = %error, "{failure}");
        }
    }
}

impl App {
    /// Removes old sessions, counts, remembered answers, kept forms, invitations and drafts that nobody sent, about once an hour;
    /// lets go what nobody checks in time.
    pub(super) async fn keep_house(&self, mut stop: watch::Receiver<bool>) {
        let mut tidied = Timestamp::from_millis(0);
        let mut minded = Timestamp::from_millis(0);
        let mut renewing = true;
        // The start has told it.
        let mut warned = self.now().uk_date();
        let mut ticks = ticks();
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                _ = stop.changed() => return,
            }
            let now = self.clock.now();
            if now.since(tidied) >= TIDY_EVERY {
                tidied = now;
                in_turn(&stop, self.hourly(now)).await;
            }
            if now.uk_date() != warned {
                warned = now.uk_date();
                self.warn_of_holidays();
            }
            // While there is much to renew, it goes on from tick to tick.
            if renewing || now.since(minded) >= MIND_EVERY {
                renewing = self.renew_keys().await.map_or_else(
                    |error| {
                        tracing::error!(error.kind = "housekeeping", error = %error, "keys could not be renewed; trying again");
                        false
                    },
                    |turn| turn.more,
                );
            }
            if now.since(minded) >= MIND_EVERY {
                minded = now;
                in_turn(&stop, self.soon()).await;
            }
        }
    }

    fn hourly(&self, now: Timestamp) -> Vec<Job<'_>> {
        let store = &self.store;
        vec![
            job("old sessions and counts could not be removed", store.forget_old(now.minus(KEEP_OLD), now.minus(KEEP_HOMES))),
            job("old drafts could not be deleted", async { self.expire_drafts().await.map(drop) }),
            job("nobody could be told of drafts that lie", async { self.mind_drafts().await.map(drop) }),
            job("old notices could not be removed", store.forget_notices(now.minus(KEEP_NOTICES))),
            job("old absences could not be removed", store.forget_absences(now)),
            job("old mails could not be removed", store.forget_mails(now.minus(KEEP_MAILS))),
            job("old invitations could not be removed", store.forget_invitations(now.minus(KEEP_INVITATIONS))),
            job("old kept forms could not be erased", async { self.expire_kept().await.map(drop) }),
            job("blobs that belong to nothing could not be removed", async { self.sweep_blobs().await.map(drop) }),
        ]
    }

    fn soon(&self) -> Vec<Job<'_>> {
        vec![
            job("keys could not be reconciled with the log", async { self.reconcile_keys().await.map(drop) }),
            job("what waits for a check could not be minded", async { self.mind_checks().await.map(drop) }),
            job("what is urgent and unopened could not be minded", async { self.mind_urgent().await.map(drop) }),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_stop_waits_for_one_job_and_not_for_those_after_it() {
        let (stops, stop) = watch::channel(false);
        let (first, second) = (std::sync::Mutex::new(0), std::sync::Mutex::new(0));
        let count = |of: &std::sync::Mutex<i32>| *of.lock().expect("whole") += 1;
        let jobs = || {
            let failing = async {
                count(&first);
                Err(Error::Unavailable)
            };
            let stopping = async {
                stops.send_replace(true);
                Ok::<_, Error>(())
            };
            let late = async {
                count(&second);
                Ok::<_, Error>(())
            };
            vec![job("one fails, and the next is begun", failing), job("the stop comes here", stopping), job("too late", late)]
        };
        in_turn(&stop, jobs()).await;
        in_turn(&stop, jobs()).await;
        assert_eq!((*first.lock().expect("whole"), *second.lock().expect("whole")), (1, 0));
    }
}
