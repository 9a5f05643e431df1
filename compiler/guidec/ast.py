"""What was written: the nodes that parsing yields, each with its place."""

from dataclasses import field
from datetime import date
from fractions import Fraction
from typing import Literal

from guidec.record import record
from guidec.source import Span

RoundingMode = Literal["half away from zero", "half even", "down", "up"]


@record
class Name:
    """A name, or any word whose place matters."""

    text: str
    span: Span


@record
class Text:
    """A text between quotes, its escapes already read."""

    text: str
    span: Span


@record
class Cite:
    """One statement id; `ours` marks a link that is our inference."""

    id: str
    ours: bool
    span: Span


Cites = tuple[Cite, ...]


# --- expressions -------------------------------------------------------------


@record
class Number:
    """A number with its unit as written, if any; `written` are its digits, where there is a text."""

    value: Fraction
    unit: Name | None
    span: Span
    written: str = field(default="", compare=False)


@record
class CalendarNumber:
    """A number of calendar days, weeks, months or years."""

    value: Fraction
    unit: Name
    span: Span
    written: str = field(default="", compare=False)


@record
class Day:
    value: date
    span: Span


@record
class YesNo:
    value: bool
    span: Span


@record
class Thresholds:
    """One threshold printed in several units."""

    numbers: tuple["Number | CalendarNumber | Day", ...]
    span: Span


@record
class Unary:
    op: Literal["not", "-"]
    operand: "Expression"
    span: Span


@record
class Binary:
    op: Literal["and", "or", "+", "-", "*", "/", "^"]
    left: "Expression"
    right: "Expression"
    span: Span


@record
class Call:
    """`max(a, b)`, or a function of the author's own."""

    name: Name
    arguments: tuple["Expression", ...]
    span: Span


@record
class Completed:
    """`years from birth to today`: whole calendar units that have passed."""

    word: Name
    first: "Expression"
    last: "Expression"
    span: Span


@record
class OfSeries:
    """What is asked of a series: an entry (`latest`, `first`, `before`), their `count`, or a change; `over` a time."""

    kind: Literal["latest", "first", "count", "before", "change", "relative change"]
    name: Name
    over: "CalendarNumber | None"
    span: Span


@record
class Rounded:
    """`… rounded down to 0.5 mg`; without a mode, half away from zero, `said` where that is written nevertheless."""

    operand: "Expression"
    step: "Number | CalendarNumber"
    mode: "RoundingMode"
    span: Span
    said: bool = field(default=False, compare=False)


@record
class Compare:
    op: Literal["<", "<=", ">", ">=", "="]
    left: "Expression"
    right: "Expression"
    span: Span


@record
class Is:
    """`x is a`, `x is not a`, `x is one of a, b`; `listed` where `one of` stands, even before a single value."""

    left: "Expression"
    values: tuple["Name | YesNo | Number | CalendarNumber | Day", ...]
    negated: bool
    span: Span
    listed: bool = field(default=False, compare=False)


@record
class Includes:
    left: "Expression"
    member: Name
    span: Span


@record
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
    | Call
    | Completed
    | OfSeries
    | Rounded
    | Compare
    | Is
    | Includes
    | About
)


# --- head and vocabulary -----------------------------------------------------


@record
class HeadLine:
    kind: Literal["version", "language", "source", "uses", "applies", "overflow"]
    value: Name | None
    condition: Expression | None
    cites: Cites
    span: Span


@record
class Head:
    kind: Literal["guideline", "module"]
    name: Name
    title: Text
    lines: tuple[HeadLine, ...]
    span: Span


@record
class SourceLine:
    key: Name
    values: tuple[Text, ...]


@record
class Source:
    name: Name
    lines: tuple[SourceLine, ...]
    span: Span


@record
class Code:
    """A concept of a terminology: its system, its code there, and how that is displayed."""

    system: Text
    code: Text
    display: Text
    span: Span


@record
class ValueLine:
    name: Name
    label: Text
    codes: tuple[Code, ...] = ()


@record
class Note:
    text: Text
    cites: Cites


