"""The name of a file that is shipped beside the code, to its text; and this user's own folder for what is made once."""

import os
from pathlib import Path

_PACKAGE = Path(__file__).parent


def data_text(folder: str, name: str) -> str:
    """From the installed package, or else from the checkout. `folder` is `grammar` or `guidelines`."""
    shipped = _PACKAGE / "_data" / folder / name
    path = shipped if shipped.is_file() else _PACKAGE.parents[1] / folder / name
    return path.read_text("utf-8")


def private_folder() -> Path | None:
    """A folder that nobody else can write to; None where there is none."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = Path(base) / "guidec"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        state = folder.stat()
        if hasattr(os, "getuid") and (state.st_uid != os.getuid() or state.st_mode & 0o022):
            return None
        if not os.access(folder, os.W_OK) and not any(folder.iterdir()):
            return None
    except OSError:
        return None
    return folder
