//! The page and the figures: one file for each visible part, all of a mount's parts readers of the state of one
//! [`Session`](crate::session::Session).
//!
//! ```text
//!  mounts                     the page, or any number of figures, into places of documents; one pool for all
//!  page                       which parts stand where in a mount
//!  header                     presets, link, theme
//!  controls/   knobs, fixes   ─ edit(scenario) ─> Session ─> RwSignal<RunState>
//!  verdict, status, notices   <──────────── Memo ───────────────┘
//!  figures/    charts, each redrawn only when its own data change
//!  arrival                    rows that came to the driver, or did not fit there
//!  tools/                     undo, redo, the way to the desk
//!  plan/                      the plan step by step, what each rule saves
//!  footer
//! ```
//!
//! Nothing here decides what is run or what a number means: that is the session's and the engine's.

mod arrival;
mod choice;
mod controls;
mod dom;
mod embed;
mod figures;
mod footer;
mod header;
mod lab;
mod mounts;
mod notices;
mod page;
mod plan;
mod questions;
mod status;
mod tools;
mod verdict;

pub use mounts::{Figure, open_page};
