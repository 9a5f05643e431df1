"""Tables of values, scores, lookups and classes to grids; for a patient, what counts, and what it may come to."""

from collections.abc import Sequence
from fractions import Fraction

from guidec import ir
from guidec.numbers import constant_value
from guidec.wording import condition_in_words, label_of, number_in_words
from guidec_targets.chart_text import Line, statement_text
from guidec_targets.grid import Cell, Column, Grid, Row, State, cells_of, fitted
from guidec_targets.patient import Patient
from guidec_targets.sheets import POLICIES, state_words

_PATIENT, _SOURCE = Column("This patient", 26), Column("Source", 10)
_GATHERED = {
    "sum": "the sum of the rows that hold",
    "count": "the number of rows that hold",
    "min": "the least of the rows that hold",
    "max": "the largest of the rows that hold",
}


def value_grids(guideline: ir.Guideline, patient: Patient | None = None) -> list[tuple[str, list[Grid]]]:
    """The grids of each table, score, lookup and class that an author named. For a patient, of those that are shown."""
    given = {name for table in guideline.tables for name in table.gives}
    bands = {one.band for one in guideline.definitions if one.band}
    shown = {one.id for one in guideline.definitions if one.shown}
    found = [
        (table.id, [_table(guideline, table, patient)])
        for table in guideline.tables
        if patient is None or shown & set(table.gives)
    ]
    for one in guideline.definitions:
        if one.role or one.id in given or one.id in bands or (patient is not None and not one.shown):
            continue
        if isinstance(one.number, ir.Sum):
            found.append((one.id, _score(guideline, one, patient)))
        elif isinstance(one.number, ir.Case):
            found.append((one.id, [_lookup(guideline, one, one.number, patient)]))
        elif one.category is not None:
            found.append((one.id, [_bands(guideline, one, one.category, patient)]))
    return found


def _title(
    guideline: ir.Guideline, label: str, cites: ir.Citation, values: Sequence[str], patient: Patient | None
) -> list[Line]:
    """What the grid is; for a patient, what it comes to and what that waits for."""
    lines = [Line(label, statement_text(cites.statements, cites.inferred), strong=True)]
    for name in values if patient is not None else ():
        assert patient is not None
        if name in patient.result["values"]:
            own = label_of(guideline.definitions, name)
            lines.append(Line(f"{'' if own == label else f'{own}: '}{patient.value(name)}", strong=True))
            needs = tuple(patient.result["values"][name]["needs"])
            lines += patient.waits_for(needs, ()) if needs else ()
    return list(dict.fromkeys(lines))


def _for_patient(grid: Grid, words: Sequence[Cell]) -> Grid:
    rows = tuple(Row((word, *row.cells), row.state) for word, row in zip(words, grid.rows, strict=True))
    return Grid(grid.title, (_PATIENT, *grid.columns), grid.inputs + 1, rows)


# --- scores ------------------------------------------------------------------


def _score(guideline: ir.Guideline, score: ir.Definition, patient: Patient | None) -> list[Grid]:
    """The points of each finding, and the bands of the sum."""
    assert isinstance(score.number, ir.Sum)
    columns = (Column("Finding", 30), Column("Value", 18), Column("Points", 8), _SOURCE)
    amounts = patient.paths.amounts(score.id) if patient else ()
    rows: list[Row] = []
    words: list[Cell] = []
    for at, term in enumerate(score.number.terms):
        possible = amounts[at] if at < len(amounts) else None
        mine = _term(guideline, term, possible)
        rows += mine
        words += [_points(patient, term, possible), *[()] * (len(mine) - 1)]
    grid = Grid(
        tuple(_title(guideline, score.label, score.cites, [score.id], patient)), columns, 2, tuple(rows)
    )
    found = [grid if patient is None else _for_patient(grid, words)]
    band = next((one for one in guideline.definitions if one.id == score.band), None) if score.band else None
    if band is not None and band.category is not None:
        found.append(_bands(guideline, band, band.category, patient))
    return found


