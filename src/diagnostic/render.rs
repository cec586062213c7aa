//! For people: miette draws it.
