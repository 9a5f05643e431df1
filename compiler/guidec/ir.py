"""What a guideline means: names found, expressions typed, units exact. Spans stand outside equality."""

from dataclasses import field
from fractions import Fraction
from typing import Literal

from guidec.record import record
from guidec.source import Span

NOWHERE = Span("", 1, 1, 1, 2)


def _span() -> Span:
    return field(default=NOWHERE, compare=False)


@record
class Citation:
    """Statement ids; `inferred` are the links that the author marked `ours`."""

    statements: tuple[str, ...] = ()
    inferred: tuple[str, ...] = ()


@record
class Statement:
    """One numbered statement of a source's register, in the project's own words."""

    id: str
    location: str
    kind: str
    statement: str
    strength: str
    cited_as_printed: str
    ambiguity: str


@record
class Field:
    """One line of bibliographic data."""

    key: str
    values: tuple[str, ...]


@record
class Source:
    id: str
    fields: tuple[Field, ...]
    register: str
    statements: tuple[Statement, ...]
    span: Span = _span()


@record
class Code:
    """A concept of a terminology: the system's URI, the code there, and how it is displayed."""

    system: str
    code: str
    display: str


@record
class Value:
    id: str
    label: str
    codes: tuple[Code, ...] = ()


@record
class Note:
    text: str
    cites: Citation


# --- inputs ------------------------------------------------------------------


@record
class Boolean:
    pass


@record
class OneOf:
    values: tuple[Value, ...]


@record
class AnyOf:
    """A set of values, known or blank as a whole; `drugs` marks the list that `taking` asks."""

    values: tuple[Value, ...]
    drugs: bool


@record
class Integer:
    low: int
    high: int


@record
class UnitRange:
    """One unit that a quantity may be entered in, with its own range and step (in that unit)."""

    unit: str
    low: Fraction
    high: Fraction
    step: Fraction


@record
class Quantity:
    units: tuple[UnitRange, ...]
    rounds: bool


@record
class Date:
    low: str
    high: str


@record
class Duration:
    """Whole calendar units: `day`, `week`, `month` or `year`."""

    unit: str
    low: int
    high: int


Type = Boolean | OneOf | AnyOf | Integer | Quantity | Date | Duration


@record
class Part:
    """What an input is of a series: the `first` entry, the `count` of them, or the one so long `before` the latest.

    No record has it as a key: it comes from the dated entries of the input that it is `of`.
    """

    of: str
    kind: Literal["first", "count", "before"]
    amount: int = 0
    unit: Literal["day", "week", "month", "year"] | None = None

    @property
    def id(self) -> str:
        """The name of the input that is this part, as an author asks it; blanks inside keep it from being another's."""
        if self.kind == "before":
            return f"{self.of} {self.amount} {self.unit}{'' if self.amount == 1 else 's'} before"
        return f"{self.kind}{' of' if self.kind == 'count' else ''} {self.of}"


@record
class Input:
    """What may be entered of a patient. `named` are values beside the type's own, such as `never`.

    A `series` may be entered as dated entries, that many at most, of which the latest is the value; what else of them is
    asked are inputs with a `part`. `kept` says what the next visit knows of it.
    """

    id: str
    label: str
    type: Type
    named: tuple[Value, ...]
    notes: tuple[Note, ...]
    cites: Citation
    module: str
    codes: tuple[Code, ...] = ()
    span: Span = _span()
    series: int | None = None
    kept: Literal["lasting", "per visit", "date of the visit"] | None = None
    part: Part | None = None

    @property
    def key(self) -> str:
        """The key that a record has it under."""
        return self.id if self.part is None else self.part.of


# --- expressions -------------------------------------------------------------


@record
class Constant:
    """A number as written, in its unit: UCUM, a calendar word, or nothing."""

    value: Fraction
    unit: str
    calendar: bool = False


@record
class Day:
    """A date, `YYYY-MM-DD`."""

    date: str


@record
class Measure:
    """The number entered for an input."""

    input: str


@record
class DefinedNumber:
    definition: str


