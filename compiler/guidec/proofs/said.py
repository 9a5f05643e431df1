"""What is shown of somebody to lines of text: without citations, and as nobody's weight was known."""

import re
from typing import Any

from guidec import ir
from guidec.evaluate.doses import Shown
from guidec.evaluate.record import read_record
from guidec.evaluate.result import advice_json, monitoring_json, outcome_json, recommendation_json
from guidec.lower.work import Lowering
from guidec.proofs.settled import End, Said
from guidec.record import rebuilt
from guidec.rows import Advised, Leaf
from guidec.show import STATUS_WORDS, possible_lines, rule_lines

_MISSING = re.compile(r"(?:second:)?\w+ is missing(?:; )?|; (?:daily|total) needs [^;]*")


def end_lines(work: Lowering, end: End) -> list[str]:
    """An outcome as `guidec eval` shows it; a word where nothing is given."""
    guideline = work.guideline
    shown = Shown(guideline, read_record(guideline, {}), _applies)
    match rebuilt(end.said, _uncited):
        case None:
            return [STATUS_WORDS.get(end.status, end.status)]
        case ir.Outcome() as outcome:
            leaf = Leaf(outcome.status, outcome, 0, (), ())
            lines = possible_lines(guideline, outcome_json(shown, leaf), "")
        case ir.Recommendation() as one:
            entry = {"status": "not_stated", "recommendations": [recommendation_json(shown, "", one)]}
            lines = possible_lines(guideline, entry, "")
        case Said(rule, orders, reasons):
            lines = _rule(shown, rule, end.status, Advised(orders, reasons))
        case _:
            raise AssertionError(end)
    return _trimmed(lines)


def _rule(shown: Shown, rule: ir.Rule, applies: str, advised: Advised) -> list[str]:
    if rule.kind == "monitor":
        return rule_lines(shown.guideline, monitoring_json(shown, rule, applies, [], ""))
    entry = advice_json(shown, rule, applies, [], advised)
    given = [recommendation for recommendation in _given(shown, rule, advised)]
    return [*rule_lines(shown.guideline, entry), *given]


def _given(shown: Shown, rule: ir.Rule, advised: Advised) -> list[str]:
    """What a piece of advice gives."""
    if not advised.orders:
        return []
    one = ir.Recommendation(
        rule.id,
        rule.label,
        rule.direction,
        rule.strength,
        rule.wording,
        None,
        advised.orders,
        (),
        ir.Citation(),
    )
    outcome = ir.Outcome("determined", (one,), "", (), ir.Citation())
    return possible_lines(shown.guideline, outcome_json(shown, Leaf("determined", outcome, 0, (), ())), "")[
        2:
    ]


def _applies(condition: Any) -> tuple[str, list[str]]:
    """Conditions have come out by now."""
    return ("yes" if condition == ir.Always(True) else "no"), []


def _uncited(one: Any) -> Any:
    return ir.Citation() if isinstance(one, ir.Citation) else one


def _trimmed(lines: list[str]) -> list[str]:
    """Without the word that it is possible, and without what is missing."""
    kept = lines[1:] if lines[0] == "possible:" else lines
    indent = len(kept[0]) - len(kept[0].lstrip())
    first = kept[0].strip().removeprefix("possible ")
    rest = [line[min(indent, len(line) - len(line.lstrip())) :] for line in kept[1:]]
    return [_MISSING.sub("", line).replace(" ()", "").rstrip() for line in (first, *rest)]
