"""What was written: the nodes that parsing yields, each with its place."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from guidec.source import Span


@dataclass(frozen=True, slots=True)
class Name:
    """A name, or any word whose place matters."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Text:
    """A text between quotes, its escapes already read."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Cite:
    """One statement id; `ours` marks a link that is our inference."""

    id: str
    ours: bool
    span: Span


Cites = tuple[Cite, ...]


# --- expressions -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Number:
    """A number with its unit as written, if any."""

    value: Fraction
    unit: Name | None
    span: Span


@dataclass(frozen=True, slots=True)
class CalendarNumber:
    """A number of calendar days, weeks, months or years."""

    value: Fraction
    unit: Name
    span: Span


@dataclass(frozen=True, slots=True)
class Day:
    value: date
    span: Span


@dataclass(frozen=True, slots=True)
class YesNo:
    value: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Thresholds:
    """One threshold printed in several units."""

    numbers: tuple[Number, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Unary:
    op: Literal["not", "-"]
    operand: "Expression"
    span: Span


@dataclass(frozen=True, slots=True)
class Binary:
    op: Literal["and", "or", "+", "-", "*", "/"]
    left: "Expression"
    right: "Expression"
    span: Span


@dataclass(frozen=True, slots=True)
class Compare:
    op: Literal["<", "<=", ">", ">=", "="]
    left: "Expression"
    right: "Expression"
    span: Span


@dataclass(frozen=True, slots=True)
class Is:
    """`x is a`, `x is not a`, `x is one of a, b`."""

    left: "Expression"
    values: tuple["Name | YesNo | Number | CalendarNumber | Day", ...]
    negated: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Includes:
    left: "Expression"
    member: Name
    span: Span


@dataclass(frozen=True, slots=True)
class About:
    """A question about the record (`known`, `blank`, `taking`) or about the answer (`prescribed`)."""

    kind: Literal["known", "blank", "taking", "prescribed"]
    name: Name
    span: Span


Expression = (
    Name
    | Number
    | CalendarNumber
    | Day
    | YesNo
    | Thresholds
    | Unary
    | Binary
    | Compare
    | Is
    | Includes
    | About
)


# --- head and vocabulary -----------------------------------------------------


@dataclass(frozen=True, slots=True)
class HeadLine:
    kind: Literal["version", "language", "source", "uses", "applies"]
    value: Name | None
    condition: Expression | None
    cites: Cites
    span: Span


@dataclass(frozen=True, slots=True)
class Head:
    kind: Literal["guideline", "module"]
    name: Name
    title: Text
    lines: tuple[HeadLine, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class SourceLine:
    key: Name
    values: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Source:
    name: Name
    lines: tuple[SourceLine, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class ValueLine:
    name: Name
    label: Text


@dataclass(frozen=True, slots=True)
class Note:
    text: Text
    cites: Cites


@dataclass(frozen=True, slots=True)
class TypeLine:
    """The line that gives an input its type, or another unit of it."""

    kind: Literal[
        "boolean", "one_of", "any_of", "any_of_drugs", "integer", "quantity", "also_in", "date", "duration"
    ]
    values: tuple[ValueLine, ...]
    unit: Name | None
    bounds: tuple[Number | Day, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class NamedValue:
    value: ValueLine
    span: Span


@dataclass(frozen=True, slots=True)
class Rounds:
    span: Span


@dataclass(frozen=True, slots=True)
class Input:
    name: Name
    label: Text
    cites: Cites
    lines: tuple[TypeLine | NamedValue | Rounds | Note, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Shown:
    rounded: Number | None
    span: Span


@dataclass(frozen=True, slots=True)
class Define:
    name: Name
    label: Text | None
    unit: Name | None
    expression: Expression
    cites: Cites
    lines: tuple[Shown | Note, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Item:
    """A drug, a class of drugs, a procedure or a test."""

    kind: Literal["drug", "drug_class", "procedure", "test"]
    name: Name
    label: Text
    members: tuple[Name, ...]
    cites: Cites
    notes: tuple[Note, ...]
    span: Span


# --- regimens ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Interval:
    """`4 weeks`, `3 to 6 months`, `8 h`; `calendar` when the unit is a calendar word."""

    low: Number
    high: Number
    unit: Name
    calendar: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Route:
    word: Name
    span: Span


@dataclass(frozen=True, slots=True)
class Dose:
    form: Literal["exact", "or_more", "range", "up_to", "about"]
    low: Number
    high: Number
    of: Name | None
    basis: Literal["stated", "not stated"] | None
    rounded: Number | None
    span: Span
    basis_span: Span | None = None


@dataclass(frozen=True, slots=True)
class Every:
    interval: Interval
    span: Span


@dataclass(frozen=True, slots=True)
class Lasts:
    interval: Interval
    span: Span


@dataclass(frozen=True, slots=True)
class After:
    interval: Interval
    span: Span


@dataclass(frozen=True, slots=True)
class Times:
    number: Number
    span: Span


Part = Route | Dose | Every | Lasts | After | Times


@dataclass(frozen=True, slots=True)
class Tail:
    """What stands after a semicolon: a part that is not stated, `usual`, or what is done with the drug."""

    kind: Literal["not_stated", "usual", "action"]
    word: str
    span: Span


@dataclass(frozen=True, slots=True)
class Prefer:
    wording: Text | None
    condition: Expression
    cites: Cites
    span: Span


@dataclass(frozen=True, slots=True)
class Thing:
    """What is ordered: a named drug, procedure or regimen, or a drug that the source does not state."""

    name: Name | None
    drug_class: Name | None
    span: Span


@dataclass(frozen=True, slots=True)
class Order:
    thing: Thing
    parts: tuple[Part, ...]
    tails: tuple[Tail, ...]
    condition: Expression | None
    cites: Cites
    prefers: tuple[Prefer, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Choice:
    open: bool
    tails: tuple[Tail, ...]
    condition: Expression | None
    cites: Cites
    alternatives: tuple[Order, ...]
    span: Span


Lead = Literal["give", "then", "with", "not stated"]


@dataclass(frozen=True, slots=True)
class OrderLine:
    lead: Lead
    order: Order | Choice
    span: Span


@dataclass(frozen=True, slots=True)
class GiveNothing:
    span: Span


@dataclass(frozen=True, slots=True)
class Regimen:
    name: Name
    label: Text
    cites: Cites
    lines: tuple[OrderLine | GiveNothing | Note, ...]
    span: Span


# --- decisions ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Strength:
    word: Literal["recommend", "suggest", "consider", "may", "generally", "use"]
    wording: Text | None
    direction: Literal["for", "against", "neither"]


@dataclass(frozen=True, slots=True)
class Recommendation:
    strength: Strength
    order: Order
    span: Span


@dataclass(frozen=True, slots=True)
class Nothing:
    cites: Cites
    span: Span


@dataclass(frozen=True, slots=True)
class NotStated:
    why: Text
    cites: Cites
    span: Span


@dataclass(frozen=True, slots=True)
class Conflict:
    why: Text
    cites: Cites
    answers: tuple["Outcome", ...]
    span: Span


@dataclass(frozen=True, slots=True)
class AllOf:
    cites: Cites
    parts: tuple["Outcome", ...]
    span: Span


@dataclass(frozen=True, slots=True)
class As:
    label: "Label"
    cites: Cites
    span: Span


Outcome = Recommendation | Nothing | NotStated | Conflict | AllOf | As


@dataclass(frozen=True, slots=True)
class LabelCompare:
    op: Literal["<", "<=", ">", ">=", "="]
    value: Number | CalendarNumber
    span: Span


@dataclass(frozen=True, slots=True)
class LabelRange:
    low: Number | CalendarNumber
    high: Number | CalendarNumber
    span: Span


Label = Name | YesNo | LabelCompare | LabelRange


@dataclass(frozen=True, slots=True)
class ByBranch:
    """`labels` is None for `otherwise`."""

    labels: tuple[Label, ...] | None
    cites: Cites
    body: "Body"
    span: Span


@dataclass(frozen=True, slots=True)
class By:
    name: Name
    cites: Cites
    branches: tuple[ByBranch, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class WhenBranch:
    """`condition` is None for `otherwise`."""

    condition: Expression | None
    cites: Cites
    body: "Body"
    span: Span


@dataclass(frozen=True, slots=True)
class Whens:
    branches: tuple[WhenBranch, ...]
    span: Span


Body = Outcome | By | Whens


@dataclass(frozen=True, slots=True)
class Asked:
    condition: Expression
    cites: Cites


@dataclass(frozen=True, slots=True)
class Decision:
    name: Name
    label: Text
    cites: Cites
    asked: Asked | None
    body: Body
    span: Span


@dataclass(frozen=True, slots=True)
class When:
    """The condition of an options line or a rule; `stated` is False for `when not stated`."""

    condition: Expression | None
    stated: bool


@dataclass(frozen=True, slots=True)
class OptionLine:
    recommendation: Recommendation
    when: When
    span: Span


@dataclass(frozen=True, slots=True)
class OptionConflict:
    why: Text
    cites: Cites
    lines: tuple[OptionLine, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Options:
    name: Name
    label: Text
    cites: Cites
    asked: Asked | None
    lines: tuple[OptionLine | OptionConflict, ...]
    span: Span


# --- rules, readings, register -----------------------------------------------


@dataclass(frozen=True, slots=True)
class Applies:
    condition: Expression
    cites: Cites
    span: Span


@dataclass(frozen=True, slots=True)
class Measure:
    tests: tuple[Name, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class MeasureEvery:
    """`interval` is None for `every not stated`."""

    interval: Interval | None
    span: Span


@dataclass(frozen=True, slots=True)
class RuleStrength:
    strength: Strength
    span: Span


@dataclass(frozen=True, slots=True)
class Rule:
    """`kind` is the kind of advice, or `monitor`."""

    kind: str
    name: Name
    label: Text
    when: When
    until: Name | None
    cites: Cites
    lines: tuple[Applies | Note | RuleStrength | OrderLine | Measure | MeasureEvery, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Reading:
    name: Name
    label: Text
    cites: Cites
    values: tuple[ValueLine, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Account:
    """`document` or `set aside`: what becomes of statements that no rule encodes."""

    kind: Literal["documented", "set_aside"]
    cites: Cites
    reason: Text | None
    span: Span


@dataclass(frozen=True, slots=True)
class Impossible:
    condition: Expression
    why: Text
    cites: Cites
    span: Span


# --- scenarios ---------------------------------------------------------------

Given = Number | CalendarNumber | Day | YesNo | tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class GivenLine:
    """`one_of` marks a partly known entry, `reading` a chosen reading."""

    name: Name
    value: Given
    one_of: bool
    reading: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Expectation:
    """One thing expected. `of` is what it is about; `names` what is expected of it; `low`/`high` a dose."""

    kind: Literal[
        "status", "outcome", "possible", "needs", "ask", "dose", "usual", "rule", "no_rule", "refused"
    ]
    of: Name | None
    names: tuple[Name, ...]
    word: str
    low: Number | None
    high: Number | None
    span: Span
    inside: Name | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    title: Text
    cites: Cites
    given: tuple[GivenLine, ...]
    expected: tuple[Expectation, ...]
    span: Span


Declaration = (
    Head
    | Source
    | Input
    | Define
    | Item
    | Regimen
    | Decision
    | Options
    | Rule
    | Reading
    | Account
    | Impossible
    | Scenario
)


@dataclass(frozen=True, slots=True)
class File:
    """One text: its declarations in order, and the first words of those that could not be read."""

    path: str
    declarations: tuple[Declaration, ...]
    unread: tuple[tuple[str, ...], ...] = ()
