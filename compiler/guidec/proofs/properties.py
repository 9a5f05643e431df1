"""What an author says of all patients: proven, refuted by a patient, or not decided, for a reason.

A claim speaks of every record, blanks included. What has no blank or known in it needs complete patients only: a record
that breaks it has a completion that does. Else each way in which the inputs asked for may be known or blank is looked at by
itself, and what a blank may be is joined.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import replace
from itertools import combinations
from typing import Any

from guidec import ir
from guidec.diagnostic import Diagnostic, listed
from guidec.document import encode
from guidec.evaluate import Compiled, Refused, evaluate
from guidec.evaluate.completions import Completions
from guidec.evaluate.record import read_record
from guidec.lower.coordinates import size
from guidec.lower.diagram import TooLarge, bits
from guidec.lower.search import Solver
from guidec.lower.work import Lowering, all_impossible, checked, rows_of_condition
from guidec.proofs import limits
from guidec.proofs.claims import Prover, broken
from guidec.proofs.difference import UNKNOWN, differing, groups, without_prescribed
from guidec.proofs.grounds import Grounds, announce, conditions_of, ground, over, slice_of_claim
from guidec.proofs.missing import sets_of, united
from guidec.proofs.questions import PROVEN, Answer, nobody, recorded_yes
from guidec.proofs.remembered import Store, key_of, recall, remember
from guidec.proofs.rising import falls, monotone
from guidec.proofs.seen import breaks
from guidec.proofs.slices import Slice, Whole, slice_of, whole_of
from guidec.proofs.witness import Patient, some_values_of
from guidec.proofs.written import expectations, scenario_text
from guidec.record import record
from guidec.rows import Condition, Derived, Entered, Numbers, Values

MOST_PATTERNS = 512
TOO_LARGE = "the diagrams grew too large"
FAULTY = "its condition has a fault"


@record
class Verdict:
    """What came of one claim. `scenario` shows the patient who breaks it, and `beside` a second one where it takes two.

    `remark` is what a proof leaves out; `about_nobody` that the condition holds for no patient.
    """

    property: str
    claim: ir.Claim
    answer: Answer
    scenario: str = ""
    remark: str = ""
    beside: str = ""
    about_nobody: bool = False
    statements: tuple[str, ...] = ()


def prove(
    compiled: Compiled,
    properties: Iterable[ir.Property],
    tell: Callable[[str], None] = lambda text: None,
    solver: Solver | None = None,
    store: Store | None = None,
) -> tuple[list[Verdict], list[Diagnostic]]:
    """A verdict for each claim, in the author's order, and the faults of their conditions. What the store knows isn't asked
    again as long as nothing has changed that it hangs on."""
    whole = whole_of(compiled.guideline)
    said = [_Said(one, claim, slice_of_claim(whole, claim)) for one in properties for claim in one.claims]
    before = [_recalled(compiled, whole, one, store) for one in said]
    grounds = Grounds(solver)
    keys = [
        None if known else announce(grounds, one.cut, one.claim)
        for one, known in zip(said, before, strict=True)
    ]
    verdicts: list[Verdict] = []
    faults: list[Diagnostic] = []
    for one, known, key in zip(said, before, keys, strict=True):
        tell(f"proving {one.property.id}")
        found, faulty = (known, []) if known else _anew(compiled, grounds, key, one)
        if known is None and not faulty:
            remember(store, _key(store, one), _entry(found))
        verdicts.append(_verdict_of(compiled, one, found))
        faults += faulty
    return verdicts, faults


@record
class _Said:
    """A claim of a property, and the part of the guideline that it hangs on."""

    property: ir.Property
    claim: ir.Claim
    cut: Slice


@record
class _Found:
    """What came of a claim; `beside` is a second patient where it takes two. For the rest see Verdict."""

    answer: Answer
    remark: str = ""
    about_nobody: bool = False
    beside: Patient | None = None


def _anew(compiled: Compiled, grounds: Grounds, key: Hashable, one: _Said) -> tuple[_Found, list[Diagnostic]]:
    """A claim proven, and the faults of its condition. What is too large beside other claims is tried alone."""
    shared = True
    while True:
        try:
            if shared:
                work = ground(grounds, key, one.cut)
            else:
                work = over(one.cut, conditions_of(one.cut.guideline, one.claim), grounds.solver)
        except TooLarge:
            reason = "guideline and properties together have too many rows"
            return _Found(Answer("unknown", None, reason)), []
        before = len(work.found)
        found = _proven(Prover(compiled, work, one.claim))
        if found.answer.reason != TOO_LARGE or not shared:
            return found, work.found[before:]
        shared = False


def _proven(prover: Prover) -> _Found:
    remark, beside = "", None
    before = len(prover.work.found)
    try:
        when = _surely(prover, prover.claim)
        if len(prover.work.found) > before:
            return _Found(Answer("unknown", None, FAULTY))
        match prover.claim.kind:
            case "monotone":
                answer, beside = monotone(prover, when, _holds(prover, when))
            case "alike":
                answer = _alike(prover, when)
            case "amount":
                answer, remark = _amount(prover, when)
            case _:
                answer = _claimed(prover, when)
        empty = _says_nothing(prover, when) if answer.kind == "proven" else ""
    except TooLarge:
        return _Found(Answer("unknown", None, TOO_LARGE))
    return _Found(answer, empty or remark, bool(empty), beside)


def _verdict_of(compiled: Compiled, one: _Said, found: _Found) -> Verdict:
    """What is shown of it: patients as the whole guideline answers them."""
    name, claim, cites = one.property.id, one.claim, one.property.cites
    scenario = _scenario(compiled, name, claim, found.answer)
    beside = "" if found.beside is None else _beside(compiled, claim, found.beside)
    statements = cites.statements + cites.inferred
    return Verdict(name, claim, found.answer, scenario, found.remark, beside, found.about_nobody, statements)


# --- remembered --------------------------------------------------------------


def _key(store: Store | None, one: _Said) -> str:
    """What a claim hangs on. The words that it is told in, and where it stands, aren't part of that."""
    return (
        "" if store is None else key_of(store, "claim", one.cut.digest, encode(replace(one.claim, text="")))
    )