def _term(guideline: ir.Guideline, term: ir.Number, possible: frozenset[Fraction] | None) -> list[Row]:
    """A finding and a row for each of its values, or one row for a finding that is there or isn't."""
    if not isinstance(term, ir.Case):
        return [Row(((Line(number_in_words(guideline, term)),), (), (), ()))]
    states = _states([arm.number for arm in term.arms], possible)
    rows = [Row(((Line(_named(guideline, term.of), strong=True),), (), (), ()))] if term.of else []
    for arm, state in zip(term.arms, states, strict=True):
        points = (Line(number_in_words(guideline, arm.number)),)
        source = (Line(statement_text(arm.cites.statements, arm.cites.inferred)),)
        if term.of:
            rows.append(Row(((), (Line(arm.label),), points, source), state))
        elif arm.condition is not None:
            finding = (Line(condition_in_words(guideline, arm.condition), strong=True),)
            rows.append(Row((finding, (), points, source), state))
    return rows


def _named(guideline: ir.Guideline, name: str) -> str:
    for things in (guideline.inputs, guideline.definitions, guideline.readings):
        if any(thing.id == name for thing in things):
            return label_of(things, name)
    return name


def _points(patient: Patient | None, term: ir.Number, possible: frozenset[Fraction] | None) -> Cell:
    """`2 points`, or what it may come to and what that waits for."""
    if patient is None or possible is None or not isinstance(term, ir.Case):
        return ()
    texts = [number_in_words(patient.guideline, ir.Constant(value, "")) for value in sorted(possible)]
    if len(texts) == 1:
        return (Line(f"{texts[0]} {'point' if texts[0] in ('1', '-1') else 'points'}", strong=True),)
    conditions = tuple(arm.condition for arm in term.arms if arm.condition is not None)
    return (Line(f"{' or '.join(texts)} points"), *patient.waits_for((), conditions))


def _states(numbers: Sequence[ir.Number], possible: frozenset[Fraction] | None) -> list[State]:
    """The lines that give a number which is possible; where several lines give the only one, it isn't known which."""
    if possible is None:
        return [""] * len(numbers)
    values = [constant_value(one) if isinstance(one, ir.Constant | ir.Day) else None for one in numbers]
    return [
        "ruled_out"
        if value not in possible
        else "possible"
        if len(possible) > 1
        else "taken"
        if values.count(value) == 1
        else ""
        for value in values
    ]


# --- lookups and classes -----------------------------------------------------


def _lookup(guideline: ir.Guideline, one: ir.Definition, case: ir.Case, patient: Patient | None) -> Grid:
    columns = (Column(_named(guideline, case.of), 24), Column(one.label, 16), _SOURCE)
    amounts = patient.paths.amounts(one.id) if patient else ()
    states = _states([arm.number for arm in case.arms], amounts[0] if amounts else None)
    rows = tuple(
        Row(
            (
                (Line(arm.label),),
                (Line(number_in_words(guideline, arm.number)),),
                (Line(statement_text(arm.cites.statements, arm.cites.inferred)),),
            ),
            state,
        )
        for arm, state in zip(case.arms, states, strict=True)
    )
    grid = Grid(tuple(_title(guideline, one.label, one.cites, [one.id], patient)), columns, 1, rows)
    return grid if patient is None else _for_patient(grid, [state_words("unique", row.state) for row in rows])


def _bands(
    guideline: ir.Guideline, one: ir.Definition, category: ir.Category, patient: Patient | None
) -> Grid:
    """The bands of a number; those that a patient may be in are marked."""
    columns = (Column(_named(guideline, category.of), 24), Column(one.label, 24), _SOURCE)
    labels = {value.id: value.label for value in category.values}
    possible = patient.paths.bands(one.id) if patient else ()
    states = _band_states(category, possible)
    rows = tuple(
        Row(
            (
                (Line(band.label),),
                (Line(labels[band.value], strong=True),),
                (Line(statement_text(band.cites.statements, band.cites.inferred)),),
            ),
            state,
        )
        for band, state in zip(category.bands, states, strict=True)
    )
    grid = Grid(tuple(_title(guideline, one.label, one.cites, [one.id], patient)), columns, 1, rows)
    return grid if patient is None else _for_patient(grid, [state_words("unique", row.state) for row in rows])


