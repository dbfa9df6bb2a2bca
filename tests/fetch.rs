//! Live calls, against doubles of the services.

mod signing;
mod verify;
