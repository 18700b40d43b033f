//! The configuration as lines for the operator.

use super::layers::Layers;
use super::setting::SETTINGS;

/// Aligned columns: key, value, origin. Only names of secret files are ever held here, and a database URL with a
/// password is refused unless it comes from a file, so every value held may be shown.
pub(super) fn show(layers: &Layers) -> String {
    let width = SETTINGS.iter().map(|setting| setting.key.len()).max().unwrap_or_default();
    let mut lines = String::new();
    for setting in SETTINGS {
        let line = match layers.get(setting.key) {
            Some(value) => format!("{:width$}  {}  ({})\n", setting.key, shown(setting.key, layers, &value.text), value.origin),
            None => format!("{:width$}  -  (not set)\n", setting.key),
        };
        lines.push_str(&line);
    }
    lines
}

/// The content of a secret's file stands for the plain key, so the plain key's default would mislead.
fn shown<'a>(key: &str, layers: &Layers, text: &'a str) -> &'a str {
    if layers.get(&format!("{key}_file")).is_some() { "(hidden: from its file)" } else { text }
}