def _band_states(category: ir.Category, possible: tuple[frozenset[int], ...]) -> list[State]:
    if not possible:
        return [""] * len(category.bands)
    if category.policy == "collect":
        truths = {value.id: found for value, found in zip(category.values, possible, strict=True)}
        return [_collected(truths[band.value], _alike(category, band)) for band in category.bands]
    names = {category.values[leaf].id for leaf in possible[0]}
    return [
        "ruled_out"
        if band.value not in names
        else "possible"
        if len(names) > 1
        else "taken"
        if _alike(category, band) == 1
        else ""
        for band in category.bands
    ]


def _alike(category: ir.Category, band: ir.Band) -> int:
    """How many lines give the same value."""
    return sum(other.value == band.value for other in category.bands)


def _collected(truths: frozenset[int], alike: int) -> State:
    if truths == frozenset((0,)):
        return "ruled_out"
    return "possible" if len(truths) > 1 else "taken" if alike == 1 else ""


# --- tables ------------------------------------------------------------------


def _table(guideline: ir.Guideline, table: ir.Grid, patient: Patient | None) -> Grid:
    """The cells and the results of each row."""
    policy, _, gather = table.policy.partition(" ")
    title = _title(guideline, table.label, table.cites, table.gives, patient)
    title.insert(1, Line(_GATHERED.get(gather, POLICIES[policy]), italic=True))
    inputs = fitted(table.columns, [row.cells for row in table.rows])
    outputs = fitted(table.outputs, [row.results for row in table.rows])
    states = _row_states(guideline, table, patient)
    rows = tuple(
        Row(
            (
                *cells_of(row.cells, len(table.columns)),
                *((Line(text, strong=True),) for text in row.results),
                (Line(statement_text(row.cites.statements, row.cites.inferred)),),
            ),
            state,
        )
        for row, state in zip(table.rows, states, strict=True)
    )
    grid = Grid(tuple(title), (*inputs, *outputs, _SOURCE), len(inputs), rows)
    if patient is None:
        return grid
    return _for_patient(grid, [state_words(table.policy, row.state) for row in rows])


def _row_states(guideline: ir.Guideline, table: ir.Grid, patient: Patient | None) -> list[State]:
    """A row is ruled out where one of its results is; it holds for sure where no other row gives the same results."""
    if patient is None:
        return [""] * len(table.rows)
    definitions = {one.id: one for one in guideline.definitions}
    columns = [_column_states(definitions[name], len(table.rows), patient) for name in table.gives]
    states: list[State] = []
    for each in zip(*columns, strict=True):
        known = [state for state in each if state is not None]
        out = "ruled_out" in known
        states.append(
            "ruled_out" if out else "taken" if "taken" in known else "possible" if "possible" in known else ""
        )
    left = [at for at, state in enumerate(states) if state != "ruled_out"]
    if len(left) == 1 and not table.policy.startswith("collect") and any(None not in one for one in columns):
        states[left[0]] = "taken"
    return states


def _column_states(one: ir.Definition, count: int, patient: Patient) -> list[State | None]:
    """The states of the rows as one column has them; None for a row that isn't told from it."""
    found: dict[str, State] = {}
    if isinstance(one.number, ir.Sum):
        for term, possible in zip(one.number.terms, patient.paths.amounts(one.id), strict=False):
            if isinstance(term, ir.Case):
                found[term.of] = _states([arm.number for arm in term.arms], possible)[0]
    elif isinstance(one.number, ir.Case):
        amounts = patient.paths.amounts(one.id)
        states = _states([arm.number for arm in one.number.arms], amounts[0] if amounts else None)
        found = {arm.label: state for arm, state in zip(one.number.arms, states, strict=True)}
    elif one.category is not None:
        states = _band_states(one.category, patient.paths.bands(one.id))
        found = {band.label: state for band, state in zip(one.category.bands, states, strict=True)}
    last = found.get("otherwise")
    rows: list[State | None] = []
    for at in range(count):
        state = found.get(f"row {at + 1}")
        rows.append(last if state is None and at == count - 1 else state)
    return rows