def _entry(found: _Found) -> dict[str, object]:
    return {
        "kind": found.answer.kind, "patient": found.answer.patient, "reason": found.answer.reason,
        "remark": found.remark, "about_nobody": found.about_nobody, "beside": found.beside,
    }  # fmt: skip


def _recalled(compiled: Compiled, whole: Whole, one: _Said, store: Store | None) -> _Found | None:
    """What came of a claim before; of one that was refuted only if the patient still breaks it."""
    entry = recall(store, _key(store, one))
    match entry:
        case {
            "kind": "proven" | "refuted" | "unknown" as kind,
            "patient": dict() | None as patient,
            "reason": str(reason),
            "remark": str(remark),
            "about_nobody": bool(about_nobody),
            "beside": dict() | None as beside,
        } if (patient is not None) == (kind == "refuted"):
            found = _Found(Answer(kind, patient, reason), remark, about_nobody, beside)
            return found if patient is None or _replayed(compiled, whole, one.claim, found) else None
        case _:
            return None


def _replayed(compiled: Compiled, whole: Whole, claim: ir.Claim, found: _Found) -> bool:
    """Whether a patient who was kept breaks a claim; over the diagrams of its condition alone."""
    patient, beside = found.answer.patient, found.beside
    assert patient is not None
    if claim.kind == "monotone":
        if beside is None or {**beside, claim.of: patient.get(claim.of)} != patient:
            return False
        return falls(compiled, claim, patient, beside)
    try:
        work = over(slice_of(whole, claim.when), [claim.when])
        prover = Prover(compiled, work, claim)
        return _shows(prover, _surely(prover, claim))(patient)
    except TooLarge:
        return False


def _says_nothing(prover: Prover, when: int) -> str:
    """Why a claim that holds says nothing of anybody; empty where it does say something."""
    work, claim = prover.work, prover.claim
    diagrams = work.diagrams
    if diagrams.both(when, diagrams.negate(all_impossible(work))) == diagrams.false:
        return "its condition holds for no patient"
    if claim.kind == "amount":
        given = [name for _, name, _ in limits.orders_of(work, claim.of) if claim.inside in ("", name)]
        inside = f" in `{claim.inside}`" if claim.inside else ""
        return "" if given else f"nothing gives `{claim.of}`{inside}"
    if claim.kind == "monotone":
        read = {
            name for at in diagrams.asked(work.decided[claim.inside]) for name, _ in work.search.variables(at)
        }
        return "" if claim.of in read else f"`{claim.inside}` does not ask `{claim.of}`"
    return ""


def _scenario(compiled: Compiled, name: str, claim: ir.Claim, answer: Answer) -> str:
    if answer.patient is None:
        return ""
    result = evaluate(compiled, answer.patient)
    named = {claim.inside, *claim.decisions}
    decisions = [one.id for one in compiled.guideline.decisions if one.id in named]
    if not decisions:
        quiet = ("not_applicable", "indeterminate")
        decisions = [one for one, found in result["decisions"].items() if found["status"] not in quiet]
    decisions = decisions or [one.id for one in compiled.guideline.decisions[:1]]
    rules = {one.id for one in (*claim.claimed, *claim.others) if one.rule}
    return scenario_text(
        compiled.guideline,
        f"breaks {name}: {claim.text}",
        answer.patient,
        [*expectations(result, decisions), *_rules_expected(result, rules)],
    )


