"""ir to faults: what is larger or deeper than the stages that follow can take."""

from collections.abc import Iterable, Iterator

from guidec import ir
from guidec.diagnostic import Diagnostic
from guidec.lower.avoided import Avoiding, asked, avoiding
from guidec.lower.outcomes import conditions_of, settled
from guidec.record import inside, parts
from guidec.source import Span

MOST_LEAVES = 50_000
MOST_OWN_CONDITIONS = 10
MOST_NUMBERS = 500
DEEPEST = 300


def beyond_limits(guideline: ir.Guideline) -> list[Diagnostic]:
    """A fault for everything that would take the compiler too long, at its place."""
    avoids = avoiding(guideline)
    return [
        *(found for one in guideline.decisions for found in _outcomes(guideline, avoids, one)),
        *_definitions(guideline),
        *_chains(guideline),
    ]


def _too_large(count: int, what: str, most: int, span: Span, repair: str) -> Diagnostic:
    return Diagnostic("too_large", f"this has {count:,} {what}; the limit is {most:,}", span, repair)


# --- trees -------------------------------------------------------------------


def _outcomes(
    guideline: ir.Guideline, avoids: Avoiding, one: ir.Decision | ir.Options
) -> Iterator[Diagnostic]:
    leaves: list[ir.Outcome] = []
    waiting: list[ir.Node] = []
    if isinstance(one, ir.Decision):
        if isinstance(one.tree, ir.Table):
            leaves += [row.outcome for row in one.tree.rows]
        else:
            waiting.append(one.tree)
    while waiting:
        match waiting.pop():
            case ir.Split(_, branches):
                waiting += [_followed(branches, branch) for branch in branches]
            case ir.Outcome() as outcome:
                leaves.append(outcome)
            case ir.As():
                pass
        if len(leaves) > MOST_LEAVES:
            yield _too_large(len(leaves), "ends", MOST_LEAVES, one.span, "split the decision")
            return
    if isinstance(one, ir.Options):
        yield from _lines(one)
    regimens = {regimen.id: regimen for regimen in guideline.regimens}
    for outcome in (*leaves, *_given(one)):
        count = len(conditions_of(outcome, regimens))
        if count > MOST_OWN_CONDITIONS:
            yield _too_large(
                count,
                "orders with conditions of their own",
                MOST_OWN_CONDITIONS,
                outcome.span,
                "make regimens of them",
            )
            return
        if not guideline.avoids:
            continue
        truth = dict.fromkeys(conditions_of(outcome, regimens), True)
        reasons = len(asked(avoids, settled(outcome, regimens, truth, ir.Citation()), one.id))
        if count + reasons > MOST_OWN_CONDITIONS:
            what = "conditions of orders and of what is to be avoided"
            repair = "join the conditions of one drug's `avoid` with `or`"
            yield _too_large(count + reasons, what, MOST_OWN_CONDITIONS, outcome.span, repair)
            return


def _followed(branches: tuple[ir.Branch, ...], branch: ir.Branch) -> ir.Node:
    return branches[branch.node.branch].node if isinstance(branch.node, ir.As) else branch.node


def _lines(options: ir.Options) -> Iterator[Diagnostic]:
    for line in options.lines:
        if isinstance(line, ir.OptionConflict) and len(line.lines) > MOST_OWN_CONDITIONS:
            yield _too_large(
                len(line.lines),
                "lines",
                MOST_OWN_CONDITIONS,
                line.span,
                "set apart those that don't conflict",
            )


def _given(one: ir.Decision | ir.Options) -> Iterator[ir.Outcome]:
    for line in one.lines if isinstance(one, ir.Options) else ():
        parts = line.lines if isinstance(line, ir.OptionConflict) else (line,)
        recommendations = tuple(part.recommendation for part in parts)
        yield ir.Outcome("determined", recommendations, "", (), ir.Citation(), line.span)


# --- definitions -------------------------------------------------------------