@record
class TypeLine:
    """The line that gives an input its type, or another unit of it."""

    kind: Literal[
        "boolean", "one_of", "any_of", "any_of_drugs", "integer", "quantity", "also_in", "date", "duration"
    ]
    values: tuple[ValueLine, ...]
    unit: Name | None
    bounds: tuple[Number | Day, ...]
    span: Span


@record
class NamedValue:
    value: ValueLine
    span: Span


@record
class Rounds:
    span: Span


@record
class Series:
    """The input may be entered as dated entries, `most` of them where that is said."""

    most: Number | None
    span: Span


@record
class Kept:
    """What the next visit knows of the input."""

    word: Literal["lasting", "per visit", "date of the visit"]
    span: Span


@record
class Input:
    name: Name
    label: Text
    cites: Cites
    lines: tuple["InputLine", ...]
    span: Span


InputLine = TypeLine | NamedValue | Rounds | Series | Kept | Note | Code


@record
class Shown:
    rounded: Number | None
    span: Span
    mode: RoundingMode = "half away from zero"
    said: bool = field(default=False, compare=False)


@record
class Define:
    name: Name
    label: Text | None
    unit: Name | None
    expression: Expression
    cites: Cites
    lines: tuple[Shown | Note, ...]
    span: Span


@record
class Parameter:
    """`unit` is a UCUM unit, or a calendar word of `kind` calendar."""

    name: Name
    kind: Literal["number", "calendar", "date"]
    unit: Name | None
    span: Span


@record
class Function:
    name: Name
    parameters: tuple[Parameter, ...]
    label: Text | None
    unit: Name | None
    expression: Expression
    cites: Cites
    notes: tuple[Note, ...]
    span: Span


# --- tables, scores, lookups -------------------------------------------------


@record
class LabelCompare:
    """`bare` where `=` is left out."""

    op: Literal["<", "<=", ">", ">=", "="]
    value: "Limit"
    span: Span
    bare: bool = field(default=False, compare=False)


@record
class LabelRange:
    """From `low` to `high`, both included unless it says `> low` or `to < high`."""

    low: "Limit"
    high: "Limit"
    above: bool
    below: bool
    span: Span


Limit = Number | CalendarNumber | Day | Thresholds
Label = Name | YesNo | LabelCompare | LabelRange


@record
class Valued:
    """One line of a lookup or of points: `labels` is None for `otherwise`; cites stand before and after the value."""

    labels: tuple[Label, ...] | None
    value: Number | CalendarNumber
    label_cites: Cites
    cites: Cites
    span: Span


@record
class Lookup:
    name: Name
    label: Text
    by: Name
    unit: Name | None
    cites: Cites
    lines: tuple[Valued | Shown | Note, ...]
    span: Span


@record
class PointsFor:
    name: Name
    cites: Cites
    lines: tuple[Valued, ...]
    span: Span


@record
class PointsWhen:
    points: Number
    condition: Expression
    cites: Cites
    span: Span


@record
class BandLine:
    labels: tuple[Label, ...] | None
    name: Name
    label: Text | None
    label_cites: Cites
    cites: Cites
    span: Span


@record
class Bands:
    name: Name
    label: Text
    cites: Cites
    lines: tuple[BandLine, ...]
    span: Span


@record
class Score:
    name: Name
    label: Text
    cites: Cites
    lines: tuple[PointsFor | PointsWhen | Bands | Shown | Note, ...]
    span: Span


@record
class Classify:
    """The bands of a number."""

    name: Name
    label: Text
    of: Name
    cites: Cites
    lines: tuple[BandLine | Shown | Note, ...]
    span: Span


@record
class Cell:
    """What a row asks of a column: nothing (`any`, a `dash` means it too), one of the labels, or none of them."""

    kind: Literal["any", "is", "is_not"]
    labels: tuple[Label, ...]
    span: Span
    dash: bool = field(default=False, compare=False)


@record
class Policy:
    """A hit policy under DMN's name; `gather` is what `collect` makes of the rows."""

    word: Literal["unique", "any", "first", "conflict", "collect"]
    gather: Name | None
    span: Span


@record
class GridRow:
    """`cells` is None for `otherwise`. A result is None where the row says `-`."""

    cells: tuple[Cell, ...] | None
    results: tuple["Number | CalendarNumber | Name | YesNo | Outcome | None", ...]
    cites: Cites
    span: Span


