"""Decisions of every form, and lists of options."""

from authoring import words
from authoring.draft import Draft, Subject
from authoring.grids import Cells, columns, gather_rows, narrower, row_condition, splitting
from authoring.labels import partition, with_otherwise
from authoring.orders import recommendation
from authoring.questions import condition
from guidec import ast
from guidec.ir import NOWHERE


def decision(draft: Draft) -> None:
    """One decision more: a tree or a table."""
    name = draft.new("dec")
    asked = ast.Asked(condition(draft), draft.cites(0.3)) if draft.chance(0.25) else None
    body = _table(draft) if draft.chance(0.4) else _tree(draft, 2)
    made = ast.Decision(words.name(name), draft.label(name), draft.cites(0.3), asked, body, NOWHERE)
    draft.declarations.append(made)
    draft.decisions[name] = _recommended(made)


def _recommended(made: ast.Decision) -> list[str]:
    """The names that a decision recommends."""
    found: list[str] = []
    waiting: list[object] = [made.body]
    while waiting:
        one = waiting.pop()
        if isinstance(one, ast.Recommendation):
            assert one.order.thing.name is not None
            found.append(one.order.thing.name.text)
        elif isinstance(one, tuple):
            waiting += one
        elif hasattr(one, "__dict__"):
            waiting += vars(one).values()
    return sorted(set(found))


# --- trees -------------------------------------------------------------------


def _tree(draft: Draft, depth: int) -> ast.Body:
    kind = draft.one(("by", "by", "when", "when", "leaf")) if depth < 2 else draft.one(("by", "when"))
    if depth == 0 or kind == "leaf":
        return outcome(draft)
    return _by(draft, depth) if kind == "by" else _whens(draft, depth)


def _by(draft: Draft, depth: int) -> ast.Body:
    fitting = [one for one in draft.subjects if not one.several]
    if not fitting:
        return _whens(draft, depth)
    subject = draft.one(fitting)
    branches: list[ast.ByBranch] = []
    groups = with_otherwise(draft, partition(draft, subject))
    first = groups[0]
    assert first is not None
    for at, labels in enumerate(groups):
        body: ast.Body = _tree(draft, depth - 1)
        if at and labels is not None and draft.chance(0.15):
            body = ast.As(first[0], draft.cites(0.3), NOWHERE)
        branches.append(ast.ByBranch(labels, draft.cites(0.2), body, NOWHERE))
    return ast.By(words.name(subject.name), draft.cites(0.2), tuple(branches), NOWHERE)


def _whens(draft: Draft, depth: int) -> ast.Whens:
    """Each condition beside the denial of those before; `otherwise` at the end, or the denial of all."""
    branches: list[ast.WhenBranch] = []
    before: list[ast.Expression] = []
    for _ in range(draft.one((1, 1, 2))):
        asked = condition(draft, 2)
        branches.append(_when(draft, words.both((*before, asked)), depth))
        before.append(words.negated(asked))
    last = None if draft.chance(0.7) else words.both(before)
    branches.append(_when(draft, last, depth))
    return ast.Whens(tuple(branches), NOWHERE)


def _when(draft: Draft, asked: ast.Expression | None, depth: int) -> ast.WhenBranch:
    return ast.WhenBranch(asked, draft.cites(0.2), _tree(draft, depth - 1), NOWHERE)


def outcome(draft: Draft, deep: bool = True) -> ast.Outcome:
    kind = draft.one(("one",) * 5 + ("nothing", "not_stated") + (("all", "conflict") if deep else ()))
    match kind:
        case "one":
            return recommendation(draft)
        case "nothing":
            return ast.Nothing(draft.cites(), NOWHERE)
        case "not_stated":
            return ast.NotStated(draft.label("Nothing is said."), draft.cites(), NOWHERE)
        case "all":
            things = draft.some([*draft.drugs, *draft.procedures, *draft.regimens], 2, 3)
            return ast.AllOf(draft.cites(0.3), tuple(recommendation(draft, one) for one in things), NOWHERE)
        case _:
            return _conflict(draft)


def _conflict(draft: Draft) -> ast.Conflict:
    """Two answers that differ, the second perhaps nothing or several together."""
    first, second = draft.some(draft.drugs, 2, 2)
    other: ast.Outcome = recommendation(draft, second)
    if draft.chance(0.2):
        other = ast.Nothing(draft.cites(), NOWHERE)
    elif draft.chance(0.2):
        other = ast.AllOf(
            draft.cites(0.3),
            (recommendation(draft, first, "against"), recommendation(draft, second)),
            NOWHERE,
        )
    return ast.Conflict(
        draft.label("Two sentences."), draft.cites(), (recommendation(draft, first, "for"), other), NOWHERE
    )


# --- tables ------------------------------------------------------------------


