//! Takes a picture of the built page, for eyes:
//!
//! ```text
//! cargo run -p shuffle-lab-e2e --example look -- '?workers=8' target/screenshots/eight.png --dark --full-page
//! ```

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use shuffle_lab_e2e::{Error, Outcome, Page, Site, View};

const USAGE: &str = "usage: look URL_QUERY|ADDRESS OUT.png [--width N] [--height N] [--dark] [--reduced-motion] \
                     [--forced-colours] [--wait-for CSS] [--run JAVASCRIPT] [--settle MILLISECONDS] [--full-page]";

struct Wish {
    query: String,
    file: PathBuf,
    view: View,
    wait_for: String,
    run: Option<String>,
    settle: Duration,
    full_page: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(wish) = read(&arguments) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match look(&wish).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("look: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn look(wish: &Wish) -> Outcome {
    let site = Site::of_the_page()?;
    let page = Page::start(wish.view).await?;
    let end = shoot(&page, &site, wish).await;
    for line in page.console().await.unwrap_or_default() {
        println!("console: {} {}", line.level, line.message);
    }
    for violation in site.violations() {
        println!("request to another origin: {violation}");
    }
    page.close().await?;
    end
}

async fn shoot(page: &Page, site: &Site, wish: &Wish) -> Outcome {
    // A whole address is another page's, such as a host's.
    let is_whole = wish.query.starts_with("http://") || wish.query.starts_with("file:");
    let address = if is_whole { wish.query.clone() } else { site.address(&wish.query) };
    page.open(&address).await?;
    // A page that does not get there is worth a picture all the more.
    let waited: Result<_, Error> = page.wait_for(&wish.wait_for, Duration::from_secs(60)).await;
    if let Some(script) = &wish.run {
        println!("run: {}", page.evaluate(script).await?);
    }
    tokio::time::sleep(wish.settle).await;
    page.picture(&wish.file, wish.full_page).await?;
    println!("{}", wish.file.display());
    waited.map(drop)
}

/// Reads the arguments; `None` if they make no sense.
fn read(arguments: &[String]) -> Option<Wish> {
    let mut wish = Wish {
        query: arguments.first()?.clone(),
        file: arguments.get(1)?.into(),
        view: View::WIDE,
        wait_for: "h1".into(),
        run: None,
        settle: Duration::from_millis(300),
        full_page: false,
    };
    let mut rest = arguments[2..].iter();
    while let Some(option) = rest.next() {
        match option.as_str() {
            "--width" => wish.view.width = rest.next()?.parse().ok()?,
            "--height" => wish.view.height = rest.next()?.parse().ok()?,
            "--dark" => wish.view.dark = true,
            "--reduced-motion" => wish.view.reduced_motion = true,
            "--forced-colours" => wish.view.forced_colours = true,
            "--wait-for" => wish.wait_for = rest.next()?.clone(),
            "--run" => wish.run = Some(rest.next()?.clone()),
            "--settle" => wish.settle = Duration::from_millis(rest.next()?.parse().ok()?),
            "--full-page" => wish.full_page = true,
            _ => return None,
        }
    }
    Some(wish)
}