@record
class Arithmetic:
    op: Literal["+", "-", "*", "/"]
    left: "Number"
    right: "Number"


RoundingMode = Literal["half away from zero", "half even", "down", "up"]
"""To the nearest step with a half away from zero or to the even one; `down` is towards zero, `up` away from it."""


@record
class Function:
    """`min`, `max` of several, `abs`, `sqrt`, `ln`, `exp` of one, `^` of a base and an exponent."""

    name: Literal["min", "max", "abs", "sqrt", "ln", "exp", "^"]
    arguments: tuple["Number", ...]


@record
class Rounded:
    """To a whole number of steps of the unit, correctly rounded whatever is computed inside."""

    number: "Number"
    step: Fraction
    unit: str
    mode: RoundingMode
    calendar: bool = False


@record
class Completed:
    """Whole `day`s, `week`s, `month`s or `year`s from one date to another, by month and day; negative if it lies before."""

    word: Literal["day", "week", "month", "year"]
    first: "Number"
    last: "Number"


@record
class Shifted:
    """A date and a number of calendar days or months later; `overflow` is what becomes of the 31st of a shorter month."""

    day: "Number"
    by: "Number"
    months: bool
    overflow: Literal["", "back", "forward"]


@record
class Arm:
    """One line of a table, a lookup or of points: what it gives where its condition holds; None is `otherwise`."""

    label: str
    condition: "Condition | None"
    number: "Number"
    cites: Citation
    span: Span = _span()


@record
class Case:
    """The number of the arm that holds. In `first` an earlier arm wins; in `unique` one holds; in `any` those that hold agree.

    `of` says what is asked, as shown.
    """

    policy: Literal["unique", "any", "first"]
    of: str
    arms: tuple[Arm, ...]


@record
class Sum:
    """A score: the sum of its terms."""

    terms: tuple["Number", ...]


Number = (
    Constant
    | Day
    | Measure
    | DefinedNumber
    | Arithmetic
    | Function
    | Rounded
    | Completed
    | Shifted
    | Case
    | Sum
)


@record
class Always:
    value: bool


@record
class Not:
    operand: "Condition"


@record
class And:
    operands: tuple["Condition", ...]


@record
class Or:
    operands: tuple["Condition", ...]


@record
class Is:
    """The input is one of these values; a Boolean's are `yes` and `no`."""

    input: str
    values: tuple[str, ...]


@record
class Includes:
    """The set holds at least one of the members."""

    input: str
    members: tuple[str, ...]


@record
class Compare:
    """`others` are the same threshold printed in further units."""

    op: Literal["<", "<=", ">", ">=", "="]
    left: Number
    right: Number
    others: tuple[Constant, ...] = ()


@record
class ReadingIs:
    reading: str
    values: tuple[str, ...]


@record
class Recommends:
    """The decision is determined and recommends the outcome."""

    decision: str
    outcome: str


@record
class Defined:
    definition: str


@record
class InBand:
    """The category of a definition is one of these values; of a `collect` table, one of those that it gives."""

    definition: str
    values: tuple[str, ...]


@record
class Recorded:
    """About the record as entered: the input is `known` (one value), `blank`, or recorded `true`."""

    input: str
    how: Literal["known", "blank", "true"]


@record
class Prescribed:
    """The answer's recommendations give one of the drugs."""

    drugs: tuple[str, ...]


@record
class Things:
    """Drugs, classes of which the drug is not stated, and procedures."""

    drugs: tuple[str, ...]
    classes: tuple[str, ...]
    procedures: tuple[str, ...]


@record
class Gives:
    """As long as nothing is avoided, the decision is determined and orders one of the things for sure."""

    decision: str
    things: Things


Condition = (
    Always
    | Not
    | And
    | Or
    | Is
    | Includes
    | Compare
    | ReadingIs
    | Recommends
    | Defined
    | InBand
    | Recorded
    | Prescribed
    | Gives
)


@record
class Band:
    """A value of a category and where it holds; None is `otherwise`."""

    value: str
    label: str
    condition: Condition | None
    cites: Citation
    span: Span = _span()


