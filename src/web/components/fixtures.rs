//! Every component against the examples that its package ships: options in, the same DOM out.
//! What we do not offer is named once, with its reason; a line that no example needs fails too.

use std::collections::BTreeSet;

use askama::Template;
use scraper::{ElementRef, Html};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::exceptions::{DIFFERENT, NOT_OFFERED};
use super::{
    BackLink, Button, CharacterCount, Checkboxes, DateInput, Details, ErrorSummary, FileUpload, GenericHeader, Input, InsetText,
    NotificationBanner, Pagination, Panel, PasswordInput, Radios, Select, ServiceNavigation, SkipLink, SummaryList, Table, Tag,
    Textarea, WarningText,
};

#[derive(serde::Deserialize)]
struct Fixtures {
    fixtures: Vec<Fixture>,
}

#[derive(serde::Deserialize)]
struct Fixture {
    name: String,
    options: Value,
    html: String,
}

/// Rust has neither holes in lists nor numbers in text: both are evened out before the options are read.
fn plain(value: Value, key: &str) -> Value {
    match value {
        Value::Number(number) if !["maxlength", "rows", "threshold"].contains(&key) => Value::String(number.to_string()),
        Value::Array(items) => {
            let hole = |item: &Value| item.is_null() || *item == Value::Bool(false) || *item == Value::String(String::new());
            items.into_iter().filter(|item| !hole(item)).map(|item| plain(item, "")).collect()
        }
        Value::Object(fields) => {
            let kept = fields.into_iter().filter(|(_, field)| !field.is_null());
            let even = kept.map(|(name, field)| {
                let field = plain(field, &name);
                (name, field)
            });
            Value::Object(even.collect())
        }
        other => other,
    }
}

/// A fragment as lines: elements with sorted attributes and classes, words with single spaces.
fn outline(html: &str) -> Vec<String> {
    let mut lines = Vec::new();
    walk(Html::parse_fragment(html).root_element(), &mut lines);
    lines
}

fn walk(element: ElementRef<'_>, lines: &mut Vec<String>) {
    for child in element.children() {
        if let Some(inner) = ElementRef::wrap(child) {
            let mut attributes: Vec<String> = inner.value().attrs().map(|(name, value)| attribute(name, value)).collect();
            attributes.sort();
            lines.push(format!("<{} {}>", inner.value().name(), attributes.join(" ")));
            walk(inner, lines);
            lines.push(format!("</{}>", inner.value().name()));
        } else if let Some(text) = child.value().as_text() {
            let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
            if !words.is_empty() {
                lines.push(words);
            }
        }
    }
}

fn attribute(name: &str, value: &str) -> String {
    if name != "class" {
        return format!("{name}={value:?}");
    }
    let classes: BTreeSet<&str> = value.split_whitespace().collect();
    format!("class={classes:?}")
}

/// Reads the examples of one component; returns how many matched and what went wrong, noting each exception used.
fn check<T: Template + DeserializeOwned>(component: &str, used: &mut BTreeSet<String>) -> (usize, Vec<String>) {
    let root = std::env::var("GOVUK_ASSETS").unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/node_modules").to_owned());
    let path = format!("{root}/govuk-frontend/dist/govuk/components/{component}/fixtures.json");
    let text = std::fs::read_to_string(&path).expect("the fixtures stand in the package: npm ci --ignore-scripts --omit=peer");
    let fixtures: Fixtures = serde_json::from_str(&text).expect("a list of examples");
    let (mut matched, mut wrong) = (0, Vec::new());
    for Fixture { name, options, html } in fixtures.fixtures {
        let differs = DIFFERENT.iter().any(|(of, which, _)| *of == component && *which == name);
        match serde_json::from_value::<T>(plain(options, "")) {
            Err(_) if differs => drop(used.insert(format!("{component} {name}"))),
            Err(error) => {
                let error = error.to_string();
                let known = NOT_OFFERED.iter().find(|(of, field, _)| {
                    (*of == component || *of == "*") && error.contains(&format!("unknown field `{field}`"))
                });
                match known {
                    Some((of, field, _)) => drop(used.insert(format!("{of} {field}"))),
                    None => wrong.push(format!("{component} / {name}: {error}")),
                }
            }
            Ok(read) => {
                let (ours, theirs) = (outline(&read.render().expect("renders")), outline(&html));
                if ours == theirs {
                    matched += 1;
                } else if differs {
                    used.insert(format!("{component} {name}"));
                } else {
                    let at = ours.iter().zip(&theirs).position(|(ours, theirs)| ours != theirs);
                    let at = at.unwrap_or(ours.len().min(theirs.len()));
                    wrong.push(format!("{component} / {name}:\n  ours   {:?}\n  theirs {:?}", ours.get(at), theirs.get(at)));
                }
            }
        }
    }
    (matched, wrong)
}

#[test]
fn components_match_the_examples_of_their_package() {
    let mut used = BTreeSet::new();
    let mut wrong = Vec::new();
    let mut barren = Vec::new();
    macro_rules! components {
        ($($name:literal => $component:ty),+ $(,)?) => {$(
            let (matched, differences) = check::<$component>($name, &mut used);
            if matched < 2 {
                barren.push($name);
            }
            println!("{}: {matched} match", $name);
            wrong.extend(differences);
        )+};
    }
    components! {
        "back-link" => BackLink, "button" => Button, "character-count" => CharacterCount, "checkboxes" => Checkboxes,
        "date-input" => DateInput, "details" => Details, "error-summary" => ErrorSummary, "file-upload" => FileUpload, "generic-header" => GenericHeader,
        "input" => Input, "inset-text" => InsetText, "notification-banner" => NotificationBanner, "pagination" => Pagination,
        "panel" => Panel, "password-input" => PasswordInput, "radios" => Radios, "select" => Select,
        "service-navigation" => ServiceNavigation, "skip-link" => SkipLink, "summary-list" => SummaryList, "table" => Table,
        "tag" => Tag, "textarea" => Textarea, "warning-text" => WarningText,
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(barren.is_empty(), "hardly any example matches: {barren:?}");
    let all = NOT_OFFERED.iter().chain(DIFFERENT).map(|(of, what, _)| format!("{of} {what}"));
    let idle: Vec<_> = all.filter(|line| !used.contains(line)).collect();
    assert!(idle.is_empty(), "exceptions that no example needs: {idle:?}");
}
