//! The form of the files under `tests/vectors/crypto`: `name: value` lines; `#` begins a line that only people read.

use std::{
    collections::BTreeMap,
    fmt::Write,
    path::{Path, PathBuf},
};

use crate::domain::ids::UserId;

/// Where the files are.
pub(super) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/crypto")
}

/// One file's fields.
#[derive(Clone)]
pub(super) struct VectorFile {
    pub(super) name: String,
    fields: BTreeMap<String, String>,
}

impl VectorFile {
    /// Every file, by name.
    pub(super) fn all() -> Vec<Self> {
        let mut files: Vec<_> = std::fs::read_dir(folder())
            .expect("the folder of vectors")
            .map(|file| file.expect("a file").path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
            .map(|path| Self::read(&path))
            .collect();
        files.sort_by(|a, b| a.name.cmp(&b.name));
        files
    }

    fn read(path: &Path) -> Self {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(path).expect("a text");
        let field = |line: &str| line.split_once(':').map(|(field, value)| (field.to_owned(), value.trim().to_owned()));
        let fields = text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(|line| field(line).unwrap_or_else(|| panic!("{name}: {line}")))
            .collect();
        Self { name, fields }
    }

    /// A file to be written.
    pub(super) fn new(name: &str, fields: &[(&str, String)]) -> Self {
        let fields = fields.iter().map(|(field, value)| ((*field).to_owned(), value.clone())).collect();
        Self { name: name.to_owned(), fields }
    }

    /// The same with some fields changed.
    pub(super) fn with(&self, name: &str, class: &str, changes: &[(&str, String)]) -> Self {
        let mut other = self.clone();
        name.clone_into(&mut other.name);
        other.fields.insert("class".to_owned(), class.to_owned());
        for (field, value) in changes {
            assert!(other.fields.insert((*field).to_owned(), value.clone()).is_some(), "{name}: no field {field}");
        }
        other
    }

    /// Writes the file, unless it is there already: what an earlier version wrote stays as it was.
    pub(super) fn write(&self) {
        let path = folder().join(format!("{}.txt", self.name));
        if path.exists() {
            return;
        }
        let mut text = format!("# {}\n", self.name.replace('-', " "));
        for (field, value) in &self.fields {
            writeln!(text, "{field}: {value}").expect("texts grow");
        }
        std::fs::create_dir_all(folder()).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    pub(super) fn text(&self, field: &str) -> &str {
        self.fields.get(field).unwrap_or_else(|| panic!("{}: no field {field}", self.name))
    }

    pub(super) fn bytes(&self, field: &str) -> Vec<u8> {
        hex::decode(self.text(field)).unwrap_or_else(|_| panic!("{}: {field} is not hexadecimal", self.name))
    }

    pub(super) fn array<const N: usize>(&self, field: &str) -> [u8; N] {
        self.bytes(field).try_into().unwrap_or_else(|_| panic!("{}: {field} is not {N} bytes", self.name))
    }

    pub(super) fn number(&self, field: &str) -> i64 {
        self.text(field).parse().unwrap_or_else(|_| panic!("{}: {field} is not a number", self.name))
    }

    pub(super) fn user(&self, field: &str) -> UserId {
        UserId::from_bytes(self.array(field))
    }
}