@record
class Category:
    """One of `values`: the band that holds. The policy is as in Case; a `collect` table gives every band that holds.

    `of` names the number that is classified; it is empty for a column of a table.
    """

    policy: Literal["unique", "any", "first", "collect"]
    of: str
    values: tuple[Value, ...]
    bands: tuple[Band, ...]


@record
class Definition:
    """A named condition, number or category. `unit` is the unit that a number is shown in, `mode` how it is rounded then.

    `band` names the category of a score's own bands. `role` is that of a category which no author names: at which stage a
    patient may be, or where the moves out of one stage lead.
    """

    id: str
    label: str
    condition: Condition | None
    number: Number | None
    unit: str
    shown: bool
    rounded: Fraction | None
    cites: Citation
    notes: tuple[Note, ...]
    span: Span = _span()
    category: Category | None = None
    mode: RoundingMode = "half away from zero"
    band: str = ""
    role: Literal["", "stage", "moves"] = ""


@record
class GridRow:
    """A row as written: cells and results as shown. `otherwise` has no cells."""

    cells: tuple[str, ...]
    results: tuple[str, ...]
    cites: Citation
    span: Span = _span()


@record
class Grid:
    """A table that gives values, as it is to be shown: what it means stands in the definitions that it `gives`, one for each
    of its `outputs`."""

    id: str
    label: str
    policy: str
    columns: tuple[str, ...]
    outputs: tuple[str, ...]
    gives: tuple[str, ...]
    rows: tuple[GridRow, ...]
    notes: tuple[Note, ...]
    cites: Citation
    span: Span = _span()


# --- what is given -----------------------------------------------------------


@record
class Item:
    """A drug with the strengths that it comes in, a class of drugs with its members, a procedure or a test."""

    id: str
    label: str
    kind: Literal["drug", "drug_class", "procedure", "test"]
    members: tuple[str, ...]
    notes: tuple[Note, ...]
    cites: Citation
    codes: tuple[Code, ...] = ()
    strengths: tuple[Constant, ...] = ()
    span: Span = _span()


@record
class Interval:
    """`low` to `high` of a UCUM unit, or of a calendar word (`day`, `week`, `month`, `year`), `less` so many days."""

    low: Fraction
    high: Fraction
    unit: str
    calendar: bool
    less: int = 0


@record
class Dose:
    """An amount as printed, `unit` included. With `of` it is per that input, and `basis` tells whose choice the weight is.

    What is computed is rounded to a step or to one of the `strengths`, and kept from `least` to `most`: all of these in the
    unit of the computed dose.
    """

    form: Literal["exact", "or_more", "range", "up_to", "about"]
    low: Fraction
    high: Fraction
    unit: str
    of: str | None
    basis: Literal["stated", "not stated"] | None
    rounded: Fraction | None
    mode: RoundingMode = "half away from zero"
    strengths: tuple[Fraction, ...] = ()
    least: Fraction | None = None
    most: Fraction | None = None


@record
class DoseBand:
    """A dose where its condition holds, `value` as written and `label` as shown; a dose of None isn't stated."""

    value: str
    label: str
    when: Condition
    dose: Dose | None
    cites: Citation
    span: Span = _span()


@record
class DoseInBands:
    """A dose that goes by an input or a definition; for every patient exactly one band holds."""

    by: str
    bands: tuple[DoseBand, ...]
    span: Span = _span()


@record
class Rate:
    """One step of an infusion; without `lasts` the rest of it."""

    dose: Dose
    lasts: Interval | None
    cites: Citation


@record
class Infusion:
    """In what volume, over what time, at what rates; a part that is None is not stated."""

    volume: Constant | None
    over: Interval | None
    rates: tuple[Rate, ...]


@record
class Taper:
    """From step to step `by` an amount in the dose's unit, or by a percentage of what is reached or of the first dose.

    Each step lasts `every`; the last is `until`, or None for stop, and `lasts` its own time.
    """

    up: bool
    by: Fraction
    of: Literal["amount", "reached", "first dose"]
    every: Interval
    until: Fraction | None
    lasts: Interval | None
    rounded: Fraction | None
    mode: RoundingMode
    cites: Citation


