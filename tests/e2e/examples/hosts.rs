//! Opens hosts with figures in them, one after the other, and prints what became of each. `cargo xtask hosts` prepares
//! them and calls this.
//!
//! ```text
//! cargo run -p shuffle-lab-e2e --example hosts -- element mkdocs
//! ```

use std::panic::AssertUnwindSafe;
use std::process::ExitCode;
use std::time::Instant;

use futures_util::FutureExt;
use shuffle_lab_e2e::browsers;
use shuffle_lab_e2e::engines::Engine;
use shuffle_lab_e2e::hosts::Host;

#[tokio::main]
async fn main() -> ExitCode {
    let names: Vec<String> = std::env::args().skip(1).collect();
    let known = Host::ALL.map(Host::name);
    if let Some(unknown) = names.iter().find(|name| !known.contains(&name.as_str())) {
        eprintln!("`{unknown}` is not a host; the hosts are {}.", known.join(", "));
        return ExitCode::from(2);
    }
    let engines = match Engine::wanted() {
        Ok(engines) => engines,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    };
    let chosen = |host: &Host| names.is_empty() || names.iter().any(|name| name == host.name());
    let mut rows = Vec::new();
    for host in Host::ALL.into_iter().filter(chosen) {
        for engine in &engines {
            let start = Instant::now();
            // A panic in a visit has been printed; the other hosts are still of interest.
            let end = AssertUnwindSafe(host.visit(*engine)).catch_unwind().await;
            let (passed, words) = match end {
                Ok(Ok(words)) => (true, words),
                Ok(Err(error)) => (false, error.to_string()),
                Err(_) => (false, "a panic, printed above".to_owned()),
            };
            eprintln!("{} in {}: {words}", host.name(), engine.name());
            rows.push((host, engine, passed, start.elapsed().as_secs(), words));
        }
    }
    browsers::close().await;
    println!("\n{:<11} {:<23} {:<9} {:<6} {:>4}  what was seen", "host", "by", "browser", "", "s");
    for (host, engine, passed, seconds, words) in &rows {
        let (host, by, engine) = (host.name(), host.uses(), engine.name());
        let mark = if *passed { "ok" } else { "FAILED" };
        println!("{host:<11} {by:<23} {engine:<9} {mark:<6} {seconds:>4}  {words}");
    }
    if rows.iter().all(|(_, _, passed, ..)| *passed) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
