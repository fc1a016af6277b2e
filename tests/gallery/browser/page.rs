//! One page in a browser, used as a person would: looked at, clicked, typed into.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::chromium::{Browser, Event};

/// How long the page may take until something is as it should be.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a page is shown on.
#[derive(Clone, Copy)]
pub(crate) struct Screen {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) phone: bool,
    pub(crate) dark: bool,
}

/// A computer's window.
pub(crate) const DESKTOP: Screen = Screen { width: 1440, height: 900, phone: false, dark: false };

/// A phone, held upright.
pub(crate) const PHONE: Screen = Screen { width: 390, height: 844, phone: true, dark: false };

/// A page that is open.
pub(crate) struct Page<'b> {
    browser: &'b mut Browser,
    session: String,
    heard: Vec<Event>,
}

impl<'b> Page<'b> {
    /// Opens an address.
    pub(crate) fn open(browser: &'b mut Browser, url: &str, screen: Screen) -> Page<'b> {
        let mut heard = Vec::new();
        let context = browser.ask("", "Target.createBrowserContext", json!({}), &mut heard);
        let target =
            json!({ "url": "about:blank", "browserContextId": context["browserContextId"] });
        let target = browser.ask("", "Target.createTarget", target, &mut heard);
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let attached = browser.ask("", "Target.attachToTarget", attach, &mut heard);
        let session = attached["sessionId"].as_str().unwrap().to_owned();
        let mut page = Page { browser, session, heard };
        for domain in ["Page.enable", "Runtime.enable", "Log.enable", "Network.enable"] {
            page.ask(domain, json!({}));
        }
        page.show_on(screen);
        // What the policy of the page forbids must not even be tried.
        let watch = "window.forbidden = []; addEventListener('securitypolicyviolation', \
                     event => forbidden.push(event.violatedDirective + ' ' + event.blockedURI))";
        page.ask("Page.addScriptToEvaluateOnNewDocument", json!({ "source": watch }));
        page.go(url);
        page
    }

    /// Goes to an address and waits until the document is there.
    pub(crate) fn go(&mut self, url: &str) {
        self.ask("Page.navigate", json!({ "url": url }));
        self.until("the document is loaded", "document.readyState == 'complete'");
    }

    /// From now on is shown on this screen.
    pub(crate) fn show_on(&mut self, screen: Screen) {
        let Screen { width, height, phone, dark } = screen;
        let scale = if phone { 2 } else { 1 };
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": phone });
        self.ask("Emulation.setDeviceMetricsOverride", metrics);
        self.ask("Emulation.setTouchEmulationEnabled", json!({ "enabled": phone }));
        let scheme = if dark { "dark" } else { "light" };
        let feature = |name: &str, value: &str| json!({ "name": name, "value": value });
        let features =
            [feature("prefers-color-scheme", scheme), feature("prefers-reduced-motion", "reduce")];
        self.ask("Emulation.setEmulatedMedia", json!({ "features": features }));
    }

    /// Asks the browser something about this page.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> Value {
        self.browser.ask(&self.session, method, params, &mut self.heard)
    }

    /// What an expression is on the page; a promise is waited for.
    pub(crate) fn eval(&mut self, script: &str) -> Value {
        let asked = json!({ "expression": script, "awaitPromise": true, "returnByValue": true });
        let mut result = self.ask("Runtime.evaluate", asked);
        assert!(result["exceptionDetails"].is_null(), "{script}: {}", result["exceptionDetails"]);
        result["result"]["value"].take()
    }

    /// What an expression is, as text.
    pub(crate) fn text(&mut self, script: &str) -> String {
        self.eval(script).as_str().unwrap_or_default().to_owned()
    }