def _beside(compiled: Compiled, claim: ir.Claim, other: Patient) -> str:
    """The second of two patients, with more or less of an input."""
    expected = expectations(evaluate(compiled, other), [claim.inside])
    return scenario_text(compiled.guideline, f"the same with {claim.word} {claim.of}", other, expected)


def _rules_expected(result: Mapping[str, Any], rules: set[str]) -> list[str]:
    """Of each rule whether it is shown, as a scenario would expect it."""
    return [
        f"{word} {one['id']}{' unknown' if one['applies'] == 'unknown' else ''}"
        for word in ("advice", "monitoring")
        for one in result[word]
        if one["id"] in rules
    ]


# --- conditions --------------------------------------------------------------


def _surely(prover: Prover, claim: ir.Claim) -> int:
    """Where the condition of a claim surely holds; what hangs on a choice among drugs doesn't."""
    work = prover.work
    node = checked(work, claim.when, work.diagrams.true, claim.span)
    node = without_prescribed(work, node)
    return work.diagrams.replace(
        node, lambda value: work.diagrams.false if value == UNKNOWN else work.diagrams.end(value)
    )


def _holds(prover: Prover, node: int) -> Callable[[Patient], bool]:
    """Whether a condition surely holds for a record, as the evaluator reads it."""
    condition: Condition = rows_of_condition(prover.work, node, prover.claim.span)
    false = [row for row in condition.rows if not row.leaf]

    def holds(patient: Patient) -> bool:
        record = read_record(prover.compiled.guideline, patient)
        there = Completions(prover.compiled.guideline, prover.work.coordinates.all, record)
        return not there.possible(false)

    return holds


def _mentioned(work: Lowering, when: int) -> list[str]:
    """The inputs and readings on whose values a condition hangs, also through decisions; in the order of their declaration."""
    asked = work.diagrams.asked(when)
    found = {name for at in asked for name, _ in work.search.variables(at)}
    return [name for name in (*work.coordinates.inputs, *work.coordinates.readings) if name in found]


# --- never, always, determined -----------------------------------------------


def _claimed(prover: Prover, when: int) -> Answer:
    claim = prover.claim
    asked = _recorded_in(prover, when)
    if claim.kind == "determined":
        asked = list(dict.fromkeys([*asked, *_mentioned(prover.work, when)]))
    shows = _shows(prover, when)
    if not asked and claim.kind != "determined":
        work = prover.work
        return nobody(work, work.diagrams.both(when, broken(prover)), shows)
    return _by_patterns(prover, when, asked, shows)


Partly = tuple[int, int]
"""A coordinate and the cells of the two values that are left of its input: what more values break, two of them do."""

State = str | Partly
"""`known`, `blank`, or partly known; `partly` alone where the values aren't told apart."""


def _by_patterns(prover: Prover, when: int, asked: list[str], shows: Callable[[Patient], bool]) -> Answer:
    """Every way in which the inputs asked may be known, blank or partly known."""
    recorded = _recorded_in(prover, when)
    open_, looked = PROVEN, 0
    waiting: list[dict[str, State]] = [{}]
    while waiting:
        pattern = waiting.pop()
        if _recorded(prover.work, when, pattern) == prover.work.diagrams.false:
            continue  # whatever else is known, nobody of these is meant
        if len(pattern) < len(asked):
            name = asked[len(pattern)]
            partly = _partly(prover.work, name) if name in recorded else []
            waiting += [{**pattern, name: state} for state in reversed(["known", "blank", *partly])]
            continue
        looked += 1
        if looked > MOST_PATTERNS:
            reason = f"it asks of {listed(asked)} what the record says; that is too much together"
            return Answer("unknown", None, reason)
        answer = _pattern(prover, when, pattern, shows)
        if answer.kind == "refuted":
            return answer
        open_ = answer if answer.kind == "unknown" else open_
    return open_


