"""A diagnostic's code to its manual page, as it is shipped beside this module."""

from importlib.resources import files

_MANUAL = files("guidec") / "manual"


def page(code: str) -> str | None:
    """The page in Markdown, or None where no diagnostic has that code."""
    return (_MANUAL / f"{code}.md").read_text("utf-8") if code in codes() else None


def codes() -> list[str]:
    """Every code that has a page, sorted."""
    return sorted(one.name.removesuffix(".md") for one in _MANUAL.iterdir() if one.name.endswith(".md"))
