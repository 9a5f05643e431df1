"""A compiled guideline to the source text of its tables: inputs, coordinates, ends, rows, rules, values."""

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction

from guidec import ir
from guidec.evaluate import Compiled
from guidec.evaluate.result import baseline_json
from guidec.evaluate.stages import end_json, reviews_json
from guidec.lower.coordinates import size
from guidec.lower.outcomes import cited, given_orders, recommendation_essence
from guidec.lower.terms import Cells
from guidec.numbers import CALENDAR_WORDS, in_base_units, unit_of
from guidec.rows import (
    Coordinate,
    Derived,
    Entered,
    Leaf,
    Member,
    Number,
    Numbers,
    Prescribed,
    Readings,
    Row,
    Table,
    Values,
)
from guidec.wording import coordinate_in_words
from guidec_targets.python.computed import Computations, written
from guidec_targets.python.literals import Call, Code, comment, laid_out, literal, quoted
from guidec_targets.python.orders import Functions, interval, perhaps_given, surely_given

_MOST_SHOWN = 40


class Tables:
    """The tables of one guideline, a piece of text each; recommendations are gathered on the way."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self.guideline = compiled.guideline
        self.program = compiled.program
        asides = {when: at for at, (when, _) in enumerate(compiled.program.asides)}
        self.functions = Functions(compiled.guideline, asides)
        self.own_words: dict[int, ir.Guideline] = {}
        self.known_words: dict[tuple[int, int], str] = {}
        self.computed = Computations(self.guideline, _named_numbers(compiled), self._words)
        self.recommendations: dict[tuple[object, ...], str] = {}
        self.essences: dict[object, int] = {}
        self.entries: list[str] = []

    def text(self) -> str:
        """Everything between the head and the body of the runtime."""
        decisions, options = self._decisions(), self._options()
        rules, values = self._rules(), list(self._values())
        coordinates = list(self._coordinates())
        parts = [
            self._names(),
            self._inputs(),
            *self.computed.texts,
            *coordinates,
            *self.functions.texts,
            _table("RECOMMENDATIONS", "dict[str, Recommendation]", self.entries, "{}"),
            self._asides(),
            decisions,
            options,
            rules,
            *values,
            *self._impossible(),
        ]
        return "\n\n\n".join(part.rstrip("\n") for part in parts) + "\n"

    # --- names and inputs ---

    def _names(self) -> str:
        one = self.guideline
        names = {"guideline": one.id, "version": one.version, "language": one.language}
        found = laid_out({**names, "digest": self.compiled.digest}, 0, 28)
        return (
            f"GUIDELINE: dict[str, str] = {found}\n\n"
            "# The decisions and the lists of options, in the order of the text.\n"
            f"ORDER: tuple[str, ...] = {laid_out(tuple(one.id for one in self.guideline.decisions), 0, 26)}\n"
        )

    def _inputs(self) -> str:
        lines = [
            f"    {literal(one.id)}: {laid_out(_input(one), 4, len(one.id) + 4)},  # {quoted(one.label)}"
            for one in self.guideline.inputs
        ]
        readings = [
            f"    {literal(one.id)}: {literal(ways)},  # {quoted(one.label)}"
            for one in self.guideline.readings
            for ways in [tuple(value.id for value in one.values)]
        ]
        return (
            _table("INPUTS", "dict[str, Input]", lines, "{}")
            + self._series()
            + "\n"
            + _table("READINGS", "dict[str, tuple[str, ...]]", readings, "{}")
        )

    def _series(self) -> str:
        """The inputs that are series, and those that are asked of them."""
        most = {one.id: one.series for one in self.guideline.inputs if one.series is not None}
        parts = {one.id: one.part for one in self.guideline.inputs if one.part is not None}
        lines = [f"    {literal(name)}: {literal(count)}," for name, count in most.items()]
        asked = [
            f"    {literal(name)}: {literal((part.of, part.kind, part.amount, part.unit or ''))},"
            for name, part in parts.items()
        ]
        if not lines:
            return ""
        texts = (
            _table("SERIES", "dict[str, int]", lines, "{}"),
            _table("PARTS", "dict[str, tuple[str, str, int, str]]", asked, "{}"),
        )
        return "".join(f"\n{text}" for text in texts)

    # --- coordinates ---

    def _coordinates(self) -> Iterator[str]:
        lines: list[str] = []
        computed: list[str] = []
        for at, one in enumerate(self.program.coordinates):
            lines.append(f"    # coordinate {at}: {comment(self._cells(at))}")
            lines.append(f"    {laid_out(_coordinate(one), 4)},")
            if isinstance(one, Derived):
                computed.append(f"    {at}: {literal(self.computed.computed(one.number))},")
        yield _table("COORDINATES", "tuple[Coordinate, ...]", lines, "()")
        if self.computed.functions:
            yield _table("COMPUTED", "dict[int, Computed]", computed, "{}")
            if self.computed.points:
                sums = [f"    {name}: {table}," for name, table in self.computed.sums.items()]
                yield _table("POINTS", "dict[Computation, Points]", sums, "{}")

    def _cells(self, at: int) -> str:
        """What each cell of a coordinate means, from the lowest bit; of very many, the first and the last."""
        count = size(self.program.coordinates[at])
        shown = range(count) if count <= _MOST_SHOWN else [*range(_MOST_SHOWN // 2), count - 1]
        words = [self._cell_words(at, 1 << cell) for cell in shown]
        return "; ".join(words if count <= _MOST_SHOWN else [*words[:-1], "…", words[-1]])

    def _cell_words(self, at: int, mask: int) -> str:
        """Cells of one coordinate in the author's names."""
        if (at, mask) not in self.known_words:
            one = self.program.coordinates[at]
            if at not in self.own_words:
                self.own_words[at] = self.guideline
            few = mask
            for _ in range(_MOST_SHOWN):
                few &= few - 1
            rest = f" or one of {few.bit_count()} more cells" if few else ""
            self.known_words[at, mask] = coordinate_in_words(self.own_words[at], one, mask & ~few) + rest
        return self.known_words[at, mask]

    # --- ends and rows ---

    def _decisions(self) -> str:
        lines: list[str] = []
        for one in self.guideline.decisions:
            if isinstance(one, ir.Decision):
                lines.append(f"    # decision {comment(one.id)} {quoted(one.label)}")
                lines.append(f"    {literal(one.id)}: (")
                lines += self._table(self.program.decisions[one.id], 8)
                lines.append("    ),")
        return _table("DECISIONS", "dict[str, Table]", lines, "{}")

    def _options(self) -> str:
        lines: list[str] = []
        for one in self.guideline.decisions:
            if isinstance(one, ir.Options):
                lines.append(f"    # options {comment(one.id)} {quoted(one.label)}")
                lines.append(f"    {literal(one.id)}: (")
                tables = self.program.options[one.id]
                for at, (line, table) in enumerate(zip(one.lines, tables, strict=True)):
                    lines.append("        (")
                    lines.append("            (")
                    lines += self._table(table, 16)
                    lines.append("            ),")
                    lines.append(f"            {literal(self._unconditional(line, f'{one.id}#{at}'))},")
                    lines.append("        ),")
                lines.append("    ),")
        return _table("OPTIONS", "dict[str, tuple[Line, ...]]", lines, "{}")

    def _unconditional(self, line: ir.OptionLine | ir.OptionConflict, name: str) -> object:
        """What a line recommends whose condition the source doesn't state."""
        if isinstance(line, ir.OptionConflict) or line.stated:
            return None
        one = line.recommendation
        regimens = {regimen.id: regimen for regimen in self.guideline.regimens}
        advised = self.program.advised.get(name)
        return self._given(one, advised.orders if advised else given_orders(one, regimens))

    def _table(self, table: Table, indent: int) -> list[str]:
        """The ends that a row leads to, and the rows, one a line."""
        space, deep = " " * indent, " " * (indent + 4)
        used = sorted({row.leaf for row in table.rows})
        place = {old: new for new, old in enumerate(used)}
        ends: list[str] = []
        for at in used:
            leaf = table.leaves[at]
            line = f", line {leaf.path[-1].line}" if leaf.path else ""
            ends.append(f"{deep}# end {place[at]}{line}: {comment(_says(leaf))}")
            ends.append(f"{deep}{laid_out(self._end(leaf), indent + 4)},")
        says = {at: comment(_says(table.leaves[at])) for at in used}
        rows = [
            f"{deep}{_row(row, place[row.leaf])},  # when {self._words(row.cells)}: {says[row.leaf]}"
            for row in table.rows
        ]
        return [f"{space}(", *ends, f"{space}),", f"{space}(", *rows, f"{space}),"]

    def _end(self, leaf: Leaf) -> object:
        path = tuple((step.by, step.value, step.statements, step.line) for step in leaf.path)
        outcome = None if leaf.outcome is None else self._outcome(leaf.outcome)
        return leaf.status, leaf.group, outcome, path, leaf.asks

    def _outcome(self, outcome: ir.Outcome) -> Call:
        given = tuple(self._given(one, one.orders) for one in outcome.recommendations)
        answers = tuple(self._outcome(one) for one in outcome.answers)
        named = (("why", outcome.why), ("statements", outcome.cites.statements), ("answers", answers))
        kept = tuple((name, value) for name, value in named if value)
        return Call("Outcome", (outcome.status, given) if given else (outcome.status,), kept)

    def _given(self, one: ir.Recommendation, orders: tuple[ir.Order | ir.Choice, ...]) -> object:
        """The key of a recommendation and what it cites here; one is written down when it is first met."""
        essence = self.essences.setdefault(recommendation_essence(one), len(self.essences) + 1)
        gives = self.functions.giving(orders, one.id)
        preferences = self.functions.preferences(one.preferred)
        wording = one.wording or "not stated"
        drugs = surely_given(orders), perhaps_given(orders)
        content = (essence, one.id, one.direction, one.strength, wording, preferences, *drugs, gives)
        if content not in self.recommendations:
            others = sum(content[1] == known[1] for known in self.recommendations)
            key = one.id if not others else f"{one.id} {others + 1}"
            self.recommendations[content] = key
            self.entries.append(f"    {literal(key)}: {laid_out(content, 4, len(key) + 4)},")
        grades = tuple((grade.strength or "", grade.certainty or "") for grade in one.grades)
        return self.recommendations[content], one.cites.statements, one.cites.inferred, grades

    # --- conditions, rules, values ---

    def _rows(self, rows: Sequence[Row], indent: int, says: Sequence[str] = ("no", "yes")) -> str:
        """The rows of a condition, one a line; `says` tells what its ends are."""
        deep = " " * (indent + 4)
        lines = [
            f"{deep}{_row(row, row.leaf)},  # when {self._words(row.cells)}: {comment(says[row.leaf])}\n"
            for row in rows
        ]
        return f"(\n{''.join(lines)}{' ' * indent})" if lines else "()"

    def _words(self, cells: Cells) -> str:
        return comment(", ".join(self._cell_words(at, mask) for at, mask in cells)) or "always"

    def _asides(self) -> str:
        lines = [f"    {self._rows(condition.rows, 4)}," for _, condition in self.program.asides]
        return _table("PREFERRED_WHEN", "tuple[tuple[Row, ...], ...]", lines, "()")

    def _rules(self) -> str:
        lines: list[str] = []
        writers: list[str] = []
        for at, rule in enumerate(self.guideline.rules, 1):
            lists, taken, prescribed = _causes(rule.when, self.guideline)
            lines += [
                f"    # rule {comment(rule.id)} {quoted(rule.label)}",
                "    (",
                f"        {literal(rule.kind)},",
                f"        {literal(rule.stated)},",
                f"        {self._rows(self.program.rules[rule.id].rows, 8)},",
                *(f"        {literal(names)}," for names in (lists, taken, prescribed)),
                f"        rule_{at},",
                "    ),",
            ]
            body = laid_out(self._monitoring(rule) if rule.kind == "monitor" else self._advice(rule), 4, 7)
            writers.append(
                f"def rule_{at}(case: Case, applies: str, needs: list[str], because: Json) -> Json:\n"
                f"    # rule {comment(rule.id)}\n"
                f"    return {body}\n"
            )
        return "\n\n\n".join(
            [*(one.rstrip("\n") for one in writers), _table("RULES", "tuple[Rule, ...]", lines, "()")]
        )

    def _advice(self, rule: ir.Rule) -> dict[object, object]:
        advised = self.program.advised.get(rule.id)
        orders = advised.orders if advised else tuple(cited(order, rule.cites) for order in rule.orders)
        return {
            "id": rule.id,
            "kind": rule.kind,
            "applies": Code("applies"),
            "direction": rule.direction,
            "strength": rule.strength,
            "wording": rule.wording or "not stated",
            **_grade(rule),
            "gives": self.functions.orders(orders),
            **self.functions.avoid(advised.reasons if advised else ()),
            "needs": Code("needs"),
            "statements": list(rule.cites.statements),
            **_finish(rule),
        }

    def _monitoring(self, rule: ir.Rule) -> dict[object, object]:
        until: dict[object, object] = {} if rule.until is None else {"until": rule.until}
        return {
            "id": rule.id,
            "applies": Code("applies"),
            "direction": rule.direction,
            "strength": rule.strength,
            "wording": rule.wording or "not stated",
            **_grade(rule),
            "measure": rule.measure[0] if len(rule.measure) == 1 else {"one_of": list(rule.measure)},
            "every": "once" if _is_once(rule) else interval(rule.every),
            **until,
            **_dated(self.guideline, rule),
            **_baseline(rule),
            Code("**"): Code("because"),
            "needs": Code("needs"),
            "statements": list(rule.cites.statements),
            **_finish(rule),
        }

    def _values(self) -> Iterator[str]:
        shown = [one for one in self.guideline.definitions if one.shown]
        yield f"VALUES: tuple[str, ...] = {laid_out(tuple(one.id for one in shown), 0, 25)}\n"
        conditions: list[str] = []
        numbers: list[str] = []
        for one in shown:
            says = f"    # value {comment(one.id)} {quoted(one.label)}"
            if one.condition is not None:
                rows = self._rows(self.program.definitions[one.id].rows, 4)
                conditions += [says, f"    {literal(one.id)}: {rows},"]
            elif one.number is not None:
                numbers += [says, f"    {literal(one.id)}: {literal(self._shown_number(one))},"]
        yield _table("SHOWN_CONDITIONS", "dict[str, tuple[Row, ...]]", conditions, "{}")
        if numbers:
            yield _table("SHOWN_NUMBERS", "dict[str, ShownNumber]", numbers, "{}")
        hidden = {one.id for one in self.guideline.definitions if one.role}
        categories = [
            line for name in self.program.categories if name not in hidden for line in self._category(name)
        ]
        if categories:
            yield _table("CATEGORIES", "dict[str, Category]", categories, "{}")
        scope = next((one for when, one in self.program.asides if when == self.guideline.applies), None)
        if scope is not None:
            rows = self._rows(scope.rows, 0)
            yield f"# Who is in scope: 1 where that holds.\nSCOPE: tuple[Row, ...] = {rows}\n"
        if self.guideline.pathway is not None:
            yield from self._pathway(self.guideline.pathway)

    def _shown_number(self, one: ir.Definition) -> object:
        computed = self.computed.computed(self.program.numbers[one.id])
        return computed, one.unit, *_base(one.unit), one.rounded, one.mode, one.band

    def _pathway(self, pathway: ir.Pathway) -> Iterator[str]:
        definitions = {one.id: one for one in self.guideline.definitions}
        ids = tuple(stage.id for stage in pathway.stages)
        (places,) = self.program.categories[pathway.places]
        yield f"PLACES: tuple[Row, ...] = {self._rows(places.rows, 0, ids)}\n"
        lines: list[str] = []
        for stage in pathway.stages:
            category = definitions[f"after {stage.id}"].category if stage.moves else None
            values = () if category is None else category.values
            ends = [end_json(stage, value) for value in values]
            lines.append(f"    # stage {comment(stage.id)} {quoted(stage.label)}")
            lines.append(f"    {literal(stage.id)}: (")
            lines.append(f"        {stage.final},")
            lines.append(f"        {laid_out(_frozen(reviews_json(stage)), 8)},")
            lines.append(f"        {laid_out(_frozen(ends), 8)},")
            for condition in self.program.categories[f"after {stage.id}"] if stage.moves else ():
                lines.append(f"        {self._rows(condition.rows, 8, tuple(one.id for one in values))},")
            lines += [] if stage.moves else ["        (),"]
            lines.append("    ),")
        yield _table("STAGES", "dict[str, CareStage]", lines, "{}")

    def _category(self, name: str) -> Iterator[str]:
        definition = next(one for one in self.guideline.definitions if one.id == name)
        category = definition.category
        assert category is not None
        values = tuple(value.id for value in category.values)
        several = category.policy == "collect"
        yield f"    # category {comment(name)} {quoted(definition.label)}"
        yield f"    {literal(name)}: ("
        yield f"        {laid_out(values, 8)},"
        yield f"        {several},"
        yield "        ("
        for condition, value in zip(self.program.categories[name], values if several else ("",), strict=True):
            says = (f"not {value}", value) if several else values
            yield f"            {self._rows(condition.rows, 12, says)},"
        yield "        ),"
        yield "    ),"

    def _impossible(self) -> Iterator[str]:
        if self.guideline.impossible:
            why = "; ".join(dict.fromkeys(one.why for one in self.guideline.impossible))
            yield f"POSSIBLE: tuple[Row, ...] = {self._rows(self.program.possible.rows, 0)}"
            yield f"WHY_IMPOSSIBLE = {literal(why)}"