@record
class Grid:
    policy: Policy | None
    columns: tuple[Expression, ...]
    outputs: tuple[Name, ...]
    rows: tuple[GridRow, ...]
    span: Span


@record
class Gives:
    """An output column: a number, or one of `values`."""

    name: Name
    label: Text
    unit: Name | None
    lines: tuple["ValueLine | Shown", ...]
    span: Span

    @property
    def values(self) -> tuple["ValueLine", ...]:
        """What the column may say, where it isn't a number."""
        return tuple(line for line in self.lines if isinstance(line, ValueLine))

    @property
    def shown(self) -> Shown | None:
        """How it is shown in results, if it is."""
        return next((line for line in self.lines if isinstance(line, Shown)), None)


@record
class Table:
    name: Name
    label: Text
    cites: Cites
    lines: tuple[Gives | Note, ...]
    grid: Grid
    span: Span


Named = Define | Lookup | Score | Bands | Classify | Gives


@record
class Strengths:
    """What a drug comes in."""

    amounts: tuple[Number, ...]
    span: Span


@record
class Item:
    """A drug, a class of drugs, a procedure or a test."""

    kind: Literal["drug", "drug_class", "procedure", "test"]
    name: Name
    label: Text
    members: tuple[Name, ...]
    cites: Cites
    lines: tuple["Note | Code | Strengths", ...]
    span: Span

    @property
    def notes(self) -> tuple[Note, ...]:
        """What is remarked on it."""
        return tuple(line for line in self.lines if isinstance(line, Note))

    @property
    def codes(self) -> tuple[Code, ...]:
        """What it is called in terminologies."""
        return tuple(line for line in self.lines if isinstance(line, Code))

    @property
    def strengths(self) -> tuple["Number", ...]:
        """What a drug comes in."""
        return tuple(amount for line in self.lines if isinstance(line, Strengths) for amount in line.amounts)


# --- regimens ----------------------------------------------------------------


@record
class Interval:
    """`4 weeks`, `3 to 6 months`, `8 h`; `calendar` when the unit is a calendar word."""

    low: Number
    high: Number
    unit: Name
    calendar: bool
    span: Span


@record
class Route:
    word: Name
    span: Span


@record
class Rounding:
    """`rounded down to 50 mg`; `step` is None for the strengths of the drug, `mode` where it isn't said."""

    mode: RoundingMode | None
    step: Number | None
    span: Span


@record
class Cap:
    kind: Literal["least", "most"]
    amount: Number
    span: Span


@record
class Dose:
    form: Literal["exact", "or_more", "range", "up_to", "about"]
    low: Number
    high: Number
    of: Name | None
    basis: Literal["stated", "not stated"] | None
    limits: tuple[Rounding | Cap, ...]
    span: Span
    basis_span: Span | None = None


@record
class DoseBy:
    """The dose stands in bands below."""

    by: Name
    span: Span


@record
class Volume:
    amount: Number
    span: Span


@record
class Over:
    interval: Interval
    span: Span


@record
class Every:
    interval: Interval
    span: Span


@record
class Lasts:
    interval: Interval
    span: Span


@record
class After:
    interval: Interval
    span: Span


@record
class Times:
    number: Number
    span: Span


Part = Route | Dose | DoseBy | Volume | Over | Every | Lasts | After | Times


@record
class Tail:
    """What stands after a semicolon: a part that is not stated, `usual`, what is done with the drug, or a grade."""

    kind: Literal["not_stated", "usual", "action", "grade"]
    word: str
    span: Span


@record
class Prefer:
    wording: Text | None
    condition: Expression
    cites: Cites
    span: Span


@record
class DoseBand:
    """A dose for some values; `labels` is None for `otherwise`, the dose None where it isn't stated."""

    labels: tuple["Label", ...] | None
    dose: Dose | None
    cites: Cites
    span: Span


@record
class Rate:
    """One step of an infusion; without an interval the rest of it."""

    dose: Dose
    lasts: Interval | None
    cites: Cites
    span: Span


