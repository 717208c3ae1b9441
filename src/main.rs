//! The module of page, figures and workers. It does nothing by itself: `start.js` opens the page, `widget/embed.js` makes
//! figures, and a worker calls `worker_main`.

// Its exports are what matters.
use shuffle_lab as _;

fn main() {}
