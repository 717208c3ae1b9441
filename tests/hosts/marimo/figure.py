"""A lesson with two figures: one module is a file beside this one, the other an address."""

import marimo

app = marimo.App()


@app.cell
def _():
    import pathlib

    import anywidget
    import marimo as mo
    import traitlets

    class ShuffleLab(anywidget.AnyWidget):
        _esm = pathlib.Path("anywidget.mjs")
        query = traitlets.Unicode("v=1").tag(sync=True)
        controls = traitlets.Unicode("workers,skew").tag(sync=True)
        views = traitlets.Unicode("verdict,load").tag(sync=True)

    return ShuffleLab, mo


@app.cell
def _(mo):
    mo.md(
        """
        # Why one worker is late

        All rows of one key meet in one worker. Move the skew and watch the load.
        """
    )
    return


@app.cell
def _(ShuffleLab, mo):
    mo.ui.anywidget(ShuffleLab(query="v=1&rows=100000&workers=4&skew=hot_key:0.4"))
    return


@app.cell
def _(ShuffleLab, mo):
    class FromAddress(ShuffleLab):
        _esm = "https://lab.example/shuffle-lab/anywidget.mjs"

    mo.ui.anywidget(FromAddress(query="v=1&rows=100000&workers=4&skew=uniform"))
    return


if __name__ == "__main__":
    app.run()