    /// Waits until an expression is true.
    pub(crate) fn until(&mut self, what: &str, script: &str) -> Duration {
        let began = Instant::now();
        while self.eval(&format!("Boolean({script})")) != true {
            if began.elapsed() > PATIENCE {
                self.shot("failed");
                let shown = self.text("document.body.innerText");
                panic!("not so after {PATIENCE:?}: {what}\n{script}\nthe page says:\n{shown}");
            }
            thread::sleep(Duration::from_millis(20));
        }
        began.elapsed()
    }

    /// Waits until the page says something, anywhere.
    pub(crate) fn says(&mut self, text: &str) -> Duration {
        let script = format!("document.body.innerText.includes({})", Value::from(text));
        self.until(&format!("the page says {text:?}"), &script)
    }

    /// Clicks in the middle of the first element of a selector, once it is there.
    pub(crate) fn click(&mut self, selector: &str) {
        let (x, y) = self.middle(selector);
        for (kind, buttons) in [("mouseMoved", 0), ("mousePressed", 1), ("mouseReleased", 0)] {
            let mouse = json!({
                "type": kind, "x": x, "y": y, "button": "left", "buttons": buttons, "clickCount": 1,
            });
            self.ask("Input.dispatchMouseEvent", mouse);
        }
    }

    /// Clicks the button, the link or the tab with this text.
    pub(crate) fn press(&mut self, label: &str) {
        let label = Value::from(label);
        let mark = format!(
            "(() => {{ for (const old of document.querySelectorAll('[data-pressed]')) delete old.dataset.pressed; \
             const all = [...document.querySelectorAll('button, a, [role=tab]')]; \
             const found = all.find(one => one.checkVisibility() && one.innerText.trim().startsWith({label})); \
             if (found) found.dataset.pressed = ''; return found; }})()"
        );
        self.until(&format!("there is something to press called {label}"), &mark);
        self.click("[data-pressed]");
    }

    fn middle(&mut self, selector: &str) -> (f64, f64) {
        let element = format!("document.querySelector({})", Value::from(selector));
        self.until(&format!("{selector} is there"), &format!("{element}?.checkVisibility()"));
        self.eval(&format!("{element}.scrollIntoView({{block: 'nearest', behavior: 'instant'}})"));
        let middle = self.eval(&format!(
            "(() => {{ const r = {element}.getBoundingClientRect(); \
             return [r.x + r.width / 2, r.y + r.height / 2]; }})()"
        ));
        (middle[0].as_f64().unwrap(), middle[1].as_f64().unwrap())
    }

    /// Presses a key by its name: `Enter`, `ArrowRight`, `z`.
    pub(crate) fn key(&mut self, key: &str) {
        let text = match key {
            "Enter" => "\r",
            one if one.chars().count() == 1 => one,
            _ => "",
        };
        let down = if text.is_empty() { "rawKeyDown" } else { "keyDown" };
        for kind in [down, "keyUp"] {
            let text = if kind == "keyUp" { "" } else { text };
            let code = code_of(key);
            let event = json!({
                "type": kind, "key": key, "text": text, "windowsVirtualKeyCode": code,
                "nativeVirtualKeyCode": code,
            });
            self.ask("Input.dispatchKeyEvent", event);
        }
    }

    /// Holds a key down, which the keyboard then repeats.
    pub(crate) fn hold(&mut self, key: &str, times: usize) {
        for time in 0..times {
            let event = json!({
                "type": "keyDown", "key": key, "text": key, "autoRepeat": time > 0,
                "windowsVirtualKeyCode": code_of(key),
            });
            self.ask("Input.dispatchKeyEvent", event);
        }
        self.ask("Input.dispatchKeyEvent", json!({ "type": "keyUp", "key": key }));
    }

    /// From now on exactly addresses like these cannot be had.
    pub(crate) fn block(&mut self, addresses: &[&str]) {
        self.ask("Network.setBlockedURLs", json!({ "urls": addresses }));
    }

    /// From now on every answer takes so long.
    pub(crate) fn slow_down(&mut self, latency: Duration) {
        let conditions = json!({
            "offline": false, "latency": latency.as_millis() as u64, "downloadThroughput": -1,
            "uploadThroughput": -1,
        });
        self.ask("Network.emulateNetworkConditions", conditions);
    }

