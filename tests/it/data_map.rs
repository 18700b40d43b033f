//! `docs/data-map.md` says of every column what it holds and why it may be clear; here it is held to the real schema.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use referral_exchange::store::{Engine, migrate::is_written_once};
use sqlx::{ConnectOptions as _, Connection as _, sqlite::SqliteConnectOptions};

use crate::support::hub::Hub;

/// A table's columns in the order in which they were found.
type Tables = BTreeMap<String, Vec<String>>;

const HEAD: &str = "| column | holds | why it is clear |";

/// What the page says, and what is wrong with the page itself.
#[derive(Default)]
struct Map {
    tables: Tables,
    /// The text between a table's heading and its columns.
    about: BTreeMap<String, String>,
    faults: Vec<String>,
}

impl Map {
    fn read(text: &str) -> Self {
        let mut map = Self::default();
        let (mut table, mut headed) = (None::<String>, false);
        for line in text.lines().map(str::trim) {
            if let Some(name) = line.strip_prefix("## ") {
                if map.tables.insert(name.to_owned(), Vec::new()).is_some() {
                    map.faults.push(format!("{name} has two headings"));
                }
                (table, headed) = (Some(name.to_owned()), false);
            } else if let Some(name) = &table {
                if line == HEAD {
                    headed = true;
                } else if line.starts_with('|') && !line.starts_with("|--") {
                    if headed {
                        map.row(name, line);
                    } else {
                        map.faults.push(format!("{name}: its table must begin with {HEAD}"));
                    }
                } else if !headed {
                    map.about.entry(name.clone()).or_default().push_str(line);
                }
            }
        }
        map
    }

    fn row(&mut self, table: &str, line: &str) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [column, holds, why] = cells[..] else {
            self.faults.push(format!("{table}: three cells are wanted: {line}"));
            return;
        };
        if [column, holds, why].iter().any(|cell| cell.is_empty() || *cell == "…" || cell.eq_ignore_ascii_case("todo")) {
            self.faults.push(format!("{table}.{column}: a cell says nothing"));
        }
        let columns = self.tables.entry(table.to_owned()).or_default();
        if columns.iter().any(|known| known == column) {
            self.faults.push(format!("{table}.{column} stands twice"));
        }
        columns.push(column.to_owned());
    }

    /// Everything in which the page is wrong or differs from the schema.
    fn faults(&self, schema: &Tables) -> Vec<String> {
        let names = |tables: &Tables| -> BTreeSet<String> {
            let column = |(table, columns): (&String, &Vec<String>)| {
                let columns: Vec<String> = columns.iter().map(|column| format!("{table}.{column}")).collect();
                std::iter::once(table.clone()).chain(columns)
            };
            tables.iter().flat_map(column).collect()
        };
        let (said, real) = (names(&self.tables), names(schema));
        let mut faults = self.faults.clone();
        faults.extend(real.difference(&said).map(|name| format!("{name} is not in the page")));
        faults.extend(said.difference(&real).map(|name| format!("{name} is not in the schema")));
        for (table, columns) in &self.tables {
            if schema.get(table).is_some_and(|real| real != columns && real.len() == columns.len()) {
                faults.push(format!("{table}: the order differs from the schema's"));
            }
            let about = self.about.get(table).map_or("", String::as_str);
            if !about.contains("Retention:") {
                faults.push(format!("{table}: nothing is said of its retention"));
            }
            if about.contains("Written once") != is_written_once(table) {
                faults.push(format!("{table}: whether it is written once is not said rightly"));
            }
        }
        faults
    }
}

async fn schema_of_a_migrated_database() -> Tables {
    const TABLES: &str = "SELECT m.name, c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c \
         WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND m.name <> '_sqlx_migrations' ORDER BY m.name, c.cid";
    let hub = Hub::empty(Engine::Sqlite).await;
    let options = SqliteConnectOptions::new().filename(hub.folder.path().join("exchange.sqlite")).read_only(true);
    let mut connection = options.connect().await.unwrap();
    let rows: Vec<(String, String)> = sqlx::query_as(TABLES).fetch_all(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    hub.finish().await;
    let mut tables = Tables::new();
    for (table, column) in rows {
        tables.entry(table).or_default().push(column);
    }
    tables
}

#[tokio::test(flavor = "multi_thread")]
async fn every_column_stands_in_the_data_map_with_its_reason() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/data-map.md")).unwrap();
    let schema = schema_of_a_migrated_database().await;
    assert!(schema.len() > 20, "only {} tables were found", schema.len());
    let faults = Map::read(&page).faults(&schema);
    assert!(faults.is_empty(), "docs/data-map.md:\n{}", faults.join("\n"));
}

#[test]
fn a_page_that_differs_or_says_nothing_is_found_out() {
    let schema =
        Tables::from([("entry".to_owned(), vec!["id".to_owned(), "at".to_owned()]), ("hub".to_owned(), vec!["id".to_owned()])]);
    let good = format!(
        "# Map\n\n## entry\n\nWritten once. Retention: kept.\n\n{HEAD}\n|---|---|---|\n| id | an id | routing |\n\
         | at | a time | routing |\n\n## hub\n\nRetention: kept.\n\n{HEAD}\n|---|---|---|\n| id | always 1 | routing |\n"
    );
    assert_eq!(Map::read(&good).faults(&schema), [""; 0]);
    for (from, to, says) in [
        ("| at | a time | routing |\n", "", "entry.at is not in the page"),
        (
            "| at | a time | routing |\n",
            "| at | a time | routing |\n| by | a name | routing |\n",
            "entry.by is not in the schema",
        ),
        ("| at | a time | routing |", "| at | a time | |", "entry.at: a cell says nothing"),
        ("| at | a time | routing |", "| at | a time |", "three cells are wanted"),
        ("| at | a time | routing |", "| id | a time | routing |", "entry.id stands twice"),
        ("| at | a time | routing |", "| at | a | time | routing |", "three cells are wanted"),
        ("## hub", "## hob", "hub is not in the page"),
        ("## hub", "## entry", "entry has two headings"),
        ("Written once. ", "", "entry: whether it is written once"),
        ("## hub\n\nRetention", "## hub\n\nWritten once. Retention", "hub: whether it is written once"),
        ("## hub\n\nRetention: kept.", "## hub\n", "hub: nothing is said of its retention"),
        (
            "| id | an id | routing |\n| at | a time | routing |",
            "| at | a time | routing |\n| id | an id | routing |",
            "the order differs",
        ),
    ] {
        assert!(good.contains(from), "{from}");
        let faults = Map::read(&good.replacen(from, to, 1)).faults(&schema);
        assert!(faults.iter().any(|fault| fault.contains(says)), "{says}: {faults:?}");
    }
}
