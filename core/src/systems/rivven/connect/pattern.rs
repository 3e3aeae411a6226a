//! What a pattern of topics stands for.

/// Whether a pattern stands for a topic: `*` for any characters, `?` for one. What the program
/// names itself, with underscores in front, only a pattern with them stands for.
pub(super) fn matches(pattern: &str, topic: &str) -> bool {
    fn rest(pattern: &[u8], topic: &[u8]) -> bool {
        match (pattern.split_first(), topic.split_first()) {
            (None, None) => true,
            (Some((b'*', pattern)), _) if rest(pattern, topic) => true,
            (Some((b'*', _)), Some((_, topic))) => rest(pattern, topic),
            (Some((b'?', pattern)), Some((_, topic))) => rest(pattern, topic),
            (Some((own, pattern)), Some((other, topic))) => own == other && rest(pattern, topic),
            _ => false,
        }
    }
    let own = |name: &str| name.starts_with("__");
    own(pattern) == own(topic) && rest(pattern.as_bytes(), topic.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_stands_for_what_it_fits() {
        for (pattern, topic, fits) in [
            ("cdc.*", "cdc.orders", true),
            ("cdc.*", "cdc.", true),
            ("cdc.*", "cdcxorders", false),
            ("*", "orders", true),
            ("*", "__cdc_heartbeat", false),
            ("__cdc*", "__cdc_heartbeat", true),
            ("o?ders", "orders", true),
            ("*.a.*", "x.a.y.a.z", true),
            ("orders", "orders", true),
        ] {
            assert_eq!(matches(pattern, topic), fits, "{pattern} {topic}");
        }
    }
}
