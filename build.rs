//! Embeds the front-end files: cleans the design system's stylesheets, names every file by its content, writes a manifest.
//! It never runs npm and never uses the network: `npm ci` (see package.json) or a packager puts the files in place first.

use std::{
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::exit,
};

use sha2::{Digest, Sha256};

const GOVUK_CSS: &str = "govuk-frontend/dist/govuk/govuk-frontend.min.css";
const GOVUK_JS: &str = "govuk-frontend/dist/govuk/govuk-frontend.min.js";
const MOJ_CSS: &str = "@ministryofjustice/frontend/moj/moj-frontend.min.css";

/// What our own script imports; replaced by the hashed name.
const IMPORT: &str = "./govuk.js";

fn main() {
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR"));
    let out = PathBuf::from(variable("OUT_DIR"));
    let packages = env::var_os("GOVUK_ASSETS").map_or_else(|| root.join("node_modules"), PathBuf::from);
    println!("cargo:rerun-if-env-changed=GOVUK_ASSETS");
    println!("cargo:rerun-if-changed=build.rs");

    let own = |name: &str| read(&root.join("assets").join(name));
    let package = |name: &str| read(&packages.join(name));
    let mut manifest = Manifest { out, rows: String::new() };

    manifest.add("govuk", "css", &clean(&package(GOVUK_CSS), "govuk.css"));
    manifest.add("moj", "css", &clean(&package(MOJ_CSS), "moj.css"));
    manifest.add("app", "css", &own("app.css"));
    let govuk = manifest.add("govuk", "js", &without_map(&package(GOVUK_JS)));
    let app = own("app.js");
    if app.matches(IMPORT).count() != 1 {
        stop(&format!("assets/app.js must import {IMPORT} exactly once"));
    }
    manifest.add("app", "js", &app.replace(IMPORT, &format!("./{govuk}")));
    manifest.add("favicon", "svg", &own("favicon.svg"));
    manifest.write();
}

struct Manifest {
    out: PathBuf,
    rows: String,
}

impl Manifest {
    /// Writes one file under its hashed name, notes it, and returns that name.
    fn add(&mut self, stem: &str, extension: &str, content: &str) -> String {
        let digest = Sha256::digest(content.as_bytes());
        let hash = digest.iter().take(8).fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        let name = format!("{stem}.{hash}.{extension}");
        let path = self.out.join(&name);
        if let Err(error) = fs::write(&path, content) {
            stop(&format!("cannot write {}: {error}", path.display()));
        }
        let row = format!(
            "    Asset {{ logical: \"{stem}.{extension}\", name: \"{name}\", url: \"/assets/{name}\", \
             bytes: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}\")) }},"
        );
        if writeln!(self.rows, "{row}").is_err() {
            stop("out of memory");
        }
        name
    }

    fn write(self) {
        let path = self.out.join("assets.rs");
        let text = format!("static ASSETS: &[Asset] = &[\n{}];\n", self.rows);
        if let Err(error) = fs::write(&path, text) {
            stop(&format!("cannot write {}: {error}", path.display()));
        }
    }
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| stop(&format!("{name} is not set; build with cargo")))
}

fn read(path: &Path) -> String {
    println!("cargo:rerun-if-changed={}", path.display());
    fs::read_to_string(path).unwrap_or_else(|error| {
        stop(&format!(
            "cannot read {}: {error}\nRun this once, then build again:\n    npm ci --ignore-scripts --omit=peer --omit=dev\n\
             (or set GOVUK_ASSETS to a directory laid out like node_modules)",
            path.display()
        ))
    })
}

/// The typeface of the upstream files is licensed for one government domain only: its faces go, its name is swapped,
/// and the build stops if a trace is left. So do rules that would fetch an image which we do not serve.
fn clean(css: &str, name: &str) -> String {
    let mut css = without_map(css);
    while let Some(start) = css.find("@font-face") {
        let Some(length) = css[start..].find('}') else { stop(&format!("{name}: a font face without an end")) };
        css.replace_range(start..=start + length, "");
    }
    let family = r#""Helvetica Neue",Helvetica,Arial,sans-serif"#;
    let css = css.replace("GDS Transport,arial,sans-serif", family).replace("\"GDS Transport\",arial,sans-serif", family);
    let css = css.replace("font-family:GDS Transport", &format!("font-family:{family}"));
    let css = without_images(&css, name);
    for trace in ["@font-face", "GDS Transport", "/assets/", "sourceMappingURL"] {
        if css.contains(trace) {
            stop(&format!("{name} still contains {trace}: the upstream file has changed, look at `clean` in build.rs"));
        }
    }
    css
}

/// Replaces every `url(/assets/…)` by `none`: none of those components is used here, and the crest must never be.
fn without_images(css: &str, name: &str) -> String {
    let mut css = css.to_owned();
    while let Some(start) = css.find("url(/assets/") {
        let Some(length) = css[start..].find(')') else { stop(&format!("{name}: an address without an end")) };
        css.replace_range(start..=start + length, "none");
    }
    css
}

/// Source maps are not served, so their address would only be a miss in the console.
fn without_map(text: &str) -> String {
    let cut = |line: &str| {
        let end = ["//# sourceMappingURL=", "/*# sourceMappingURL="].iter().filter_map(|mark| line.find(mark)).min();
        end.map_or(line, |end| &line[..end]).to_owned()
    };
    text.lines().map(cut).collect::<Vec<_>>().join("\n")
}

// Cargo shows a build script's standard error, and nothing else, when it fails.
#[expect(clippy::print_stderr)]
fn stop(why: &str) -> ! {
    eprintln!("error: {why}");
    exit(1)
}
