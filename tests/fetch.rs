//! Live calls, against doubles of the services.

mod canaries;
mod check;
mod credentials;
mod fake_environment;
mod signing;
mod system_environment;
mod verify;
