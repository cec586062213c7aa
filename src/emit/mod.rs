//! The texts that are written: one file for each target format. The only place that knows how YAML is spelled.

pub mod yaml;