    /// Types into what has the focus.
    pub(crate) fn type_in(&mut self, text: &str) {
        self.ask("Input.insertText", json!({ "text": text }));
    }

    /// Puts files into a field for files.
    pub(crate) fn pick(&mut self, selector: &str, files: &[PathBuf]) {
        let element = format!("document.querySelector({})", Value::from(selector));
        self.until(&format!("{selector} is there"), &element);
        let asked = self.ask("Runtime.evaluate", json!({ "expression": element }));
        let object = &asked["result"]["objectId"];
        self.ask("DOM.setFileInputFiles", json!({ "files": files, "objectId": object }));
    }

    /// Keeps a picture of the page in the directory `SHOTS`, if there is one.
    pub(crate) fn shot(&mut self, name: &str) -> Vec<u8> {
        let taken = self.ask("Page.captureScreenshot", json!({ "format": "png" }));
        let png = STANDARD.decode(taken["data"].as_str().unwrap()).unwrap();
        if let Some(folder) = env::var_os("SHOTS").filter(|folder| !folder.is_empty()) {
            fs::create_dir_all(&folder).unwrap();
            fs::write(PathBuf::from(folder).join(format!("{name}.png")), &png).unwrap();
        }
        png
    }

    /// Everything the page has asked the network for.
    pub(crate) fn requests(&mut self) -> Vec<String> {
        self.browser.listen(Duration::ZERO, &mut self.heard);
        let sent = self.heard.iter().filter(|event| event.method == "Network.requestWillBeSent");
        let urls = sent.map(|event| event.params["request"]["url"].as_str().unwrap_or_default());
        urls.map(str::to_owned).collect()
    }

    /// That nothing went wrong: no error in a script, no dialog, nothing that the policy forbids, nothing wider than the
    /// window, no request to anybody else.
    pub(crate) fn is_sound(&mut self, origin: &str) {
        assert_eq!(self.eval("forbidden.join('; ')"), "", "the policy of the page forbids that");
        for event in &self.heard {
            let params = &event.params;
            let bad = match event.method.as_str() {
                "Runtime.exceptionThrown" | "Page.javascriptDialogOpening" => true,
                "Runtime.consoleAPICalled" => params["type"] == "error",
                // That something is not there is said in the page, too.
                "Log.entryAdded" => {
                    params["entry"]["level"] == "error" && params["entry"]["source"] != "network"
                }
                _ => false,
            };
            assert!(!bad || event.session != self.session, "{}: {params}", event.method);
        }
        for url in self.requests() {
            let own = [origin, "blob:", "data:", "about:"].iter().any(|own| url.starts_with(own));
            assert!(own, "the page asks {url}");
        }
        let wide = self.eval(TOO_WIDE);
        if wide != "" {
            self.shot("failed");
        }
        assert_eq!(wide, "", "beyond the window, which is as wide as that");
    }
}

/// What makes the page wider than the window, if it is.
const TOO_WIDE: &str = "document.documentElement.scrollWidth <= document.documentElement.clientWidth ? '' : \
    document.documentElement.clientWidth + ': ' + [...document.querySelectorAll('body *')] \
    .filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1) \
    .map(one => one.tagName + '.' + one.className).slice(0, 8).join(' ')";

/// The number that Windows gave a key, which is the one that Chromium asks for.
fn code_of(key: &str) -> u32 {
    match key {
        "Enter" => 13,
        "Escape" => 27,
        "Tab" => 9,
        "End" => 35,
        "Home" => 36,
        "ArrowLeft" => 37,
        "ArrowUp" => 38,
        "ArrowRight" => 39,
        "ArrowDown" => 40,
        "Delete" => 46,
        other => other.chars().next().map_or(0, |first| first.to_ascii_uppercase().into()),
    }
}