@record
class Taper:
    """By how much, of what is reached or of the first dose; `until` is None for `stop`."""

    up: bool
    by: Number
    of_first: bool
    every: Interval
    until: Number | None
    lasts: Interval | None
    rounding: Rounding | None
    cites: Cites
    span: Span


@record
class Held:
    kind: Literal["hold", "resume"]
    condition: Expression
    cites: Cites
    span: Span


Detail = Prefer | DoseBand | Rate | Taper | Held
"""What stands below an order."""


@record
class Thing:
    """What is ordered: a named drug, procedure or regimen, or a drug that the source does not state."""

    name: Name | None
    drug_class: Name | None
    span: Span


@record
class Order:
    thing: Thing
    parts: tuple[Part, ...]
    tails: tuple[Tail, ...]
    condition: Expression | None
    cites: Cites
    details: tuple[Detail, ...]
    span: Span


@record
class Choice:
    open: bool
    tails: tuple[Tail, ...]
    condition: Expression | None
    cites: Cites
    alternatives: tuple[Order, ...]
    span: Span


Lead = Literal["give", "then", "with", "not stated"]


@record
class OrderLine:
    lead: Lead
    order: Order | Choice
    span: Span


@record
class GiveNothing:
    span: Span


@record
class Regimen:
    name: Name
    label: Text
    cites: Cites
    lines: tuple[OrderLine | GiveNothing | Note | Code, ...]
    span: Span


# --- decisions ---------------------------------------------------------------


@record
class Strength:
    word: Literal["recommend", "suggest", "consider", "may", "generally", "use"]
    wording: Text | None
    direction: Literal["for", "against", "neither"]


@record
class Recommendation:
    strength: Strength
    order: Order
    span: Span


@record
class Nothing:
    cites: Cites
    span: Span


@record
class NotStated:
    why: Text
    cites: Cites
    span: Span


@record
class Conflict:
    why: Text
    cites: Cites
    answers: tuple["Outcome", ...]
    span: Span


@record
class AllOf:
    cites: Cites
    parts: tuple["Outcome", ...]
    span: Span


@record
class As:
    label: "Label"
    cites: Cites
    span: Span


Outcome = Recommendation | Nothing | NotStated | Conflict | AllOf | As


@record
class ByBranch:
    """`labels` is None for `otherwise`."""

    labels: tuple[Label, ...] | None
    cites: Cites
    body: "Body"
    span: Span


@record
class By:
    name: Name
    cites: Cites
    branches: tuple[ByBranch, ...]
    span: Span


@record
class WhenBranch:
    """`condition` is None for `otherwise`."""

    condition: Expression | None
    cites: Cites
    body: "Body"
    span: Span


@record
class Whens:
    branches: tuple[WhenBranch, ...]
    span: Span


@record
class ConflictWhere:
    """Why rows of a `conflict` table contradict each other, and where the author means it."""

    condition: Expression | None
    why: Text
    cites: Cites
    span: Span


@record
class OutcomeTable:
    grid: Grid
    conflict: ConflictWhere | None
    span: Span


Body = Outcome | By | Whens | OutcomeTable


@record
class Asked:
    condition: Expression
    cites: Cites


@record
class Decision:
    name: Name
    label: Text
    cites: Cites
    asked: Asked | None
    body: Body
    span: Span


@record
class When:
    """The condition of an options line or a rule; `stated` is False for `when not stated`."""

    condition: Expression | None
    stated: bool


@record
class OptionLine:
    recommendation: Recommendation
    when: When
    span: Span


@record
class OptionConflict:
    why: Text
    cites: Cites
    lines: tuple[OptionLine, ...]
    span: Span


@record
class Options:
    name: Name
    label: Text
    cites: Cites
    asked: Asked | None
    lines: tuple[OptionLine | OptionConflict, ...]
    span: Span


# --- rules, readings, register -----------------------------------------------


@record
class Applies:
    condition: Expression
    cites: Cites
    span: Span


@record
class Measure:
    tests: tuple[Name, ...]
    span: Span


@record
class Lapse:
    """Calendar time after a date: `12 months`, `12 months less 4 days`."""

    amount: Number
    unit: Name
    less: CalendarNumber | None
    span: Span
    bare: bool = False  # written without its unit, which stands behind the other end of the range


