//! Of `audit verify`: every policy and pathway file that was ever in force, against the hash it is known by.

use super::{Error, verify::Verification};
use crate::{pathways, policy::Files};

impl Verification<'_> {
    /// Events name the files in force by hash, so a file that has its hash is the one that was activated.
    pub(super) async fn files(&mut self) -> Result<(), Error> {
        for version in self.store.pathway_versions().await? {
            let Some(file) = self.store.pathway_file(&version).await? else { continue };
            if pathways::version_of(&file.content) != version {
                self.found("the file is not the one that its hash names", "pathway_file", &version);
            } else if pathways::id_of(&file.content).as_ref() != Some(&file.id) {
                self.found("the file is filed under another pathway's name", "pathway_file", &version);
            }
        }
        for digest in self.store.policy_digests().await? {
            let Some((model, policy, cases)) = self.store.policy_file(&digest).await? else { continue };
            if hex::encode(Files { model, policy, cases }.digest()) != digest {
                self.found("the policy is not the one that its digest names", "policy_file", &digest);
            }
        }
        Ok(())
    }
}
