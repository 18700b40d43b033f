//! Options of the design system that we do not offer, and examples that differ: each with its reason.

/// Component (`*` for any), option, why not.
pub(super) const NOT_OFFERED: &[(&str, &str, &str)] = &[
    ("*", "attributes", "no page needs free attributes, and they invite inline styles and handlers"),
];

/// Component, example, why ours differs.
pub(super) const DIFFERENT: &[(&str, &str, &str)] = &[
];
