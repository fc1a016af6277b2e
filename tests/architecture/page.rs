//! The scripts of the gallery's page: none of them may turn text into elements or code. Names of photos come from strangers,
//! and the browser is told to refuse it, too; a test says so before a visitor sees it.

use std::fs;
use std::path::Path;

/// What makes elements or code of text, in any spelling that a script could use it in.
const PARSERS: [&str; 13] = [
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "setHTML",
    "parseHTML",
    "DOMParser",
    "createContextualFragment",
    "document.write",
    "srcdoc",
    "eval(",
    "new Function",
    "javascript:",
    "trustedTypes",
];

/// The files of the page that do so, and how.
pub(crate) fn parsers() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/gallery/page");
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder of the page") {
        let path = entry.expect("a file of it").path();
        let text = fs::read_to_string(&path).expect("a file of the page is text");
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        found.extend(offences(&name, &text));
    }
    found
}

fn offences(name: &str, text: &str) -> Vec<String> {
    let mut found: Vec<String> = PARSERS
        .iter()
        .filter(|parser| text.contains(*parser))
        .map(|parser| format!("{name}: {parser}"))
        .collect();
    // The policy of the page forbids both; a browser would only say so in its console.
    if name.ends_with(".html") {
        let inline = ["<style", " style=", " onclick=", " onload=", " onerror="];
        let there = inline.iter().filter(|what| text.contains(*what));
        found.extend(there.map(|what| format!("{name}: {what}")));
        let scripts = text.matches("<script").count();
        let outside = text.matches("<script type=\"module\" src=").count();
        if scripts != outside {
            found.push(format!("{name}: a script within the page"));
        }
    }
    found
}

mod tests {
    use super::*;

    #[test]
    fn parsers_are_seen() {
        for bad in [
            "item.innerHTML = name;",
            "item['outerHTML'] = name",
            "new DOMParser()",
            "a.href = 'javascript:x'",
            "eval(text)",
        ] {
            assert!(!offences("x.js", bad).is_empty(), "not seen: {bad}");
        }
        for bad in ["<p style=\"x\">", "<script>1</script>", "<img onerror=1>"] {
            assert!(!offences("x.html", bad).is_empty(), "not seen: {bad}");
        }
        assert!(offences("x.js", "item.textContent = name; item.style.width = '1px';").is_empty());
        let good = "<script type=\"module\" src=\"/a/HASH/app.js\"></script>";
        assert!(offences("x.html", good).is_empty());
    }
}
