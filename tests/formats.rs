//! A result in each of its formats.

mod html;