@record
class SomeDate:
    """A date input, a day, or a word: `not stated`, `no end`."""

    value: Name | Day | Literal["not stated", "no end"]
    span: Span


@record
class Instead:
    """What stands for a date where its input has a named value: `or today when never`."""

    date: SomeDate
    when: Name


@record
class Dated:
    date: SomeDate
    instead: tuple[Instead, ...]
    span: Span


@record
class MeasureEvery:
    """`interval` is None for `every not stated`."""

    interval: Interval | None
    less: CalendarNumber | None
    start: Dated | None
    span: Span


@record
class Due:
    """One window, not repeated."""

    earliest: Lapse
    latest: Lapse
    start: Dated
    span: Span


@record
class UntilDate:
    date: Dated
    span: Span


@record
class Baseline:
    """`before the first dose`: measured once before the drug is given."""

    cites: Cites
    span: Span


@record
class RuleStrength:
    strength: Strength
    grade: Tail | None
    span: Span


@record
class Rule:
    """`kind` is the kind of advice, or `monitor`."""

    kind: str
    name: Name
    label: Text
    when: When
    until: Name | None
    cites: Cites
    lines: tuple[
        Applies | Note | RuleStrength | OrderLine | Measure | MeasureEvery | Due | UntilDate | Baseline, ...
    ]
    span: Span


@record
class Reading:
    name: Name
    label: Text
    cites: Cites
    values: tuple[ValueLine, ...]
    span: Span


@record
class Account:
    """`document` or `set aside`: what becomes of statements that no rule encodes."""

    kind: Literal["documented", "set_aside"]
    cites: Cites
    reason: Text | None
    span: Span


@record
class Question:
    """What several guidelines are asked side by side. `among` are drugs and classes; `but` says that these are left out."""

    name: Name
    label: Text
    compares: Name
    among: tuple[Name, ...]
    but: bool
    span: Span


@record
class ComparisonLine:
    question: Name
    names: tuple[Name, ...]
    span: Span


@record
class Comparison:
    """Which decisions, options and rules of this guideline answer which questions."""

    lines: tuple[ComparisonLine, ...]
    span: Span


@record
class StageMark:
    """Where patients begin (`start`), or that nobody goes on from here (`final`)."""

    kind: Literal["start", "final"]
    span: Span


@record
class StageNames:
    """What belongs to a stage: decisions and options (`decides`), or advice and monitoring (`does`)."""

    kind: Literal["decides", "does"]
    names: tuple[Name, ...]
    span: Span


@record
class StageReview:
    """When the patient is seen again: every so often, once after so long, or it isn't stated (`interval` is None)."""

    kind: Literal["every", "after", "not stated"]
    interval: Interval | None
    why: Text | None
    cites: Cites
    span: Span


@record
class Goes:
    """Where a move leads: to a stage, nowhere (`stay`), or where the source doesn't say."""

    kind: Literal["to", "stay", "not stated"]
    to: Name | None
    why: Text | None
    cites: Cites
    span: Span


@record
class Move:
    """One move out of a stage, for labels of `by` or on a condition; both are None for `otherwise`, which isn't written
    where the move is the `only` one."""

    labels: tuple[Label, ...] | None
    condition: Expression | None
    cites: Cites
    goes: Goes
    span: Span
    only: bool = False


@record
class Moves:
    """The ways out of a stage: `by` an input, or a list of conditions."""

    by: Name | None
    cites: Cites
    branches: tuple[Move, ...]
    span: Span


StageLine = StageMark | StageNames | StageReview | Moves | Note


@record
class Stage:
    name: Name
    cites: Cites
    lines: tuple[StageLine, ...]
    span: Span


@record
class Pathway:
    """How patients go from stage to stage; the input `of` says where one stands, each of its values a stage."""

    name: Name
    label: Text
    of: Name
    cites: Cites
    lines: tuple[Stage | Note, ...]
    span: Span


