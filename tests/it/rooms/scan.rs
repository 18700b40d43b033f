//! Reads sources and finds what they name: every path in items, types, expressions, attributes and, word by word, in macros.

use std::collections::BTreeSet;

use syn::visit::{self, Visit};

use super::table::{KEPT, MINT, Names, TABLE};

/// One source file.
#[derive(Debug, Clone)]
pub(super) struct Source {
    /// From the root of the crate, with `/`: `src/policy/permit.rs`.
    pub(super) path: String,
    pub(super) text: String,
}

impl Source {
    /// The module the file is: `src/policy/permit.rs` is `policy`, `permit`; the roots `lib.rs` and `main.rs` are nothing.
    fn module(&self) -> Vec<String> {
        let inner = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        let mut module: Vec<String> = inner.split('/').map(str::to_owned).collect();
        if matches!(module.last().map(String::as_str), Some("mod" | "lib" | "main")) {
            module.pop();
        }
        module
    }

    fn room(&self) -> String {
        match self.module().into_iter().next() {
            Some(room) => room,
            None => if self.path.ends_with("main.rs") { "main" } else { "lib" }.to_owned(),
        }
    }
}

/// Everything that breaks the plan, as `file: what`.
pub(super) fn faults(sources: &[Source]) -> BTreeSet<String> {
    let mut faults = BTreeSet::new();
    let parsed: Vec<(&Source, syn::File)> = sources
        .iter()
        .filter_map(|source| match syn::parse_file(&source.text) {
            Ok(file) => Some((source, file)),
            Err(error) => {
                faults.insert(format!("{}: cannot be read: {error}", source.path));
                None
            }
        })
        .collect();
    let test_modules: BTreeSet<Vec<String>> =
        parsed.iter().flat_map(|(source, file)| test_only(&source.module(), &file.items)).collect();
    for (source, file) in parsed {
        let module = source.module();
        let in_tests = (1..=module.len()).any(|upto| test_modules.contains(&module[..upto]));
        let mut scan = Scan { source, room: source.room(), module, in_tests, faults: &mut faults };
        scan.visit_file(&file);
        shape(source, &file, &mut faults);
    }
    faults
}

/// Small files, and three lines at the entrance of each room. A room with nothing in it yet has nothing to explain.
fn shape(source: &Source, file: &syn::File, faults: &mut BTreeSet<String>) {
    let lines = source.text.lines().count();
    if lines > 600 {
        faults.insert(format!("{}: {lines} lines; split it by noun, 600 at most", source.path));
    }
    let header = source.text.lines().take_while(|line| line.starts_with("//!")).count();
    if source.path.ends_with("/mod.rs") && !file.items.is_empty() && header < 3 {
        faults.insert(format!("{}: opens with three //! lines: what lives here, what never does, who may call", source.path));
    }
}

/// The modules that this one declares for tests only, in files of their own.
fn test_only(module: &[String], items: &[syn::Item]) -> Vec<Vec<String>> {
    let declared = items.iter().filter_map(|item| match item {
        syn::Item::Mod(one) if one.content.is_none() && for_tests(&one.attrs) => Some(one.ident.to_string()),
        _ => None,
    });
    declared.map(|name| module.iter().cloned().chain([name]).collect()).collect()
}

fn for_tests(attrs: &[syn::Attribute]) -> bool {
    attrs.iter().any(|attr| match &attr.meta {
        syn::Meta::List(list) if attr.path().is_ident("cfg") => {
            let words = words(&list.tokens.to_string());
            words.iter().any(|word| word == "test") && !words.iter().any(|word| word == "not" || word == "any")
        }
        _ => false,
    })
}

fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Const(one) => &one.attrs,
        syn::Item::Enum(one) => &one.attrs,
        syn::Item::Fn(one) => &one.attrs,
        syn::Item::Impl(one) => &one.attrs,
        syn::Item::Macro(one) => &one.attrs,
        syn::Item::Mod(one) => &one.attrs,
        syn::Item::Static(one) => &one.attrs,
        syn::Item::Struct(one) => &one.attrs,
        syn::Item::Trait(one) => &one.attrs,
        syn::Item::Type(one) => &one.attrs,
        syn::Item::Use(one) => &one.attrs,
        _ => &[],
    }
}

struct Scan<'a> {
    source: &'a Source,
    room: String,
    /// Where we are: the module of the file and the inline modules around.
    module: Vec<String>,
    in_tests: bool,
    faults: &'a mut BTreeSet<String>,
}