def _partly(work: Lowering, name: str) -> list[State]:
    """The pairs of cells in which two values of an input may lie."""
    if isinstance(work.coordinates.inputs[name].type, ir.AnyOf):
        return []  # known or blank as a whole
    touching = _touching(work, {name})
    own = [at for at in touching if isinstance(work.coordinates.all[at], Values | Numbers)]
    if not touching:
        return [(-1, 0)]
    if touching != set(own):
        return ["partly"]
    coordinate = work.coordinates.all[own[0]]
    count = size(coordinate)
    pairs: list[State] = [
        (own[0], 1 << first | 1 << second) for first, second in combinations(range(count), 2)
    ]
    if isinstance(coordinate, Numbers):
        pairs += [(own[0], 1 << cell) for cell in range(len(coordinate.cells))]
    return pairs


def _recorded_in(prover: Prover, when: int) -> list[str]:
    """The inputs of which the condition, or a rule that is claimed, asks what the record says."""
    diagrams = prover.work.diagrams
    asked = diagrams.asked(when) | diagrams.asked(broken(prover))
    coordinates = prover.work.coordinates.all
    there = {one.input for at in asked if isinstance(one := coordinates[at], Entered)}
    return [one.id for one in prover.guideline.inputs if one.id in there]


def _pattern(
    prover: Prover, when: int, pattern: Mapping[str, State], shows: Callable[[Patient], bool]
) -> Answer:
    """Records in which the inputs asked are known or not as the pattern says."""
    work, diagrams = prover.work, prover.work.diagrams
    node = _recorded(work, when, pattern)
    if node == diagrams.false:
        return PROVEN
    blank = {name for name, state in pattern.items() if state != "known"}
    if prover.claim.kind == "determined":
        every = (*work.coordinates.inputs, *work.coordinates.readings)
        blank = {name for name in every if pattern.get(name, "blank") != "known"}
    gone = dict.fromkeys(_touching(work, blank), -1)
    gone.update({state[0]: state[1] for state in pattern.values() if isinstance(state, tuple)})
    blanks = _Blanks(work, gone, "partly" not in pattern.values())
    held = _for_all(blanks, node)
    wrong = _broken_somewhere(prover, pattern, blanks)
    accepted = _for_some(blanks, diagrams.true)
    known = {name for name, state in pattern.items() if state == "known"} & set(work.coordinates.inputs)
    partly = {name: two for name, state in pattern.items() if (two := _two_values(work, name, state))}
    if any(name not in partly for name, state in pattern.items() if isinstance(state, tuple)):
        return PROVEN  # nobody can have two values there

    def entered(patient: Patient) -> Patient:
        return {**patient, **{name: {"one_of": list(two)} for name, two in partly.items()}}

    there = diagrams.all([accepted, held, wrong])
    answer = nobody(work, there, lambda patient: shows(entered(patient)), known, accepted=True)
    return answer if answer.patient is None else replace(answer, patient=entered(answer.patient))


@record
class _Blanks:
    """The cells of what isn't known.

    Where they can't be told apart one by one (not `exact`, or a computed number reads them), what should hold for all of them
    is asked of some only: then more records seem to break a claim than do, and none seems to keep it that doesn't.
    """

    work: Lowering
    cells: dict[int, int]
    exact: bool


def _for_all(blanks: _Blanks, node: int) -> int:
    """True for every value of the blanks that is possible."""
    work, diagrams = blanks.work, blanks.work.diagrams
    there = diagrams.either(all_impossible(work), node)
    computed = [at for at in diagrams.asked(there) if isinstance(work.coordinates.all[at], Derived)]
    if not blanks.exact or any(at in blanks.cells for at in computed):
        return _for_some(blanks, node)
    return diagrams.projected(there, blanks.cells, diagrams.both)


def _for_some(blanks: _Blanks, node: int) -> int:
    """True for some value of the blanks that is possible."""
    diagrams = blanks.work.diagrams
    there = diagrams.both(node, diagrams.negate(all_impossible(blanks.work)))
    return diagrams.projected(there, blanks.cells, diagrams.either)


def _two_values(work: Lowering, name: str, state: State) -> tuple[object, ...]:
    """Two values of an input that lie in the cells of a pair; nothing where there aren't two."""
    if not isinstance(state, tuple):
        return ()
    at, mask = state
    if at < 0:
        return some_values_of(work, name, None, 2)
    cells = bits(mask)
    if len(cells) == 1:
        return some_values_of(work, name, (at, mask), 2)
    found = [some_values_of(work, name, (at, 1 << cell), 1) for cell in cells]
    return tuple(one[0] for one in found if one)


