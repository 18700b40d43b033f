//! The only file that names casbin: builds enforcers from texts in memory and asks them.

use std::collections::BTreeMap;

use ::casbin::{Adapter, CoreApi, DefaultModel, Enforcer, MemoryAdapter};

use super::{error::PolicyError, files::Line, question::Question};
use crate::domain::action::Action;

/// One enforcer for each action that has lines: casbin walks every line it holds, and a line speaks of one action only.
/// Built only from linted texts; never changed afterwards.
pub(super) struct Rules {
    enforcers: BTreeMap<Action, Enforcer>,
}

/// The engine could not answer; that is a no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotEvaluated;

impl Rules {
    /// Builds the enforcers.
    ///
    /// # Errors
    /// [`PolicyError::Engine`] when casbin refuses the model or a line.
    pub(super) async fn build(model: &str, lines: &[Line]) -> Result<Self, PolicyError> {
        let refused = |error: ::casbin::Error| PolicyError::Engine(error.to_string());
        let mut by_action: BTreeMap<Action, Vec<Vec<String>>> = BTreeMap::new();
        for line in lines {
            let mut cells = line.cells.to_vec();
            cells.push(line.effect.code().to_owned());
            by_action.entry(line.action).or_default().push(cells);
        }
        let mut enforcers = BTreeMap::new();
        for (action, rows) in by_action {
            let mut memory = MemoryAdapter::default();
            memory.add_policies("p", "p", rows).await.map_err(refused)?;
            let model = DefaultModel::from_str(model).await.map_err(refused)?;
            enforcers.insert(action, Enforcer::new(model, memory).await.map_err(refused)?);
        }
        Ok(Self { enforcers })
    }

    /// The engine's answer. An action without lines is never allowed, so casbin is never asked about an empty policy,
    /// which it would allow.
    pub(super) fn allow(&self, question: Question) -> Result<bool, NotEvaluated> {
        let cells = question.cells();
        if cells.iter().any(|cell| cell.is_empty()) {
            return Err(NotEvaluated);
        }
        match self.enforcers.get(&question.action) {
            None => Ok(false),
            Some(enforcer) => enforcer.enforce(cells.to_vec()).map_err(|_| NotEvaluated),
        }
    }
}