@record
class Held:
    """When what is given is held back, or resumed."""

    kind: Literal["hold", "resume"]
    when: Condition
    cites: Citation


@record
class Prefer:
    wording: str
    when: Condition
    cites: Citation


@record
class Reason:
    """Why something is to be avoided, and when."""

    why: str
    when: Condition
    cites: Citation


@record
class Order:
    """One line of a regimen. A part that is None is not stated; `step` 0 means that the timing is not stated.

    `avoided` stands in rows only: the reasons against an alternative where it may be chosen.
    """

    step: int
    action: Literal["start", "add", "switch", "add_or_switch", "repeat", "stop"]
    drug: str | None
    procedure: str | None
    drug_class: str | None
    route: str | None
    dose: Dose | DoseInBands | None
    every: Interval | None
    times: int | None
    lasts: Interval | None
    after: Interval | None
    usual: bool
    when: Condition | None
    preferred: tuple[Prefer, ...]
    cites: Citation
    avoided: tuple[Reason, ...] = ()
    infusion: Infusion | None = None
    tapers: tuple[Taper, ...] = ()
    held: tuple[Held, ...] = ()
    span: Span = _span()


@record
class Choice:
    """One of several orders; `open` where the source says `such as`."""

    step: int
    open: bool
    options: tuple[Order, ...]
    when: Condition | None
    cites: Citation
    span: Span = _span()


@record
class Regimen:
    id: str
    label: str
    orders: tuple[Order | Choice, ...]
    notes: tuple[Note, ...]
    cites: Citation
    codes: tuple[Code, ...] = ()
    span: Span = _span()


Direction = Literal["for", "against", "neither"]


@record
class Grade:
    """A formal grade of the GRADE working group, beside the source's own words; a part that isn't stated is None."""

    strength: Literal["strong", "weak"] | None
    certainty: Literal["high", "moderate", "low", "very low"] | None


@record
class Recommendation:
    """`regimen` names what is given, or `orders` hold it where the line itself says it.

    `grades` has at most one grade; several where equal recommendations that are graded differently are merged.
    """

    id: str
    label: str
    direction: Direction
    strength: str
    wording: str
    regimen: str | None
    orders: tuple[Order | Choice, ...]
    preferred: tuple[Prefer, ...]
    cites: Citation
    grades: tuple[Grade, ...] = ()
    span: Span = _span()


@record
class Outcome:
    """`determined` with its recommendations (none for `nothing`), `not_stated` and `conflict` with the reason."""

    status: Literal["determined", "not_stated", "conflict"]
    recommendations: tuple[Recommendation, ...]
    why: str
    answers: tuple["Outcome", ...]
    cites: Citation
    span: Span = _span()


# --- decisions ---------------------------------------------------------------


@record
class As:
    """The branch is decided as another branch of the same split, by its position."""

    branch: int
    cites: Citation
    span: Span = _span()


@record
class Branch:
    """`value` is the label as written and `label` how it is shown; both are empty for `when`. `otherwise` has no condition."""

    value: str
    label: str
    condition: Condition | None
    node: "Node"
    cites: Citation
    span: Span = _span()


@record
class Split:
    """`by` names an input, a reading or a definition; it is empty for a list of `when`."""

    by: str
    branches: tuple[Branch, ...]
    cites: Citation
    span: Span = _span()


Node = Split | Outcome | As


@record
class TableRow:
    """A row of a decision table: its cells as written, what they ask together (None for `otherwise`), and its outcome."""

    cells: tuple[str, ...]
    condition: Condition | None
    outcome: Outcome
    cites: Citation
    span: Span = _span()


HitPolicy = Literal["unique", "any", "first", "collect", "conflict"]


@record
class Table:
    """A decision table. In `conflict`, rows that meet with different outcomes contradict each other: `why`, and `where`
    the author means it."""

    policy: HitPolicy
    columns: tuple[str, ...]
    outputs: tuple[str, ...]
    rows: tuple[TableRow, ...]
    where: Condition | None
    why: str
    cites: Citation
    span: Span = _span()


