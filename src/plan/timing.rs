//! When an alert fires and ends, reckoned minute by minute as the rules are evaluated.