def _definitions(guideline: ir.Guideline) -> Iterator[Diagnostic]:
    """Computed numbers, with the definitions that they read put in."""
    sizes: dict[str, int] = {}
    for name in inner_first(guideline):
        definition = next((one for one in guideline.definitions if one.id == name), None)
        if definition is None or definition.number is None:
            continue
        sizes[name] = min(_size(definition.number, sizes), MOST_NUMBERS * 1_000)
        if sizes[name] > MOST_NUMBERS:
            yield _too_large(
                sizes[name],
                "numbers, with the definitions put in",
                MOST_NUMBERS,
                definition.span,
                "compute less",
            )
            return


def _size(number: ir.Number, sizes: dict[str, int]) -> int:
    """How many constants, inputs and tables a number is computed from; a score counts as one, its points being constants."""
    count = 0
    waiting = [number]
    while waiting:
        match waiting.pop():
            case ir.Arithmetic(_, left, right) | ir.Completed(_, left, right) | ir.Shifted(left, right):
                waiting += [left, right]
            case ir.Function(_, arguments):
                waiting += arguments
            case ir.Rounded(inner):
                waiting.append(inner)
            case ir.DefinedNumber(name):
                count += sizes.get(name, 1)
            case ir.Constant() | ir.Day() | ir.Measure() | ir.Case() | ir.Sum():
                count += 1
    return count


def _chains(guideline: ir.Guideline) -> Iterator[Diagnostic]:
    """How deep a condition is, with the definitions and decisions that it reads put in."""
    declared = {one.id: one for one in (*guideline.definitions, *guideline.decisions)}
    depths: dict[str, int] = {}
    read = _read(guideline)
    for name in _ordered(read):
        followed = _followed_in(declared[name])
        inner = max((depths.get(other, 0) for other in read[name] if other in followed), default=0)
        depths[name] = inner + _depth(declared[name])
        if depths[name] > DEEPEST:
            message = "this is nested deeper than the compiler follows, with all that it reads put in"
            yield Diagnostic("too_deep", message, declared[name].span, "let it read inputs")
            return


def _followed_in(part: object) -> set[str]:
    """What is put in where it is read. Conditions inside a number aren't: they ask coordinates of their own."""
    found: set[str] = set()
    waiting: list[object] = [part]
    while waiting:
        one = waiting.pop()
        match one:
            case ir.Arm():
                waiting.append(one.number)
            case ir.Defined(name) | ir.DefinedNumber(name) | ir.InBand(name) | ir.Recommends(name):
                found.add(name)
            case tuple():
                waiting += one
            case str() | ir.Citation():
                pass
            case _:
                waiting += inside(one)
    return found


def inner_first(guideline: ir.Guideline) -> list[str]:
    """Definitions and decisions, each after those that it reads."""
    return _ordered(_read(guideline))


def _read(guideline: ir.Guideline) -> dict[str, list[str]]:
    """What each definition and decision reads."""
    return {one.id: _names(one) for one in (*guideline.definitions, *guideline.decisions)}


def _ordered(read: dict[str, list[str]]) -> list[str]:
    done: dict[str, None] = {}
    opened: set[str] = set()
    waiting = list(reversed(read))
    while waiting:
        name = waiting[-1]
        missing = [] if name in opened else [one for one in read[name] if one not in done]
        opened.add(name)
        if missing and name not in done:
            waiting += [one for one in missing if one in read]
            continue
        done[waiting.pop()] = None
    return list(done)


def _names(node: object) -> list[str]:
    found: dict[str, None] = {}
    for one in parts(node):
        match one:
            case ir.Defined(name) | ir.DefinedNumber(name) | ir.InBand(name) | ir.Recommends(name):
                found[name] = None
            case _:
                pass
    return list(found)


def _depth(node: object) -> int:
    return max(depth for _, depth in _nodes(node))


def _nodes(node: object) -> Iterable[tuple[object, int]]:
    """A part with everything in it, and how deep that lies."""
    waiting: list[tuple[object, int]] = [(node, 0)]
    while waiting:
        one, depth = waiting.pop()
        if isinstance(one, tuple):
            waiting += [(part, depth) for part in one]
        elif not isinstance(one, str | ir.Citation) and (below := inside(one)):
            yield one, depth
            waiting += [(part, depth + 1) for part in below]
