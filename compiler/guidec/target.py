"""What a target is, and which there are: functions from a compiled guideline to files."""

from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint, entry_points
from inspect import cleandoc
from sys import modules

from guidec.diagnostic import Diagnostic
from guidec.evaluate import Compiled
from guidec.source import start_of

GROUP = "guidec.targets"

Emitted = tuple[dict[str, str], list[Diagnostic]]
"""Texts by file name, relative to the guideline's folder (`takada.py`), and what could not be expressed."""

Target = Callable[[Compiled], Emitted]
"""Another package adds one by naming it in the entry-point group `guidec.targets`."""


def targets() -> tuple[dict[str, Target], list[Diagnostic]]:
    """The targets that are installed, by name; one that can't be loaded is a diagnostic."""
    found: dict[str, Target] = {}
    faults: list[Diagnostic] = []
    for name, loaded in _loaded():
        if isinstance(loaded, Diagnostic):
            faults.append(loaded)
        else:
            found[name] = loaded
    return found, faults


def described() -> tuple[dict[str, str], list[Diagnostic]]:
    """What each target emits: the first line of its module's docstring."""
    found, faults = targets()
    return {name: _description(target) for name, target in found.items()}, faults


def _description(target: Target) -> str:
    module = modules.get(getattr(target, "__module__", ""))
    lines = cleandoc(getattr(module, "__doc__", None) or "").splitlines()
    return lines[0] if lines else ""


def _loaded() -> Iterator[tuple[str, Target | Diagnostic]]:
    installed = {one.name: one for one in entry_points(group=GROUP)}
    for name in sorted(installed):
        yield name, _load(installed[name])


def _load(entry_point: EntryPoint) -> Target | Diagnostic:
    """Another's code may fail in any way while it is imported; that must not stop the others."""
    try:
        target: Target = entry_point.load()
    except Exception as fault:
        return _broken(entry_point, f"{type(fault).__name__}: {fault}")
    if not callable(target):
        return _broken(entry_point, "it is no function")
    return target


def _broken(entry_point: EntryPoint, reason: str) -> Diagnostic:
    package = entry_point.dist.name if entry_point.dist is not None else entry_point.value
    return Diagnostic(
        "broken_target",
        f"the target `{entry_point.name}` can't be used: {reason}",
        start_of(entry_point.value),
        f"mend or uninstall `{package}`",
        "warning",
    )
