"""The parts of a plan: what stands on which dates, and what has none, with the reason."""

from datetime import date
from typing import Literal

from guidec.record import record


@record
class Window:
    """From the earliest to the latest day on which something may begin, be due or end; one day where both are the same."""

    earliest: date
    latest: date


@record
class Amount:
    """An amount as it is given, in the unit that is computed for this patient."""

    low: int | float
    high: int | float
    unit: str


Kind = Literal["give", "dose", "procedure", "stop", "baseline", "test", "review"]


@record
class Entry:
    """What is to be done: given over days (`give`), given once (`dose`), done, stopped, measured or reviewed.

    `first` is when that is due, or when it begins; `last` the last day of what goes on, and `ends` says where that isn't
    known. Alternatives of one choice share `choice`, and `instead` has the labels of the others; `provided` names what must
    have been chosen. A dose without `amount` is a formula for want of `needs`, or not stated.
    """

    id: str
    kind: Kind
    name: str
    label: str
    first: Window
    last: Window | None = None
    ends: Literal["", "not stated"] = ""
    dose: str = ""
    amount: Amount | None = None
    route: str = ""
    every: str = ""
    number: str = ""
    action: str = ""
    strength: str = ""
    wording: str = ""
    choice: str = ""
    instead: tuple[str, ...] = ()
    usual: bool = False
    provided: str = ""
    because: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    inferred: tuple[str, ...] = ()


OpenKind = Literal[
    "not stated",
    "open",
    "option",
    "conflict",
    "out of scope",
    "against",
    "advice",
    "held",
    "not due",
    "later",
]


@record
class Open:
    """What the plan has no date for: `what` in words, and `why`; `needs` are the inputs that would help.

    `name` is the drug, the rule or the decision; `choice` and `provided` are as in an entry.
    """

    id: str
    kind: OpenKind
    name: str
    what: str
    why: str
    choice: str = ""
    provided: str = ""
    needs: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    inferred: tuple[str, ...] = ()


@record
class Plan:
    """A patient's plan from `start` to `until`: the entries by date, then what has none. `chosen` settled choices and options."""

    guideline: str
    title: str
    version: str
    digest: str
    status: str
    start: date
    until: date
    chosen: tuple[str, ...]
    ask_next: str
    entries: tuple[Entry, ...]
    open: tuple[Open, ...]
