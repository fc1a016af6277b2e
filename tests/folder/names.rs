//! Whatever a name says, it becomes one plain file.

use std::path::{Component, Path};

use photomesh::protocol::SafeName;
use proptest::prelude::*;

/// Text with much of what names must not have.
fn foreign() -> impl Strategy<Value = String> {
    let hostile = prop::sample::select(vec![
        "/",
        "\\",
        "..",
        ".",
        "-",
        " ",
        "\0",
        "\n",
        "\u{7f}",
        "\u{85}",
        "\u{202e}",
        "\u{2066}",
        "\u{200b}",
        ":",
        "*",
        "CON",
        "nul",
        "COM1",
        "lpt9",
        "¹",
        ".jpg",
        ".jpeg",
        ".photomesh",
        "~",
        "ß",
        "İ",
        "é",
        "e\u{301}",
        "🦊",
        "C:\\",
        "//host/",
    ]);
    prop::collection::vec(
        prop_oneof![hostile.prop_map(str::to_owned), any::<String>(), "[a-z]{0,90}"],
        0..12,
    )
    .prop_map(|parts| parts.concat())
}

fn forbidden(c: char) -> bool {
    c.is_control()
        || "/\\:*?\"<>|".contains(c)
        || ('\u{202a}'..='\u{202e}').contains(&c)
        || ('\u{2066}'..='\u{2069}').contains(&c)
        || ['\u{200e}', '\u{200f}', '\u{61c}'].contains(&c)
}

fn check(name: &SafeName) -> Result<(), TestCaseError> {
    let text = name.as_str();
    prop_assert!(!text.is_empty() && text.len() <= SafeName::MAX, "{text:?}");
    prop_assert!(!text.contains(forbidden), "{text:?}");
    prop_assert!(!text.starts_with(['.', '-', ' ']) && !text.ends_with(['.', ' ']), "{text:?}");
    let parts: Vec<Component<'_>> = Path::new(text).components().collect();
    prop_assert!(matches!(parts[..], [Component::Normal(part)] if part == text), "{text:?}");
    let stem = text.split('.').next().unwrap().trim_end().to_uppercase();
    let devices = ["CON", "PRN", "AUX", "NUL", "COM1", "COM9", "LPT1", "LPT9", "COM¹", "LPT³"];
    prop_assert!(!devices.contains(&stem.as_str()), "{text:?}");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_name_becomes_harmless(name in foreign(), number in 2u32..10_000) {
        let safe = SafeName::new(&name);
        check(&safe)?;
        check(&safe.numbered(number))?;
        prop_assert_ne!(safe.numbered(number), safe.numbered(number + 1));
    }

    #[test]
    fn a_safe_name_stays_as_it_is(name in foreign()) {
        let safe = SafeName::new(&name);
        prop_assert_eq!(&SafeName::new(safe.as_str()), &safe);
    }

    #[test]
    fn ordinary_names_are_kept(name in "[A-Za-zäöü0-9_][A-Za-zäöü0-9_ ()-]{0,60}x\\.(jpg|png|JPEG)") {
        let device = name.starts_with(['c', 'C', 'l', 'L', 'n', 'N', 'p', 'P', 'a', 'A']);
        prop_assume!(!device);
        let safe = SafeName::new(&name);
        prop_assert_eq!(safe.as_str(), &name);
    }

    #[test]
    fn folding_ignores_case(name in "[a-zäöüßé]{1,20}") {
        prop_assert_eq!(SafeName::folded(&name), SafeName::folded(&name.to_uppercase()));
    }
}