impl Scan<'_> {
    fn fault(&mut self, what: &str) {
        self.faults.insert(format!("{}: {what}", self.source.path));
    }

    fn lives_in(&self, places: &[&str]) -> bool {
        places.iter().any(|place| self.source.path.starts_with(place))
    }

    /// A path, from an import or written out; `*` is a glob.
    fn named(&mut self, path: &[String]) {
        let words: Vec<&str> = path.iter().map(String::as_str).collect();
        self.kept(&words);
        let from_root: Vec<&str> = match words.first() {
            Some(&("crate" | "$crate" | "referral_exchange")) => words[1..].to_vec(),
            Some(&("self" | "super")) => {
                let rest: Vec<&str> = words.iter().copied().skip_while(|word| *word == "self").collect();
                let up = rest.iter().take_while(|word| **word == "super").count();
                if up == 0 || up < self.module.len() {
                    return;
                }
                rest[up..].to_vec()
            }
            _ => return,
        };
        match from_root.first() {
            // `pub(crate)`, `pub(super)`: a reach, not a name.
            None => {}
            Some(&("*" | "self")) => self.fault("names the whole crate; name what is needed"),
            Some(room) => self.room_named(room, from_root.get(1).copied()),
        }
    }

    fn room_named(&mut self, room: &str, item: Option<&str>) {
        if room == self.room || self.room == "lib" {
            return;
        }
        if self.in_tests && matches!(room, "policy" | "audit") {
            return;
        }
        if !TABLE.iter().any(|(known, _)| *known == room) {
            return self.fault(&format!("names crate::{room}, which is no room"));
        }
        let allowed = TABLE.iter().find(|(known, _)| *known == self.room).map(|(_, names)| *names);
        let Some(allowed) = allowed else { return self.fault("is a room that the table does not know") };
        let permitted = allowed.iter().any(|names| match names {
            Names::All(other) => *other == room,
            Names::Only(other, items) => *other == room && item.is_some_and(|item| items.contains(&item)),
        });
        if !permitted {
            let item = item.map(|item| format!("::{item}")).unwrap_or_default();
            self.fault(&format!("{} may not name {room}{item}", self.room));
        }
    }

    fn kept(&mut self, words: &[&str]) {
        for (name, places) in KEPT {
            let same = words.len() >= name.len()
                && name.iter().zip(words).all(|(name, word)| match name.strip_suffix('*') {
                    Some(beginning) => word.starts_with(beginning),
                    None => name == word,
                });
            // A whole library imported at once hides what is used of it.
            let glob = words.len() == 2 && words[0] == name[0] && words[1] == "*";
            if (same || glob) && !self.lives_in(places) {
                self.fault(&format!("{} stays in {}", name.join("::"), places.join(", ")));
            }
        }
        let (mint, places) = MINT;
        if words.contains(&mint) && !self.in_tests && !self.lives_in(places) {
            self.fault(&format!("{mint} stays in {}", places.join(", ")));
        }
    }

    fn tree(&mut self, tree: &syn::UseTree, before: &mut Vec<String>) {
        match tree {
            syn::UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.tree(&path.tree, before);
                before.pop();
            }
            syn::UseTree::Name(name) => self.leaf(name.ident.to_string(), before),
            syn::UseTree::Rename(name) => self.leaf(name.ident.to_string(), before),
            syn::UseTree::Glob(_) => self.leaf("*".to_owned(), before),
            syn::UseTree::Group(group) => group.items.iter().for_each(|one| self.tree(one, before)),
        }
    }

    fn leaf(&mut self, name: String, before: &[String]) {
        let path: Vec<String> = before.iter().cloned().chain([name]).collect();
        // `use crate as x` and `use super as x` would give the root another name.
        let whole: Vec<&str> = path.iter().map(String::as_str).filter(|word| *word != "self").collect();
        let ups = whole.iter().filter(|word| **word == "super").count();
        if whole == ["crate"] || whole == ["referral_exchange"] || (ups == whole.len() && ups > 0 && ups >= self.module.len()) {
            return self.fault("names the whole crate; name what is needed");
        }
        self.named(&path);
    }

    /// Macros are not parsed; their words are read as they stand.
    fn tokens(&mut self, text: &str) {
        let words = words(text);
        let mut at = 0;
        while at < words.len() {
            let mut path = vec![words[at].clone()];
            let mut next = at + 1;
            while words.get(next).is_some_and(|word| word == "::") {
                let Some(word) = words.get(next + 1) else { break };
                path.push(word.clone());
                next += 2;
            }
            if path.len() > 1 {
                if path.last().is_some_and(|word| word == "{") && matches!(path[0].as_str(), "crate" | "$crate") {
                    self.fault("imports a group inside a macro; write each path out");
                } else {
                    self.named(&path);
                }
            } else if path[0] == MINT.0 {
                self.kept(&[MINT.0]);
            }
            at = next;
        }
    }
}

impl<'ast> Visit<'ast> for Scan<'_> {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let outside = self.in_tests;
        self.in_tests |= for_tests(attributes(item));
        visit::visit_item(self, item);
        self.in_tests = outside;
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.module.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.tree(&item.tree, &mut Vec::new());
        visit::visit_item_use(self, item);
    }

    fn visit_item_extern_crate(&mut self, item: &'ast syn::ItemExternCrate) {
        self.named(&[item.ident.to_string()]);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let words: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        // A lone word is a local name, never a library.
        if words.len() > 1 {
            self.named(&words);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, one: &'ast syn::Macro) {
        self.tokens(&one.tokens.to_string());
        visit::visit_macro(self, one);
    }

    fn visit_meta_list(&mut self, list: &'ast syn::MetaList) {
        self.tokens(&list.tokens.to_string());
        visit::visit_meta_list(self, list);
    }

    fn visit_ident(&mut self, ident: &'ast syn::Ident) {
        if ident == MINT.0 {
            self.kept(&[MINT.0]);
        }
    }
}

/// The words of a text and the `::` and braces between them, without what stands in quotation marks.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter.is_alphanumeric() || letter == '_' || (letter == '$' && word.is_empty()) {
            word.push(letter);
            continue;
        }
        if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        match letter {
            '"' => {
                while let Some(inside) = letters.next() {
                    match inside {
                        '\\' => drop(letters.next()),
                        '"' => break,
                        _ => {}
                    }
                }
                words.push("\"".to_owned());
            }
            ':' if letters.peek() == Some(&':') => {
                letters.next();
                words.push("::".to_owned());
            }
            letter if letter.is_whitespace() => {}
            letter => words.push(letter.to_string()),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    // `$ crate`, as token streams print it, is one word.
    let mut joined: Vec<String> = Vec::new();
    for word in words {
        match joined.last_mut() {
            Some(last) if last == "$" && word == "crate" => last.push_str(&word),
            _ => joined.push(word),
        }
    }
    joined
}
