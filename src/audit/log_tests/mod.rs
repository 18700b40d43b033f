//! Tests of the log's tree, proofs and notes: vectors, other implementations as judges, and every single-bit mutation.
//! Never here: the rules themselves.
//! Named by nobody; the helpers below stand in for a database.

use zeroize::Zeroizing;

use super::{
    Checkpoint, CosigningKey, Frontier, Group, Known, LogError, Plan, SigningKey, TreeHash, consistency, hash, inclusion,
};

mod eight_leaves;
mod judged;
mod mutations;
mod notes;
mod parsers;
mod sequencing;
mod vast;
mod worked_example;

/// The rows of a log as a database holds them.
#[derive(Default)]
struct Rows {
    leaves: Vec<TreeHash>,
    groups: Vec<Group>,
}

impl Rows {
    fn of(leaves: impl IntoIterator<Item = TreeHash>) -> Self {
        let leaves: Vec<TreeHash> = leaves.into_iter().collect();
        let groups = Frontier::new().extend(leaves.iter().copied()).unwrap();
        Self { leaves, groups }
    }

    /// Fetches what a plan needs, as a caller over a database would, and computes it.
    fn run(&self, plan: &Plan) -> Vec<TreeHash> {
        plan.hashes(&self.fetch(&plan.needs())).unwrap()
    }

    fn fetch(&self, needs: &[super::Span]) -> Known {
        let mut known = Known::new();
        for span in needs {
            let at = |index: u64| usize::try_from(index).unwrap();
            let rows: Vec<(u64, TreeHash)> = if span.level == 0 {
                (span.first..).zip(self.leaves[at(span.first)..at(span.end)].iter().copied()).collect()
            } else {
                let level = self.groups.iter().filter(|group| group.level == span.level);
                let level = level.filter(|group| (span.first..span.end).contains(&group.index));
                level.map(|group| (group.index, group.hash)).collect()
            };
            known.fill(span, rows).unwrap();
        }
        known
    }

    fn frontier(&self, size: u64) -> Frontier {
        Frontier::read(size, &self.fetch(&Frontier::needs(size).unwrap())).unwrap()
    }

    fn inclusion(&self, size: u64, index: u64) -> Vec<TreeHash> {
        self.run(&inclusion::plan(size, index).unwrap())
    }

    fn consistency(&self, old: u64, new: u64) -> Vec<TreeHash> {
        self.run(&consistency::plan(old, new).unwrap())
    }
}

/// The data of the leaf at an index of the test logs: short, all different.
fn data(index: u64) -> Vec<u8> {
    index.to_be_bytes().to_vec()
}

fn numbered(size: u64) -> Rows {
    Rows::of((0..size).map(|index| hash::leaf(&data(index))))
}

/// A vector file, without its comments.
fn vectors(name: &str) -> String {
    let path = format!("{}/tests/vectors/log/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    text.split_inclusive('\n').filter(|line| !line.starts_with('#')).collect()
}

/// A section of a vector file, line feeds included.
fn section(file: &str, name: &str) -> String {
    let heading = format!("[{name}]\n");
    let (_, rest) = file.split_once(&heading).unwrap_or_else(|| panic!("no section {name}"));
    rest.split_inclusive('\n').take_while(|line| !line.starts_with('[')).collect()
}

fn hashes(lines: &str) -> Vec<TreeHash> {
    lines.lines().map(|line| TreeHash::parse(line).unwrap()).collect()
}

fn seed(byte: u8) -> Zeroizing<[u8; 32]> {
    Zeroizing::new([byte; 32])
}

fn log_key() -> SigningKey {
    SigningKey::from_seed("exchange.example/audit", &seed(7)).unwrap()
}

fn witness_key(byte: u8) -> CosigningKey {
    CosigningKey::from_seed(&format!("w{byte}.example/witness"), &seed(byte)).unwrap()
}

/// A checkpoint over the numbered test log of this size.
fn checkpoint(size: u64) -> Checkpoint {
    Checkpoint::new("exchange.example/audit", size, numbered(size).frontier(size).root()).unwrap()
}

/// The error of a result whose value cannot be printed.
fn refusal<T>(result: Result<T, LogError>) -> Option<LogError> {
    result.err()
}
