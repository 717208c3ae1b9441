//! Pages of others with figures of the lab in them: what is opened, and what is wanted of each.
//!
//! The pages are under `tests/hosts`. Plain ones are served as they are; a generator's site must have been built by
//! `cargo xtask hosts`. Every host stands on an origin of its own, the lab on another. Wanted of each: its figures come to
//! their result, nobody complains in the console, nothing is asked of a third origin, and what is the host's own (title,
//! attributes, style, global names) is as it is without the lab.

mod anywidget;
mod docusaurus;
mod jupyterlab;
mod marimo;
mod mdbook;
mod mkdocs;
mod plain;
mod server;
mod stage;
mod window;

use crate::Outcome;
use crate::engines::Engine;

/// A kind of page that a figure was put into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    /// A page of plain HTML with the element.
    Element,
    /// The same by the classic loader.
    Classic,
    /// A page of plain HTML with a frame.
    Frame,
    /// A frame that may run scripts and nothing else.
    Sandbox,
    /// Three elements on one page.
    Three,
    /// Page and element under [`crate::STRICT_POLICY`].
    Strict,
    /// A page in which all storage throws.
    NoStorage,
    /// MkDocs with Material's instant navigation.
    MkDocs,
    /// A site made by Docusaurus, with the script in its settings.
    Docusaurus,
    /// mdBook.
    MdBook,
    /// JupyterLab with a notebook of two anywidgets.
    JupyterLab,
    /// marimo.
    Marimo,
}

impl Host {
    /// All of them, those that need no generator first.
    pub const ALL: [Self; 12] = [
        Self::Element,
        Self::Classic,
        Self::Frame,
        Self::Sandbox,
        Self::Three,
        Self::Strict,
        Self::NoStorage,
        Self::MkDocs,
        Self::Docusaurus,
        Self::MdBook,
        Self::JupyterLab,
        Self::Marimo,
    ];

    /// Its name on the command line and in names of pictures.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Element => "element",
            Self::Classic => "classic",
            Self::Frame => "frame",
            Self::Sandbox => "sandbox",
            Self::Three => "three",
            Self::Strict => "strict",
            Self::NoStorage => "no_storage",
            Self::MkDocs => "mkdocs",
            Self::Docusaurus => "docusaurus",
            Self::MdBook => "mdbook",
            Self::JupyterLab => "jupyterlab",
            Self::Marimo => "marimo",
        }
    }

    /// What of the lab it uses.
    #[must_use]
    pub const fn uses(self) -> &'static str {
        match self {
            Self::Element | Self::Three | Self::NoStorage | Self::MkDocs | Self::Docusaurus => "embed.js",
            Self::Classic => "embed.classic.js",
            Self::Frame | Self::Sandbox => "frame",
            Self::Strict => "embed.js, page",
            Self::MdBook => "embed.classic.js, frame",
            Self::JupyterLab | Self::Marimo => "anywidget.mjs",
        }
    }

    /// Opens it in a browser of that engine, wants of it what is wanted of each and what is special to it, and leaves a picture. Answers
    /// with a few words about what was seen.
    ///
    /// # Errors
    /// If something is not as it should be, or is missing.
    pub async fn visit(self, engine: Engine) -> Outcome<String> {
        match self {
            Self::Element | Self::Classic | Self::NoStorage => plain::one_figure(self, engine).await,
            Self::Frame | Self::Sandbox => plain::frame(self, engine).await,
            Self::Three => plain::three(self, engine).await,
            Self::Strict => plain::strict(self, engine).await,
            Self::MkDocs => mkdocs::check(self, engine).await,
            Self::Docusaurus => docusaurus::check(self, engine).await,
            Self::MdBook => mdbook::check(self, engine).await,
            Self::JupyterLab => jupyterlab::check(self, engine).await,
            Self::Marimo => marimo::check(self, engine).await,
        }
    }
}
