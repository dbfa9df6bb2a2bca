//! Live calls, against doubles of the services.

mod check;
mod signing;
mod verify;