def _table(name: str, kind: str, lines: Sequence[str], brackets: str) -> str:
    opened = "\n".join([f"{name}: {kind} = {brackets[0]}", *lines, brackets[1]])
    return opened + "\n" if lines else f"{name}: {kind} = {brackets}\n"


def _row(row: Row, end: int) -> str:
    return f"({written(row.cells)}, {end})"


def _grade(rule: ir.Rule) -> dict[object, object]:
    parts = {} if rule.grade is None else {"strength": rule.grade.strength, "certainty": rule.grade.certainty}
    grade = {name: part for name, part in parts.items() if part is not None}
    return {"grade": grade} if grade else {}


def _dated(guideline: ir.Guideline, rule: ir.Rule) -> dict[object, object]:
    """The dates of a monitoring: time after a date in months and days, and the last day."""
    if rule.window is None and rule.ends is None:
        return {}
    window = None
    if rule.window is not None:
        window = (
            *map(_months_and_days, (rule.window.earliest, rule.window.latest)),
            _some_dates(rule.window.start),
        )
    ends = None if rule.ends is None else _some_dates(rule.ends)
    return {Code("**due"): (Code("case"), window, ends, guideline.overflow)}


def _is_once(rule: ir.Rule) -> bool:
    alone = rule.baseline is not None and rule.baseline.alone
    return rule.every is None and (rule.window is not None or alone)


