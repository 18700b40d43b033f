//! One driver of a real browser for the whole test process, and sessions of it, each with a folder of its own.
//!
//! As with PostgreSQL, a shell stands between: when this process ends, however it ends, a pipe closes, and the shell ends
//! the driver, every browser that the driver started, and their folders.

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use fantoccini::{Client, ClientBuilder, Locator, elements::Element, key::Key};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

/// How a browser is to be.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    pub width: u32,
    pub scripts: bool,
}

/// An ordinary window, with scripts.
pub const WIDE: Kind = Kind { width: 1200, scripts: true };
/// A small phone.
pub const NARROW: Kind = Kind { width: 320, scripts: true };
/// An ordinary window without scripts.
pub const PLAIN: Kind = Kind { width: 1200, scripts: false };

/// A browser on a site.
pub struct Browser {
    pub client: Client,
    base: String,
    width: u32,
}

/// Tells of everything the security policy stopped, from the first script on.
const WATCH: &str = "window.__stopped = []; document.addEventListener('securitypolicyviolation', \
    event => window.__stopped.push(event.violatedDirective + ' ' + event.blockedURI))";

impl Browser {
    /// Opens a browser; addresses are those of `base`.
    pub async fn open(kind: Kind, base: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let driver = driver();
        let folder = driver.folder.join(NEXT.fetch_add(1, Ordering::Relaxed).to_string());
        let scripts = if kind.scripts { 1 } else { 2 };
        let mut arguments: Vec<String> = [
            "headless=new",
            "disable-gpu",
            "disable-quic",
            "disable-dev-shm-usage",
            "no-first-run",
            "disable-background-networking",
            "disable-component-update",
            "disable-sync",
            "disable-default-apps",
            "hide-scrollbars",
        ]
        .map(str::to_owned)
        .to_vec();
        arguments.push(format!("user-data-dir={}", folder.display()));
        arguments.push(format!("window-size={},1000", kind.width.max(500)));
        if is_root() {
            arguments.push("no-sandbox".to_owned());
        }
        let capabilities = json!({
            "acceptInsecureCerts": true,
            "goog:chromeOptions": {
                "args": arguments,
                "prefs": {
                    "profile.managed_default_content_settings.javascript": scripts,
                    "credentials_enable_service": false,
                },
            },
        });
        let Value::Object(capabilities) = capabilities else { unreachable!("written as an object") };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{}", driver.port))
            .await
            .expect("the driver opens a browser");
        let browser = Self { client, base: base.to_owned(), width: kind.width };
        // A window is never narrower than 500: a small screen is told to the page instead.
        browser.resize(kind.width, &json!(1000)).await;
        if kind.scripts {
            browser.tell("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": WATCH })).await;
        }
        browser
    }

    /// Speaks to the browser itself.
    async fn tell(&self, command: &str, parameters: &Value) {
        let command = DevTools(json!({ "cmd": command, "params": parameters }));
        self.client.issue_cmd(command).await.expect("the browser obeys");
    }

    pub async fn go(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.base)).await.unwrap();
    }

    pub async fn path(&self) -> String {
        let url = self.client.current_url().await.unwrap();
        url.path().to_owned()
    }

    pub async fn find(&self, selector: &str) -> Element {
        match self.client.find(Locator::Css(selector)).await {
            Ok(element) => element,
            Err(error) => panic!("no {selector} at {}: {error}\n{}", self.path().await, self.text("body").await),
        }
    }

    pub async fn has(&self, selector: &str) -> bool {
        !self.client.find_all(Locator::Css(selector)).await.unwrap().is_empty()
    }

    pub async fn text(&self, selector: &str) -> String {
        let found = self.client.find(Locator::Css(selector)).await;
        match found {
            Ok(element) => element.text().await.unwrap(),
            Err(error) => panic!("no {selector}: {error}"),
        }
    }

    pub async fn heading(&self) -> String {
        self.text("h1").await
    }

    /// Types into a field by its name, over what stands there.
    pub async fn fill(&self, name: &str, text: &str) {
        let field = self.find(&format!("main [name='{name}']")).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Chooses a radio or ticks a box.
    pub async fn choose(&self, name: &str, value: &str) {
        let box_ = self.find(&format!("main [name='{name}'][value='{value}']")).await;
        if !box_.is_selected().await.unwrap() {
            let id = box_.attr("id").await.unwrap().unwrap();
            self.find(&format!("label[for='{id}']")).await.click().await.unwrap();
        }
    }

    /// Answers fields by their names at once, as hands would one by one: each is typed over, ticked or chosen, and left. What the
    /// page hides or does not have is left alone; gives the names of the others.
    pub async fn answer(&self, fields: &[(String, String)]) -> Vec<String> {
        let answer = "return arguments[0].filter(([name, value]) => { \
            const all = [...document.querySelectorAll('main [name]')].filter(field => field.name === name && field.type !== 'hidden' && !field.closest('[hidden]')); \
            const box = all.find(field => field.value === value); \
            if (all.length === 0) return false; \
            if (all[0].type === 'radio' || all[0].type === 'checkbox') { if (!box.checked) box.click(); return true; } \
            all[0].value = value; \
            for (const kind of ['input', 'change', 'blur']) all[0].dispatchEvent(new Event(kind, { bubbles: true })); \
            return true }).map(([name]) => name)";
        let named = self.client.execute(answer, vec![json!(fields)]).await.unwrap();
        named.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
    }

    /// The ids of the questions whose controls the page has, hidden ones included.
    pub async fn drawn(&self) -> Vec<String> {
        self.ids("").await
    }

    /// The ids of the questions whose controls somebody sees.
    pub async fn shown(&self) -> Vec<String> {
        self.ids(".filter(control => !control.closest('[hidden]'))").await
    }

    async fn ids(&self, filter: &str) -> Vec<String> {
        let ids = format!(
            "return [...new Set([...document.querySelectorAll('main :is(input, select, textarea)[name]')]\
             .filter(control => control.type !== 'hidden'){filter}.map(control => control.name.split(/[.-]/)[0]))]"
        );
        let ids = self.run(&ids).await;
        ids.as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect()
    }

    /// Waits until the page has something.
    pub async fn wait_for(&self, selector: &str) {
        let found = self.client.wait().at_most(Duration::from_secs(20)).for_element(Locator::Css(selector)).await;
        found.unwrap_or_else(|error| panic!("{selector} never comes: {error}"));
    }

    /// Presses something that stays on this page.
    pub async fn click(&self, selector: &str) {
        self.find(selector).await.click().await.unwrap();
    }

    /// Presses something that leads to another page, and waits for that page: a click may return before the old one goes.
    pub async fn press(&self, selector: &str) {
        self.leave(self.find(selector).await).await;
    }

    async fn leave(&self, by: Element) {
        let old = self.find("html").await;
        by.click().await.unwrap();
        let gone = async { while old.tag_name().await.is_ok() {} };
        tokio::time::timeout(Duration::from_secs(20), gone).await.expect("another page comes");
    }

    /// Presses the button of the main form.
    pub async fn submit(&self) {
        self.press("main form button.govuk-button:not(.govuk-button--secondary)").await;
    }

    /// Presses a link by its words.
    pub async fn follow(&self, words: &str) {
        let link = self.client.find(Locator::LinkText(words)).await;
        self.leave(link.unwrap_or_else(|error| panic!("no link {words}: {error}"))).await;
    }

    /// Presses the tab key, and gives the words of what then has the focus.
    pub async fn tab(&self) -> String {
        self.find("body").await.send_keys(&char::from(Key::Tab).to_string()).await.unwrap();
        self.client.active_element().await.unwrap().text().await.unwrap()
    }

    /// Presses keys where the focus is.
    pub async fn press_keys(&self, keys: &str) {
        self.client.active_element().await.unwrap().send_keys(keys).await.unwrap();
    }

    pub async fn run(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap()
    }

    /// What the security policy stopped on this page.
    pub async fn stopped(&self) -> Value {
        self.run("return window.__stopped").await
    }

    /// Whether the page is wider than its window.
    pub async fn overflows(&self) -> bool {
        self.run("return document.documentElement.scrollWidth > window.innerWidth").await == json!(true)
    }

    /// Writes the page as a picture into `$SCREENSHOTS`, if that is set.
    pub async fn picture(&self, name: &str) {
        self.picture_at(name, self.width).await;
    }

    /// The same, as wide as told.
    pub async fn picture_at(&self, name: &str, width: u32) {
        let Ok(folder) = std::env::var("SCREENSHOTS") else { return };
        self.resize(width, &json!(1000)).await;
        let height = self.run("return document.documentElement.scrollHeight").await;
        self.resize(width, &height).await;
        let picture = self.client.screenshot().await.unwrap();
        std::fs::write(Path::new(&folder).join(format!("{name}.png")), picture).unwrap();
        self.resize(self.width, &json!(1000)).await;
    }

    /// Lets the scripts of pages run, or not; from the next page on.
    pub async fn let_scripts(&self, run: bool) {
        self.tell("Emulation.setScriptExecutionDisabled", &json!({ "value": !run })).await;
    }

    async fn resize(&self, width: u32, height: &Value) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.tell("Emulation.setDeviceMetricsOverride", &size).await;
    }

    pub async fn close(self) {
        self.client.close().await.unwrap();
    }
}

