"""The solvers that may be installed beside guidec (`guidec[proofs]`): what the search gives up on, decided by z3 or cvc5.

Each gets the same text and works a fixed number of steps, never so many seconds: the verdict is the same on every machine.
"""

from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from guidec.lower.search import Constraint, Search, Solver
from guidec.proofs.smt import NotExact, question

NAMES = ("z3", "cvc5")
_PACKAGES = {"z3": "z3-solver", "cvc5": "cvc5"}
Z3_STEPS = 10_000_000
CVC5_STEPS = 300_000
_CVC5_WAYS: tuple[Mapping[str, str], ...] = (
    {"nl-ext": "none", "nl-cov": "true"},
    {"decision": "justification"},
    {},
)
"""Some questions of products are easy in one way and hard in the next."""


def installed() -> tuple[str, ...]:
    """The solvers that are there, the preferred one first."""
    return tuple(name for name in NAMES if find_spec(name) is not None)


def solver(name: str) -> Solver:
    """A solver that is installed, by its name. Nothing is loaded before it is asked."""
    answers: dict[str, bool | str] = {}
    run = {"z3": _z3, "cvc5": _cvc5}[name]

    def decide(search: Search, constraints: Sequence[Constraint]) -> bool | str:
        try:
            text = question(search, constraints)
        except NotExact as fault:
            return str(fault)
        if text not in answers:
            found = run(text)
            answers[text] = f"{name} gave up" if found is None else found
        return answers[text]

    return decide


def version(name: str) -> str:
    """A solver with its version; an empty text where none is used."""
    from importlib import metadata

    return f"{name} {metadata.version(_PACKAGES[name])}" if name else ""


def _z3(text: str) -> bool | None:
    z3: Any = import_module("z3")
    one = z3.Solver(ctx=z3.Context())
    one.set("rlimit", Z3_STEPS)
    one.from_string(text)
    found = str(one.check())
    return None if found == "unknown" else found == "sat"


def _cvc5(text: str) -> bool | None:
    for options in _CVC5_WAYS:
        found = _cvc5_with(text, options)
        if found is not None:
            return found
    return None


def _cvc5_with(text: str, options: Mapping[str, str]) -> bool | None:
    cvc5: Any = import_module("cvc5")
    one = cvc5.Solver()
    for name, value in {"rlimit": str(CVC5_STEPS), **options}.items():
        one.setOption(name, value)
    parser = cvc5.InputParser(one)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "question")
    symbols = parser.getSymbolManager()
    while not (command := parser.nextCommand()).isNull():
        command.invoke(one, symbols)
    found = one.checkSat()
    return None if found.isUnknown() else bool(found.isSat())
