//! What Shuffle Lab shows, as plain data and pure functions. Nothing here knows a browser, so all of it is tested natively.
//!
//! ```text
//!  permalink   link          <-> scenario, view, parts
//!  state       RunState + RunEvent -> RunState
//!  forecast    Scenario, fits -> what is said of it before it runs
//!  verdict     RunState      -> sentences
//!  figures     RunState      -> data of each chart
//!  timeline    RunState      -> the timeline's data; how a run is played back
//!  charts      data          -> SVG, places that answer, table
//!  controls    tables of what a reader can set
//!  questions   RunState      -> what each view answers, in a line
//!  embed       link          -> the code that puts a figure into a page of somebody else's
//!  plan        Scenario      -> the steps of its plan
//!  quantities  name          -> a number of a run; `condition` compares such numbers
//!  words       everything that a reader is told, from one file
//!  history     what was set -> undo, redo
//!  keys        the keys that the page listens to
//!  saved_run   a run        <-> one JSON
//!  compare     two runs      -> sentences, figures
//!  export      a chart       -> SVG, CSV, JSON
//!  model_view  measured runs -> what is modelled: both clocks meet here and nowhere else
//! ```

mod activity;
pub mod charts;
pub mod compare;
pub mod condition;
pub mod controls;
pub mod demand;
pub mod embed;
pub mod export;
pub mod figures;
pub mod forecast;
pub mod glossary;
pub mod history;
pub mod keys;
pub mod model_view;
mod modelled;
pub mod parts;
pub mod permalink;
pub mod plan;
pub mod quantities;
pub mod questions;
pub mod resolution;
pub mod row_table;
pub mod saved_run;
pub mod scope;
pub mod state;
pub mod timeline;
pub mod verdict;
pub mod words;