def _baseline(rule: ir.Rule) -> dict[object, object]:
    return {} if rule.baseline is None else {"baseline": baseline_json(rule.baseline)}


def _months_and_days(lapse: ir.Lapse) -> tuple[int, int]:
    months = lapse.amount * {"month": 1, "year": 12}.get(lapse.unit, 0)
    days = lapse.amount * {"day": 1, "week": 7}.get(lapse.unit, 0)
    return months, days - lapse.less


def _some_dates(dated: ir.Dated) -> tuple[object, ...]:
    """The date, and what stands for each named value of its input."""
    return _some_date(dated.date), tuple((one.value, _some_date(one.date)) for one in dated.instead)


def _some_date(one: ir.SomeDate) -> tuple[str, object]:
    if one.kind == "day":
        return "day", date.fromisoformat(one.text).toordinal()
    return one.kind, one.text


def _finish(rule: ir.Rule) -> dict[object, object]:
    found: dict[object, object] = {}
    if rule.cites.inferred:
        found["inferred"] = list(rule.cites.inferred)
    if not rule.stated:
        found["trigger"] = "not stated"
    return found


# --- what stands in the tables -----------------------------------------------


def _input(entry: ir.Input) -> object:
    named = tuple(value.id for value in entry.named)
    one = Fraction(1)
    match entry.type:
        case ir.Boolean():
            return "boolean", ("no", "yes"), named, (), False
        case ir.OneOf(values):
            return "name", tuple(value.id for value in values), named, (), False
        case ir.AnyOf(values):
            return "set", tuple(value.id for value in values), named, (), False
        case ir.Integer(low, high):
            return "integer", (), named, (("", Fraction(low), Fraction(high), one, one, Fraction(0)),), False
        case ir.Quantity(units, rounds):
            ways = tuple((each.unit, each.low, each.high, each.step, *_base(each.unit)) for each in units)
            return "quantity", (), named, ways, rounds
        case ir.Date(low_day, high_day):
            first, last = (Fraction(date.fromisoformat(day).toordinal()) for day in (low_day, high_day))
            return "date", (low_day, high_day), named, (("", first, last, one, one, Fraction(0)),), False
        case ir.Duration(word, low, high):
            factor = in_base_units(one, word, True)
            return (
                "duration",
                (),
                named,
                ((word, Fraction(low), Fraction(high), one, factor, Fraction(0)),),
                False,
            )