@record
class Decision:
    id: str
    label: str
    asked: Condition | None
    asked_cites: Citation
    tree: Split | Outcome | Table
    cites: Citation
    span: Span = _span()


@record
class OptionLine:
    """`stated` is False where the source does not say when the line holds."""

    recommendation: Recommendation
    when: Condition | None
    stated: bool
    span: Span = _span()


@record
class OptionConflict:
    """Lines that may hold against each other; where two do, that is a stated conflict."""

    why: str
    lines: tuple[OptionLine, ...]
    cites: Citation
    span: Span = _span()


@record
class Options:
    id: str
    label: str
    asked: Condition | None
    asked_cites: Citation
    lines: tuple[OptionLine | OptionConflict, ...]
    cites: Citation
    span: Span = _span()


# --- rules and the rest ------------------------------------------------------


@record
class Lapse:
    """Time after a date: whole calendar days, weeks, months or years, `less` so many days."""

    amount: int
    unit: Literal["day", "week", "month", "year"]
    less: int


@record
class SomeDate:
    """The date of an input or a day `YYYY-MM-DD`, in `text`; or that none is stated, or that there is no end."""

    kind: Literal["input", "day", "not stated", "no end"]
    text: str


@record
class Instead:
    """What stands for a date where its input has a named value."""

    value: str
    date: SomeDate


@record
class Dated:
    """A date; `instead` has an entry for each named value of its input."""

    date: SomeDate
    instead: tuple[Instead, ...]


@record
class Window:
    """When something is due: from `earliest` to `latest` after a date."""

    earliest: Lapse
    latest: Lapse
    start: Dated


@record
class Baseline:
    """That a test stands before the first dose; `alone` where it isn't said whether it is ever measured again."""

    alone: bool
    cites: Citation
    span: Span = _span()


@record
class Rule:
    """Advice or monitoring (`kind` is `monitor`), shown on its own condition.

    `window` dates a monitoring: once where `every` is None. `until` names what is recorded true, `ends` the last day.
    `baseline` has the test stand before the first dose as well, or only there.
    """

    id: str
    kind: str
    label: str
    applies: Condition | None
    when: Condition | None
    stated: bool
    until: str | None
    direction: Direction
    strength: str
    wording: str
    orders: tuple[Order | Choice, ...]
    measure: tuple[str, ...]
    every: Interval | None
    window: Window | None
    ends: Dated | None
    notes: tuple[Note, ...]
    cites: Citation
    grade: Grade | None = None
    baseline: Baseline | None = None
    span: Span = _span()


@record
class Reading:
    id: str
    label: str
    values: tuple[Value, ...]
    cites: Citation
    span: Span = _span()


@record
class Account:
    """What becomes of statements that nothing encodes."""

    kind: Literal["documented", "set_aside"]
    statements: tuple[str, ...]
    reason: str
    span: Span = _span()


@record
class Impossible:
    condition: Condition
    why: str
    cites: Citation
    span: Span = _span()


@record
class Avoid:
    """A drug, a class or a procedure (`item`) that is not to be given: where a condition holds, or with the `other`."""

    item: str
    other: str | None
    when: Condition | None
    why: str
    strength: str
    wording: str
    cites: Citation
    grade: Grade | None
    span: Span = _span()


@record
class Question:
    """What several guidelines are asked side by side, and what of their answers is compared.

    `of` are the drugs that count where not all do; `but` those that don't. A class stands with its members.
    """

    id: str
    label: str
    compares: Literal["whether treated", "which drugs", "which doses", "which rules"]
    of: tuple[str, ...]
    but: tuple[str, ...]
    span: Span = _span()


@record
class Answers:
    """The decisions, options and rules of this guideline that answer a question."""

    question: str
    by: tuple[str, ...]
    span: Span = _span()


