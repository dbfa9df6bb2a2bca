//! Signing requests, as each vendor documents it.