def _base(unit: str) -> tuple[Fraction, Fraction]:
    """The factor and the offset that lead to base units."""
    if not unit:
        return Fraction(1), Fraction(0)
    if unit in CALENDAR_WORDS:
        return in_base_units(Fraction(1), unit), Fraction(0)
    parsed = unit_of(unit)
    return parsed.factor, parsed.offset


def _coordinate(one: Coordinate) -> object:
    match one:
        case Values(name, values):
            return "values", (name,), values, (), (), len(values)
        case Numbers(name, cuts, cells, named):
            places = tuple((cut.thresholds, cut.after) for cut in cuts)
            return "numbers", (name,), named, places, cells, len(cells) + len(named)
        case Member(name, member):
            return "member", (name,), (member,), (), (), 2
        case Derived(_, inputs, _, derived_cuts, undefined):
            places = tuple(((threshold,), after) for threshold, after in derived_cuts)
            return "computed", inputs, (), places, (), len(derived_cuts) + 1 + undefined
        case Readings(name, values):
            return "reading", (name,), values, (), (), len(values)
        case Entered(name):
            return "entered", (name,), (), (), (), 4
        case Prescribed(drugs):
            return "prescribed", (), drugs, (), (), 2


def _named_numbers(compiled: Compiled) -> dict[Number, str]:
    """The computed numbers that have a definition of their own."""
    found = {
        one.number: one.name for one in compiled.program.coordinates if isinstance(one, Derived) and one.name
    }
    return found | {number: name for name, number in compiled.program.numbers.items()}