@record
class Claim:
    """One thing that is said of all patients, or of those for whom `when` holds; `unless` says for whom it doesn't.

    `never`, `always`: `names` are recommended, given or shown, with `others` at once, `inside` a decision. `amount`: `of` a drug,
    `word` is `dose`, `total` or `daily`, and `least` says which end is limited. `determined`: the decisions of `names`.
    `monotone`: with `word` (`more` or `less`) of the input `of`, the decision `inside` never comes further to the left
    in `names`. `alike`: two decisions.
    """

    kind: Literal["never", "always", "amount", "determined", "monotone", "alike"]
    names: tuple[Name, ...]
    when: Expression | None
    unless: bool
    span: Span
    possible: bool = False
    others: tuple[Name, ...] = ()
    inside: Name | None = None
    of: Name | None = None
    word: str = ""
    least: bool = False
    limit: Number | None = None


@record
class Property:
    """What the author says holds for all patients; it is proven, or refuted by a patient."""

    name: Name
    label: Text
    cites: Cites
    lines: tuple[Claim | Note, ...]
    span: Span


@record
class Impossible:
    condition: Expression
    why: Text
    cites: Cites
    span: Span


@record
class Avoid:
    """A contraindication (`condition`) or an interaction (`other`)."""

    item: Name
    other: Name | None
    condition: Expression | None
    why: Text
    cites: Cites
    strengths: tuple[RuleStrength, ...]
    span: Span


# --- scenarios ---------------------------------------------------------------

Value = Number | CalendarNumber | Day | YesNo | Name


@record
class DatedValue:
    """An entry of a series: `80 % on 2025-03-01`."""

    value: Value
    day: Day
    span: Span


@record
class DatedValues:
    values: tuple[DatedValue, ...]


Given = Number | CalendarNumber | Day | YesNo | tuple[Name, ...] | DatedValues


@record
class GivenLine:
    """`one_of` marks a partly known entry, `reading` a chosen reading."""

    name: Name
    value: Given
    one_of: bool
    reading: bool
    span: Span


@record
class Expectation:
    """One thing expected. `of` is what it is about; `names` what is expected of it; `low`/`high` a dose, `time` a span."""

    kind: Literal[
        "status",
        "outcome",
        "possible",
        "needs",
        "ask",
        "dose",
        "total",
        "daily",
        "interval",
        "duration",
        "delay",
        "steps",
        "step",
        "basis",
        "choice",
        "measure",
        "action",
        "route",
        "strength",
        "open",
        "value",
        "due",
        "usual",
        "preferred",
        "stage",
        "next",
        "review",
        "rule",
        "no_rule",
        "refused",
    ]
    of: Name | None
    names: tuple[Name, ...]
    word: str
    low: Number | None
    high: Number | None
    span: Span
    inside: Name | None = None
    steps: tuple[Number, ...] = ()
    time: Interval | None = None


@record
class GivenLines:
    """What one line `given` says, in the order of its semicolons."""

    entries: tuple[GivenLine, ...]


@record
class Expectations:
    """What one line `expect` says, in the order of its semicolons."""

    entries: tuple[Expectation, ...]


@record
class Review:
    """Whether a person has looked at a scenario; `digest` is what it was bound to."""

    done: bool
    digest: str
    span: Span


@record
class Scenario:
    title: Text
    cites: Cites
    lines: tuple[GivenLines | Expectations | Note, ...]
    span: Span
    review: Review | None = None

    @property
    def given(self) -> tuple[GivenLine, ...]:
        """Every entry, of whatever line."""
        return tuple(one for line in self.lines if isinstance(line, GivenLines) for one in line.entries)

    @property
    def expected(self) -> tuple[Expectation, ...]:
        """Every expectation, of whatever line."""
        return tuple(one for line in self.lines if isinstance(line, Expectations) for one in line.entries)


Declaration = (
    Head
    | Source
    | Input
    | Define
    | Function
    | Lookup
    | Score
    | Classify
    | Table
    | Item
    | Regimen
    | Decision
    | Options
    | Rule
    | Reading
    | Account
    | Impossible
    | Avoid
    | Question
    | Comparison
    | Pathway
    | Property
    | Scenario
)


@record
class File:
    """One text: its declarations in order, and the first words of those that could not be read."""

    path: str
    declarations: tuple[Declaration, ...]
    unread: tuple[tuple[str, ...], ...] = ()