def _recorded(work: Lowering, node: int, pattern: Mapping[str, State]) -> int:
    """A diagram as far as what the record says of an input goes as in the pattern."""
    diagrams = work.diagrams
    for at, coordinate in enumerate(work.coordinates.all):
        if isinstance(coordinate, Entered) and coordinate.input in pattern:
            state = pattern[coordinate.input]
            there = diagrams.restricted(node, at, {"blank": 0, "known": 2}.get(str(state), 1))
            yes = recorded_yes(work, coordinate.input)
            if state == "known" and yes is not None:
                there = diagrams.choose(yes, diagrams.restricted(node, at, 3), there)
            node = there
    return node


def _touching(work: Lowering, names: set[str]) -> set[int]:
    """The coordinates that read one of the inputs or readings."""
    return {
        at
        for at in range(len(work.coordinates.all))
        if any(name in names for name, _ in work.search.variables(at))
    }


def _broken_somewhere(prover: Prover, pattern: Mapping[str, State], blanks: _Blanks) -> int:
    """Where a record breaks the claim, by what is known of it."""
    if prover.claim.kind == "determined":
        return _undetermined(prover, blanks)
    node = _recorded(prover.work, broken(prover), pattern)
    # Recommended is what every completion recommends, possible what one does.
    sure = prover.claim.kind == ("always" if prover.claim.possible else "never")
    return _for_all(blanks, node) if sure else _for_some(blanks, node)


def _undetermined(prover: Prover, blanks: _Blanks) -> int:
    """Where a decision isn't determined, or has several outcomes for the values of what is blank."""
    work, diagrams = prover.work, prover.work.diagrams
    node = diagrams.false
    for name in _decisions_of(prover):
        joined = diagrams.projected(sets_of(work, name), blanks.cells, united(work))
        bad = {leaf.group for leaf in work.leaves[name] if leaf.status != "determined"}

        def open_(value: Hashable, bad: set[int] = bad) -> int:
            assert isinstance(value, frozenset)
            several = len(value) > 1 or any(isinstance(one, tuple) and one[1] in bad for one in value)
            return diagrams.true if several else diagrams.false

        node = diagrams.either(node, diagrams.replace(joined, open_))
    return node


def _decisions_of(prover: Prover) -> tuple[str, ...]:
    named = prover.claim.decisions
    return tuple(
        one.id
        for one in prover.compiled.guideline.decisions
        if isinstance(one, ir.Decision) and (not named or one.id in named)
    )


# --- shown by the evaluator --------------------------------------------------


def _shows(prover: Prover, when: int) -> Callable[[Patient], bool]:
    """Whether a record breaks the claim: the condition surely holds, and the result is wrong."""
    holds = _holds(prover, when)

    def shows(patient: Patient) -> bool:
        try:
            result = evaluate(prover.compiled, patient)
        except Refused:
            return False
        return _wrong(prover, result) and holds(patient)

    return shows


def _wrong(prover: Prover, result: Mapping[str, Any]) -> bool:
    claim = prover.claim
    match claim.kind:
        case "alike":
            first, second = claim.decisions
            return _of(result, first) != _of(result, second)
        case "amount":
            return limits.broken_by(result, claim)
        case _:
            return breaks(result, claim, _decisions_of(prover))


# --- two decisions, amounts --------------------------------------------------


def _alike(prover: Prover, when: int) -> Answer:
    first, second = prover.claim.decisions
    work = prover.work
    node = work.diagrams.both(when, differing(work.diagrams, groups(work, first), groups(work, second)))
    return nobody(work, node, _shows(prover, when))


def _of(result: Mapping[str, Any], name: str) -> object:
    """What a result says of a decision, its place and citations aside."""
    recommended = [
        {key: value for key, value in one.items() if key not in ("decision", "statements")}
        for one in result["recommendations"]
        if one["decision"] == name
    ]
    return result["decisions"][name]["status"], repr(recommended)


def _amount(prover: Prover, when: int) -> tuple[Answer, str]:
    """Every order of a drug, wherever it stands, against the limit; and what isn't stated."""
    work, claim, diagrams = prover.work, prover.claim, prover.work.diagrams
    remarks: dict[str, None] = {}
    undecided = ""
    node = diagrams.false
    for where, recommendation, order in limits.orders_of(work, claim.of):
        if claim.inside not in ("", recommendation):
            continue
        found = limits.broken(prover.guideline, order, claim)
        if found.undecided:
            undecided = undecided or found.remark
        elif found.remark:
            remarks[f"{found.remark} in {recommendation}"] = None
        else:
            past = checked(work, found.when, diagrams.true, claim.span)
            node = diagrams.either(node, diagrams.both(limits.where(work, where), past))
    answer = nobody(work, diagrams.both(when, node), _shows(prover, when))
    if answer.kind == "proven" and undecided:
        answer = Answer("unknown", None, undecided)
    return answer, "; ".join(remarks)