/// A command to the browser behind the driver.
#[derive(Debug)]
struct DevTools(Value);

impl fantoccini::wd::WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.0.to_string()))
    }
}

struct Driver {
    port: u16,
    folder: PathBuf,
    /// Held open for as long as this process lives; see the module's head.
    _lifeline: ChildStdin,
    _guard: Child,
}

fn driver() -> &'static Driver {
    static DRIVER: OnceLock<Driver> = OnceLock::new();
    DRIVER.get_or_init(start)
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// The shell that runs the driver and cleans up after us.
const GUARD: &str = r#"
set -u
program=$1 folder=$2
trap '' INT HUP TERM
mkdir -m 700 "$folder"
trap 'rm -rf "$folder"' EXIT
"$program" --port=0 </dev/null 2>&1 &
driver=$!
(
    while read -r _; do :; done
    browsers=$(ps -o pid= --ppid "$driver")
    kill -KILL "$driver" $browsers 2>/dev/null
) <&3 &
wait "$driver" 2>/dev/null
sleep 0.3
"#;

fn start() -> Driver {
    let on_path = std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect::<Vec<_>>()).unwrap_or_default();
    let program = on_path
        .into_iter()
        .chain([PathBuf::from("/usr/bin")])
        .map(|folder| folder.join("chromedriver"))
        .find(|program| program.is_file())
        .expect("chromedriver is needed, on the PATH; run scripts/install-test-needs");
    let folder = PathBuf::from(format!("/tmp/exchange-browser-{}", std::process::id()));
    let mut child = Command::new("sh")
        .args(["-c", &format!("exec 3<&0 </dev/null\n{GUARD}"), "exchange-browser"])
        .args([&program, &folder])
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .expect("a shell runs");
    let lifeline = child.stdin.take().expect("the guard's input is a pipe");
    let mut lines = BufReader::new(child.stdout.take().expect("the guard's output is a pipe")).lines();
    let mut told = Vec::new();
    let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
        let port = line.split("successfully on port ").nth(1).and_then(|rest| rest.trim_end_matches('.').parse().ok());
        told.push(line);
        port
    });
    let port = port.unwrap_or_else(|| panic!("chromedriver did not start:\n{}", told.join("\n")));
    // The driver goes on talking; a full pipe would stop it.
    std::thread::spawn(move || lines.for_each(drop));
    Driver { port, folder, _lifeline: lifeline, _guard: child }
}
