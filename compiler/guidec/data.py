"""The name of a file that is shipped beside the code, to its text."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def data_text(folder: str, name: str) -> str:
    """From the installed package, or else from the checkout. `folder` is `grammar` or `guidelines`."""
    shipped = _PACKAGE / "_data" / folder / name
    path = shipped if shipped.is_file() else _PACKAGE.parents[1] / folder / name
    return path.read_text("utf-8")
