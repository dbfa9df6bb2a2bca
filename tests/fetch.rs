//! Live calls, against doubles of the services.

mod calls;
mod canaries;
mod credentials;
mod doubles;
mod errors;
mod evidence;
mod fake_environment;
mod paging;
mod retries;
mod signing;
mod system_environment;
mod verify;
