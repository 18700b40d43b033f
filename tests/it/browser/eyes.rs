//! What is wrong with the page that is open, to a machine's eyes.

use serde_json::json;

use crate::support::browser::Browser;

/// Where the checker is, as the lockfile has it.
const AXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/node_modules/axe-core/axe.min.js");

/// Run on each page; gives one line for each fault.
const CHECK: &str = "const done = arguments[arguments.length - 1]; \
    axe.run(document, { resultTypes: ['violations'], preload: false, rules: { 'target-size': { enabled: true } } }).then(found => done(found.violations.map(\
    fault => fault.id + ': ' + fault.nodes.map(node => node.target.join(' ')).join(', '))), error => done([String(error)]))";

/// The checker, and what it has found so far.
pub struct Eyes {
    axe: String,
    pub faults: Vec<String>,
}

impl Eyes {
    pub fn open() -> Self {
        Self { axe: std::fs::read_to_string(AXE).expect("axe-core is there; run npm ci"), faults: Vec::new() }
    }

    /// Checks the page: nothing for axe to find, nothing stopped by the security policy, nothing cut off, one heading.
    pub async fn look(&mut self, browser: &Browser, name: &str) {
        browser.run(&self.axe).await;
        let found = browser.client.execute_async(CHECK, Vec::new()).await.unwrap();
        for fault in found.as_array().into_iter().flatten() {
            self.faults.push(format!("{name}: {}", fault.as_str().unwrap_or("?")));
        }
        let stopped = browser.stopped().await;
        if stopped.as_array().is_some_and(|stopped| !stopped.is_empty()) {
            self.faults.push(format!("{name}: stopped {stopped}"));
        }
        if browser.overflows().await {
            self.faults.push(format!("{name}: wider than the window"));
        }
        if browser.run("return document.querySelectorAll('h1').length").await != json!(1) {
            self.faults.push(format!("{name}: not one heading"));
        }
    }

    pub fn assert_nothing_found(&self) {
        assert_eq!(self.faults, Vec::<String>::new(), "{}", self.faults.join("\n"));
    }
}
