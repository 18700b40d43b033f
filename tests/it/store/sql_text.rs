//! One SQL text for both databases: what only one of them understands stays out.

use std::{fs, path::Path};

use syn::visit::{self, Visit};

/// Every text in a file's code, those inside macros included.
#[derive(Default)]
struct Texts(Vec<String>);

impl<'ast> Visit<'ast> for Texts {
    fn visit_lit_str(&mut self, text: &'ast syn::LitStr) {
        self.0.push(text.value());
    }

    fn visit_macro(&mut self, one: &'ast syn::Macro) {
        // Token streams print their texts in quotation marks again.
        let printed = one.tokens.to_string();
        let mut rest = printed.as_str();
        while let Some(at) = rest.find('"') {
            let inside = &rest[at + 1..];
            let mut escaped = false;
            let end = inside.find(|c| {
                let ends = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                ends
            });
            let Some(end) = end else { break };
            if let Ok(text) = syn::parse_str::<syn::LitStr>(&rest[at..at + end + 2]) {
                self.0.push(text.value());
            }
            rest = &inside[end + 1..];
        }
        visit::visit_macro(self, one);
    }
}

fn sql_of(text: &str) -> Vec<String> {
    let mut texts = Texts::default();
    texts.visit_file(&syn::parse_file(text).unwrap());
    let begins = ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", " AND ", " WHERE ", " ORDER "];
    texts.0.into_iter().filter(|text| begins.iter().any(|begin| text.starts_with(begin))).collect()
}

/// What is wrong with one text, if anything is.
fn fault(sql: &str) -> Option<&'static str> {
    let plain = format!(" {} ", sql.to_ascii_uppercase().split_whitespace().collect::<Vec<_>>().join(" "));
    let words = [
        ("NOW()", "time is a parameter"),
        ("CURRENT_TIMESTAMP", "time is a parameter"),
        ("RANDOM(", "randomness is injected"),
        ("GEN_RANDOM_UUID", "randomness is injected"),
        (" OFFSET ", "paging goes by keyset"),
        (" ILIKE ", "SQLite has no ILIKE"),
        ("ARRAY[", "SQLite has no arrays"),
        (" ANY(", "SQLite has no arrays"),
        ("UNNEST(", "SQLite has no arrays"),
        ("::", "PostgreSQL's casts are not SQL's"),
        ("RANDOMBLOB", "randomness is injected"),
        ("DATETIME(", "time is a parameter"),
        (" IFNULL(", "COALESCE is for both"),
        (" INSERT OR ", "ON CONFLICT is for both"),
        (" REPLACE INTO ", "nothing is replaced"),
    ];
    if let Some((_, why)) = words.iter().find(|(word, _)| plain.contains(word)) {
        return Some(why);
    }
    let sums = plain.matches("SUM(").count();
    let cast = plain.matches("CAST(SUM(").count();
    (sums > cast).then_some("a SUM is NUMERIC on PostgreSQL: CAST it")
}

/// Every text of the store, with the file it stands in.
pub(super) fn texts() -> Vec<(String, String)> {
    let mut texts = Vec::new();
    let mut waiting = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store")];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        texts.extend(sql_of(&fs::read_to_string(&path).unwrap()).into_iter().map(|sql| (name.clone(), sql)));
    }
    texts
}

#[test]
fn the_stores_texts_are_for_both_databases() {
    let texts = texts();
    // What asks PostgreSQL about itself is for PostgreSQL alone.
    let texts: Vec<_> = texts.iter().filter(|(_, sql)| !sql.contains("pg_class") && !sql.contains("pg_tables")).collect();
    let faults = texts.iter().filter_map(|(name, sql)| fault(sql).map(|why| format!("{name}: {why}: {sql}")));
    let (seen, faults) = (texts.len(), faults.collect::<Vec<_>>());
    assert!(seen > 70, "only {seen} texts were found");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn breaches_are_found() {
    for bad in [
        "SELECT now()",
        "SELECT a FROM b LIMIT 1 OFFSET 2",
        "SELECT a FROM b WHERE c ILIKE $1",
        "SELECT a FROM b WHERE c = ANY($1)",
        "SELECT SUM(a) FROM b",
        "SELECT a::text FROM b",
        "INSERT OR REPLACE INTO a VALUES (1)",
        "SELECT CURRENT_TIMESTAMP",
    ] {
        assert!(fault(bad).is_some(), "{bad}");
    }
    assert_eq!(fault("SELECT CAST(SUM(a) AS BIGINT) FROM b WHERE (c, d) < ($1, $2) ORDER BY c LIMIT $3"), None);
    assert_eq!(sql_of("fn f() { within!(tx, c => sqlx::query(\"SELECT 1\").x()); }"), ["SELECT 1"]);
    assert_eq!(sql_of("const A: &str = \"DELETE FROM b\";"), ["DELETE FROM b"]);
}

#[test]
fn migrations_use_three_types_and_the_same_numbers() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let names = |engine: &str| {
        let mut names: Vec<String> = fs::read_dir(root.join(engine))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names("sqlite"), names("postgres"));
    for (engine, types) in [("sqlite", ["INTEGER", "TEXT", "BLOB"]), ("postgres", ["BIGINT", "TEXT", "BYTEA"])] {
        let mut columns = 0;
        for name in names(engine) {
            let text = fs::read_to_string(root.join(engine).join(&name)).unwrap();
            assert!(text.starts_with("-- "), "{engine}/{name} begins with its reason");
            let table = |line: &&str| line.starts_with("    ") && line.trim_start().starts_with(|c: char| c.is_ascii_lowercase());
            for line in
                text.split("CREATE TABLE").skip(1).flat_map(|part| part.split(");").next().unwrap_or("").lines()).filter(table)
            {
                let kind = line.split_whitespace().nth(1).unwrap_or_default().trim_end_matches(',');
                assert!(types.contains(&kind), "{engine}/{name}: {line}");
                columns += 1;
            }
            if engine == "sqlite" {
                assert_eq!(
                    text.matches("CREATE TABLE").count(),
                    text.matches(") STRICT").count(),
                    "{name}: every table is STRICT"
                );
            }
        }
        assert!(columns > 100, "{engine}: {columns}");
    }
}
