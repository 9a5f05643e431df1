"""Declarations to what they do: without citations, labels, notes, codes and reasons, which are only read."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from guidec import ir
from guidec.record import parts, rebuilt

NO_CITATION = ir.Citation()


def bare(one: Any) -> Any:
    """What a declaration does. What is in no order, such as the lines of one step, is put in one."""
    return rebuilt(one, _stripped)


def _stripped(one: Any) -> Any:
    match one:
        case ir.Citation():
            return NO_CITATION
        case ir.Value():
            return ir.Value(one.id, "")
        case ir.Arm():
            return replace(one, label="")
        case ir.Band():
            return replace(one, label="")
        case ir.DoseBand():
            return replace(one, label="", value="")
        case ir.DoseInBands():
            return replace(one, bands=_in_order(one.bands))
        case ir.Sum():
            return ir.Sum(_in_order(one.terms))
        case ir.And():
            return ir.And(_in_order(one.operands))
        case ir.Or():
            return ir.Or(_in_order(one.operands))
        case ir.Is():
            return replace(one, values=tuple(sorted(one.values)))
        case ir.Includes():
            return replace(one, members=tuple(sorted(one.members)))
        case ir.Arithmetic("+" | "*" as op):
            return ir.Arithmetic(op, *_in_order((one.left, one.right)))
        case ir.Case(policy, _, arms):
            return ir.Case(policy, "", arms if policy == "first" else _in_order(arms))
        case ir.Category(policy, of, values, bands):
            ordered = bands if policy == "first" else _in_order(bands)
            return ir.Category(policy, of, _in_order(values), ordered)
        case ir.Recommendation():
            orders, preferred = _in_order(one.orders), _in_order(one.preferred)
            return replace(one, label="", regimen=None, orders=orders, preferred=preferred)
        case ir.Choice():
            return replace(one, options=_in_order(one.options))
        case ir.Order():
            return replace(one, preferred=_in_order(one.preferred), held=_in_order(one.held))
        case ir.Reason():
            return replace(one, why="")
        case ir.Outcome():
            recommendations, answers = _in_order(one.recommendations), _in_order(one.answers)
            return replace(one, why="", recommendations=recommendations, answers=answers)
        case ir.Input() | ir.Definition() | ir.Item() | ir.Regimen() | ir.Rule():
            return _unlabelled(one)
        case ir.Reading() | ir.Decision() | ir.Options() | ir.Branch() | ir.Question():
            return replace(one, label="")
        case ir.Impossible() | ir.Avoid():
            return replace(one, why="")
        case ir.Pathway() | ir.Stage():
            return replace(one, label="", notes=())
        case ir.Move():
            return replace(one, label="", why="")
        case ir.StageReview():
            return replace(one, why="")
        case ir.OptionConflict():
            return replace(one, why="", lines=_in_order(one.lines))
        case _:
            return one


def _unlabelled(one: Any) -> Any:
    match one:
        case ir.Item():
            return replace(one, label="", notes=(), codes=(), members=tuple(sorted(one.members)))
        case ir.Definition() | ir.Rule():
            return replace(one, label="", notes=())
        case _:
            return replace(one, label="", notes=(), codes=())


def _in_order(several: tuple[Any, ...]) -> tuple[Any, ...]:
    return several if len(several) < 2 else tuple(sorted(several, key=repr))


def statements(*some: object) -> list[str]:
    """The statements that declarations cite, `ours` behind those that are our own links, in the order of the text."""
    found: list[str] = []
    for one in parts(*some):
        if isinstance(one, ir.Citation):
            found += one.statements
            found += [f"{statement} ours" for statement in one.inferred]
    return found


_NAMED = (
    ir.Input | ir.Value | ir.Item | ir.Definition | ir.Grid | ir.Reading | ir.Regimen | ir.Decision | ir.Options
    | ir.Rule | ir.Question
)  # fmt: skip


def texts(*some: object) -> Iterator[str]:
    """What people read of declarations: labels, notes, reasons, codes, sources, in the order of the text."""
    for one in parts(*some):
        match one:
            case ir.Note(text):
                yield text
            case ir.Code(system, code, display):
                yield f"{system} {code} {display}"
            case ir.Field(key, values):
                yield f"{key}: {'; '.join(values)}"
            case ir.Account(kind, cited, reason):
                yield f"{kind.replace('_', ' ')} {' '.join(cited)} {reason}".rstrip()
            case _ if isinstance(one, _NAMED) and one.label:
                yield one.label
            case ir.Outcome() | ir.OptionConflict() | ir.Table() | ir.Impossible() | ir.Avoid() if one.why:
                yield one.why
            case ir.Pathway() if one.label:
                yield one.label
            case ir.Move() | ir.StageReview() if one.why:
                yield one.why
            case _:
                pass