@record
class StageReview:
    """When a patient of a stage is seen again: every so often or once after so long; without an interval it isn't stated."""

    kind: Literal["every", "after", "not stated"]
    interval: Interval | None
    why: str
    cites: Citation
    span: Span = _span()


@record
class Move:
    """One way out of a stage as written: to a stage (its own where the patient stays), or nowhere that is stated (`why`)."""

    label: str
    condition: Condition | None
    to: str
    why: str
    cites: Citation
    span: Span = _span()


@record
class Stage:
    """A value of the pathway's input. `by` names what the moves split, if anything."""

    id: str
    label: str
    start: bool
    final: bool
    decisions: tuple[str, ...]
    rules: tuple[str, ...]
    reviews: tuple[StageReview, ...]
    by: str
    moves: tuple[Move, ...]
    notes: tuple[Note, ...]
    cites: Citation
    span: Span = _span()


@record
class Pathway:
    """How patients go from stage to stage; `input` says where one stands.

    `places` is the definition whose values are the stages; where the moves out of a stage lead is the one called
    `after STAGE`, whose values are stages and, as `not stated N`, what isn't stated.
    """

    id: str
    label: str
    input: str
    places: str
    stages: tuple[Stage, ...]
    notes: tuple[Note, ...]
    cites: Citation
    span: Span = _span()


@record
class Guideline:
    """A whole guideline, its modules' declarations included; everything in the author's order, a module's first.

    `overflow` says where a month leads that lacks the day: `back`, `forward`, or nothing where no month is added.
    """

    id: str
    title: str
    version: str
    language: str
    overflow: Literal["", "back", "forward"]
    modules: tuple[str, ...]
    applies: Condition | None
    applies_cites: Citation
    sources: tuple[Source, ...]
    inputs: tuple[Input, ...]
    items: tuple[Item, ...]
    definitions: tuple[Definition, ...]
    readings: tuple[Reading, ...]
    regimens: tuple[Regimen, ...]
    decisions: tuple[Decision | Options, ...]
    rules: tuple[Rule, ...]
    impossible: tuple[Impossible, ...]
    avoids: tuple[Avoid, ...]
    accounts: tuple[Account, ...]
    span: Span = _span()
    tables: tuple[Grid, ...] = ()
    questions: tuple[Question, ...] = ()
    comparison: tuple[Answers, ...] = ()
    pathway: Pathway | None = None


# --- properties and scenarios: beside the guideline, not part of its meaning -


@record
class Claimed:
    """What a name in a claim stands for, all of it: an outcome's id, things that are given, a rule."""

    id: str
    outcome: bool
    things: Things
    rule: bool


@record
class Claim:
    """One thing said of all patients for whom `when` surely holds; see ast.Claim. `ranks` has `nothing` as `!nothing`."""

    kind: Literal["never", "always", "amount", "determined", "monotone", "alike"]
    when: Condition
    possible: bool = False
    claimed: tuple[Claimed, ...] = ()
    others: tuple[Claimed, ...] = ()
    decisions: tuple[str, ...] = ()
    ranks: tuple[str, ...] = ()
    inside: str = ""
    of: str = ""
    word: str = ""
    least: bool = False
    limit: Constant | None = None
    text: str = ""
    span: Span = _span()


@record
class Property:
    """What the author says holds for all patients."""

    id: str
    label: str
    claims: tuple[Claim, ...]
    cites: Citation
    span: Span = _span()


@record
class Expectation:
    """One thing expected of a result; see ast.Expectation."""

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
    of: str
    names: tuple[str, ...]
    word: str
    low: Fraction | None
    high: Fraction | None
    unit: str
    inside: str = ""
    steps: tuple[Constant, ...] = ()
    span: Span = _span()


@record
class Review:
    """Whether a person has looked at a scenario; `digest` says at what, and is empty until `guidec test --review`."""

    done: bool
    digest: str
    span: Span = _span()


@record
class Scenario:
    """A patient as JSON (`patient`), and what is expected of the result."""

    title: str
    patient: dict[str, object]
    expected: tuple[Expectation, ...]
    span: Span = _span()
    review: Review | None = None