def _says(leaf: Leaf) -> str:
    """An end in words, with every statement that it cites."""
    if leaf.outcome is None:
        return leaf.status.replace("_", " ")
    asked = [id for step in leaf.path for id in step.statements]
    all_of_them = list(dict.fromkeys([*asked, *_cited(leaf.outcome)]))
    statements = f" [{' '.join(all_of_them)}]" if all_of_them else ""
    return _outcome_words(leaf.outcome) + statements


def _cited(outcome: ir.Outcome) -> Iterator[str]:
    yield from outcome.cites.statements
    for one in outcome.recommendations:
        yield from one.cites.statements
    for answer in outcome.answers:
        yield from _cited(answer)


def _outcome_words(outcome: ir.Outcome) -> str:
    if outcome.status == "not_stated":
        return "not stated"
    if outcome.status == "conflict":
        return "conflict of " + " and ".join(_outcome_words(one) for one in outcome.answers)
    words = {"for": "", "against": "against ", "neither": "neither for nor against "}
    given = [f"{one.strength} {words[one.direction]}{one.id}" for one in outcome.recommendations]
    return ", ".join(given) or "nothing"


def _causes(
    condition: ir.Condition | None, guideline: ir.Guideline
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The drug lists and the drugs of them that a condition asks for, and those it asks to be prescribed."""
    lists = {entry.id for entry in guideline.inputs if isinstance(entry.type, ir.AnyOf) and entry.type.drugs}
    asked: set[str] = set()
    taken: set[str] = set()
    prescribed: set[str] = set()
    waiting: list[ir.Condition | None] = [condition]
    while waiting:
        match waiting.pop():
            case ir.Includes(name, members) if name in lists:
                asked.add(name)
                taken.update(members)
            case ir.Prescribed(drugs):
                prescribed.update(drugs)
            case ir.And(operands) | ir.Or(operands):
                waiting += operands
            case ir.Defined(name):
                waiting.append(next(one.condition for one in guideline.definitions if one.id == name))
            case _:
                pass
    return tuple(sorted(asked)), tuple(sorted(taken)), tuple(sorted(prescribed))


def _frozen(value: object) -> object:
    """JSON as a literal that nobody can change: lists as tuples."""
    match value:
        case dict():
            return {key: _frozen(one) for key, one in value.items()}
        case list():
            return tuple(_frozen(one) for one in value)
        case _:
            return value
