//! What must hold on every page in every state.

use std::collections::{BTreeMap, BTreeSet};

use scraper::{ElementRef, Html, Selector};

use super::samples::{self, PERSON, Sample};
use crate::web::security::INLINE_SCRIPT;

fn find<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).expect("a selector")).collect()
}

fn text(element: ElementRef<'_>) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Reads each sample and collects what `faults` says of it.
fn none_has(faults: impl Fn(&Sample, &Html) -> Vec<String>) {
    let mut all = Vec::new();
    for sample in samples::all() {
        let page = Html::parse_document(&sample.html);
        all.extend(faults(&sample, &page).into_iter().map(|fault| format!("{}: {fault}", sample.name)));
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

fn faults<'a>(elements: Vec<ElementRef<'a>>, wrong: impl Fn(&ElementRef<'a>) -> bool) -> Vec<String> {
    elements.into_iter().filter(wrong).map(|element| element.html().chars().take(160).collect()).collect()
}

#[test]
fn one_heading_and_a_title_of_the_agreed_form_without_a_person() {
    none_has(|sample, page| {
        let mut wrong = Vec::new();
        if find(page, "h1").len() != 1 {
            wrong.push(format!("{} h1", find(page, "h1").len()));
        }
        let title = text(find(page, "title")[0]);
        if !title.ends_with(" – Referral Exchange") || title.starts_with("Error: ") != sample.failed || title.contains(PERSON) {
            wrong.push(title);
        }
        wrong
    });
}

#[test]
fn headings_skip_no_level_and_no_landmark_is_missing() {
    none_has(|_, page| {
        let mut wrong = Vec::new();
        let levels: Vec<u32> =
            find(page, "main h1, main h2, main h3, main h4").iter().filter_map(|h| h.value().name()[1..].parse().ok()).collect();
        let summary = !find(page, ".govuk-error-summary, .govuk-notification-banner").is_empty();
        if !summary && levels.first() != Some(&1) {
            wrong.push(format!("starts with {levels:?}"));
        }
        wrong.extend(levels.windows(2).filter(|pair| pair[1] > pair[0] + 1).map(|pair| format!("{pair:?}")));
        for landmark in
            ["main#main-content", "header", "footer", "a.govuk-skip-link[href='#main-content']", "html[lang]", ".app-stripe"]
        {
            if find(page, landmark).len() != 1 {
                wrong.push(landmark.to_owned());
            }
        }
        wrong
    });
}

#[test]
fn every_control_has_a_label_and_every_group_a_legend() {
    none_has(|_, page| {
        let labelled: BTreeSet<&str> = find(page, "label").iter().filter_map(|label| label.attr("for")).collect();
        let controls = find(page, "input:not([type=hidden]), select, textarea");
        let mut wrong = faults(controls, |control| control.attr("id").is_none_or(|id| !labelled.contains(id)));
        wrong.extend(faults(find(page, "fieldset"), |set| {
            set.select(&Selector::parse("legend").expect("a selector")).next().is_none_or(|legend| text(legend).is_empty())
        }));
        wrong.extend(faults(find(page, "button, a"), |control| text(*control).is_empty()));
        wrong
    });
}

#[test]
fn ids_are_unique_and_everything_that_is_pointed_to_exists() {
    none_has(|_, page| {
        let mut ids = BTreeMap::new();
        for element in find(page, "[id]") {
            *ids.entry(element.attr("id").unwrap_or_default()).or_insert(0) += 1;
        }
        let mut wrong: Vec<String> =
            ids.iter().filter(|(_, count)| **count > 1).map(|(id, _)| format!("id {id} twice")).collect();
        for element in find(page, "[aria-describedby], [aria-labelledby], [aria-controls], a[href^='#']") {
            let pointers = ["aria-describedby", "aria-labelledby", "aria-controls"].iter().filter_map(|name| element.attr(name));
            let anchor = element.attr("href").and_then(|href| href.strip_prefix('#'));
            let targets = pointers.flat_map(str::split_whitespace).chain(anchor);
            wrong.extend(targets.filter(|id| !ids.contains_key(id)).map(|id| format!("nothing has the id {id}")));
        }
        wrong
    });
}

#[test]
fn nothing_needs_a_looser_security_policy() {
    none_has(|_, page| {
        let mut wrong = faults(find(page, "script"), |script| match script.attr("src") {
            Some(src) => !src.starts_with("/assets/app."),
            None => script.inner_html() != INLINE_SCRIPT,
        });
        wrong.extend(faults(find(page, "[style], [autofocus], style, iframe, object, embed, base, img"), |_| true));
        wrong.extend(faults(find(page, "*"), |element| element.value().attrs().any(|(name, _)| name.starts_with("on"))));
        wrong.extend(faults(find(page, "[href], [src], [action], [formaction]"), |element| {
            let targets = ["href", "src", "action", "formaction"].iter().filter_map(|name| element.attr(name));
            let fits = |target: &str| {
                (target.starts_with('/') && !target.starts_with("//") && target != "/assets/missing")
                    || target.starts_with('#')
                    || target.starts_with("tel:")
                    || target.starts_with("otpauth://totp/")
            };
            targets.into_iter().any(|target| !fits(target))
        }));
        wrong
    });
}

#[test]
fn every_form_is_guarded_and_checked_by_the_server() {
    none_has(|_, page| {
        let mut wrong = faults(find(page, "form"), |form| form.attr("novalidate").is_none() || form.attr("action").is_none());
        let token = Selector::parse("input[type=hidden][name=csrf_token]").expect("a selector");
        wrong.extend(faults(find(page, "form[method=post]"), |form| {
            let tokens: Vec<_> = form.select(&token).filter_map(|input| input.attr("value")).collect();
            tokens != ["token-of-the-session"]
        }));
        // A token in an address would end up in logs and histories.
        wrong.extend(faults(find(page, "form:not([method=post])"), |form| form.select(&token).next().is_some()));
        wrong.extend(faults(find(page, "[required], [pattern], [maxlength]"), |_| true));
        wrong
    });
}

#[test]
fn pages_about_others_are_not_remembered_by_the_browser() {
    none_has(|sample, page| {
        if !sample.name.starts_with("form") {
            return Vec::new();
        }
        let mut wrong =
            faults(find(page, "main input[type=text], main textarea"), |control| control.attr("autocomplete") != Some("off"));
        wrong.extend(faults(find(page, "[name='person.name']"), |control| control.attr("spellcheck") != Some("false")));
        // A file is added once; nothing of it is saved before.
        if !sample.name.starts_with("form-file") && find(page, "[name=revision]").len() != 1 {
            wrong.push("it does not say which saving it follows".to_owned());
        }
        wrong
    });
}

#[test]
fn a_failed_form_says_so_twice_in_the_same_words() {
    none_has(|sample, page| {
        let said: Vec<String> = find(page, ".govuk-error-summary__list a").into_iter().map(text).collect();
        if said.is_empty() == sample.failed {
            return vec![format!("{} lines in the summary", said.len())];
        }
        let fields: Vec<String> = find(page, ".govuk-error-message").into_iter().map(text).collect();
        let fields: BTreeSet<&str> = fields.iter().filter_map(|words| words.strip_prefix("Error: ")).collect();
        said.iter().filter(|line| !fields.contains(line.as_str())).cloned().collect()
    });
}

#[test]
fn answers_come_back_whole_and_harmless() {
    none_has(|sample, page| {
        if !sample.name.ends_with("-attacked") || sample.name.starts_with("log") {
            return Vec::new();
        }
        let values = find(page, "input, textarea")
            .into_iter()
            .map(|control| control.attr("value").map_or_else(|| control.text().collect(), str::to_owned));
        let shown = find(page, "main dd, main td").into_iter().map(|cell| cell.text().collect::<String>());
        let whole = values.chain(shown).any(|value| value == samples::ATTACK);
        if whole { Vec::new() } else { vec!["the answer is changed".to_owned()] }
    });
}

#[test]
fn line_breaks_at_the_start_of_an_answer_survive() {
    let fields = samples::fields::fields("\n\nthird line", false);
    let concern = fields.iter().find(|field| field.id == "concern").expect("a long text").html().expect("renders");
    let page = Html::parse_fragment(&concern);
    assert_eq!(find(&page, "textarea")[0].text().collect::<String>(), "\n\nthird line");
}

#[test]
fn words_are_those_we_use() {
    // PAGES_DIR=… keeps the samples, to look at them in a browser.
    if let Some(directory) = std::env::var_os("PAGES_DIR") {
        for sample in samples::all() {
            let file = std::path::Path::new(&directory).join(format!("{}.html", sample.name));
            std::fs::write(file, sample.html).expect("a writable directory");
        }
    }
    let banned =
        ["gov.uk", "crown", "open government licence", "please", "invalid", "required", "victim", "oops", "kindly", "404", "500"];
    none_has(|_, page| {
        let words = text(find(page, "body")[0]).to_lowercase();
        // A status stands alone; 5000 characters are none.
        let alone = |status: &str| words.split(|c: char| !c.is_alphanumeric()).any(|word| word == status);
        let says = |word: &str| if word.bytes().all(|b| b.is_ascii_digit()) { alone(word) } else { words.contains(word) };
        banned.iter().filter(|word| says(word)).map(|word| format!("says {word:?}")).collect()
    });
}