def _table(draft: Draft) -> ast.Body:
    of = columns(draft, "decision")
    if not of:
        return _whens(draft, 1)
    policy = draft.one(("", "unique", "unique", "any", "first", "first", "collect", "conflict", "conflict"))
    match policy:
        case "first" | "collect":
            rows = gather_rows(draft, of, otherwise=True)
            results = [_results(draft, policy == "collect") for _ in rows]
        case "conflict":
            return _conflicting(draft, of)
        case "any":
            rows = splitting(draft, of, whole=True)
            results = [_results(draft) for _ in rows]
            for cells, result in list(zip(rows, results, strict=True)):
                if cells is not None and draft.chance(0.5):
                    rows.append(narrower(draft, of, cells))
                    results.append(result)
        case _:
            rows = splitting(draft, of)
            results = [_results(draft) for _ in rows]
    if policy != "any" and draft.chance(0.2):
        results = [_beside(draft, result) for result in results]
    return ast.OutcomeTable(_grid(draft, policy, of, rows, results), None, NOWHERE)


Results = tuple[ast.Outcome | None, ...]


def _grid(
    draft: Draft, policy: str, of: list[Subject], rows: list[Cells | None], results: list[Results]
) -> ast.Grid:
    made = tuple(
        ast.GridRow(cells, result, draft.cites(0.3), NOWHERE)
        for cells, result in zip(rows, results, strict=True)
    )
    written = ast.Policy(policy, None, NOWHERE) if policy else None  # type: ignore[arg-type]
    heads = ("outcome", "beside")[: len(results[0])]
    return ast.Grid(written, tuple(one.written for one in of), words.names(heads), made, NOWHERE)


def _results(draft: Draft, determined: bool = False) -> Results:
    kind = draft.one(("one", "one", "one", "nothing", "nothing" if determined else "not_stated"))
    if kind == "one":
        return (recommendation(draft, details=False),)
    if kind == "nothing":
        return (ast.Nothing(draft.cites(), NOWHERE),)
    return (ast.NotStated(draft.label("Nothing is said."), draft.cites(), NOWHERE),)


def _beside(draft: Draft, result: Results) -> Results:
    """A second column: something else beside what is recommended."""
    first = result[0]
    if not isinstance(first, ast.Recommendation) or draft.chance(0.4):
        return (*result, None)
    assert first.order.thing.name is not None
    others = [one for one in [*draft.drugs, *draft.procedures] if one != first.order.thing.name.text]
    return (*result, recommendation(draft, draft.one(others), details=False))


def _conflicting(draft: Draft, of: list[Subject]) -> ast.Body:
    """Rows of sentences; `conflict where` is where two hold that say different things."""
    rows = gather_rows(draft, of, otherwise=True, most=3)
    pool: list[Results] = [
        (recommendation(draft, thing, "for", details=False, plain=True),) for thing in ("a", "a", "b")
    ]
    pool = [pool[0], pool[2], (ast.Nothing((), NOWHERE),)]
    picked = [draft.dice.randrange(len(pool)) for _ in rows]
    conditions = [None if cells is None else row_condition(of, cells) for cells in rows]
    pairs = [
        words.both(part for part in (conditions[one], conditions[other]) if part is not None)
        for other in range(len(rows))
        for one in range(other)
        if picked[one] != picked[other] and rows[other] is not None
    ]
    grid = _grid(draft, "conflict" if pairs else "any", of, rows, [pool[at] for at in picked])
    if not pairs:
        return ast.OutcomeTable(grid, None, NOWHERE)
    where = words.either(pairs)
    why = draft.label("Two sentences.")
    return ast.OutcomeTable(grid, ast.ConflictWhere(where, why, draft.cites(), NOWHERE), NOWHERE)


# --- options -----------------------------------------------------------------


def options(draft: Draft) -> None:
    name = draft.new("list")
    asked = ast.Asked(condition(draft), draft.cites(0.3)) if draft.chance(0.4) else None
    things = draft.some([*draft.drugs, *draft.procedures, *draft.regimens], 1, 4)
    lines: list[ast.OptionLine | ast.OptionConflict] = [_line(draft, one) for one in things]
    if draft.chance(0.25):
        thing = draft.one(draft.drugs)
        both = (_line(draft, thing, "for", stated=True), _line(draft, thing, "against", stated=True))
        lines.append(ast.OptionConflict(draft.label("For and against."), draft.cites(), both, NOWHERE))
    draft.declarations.append(
        ast.Options(words.name(name), draft.label(name), draft.cites(0.3), asked, tuple(lines), NOWHERE)
    )


def _line(draft: Draft, thing: str, direction: str = "", stated: bool = False) -> ast.OptionLine:
    when = ast.When(condition(draft, 2), True)
    if not stated and draft.chance(0.25):
        when = draft.one((ast.When(None, False), ast.When(None, True)))
    return ast.OptionLine(recommendation(draft, thing, direction), when, NOWHERE)
