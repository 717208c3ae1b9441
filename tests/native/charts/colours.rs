//! Colours: roles, contrast, the style sheet.

use super::*;

#[test]
fn every_role_survives_its_way_through_plotters_and_has_a_token() {
    for role in Role::ALL {
        let rgb = role.rgb();
        assert_eq!(Role::from_rgb((rgb.0, rgb.1, rgb.2)), Some(role));
        assert!(TOKENS.iter().any(|token| token.variable == role.variable()), "{role:?}");
    }
    assert_eq!(Role::from_rgb((0, 0, 0)), None);
    for token in TOKENS {
        assert!(Role::ALL.iter().any(|role| role.variable() == token.variable), "{token:?} is unused");
    }
}

fn luminance(hex: &str) -> f64 {
    let channel = |at: usize| {
        let value = u8::from_str_radix(&hex[at..at + 2], 16).expect("a colour is hexadecimal");
        let part = f64::from(value) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

fn contrast(a: &str, b: &str) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn marks_and_texts_have_enough_contrast_in_light_and_in_dark() {
    let value = |role: Role, dark: bool| {
        let token = TOKENS.iter().find(|token| token.variable == role.variable());
        let token = token.expect("every role has a token");
        if dark { token.dark } else { token.light }
    };
    for dark in [false, true] {
        let surface = value(Role::Surface, dark);
        for role in [Role::Compute, Role::Write, Role::Transfer, Role::Read, Role::Waiting, Role::Count] {
            assert!(contrast(value(role, dark), surface) >= 3.0, "{role:?} dark={dark}");
        }
        // These also colour words.
        for role in [Role::Ink, Role::Muted, Role::Accent, Role::Hot, Role::Modelled, Role::Measured] {
            assert!(contrast(value(role, dark), surface) >= 4.5, "{role:?} dark={dark}");
        }
        // Amounts inside the cells of the heat map.
        for step in 1..=7 {
            let ink = if step >= 5 { Role::Surface } else { Role::Ink };
            let cell = value(Role::Heat(step), dark);
            assert!(contrast(value(ink, dark), cell) >= 4.5, "step {step} dark={dark}");
        }
    }
}

#[test]
fn the_style_sheet_has_the_colours_of_the_charts_in_every_theme() {
    let path = format!("{}/../style/tokens.css", env!("CARGO_MANIFEST_DIR"));
    let sheet = std::fs::read_to_string(path).expect("style/tokens.css can be read");
    for rule in theme::css().split("\n\n") {
        assert!(sheet.contains(rule.trim_end()), "style/tokens.css lacks\n{rule}");
    }
}

#[test]
fn no_style_sheet_of_a_figure_needs_a_document() {
    let folder = format!("{}/../style", env!("CARGO_MANIFEST_DIR"));
    for sheet in ["tokens", "app", "controls", "figures", "timeline", "plan", "slim"] {
        let text = std::fs::read_to_string(format!("{folder}/{sheet}.css")).expect("the sheet can be read");
        for line in text.lines().filter(|line| line.ends_with('{') || line.ends_with(',')) {
            let words = line.split(|c: char| !c.is_ascii_alphanumeric() && !":-_.#".contains(c));
            let of_a_document = words.filter(|word| [":root", "html", "body"].contains(word));
            assert_eq!(of_a_document.count(), 0, "style/{sheet}.css: {line}");
        }
        for line in text.lines().filter(|line| line.contains("rem") && !line.contains("var(--rem)")) {
            let is_length =
                line.split("rem").next().is_some_and(|before| before.ends_with(|c: char| c.is_ascii_digit()));
            assert!(!is_length || line.trim_start().starts_with("--rem:"), "style/{sheet}.css: {line}");
        }
    }
}

#[test]
fn a_standalone_chart_brings_its_colours() {
    let chart = heat_map::draw(&samples::heat_map(2), &Frame::new("h", 400, 400)).expect("drawn");
    let alone = theme::standalone(&chart.svg, theme::Scheme::Dark);
    assert!(alone.contains("#d6e9fb") && !alone.contains("var("), "colours are written out");
    assert!(alone.contains("viewBox=\"-12 -12 424 424\""), "there is room around it");
    assert!(alone.starts_with("<svg ") && alone.ends_with("</svg>\n"));
}
