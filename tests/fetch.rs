//! Live calls, against doubles of the services.

mod calls;
mod canaries;
mod check;
mod config;
mod credentials;
mod doubles;
mod errors;
mod evidence;
mod fake_environment;
mod live;
mod paging;
mod proxy;
mod renewal;
mod retries;
mod signing;
mod system_environment;
mod verify;
