//! Live calls, against doubles of the services.

mod calls;
mod doubles;
mod errors;
mod evidence;
mod paging;
mod retries;
mod signing;
mod verify;
