//! Looking at files as they come in, before anything of them is sealed: the shape of a scanner, none, ClamAV, and one for
//! tests.

mod clamd;

pub use clamd::{Clamd, ClamdAddress};

/// Makes scans; one for each file.
pub trait Scanner: Send + Sync {
    /// Begins a scan; none when nothing is configured that could.
    fn begin(&self) -> Option<Box<dyn Scan>>;
}

/// A scan of one file. Fed off the async threads, so it may wait.
pub trait Scan: Send {
    /// The next bytes.
    fn feed(&mut self, bytes: &[u8]);
    /// What it makes of the whole.
    fn finish(self: Box<Self>) -> ScanVerdict;
}

/// What a scan found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanVerdict {
    /// Nothing.
    Clean,
    /// Something harmful.
    Infected,
    /// The scanner did not say: it is not there, or did not look at the whole.
    Unanswered,
}

/// No scanner: files are shown as not scanned.
#[derive(Debug, Clone, Copy)]
pub struct NoScanner;

impl Scanner for NoScanner {
    fn begin(&self) -> Option<Box<dyn Scan>> {
        None
    }
}

/// Knows the test file of the European Institute for Computer Antivirus Research, wherever in a file it stands, and nothing
/// else: for demonstrations and tests.
#[derive(Debug, Clone, Copy)]
pub struct TestScanner;

/// In two halves, so that no scanner takes this program for the file.
const EICAR: [&[u8]; 2] = [b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-", b"ANTIVIRUS-TEST-FILE!$H+H*"];

#[derive(Default)]
struct TestScan {
    tail: Vec<u8>,
    found: bool,
}

impl Scanner for TestScanner {
    fn begin(&self) -> Option<Box<dyn Scan>> {
        Some(Box::new(TestScan::default()))
    }
}

impl Scan for TestScan {
    fn feed(&mut self, bytes: &[u8]) {
        let wanted = EICAR.concat();
        self.tail.extend_from_slice(bytes);
        let mut from = 0;
        while let Some(at) = self.tail[from..].iter().position(|byte| *byte == wanted[0]) {
            self.found |= self.tail[from + at..].starts_with(&wanted);
            from += at + 1;
        }
        let gone = self.tail.len().saturating_sub(wanted.len() - 1);
        self.tail.drain(..gone);
    }

    fn finish(self: Box<Self>) -> ScanVerdict {
        if self.found { ScanVerdict::Infected } else { ScanVerdict::Clean }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_test_file_is_found_wherever_it_stands_and_however_it_is_cut() {
        for lead in ["", "before ", "XXX5O!"] {
            let file = [lead.as_bytes(), &EICAR.concat(), b" after"].concat();
            for step in [1, 7, 67, 68, 1000] {
                let mut scan = TestScanner.begin().expect("a scan");
                file.chunks(step).for_each(|chunk| scan.feed(chunk));
                assert_eq!(scan.finish(), ScanVerdict::Infected, "{lead:?} in steps of {step}");
            }
        }
        let mut scan = TestScanner.begin().expect("a scan");
        scan.feed(EICAR[0]);
        assert_eq!(scan.finish(), ScanVerdict::Clean);
        assert!(NoScanner.begin().is_none());
    }
}
