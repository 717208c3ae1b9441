//! Figures in plain pages of others. The hosts that need a generator are opened by `cargo xtask hosts`.

use libtest_mimic::Trial;
use shuffle_lab_e2e::Outcome;
use shuffle_lab_e2e::engines::Engine;
use shuffle_lab_e2e::hosts::Host;

/// The tests of this file.
pub(crate) fn tests() -> Vec<Trial> {
    tests![
        one_script_tag_of_another_origin_brings_a_figure_and_leaves_the_page_alone,
        the_classic_loader_does_the_same_where_there_are_no_modules,
        a_frame_grows_to_the_height_that_its_figure_tells,
        a_figure_works_in_a_frame_that_may_only_run_scripts,
        three_figures_of_one_page_share_one_pool,
        element_and_slim_page_keep_to_a_strict_policy,
        a_page_whose_storage_throws_has_its_figure_all_the_same,
    ]
}

async fn one_script_tag_of_another_origin_brings_a_figure_and_leaves_the_page_alone() -> Outcome {
    Host::Element.visit(Engine::Chromium).await.map(drop)
}

async fn the_classic_loader_does_the_same_where_there_are_no_modules() -> Outcome {
    Host::Classic.visit(Engine::Chromium).await.map(drop)
}

async fn a_frame_grows_to_the_height_that_its_figure_tells() -> Outcome {
    Host::Frame.visit(Engine::Chromium).await.map(drop)
}

async fn a_figure_works_in_a_frame_that_may_only_run_scripts() -> Outcome {
    Host::Sandbox.visit(Engine::Chromium).await.map(drop)
}

async fn three_figures_of_one_page_share_one_pool() -> Outcome {
    Host::Three.visit(Engine::Chromium).await.map(drop)
}

async fn element_and_slim_page_keep_to_a_strict_policy() -> Outcome {
    Host::Strict.visit(Engine::Chromium).await.map(drop)
}

async fn a_page_whose_storage_throws_has_its_figure_all_the_same() -> Outcome {
    Host::NoStorage.visit(Engine::Chromium).await.map(drop)
}
