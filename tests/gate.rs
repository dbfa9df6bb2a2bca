//! What a gate accepts and expects, and what it says of that.

mod diff;
mod outputs;
mod population;
mod ratchet;
mod story;
mod waivers;
