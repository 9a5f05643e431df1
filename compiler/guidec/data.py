"""The name of a file that is shipped beside the code, to its text."""

from importlib.resources import files
from pathlib import Path


def data_text(folder: str, name: str) -> str:
    """From the installed package, or else from the checkout. `folder` is `grammar` or `guidelines`."""
    shipped = files("guidec") / "_data" / folder / name
    if shipped.is_file():
        return shipped.read_text("utf-8")
    return (Path(__file__).parents[2] / folder / name).read_text("utf-8")
