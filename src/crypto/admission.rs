//! Heavy work off the async threads: so many at once, so many waiting, the rest turned away.

use std::sync::Arc;

use tokio::sync::Semaphore;

/// Why work was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotDone {
    /// All places, running and waiting, are taken.
    Busy,
    /// The work panicked, or the runtime is stopping.
    Failed,
}

/// The places for work that takes much memory and time.
pub(super) struct Admission {
    admitted: Arc<Semaphore>,
    running: Arc<Semaphore>,
}

impl Admission {
    /// At most `at_once` run and `waiting` more wait.
    pub(super) fn new(at_once: usize, waiting: usize) -> Self {
        let at_once = at_once.clamp(1, 1024);
        let waiting = waiting.min(1 << 20);
        Self { admitted: Arc::new(Semaphore::new(at_once + waiting)), running: Arc::new(Semaphore::new(at_once)) }
    }

    /// Does the work in its turn. The places go with it into the thread: a caller who goes away frees nothing before the memory
    /// is given back.
    pub(super) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, NotDone> {
        let place = Arc::clone(&self.admitted).try_acquire_owned().map_err(|_| NotDone::Busy)?;
        let turn = Arc::clone(&self.running).acquire_owned().await.map_err(|_| NotDone::Failed)?;
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            drop((turn, place));
            result
        });
        done.await.map_err(|_| NotDone::Failed)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::{Future, ready},
        pin::pin,
        sync::{
            atomic::{AtomicUsize, Ordering},
            mpsc,
        },
    };

    use super::*;

    /// Polls once: the future gets as far as it can without waiting.
    async fn starts<T>(future: std::pin::Pin<&mut impl Future<Output = T>>) {
        tokio::select! { biased; _ = future => panic!("it should have waited"), () = ready(()) => () }
    }

    #[tokio::test]
    async fn one_runs_one_waits_the_third_is_turned_away() {
        let admission = Admission::new(1, 1);
        let (release, wait) = mpsc::channel::<()>();
        let mut first = pin!(admission.run(move || wait.recv().map(|()| 1)));
        starts(first.as_mut()).await;
        let mut second = pin!(admission.run(|| 2));
        starts(second.as_mut()).await;
        assert_eq!(admission.run(|| 3).await, Err(NotDone::Busy));
        release.send(()).expect("the first waits for this");
        assert_eq!(first.await, Ok(Ok(1)));
        assert_eq!(second.await, Ok(2));
        assert_eq!(admission.run(|| 3).await, Ok(3));
    }

    #[tokio::test]
    async fn a_caller_who_goes_away_frees_no_place_while_the_work_goes_on() {
        let admission = Admission::new(1, 0);
        let (release, wait) = mpsc::channel::<()>();
        {
            let mut gone = pin!(admission.run(move || wait.recv()));
            starts(gone.as_mut()).await;
        }
        assert_eq!(admission.run(|| ()).await, Err(NotDone::Busy));
        release.send(()).expect("the work still runs");
        let _turn = admission.running.acquire().await.expect("the place comes back with the thread");
    }

    #[tokio::test]
    async fn a_caller_who_leaves_the_queue_frees_the_place() {
        let admission = Admission::new(1, 1);
        let (release, wait) = mpsc::channel::<()>();
        let mut first = pin!(admission.run(move || wait.recv()));
        starts(first.as_mut()).await;
        {
            let mut gone = pin!(admission.run(|| ()));
            starts(gone.as_mut()).await;
        }
        let mut next = pin!(admission.run(|| 7));
        starts(next.as_mut()).await;
        release.send(()).expect("the first waits for this");
        assert_eq!(first.await, Ok(Ok(())));
        assert_eq!(next.await, Ok(7));
    }

    #[tokio::test]
    async fn work_that_panics_gives_its_place_back() {
        let admission = Admission::new(1, 0);
        assert_eq!(admission.run(|| -> () { panic!("on purpose") }).await, Err(NotDone::Failed));
        assert_eq!(admission.run(|| 1).await, Ok(1));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn never_more_at_once_than_allowed() {
        let admission = Arc::new(Admission::new(2, 64));
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let mut runs = tokio::task::JoinSet::new();
        for _ in 0..40 {
            let (admission, now, most) = (Arc::clone(&admission), Arc::clone(&now), Arc::clone(&most));
            runs.spawn(async move {
                let work = move || {
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::yield_now();
                    now.fetch_sub(1, Ordering::SeqCst);
                };
                admission.run(work).await
            });
        }
        assert!(runs.join_all().await.into_iter().all(|done| done.is_ok()));
        assert!((1..=2).contains(&most.load(Ordering::SeqCst)));
    }
}
