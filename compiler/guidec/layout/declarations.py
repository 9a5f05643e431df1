"""Declarations to lines, one function a node: what stands in a line, and what stands indented below it."""

from collections.abc import Iterable
from typing import assert_never

from guidec import ast
from guidec.layout.expressions import chain
from guidec.layout.line import Line, Words, line, spaced
from guidec.layout.words import (
    branch_label_text,
    cites_text,
    expectation_text,
    given_text,
    interval_text,
    label_text,
    names_text,
    part_text,
    quantity_text,
    quoted,
    strength_text,
    tail_text,
    thing_text,
    value_text,
)


def declaration_line(declaration: ast.Declaration) -> Line:
    """The first line of a declaration, and all the others below it."""
    match declaration:
        case ast.Head(kind, name, title, lines):
            return line(kind, name.text, label_text(title), below=map(_head_line, lines))
        case ast.Source(name, lines):
            return line("source", name.text, below=map(_source_line, lines))
        case ast.Input():
            return _named("input", declaration, map(_input_line, declaration.lines))
        case ast.Define():
            return _define(declaration)
        case ast.Item():
            return _item(declaration)
        case ast.Regimen():
            return _named("regimen", declaration, map(_regimen_line, declaration.lines))
        case ast.Decision():
            return _named("decision", declaration, (*_asked(declaration.asked), *_body(declaration.body)))
        case ast.Options():
            below = (*_asked(declaration.asked), *map(_option, declaration.lines))
            return _named("options", declaration, below)
        case ast.Rule():
            return _rule(declaration)
        case ast.Reading():
            return _named("reading", declaration, map(_value_line, declaration.values))
        case ast.Account(kind, cites, reason):
            return line(
                "document" if kind == "documented" else "set aside", cites_text(cites), label_text(reason)
            )
        case ast.Impossible(condition, why, cites):
            return line("impossible when", chain(condition), label_text(why), cites_text(cites))
        case ast.Scenario(title, cites, lines):
            return line("scenario", label_text(title), cites_text(cites), below=map(_scenario_line, lines))
        case _:
            assert_never(declaration)


def _named(
    kind: str,
    named: ast.Input | ast.Regimen | ast.Decision | ast.Options | ast.Reading,
    below: Iterable[Line],
) -> Line:
    return line(kind, named.name.text, label_text(named.label), cites_text(named.cites), below=below)


def _note(note: ast.Note) -> Line:
    return line("note", label_text(note.text), cites_text(note.cites))


# --- head and vocabulary -----------------------------------------------------


def _head_line(written: ast.HeadLine) -> Line:
    if written.condition is not None:
        return line("applies when", chain(written.condition), cites_text(written.cites))
    assert written.value is not None
    return line(written.kind, written.value.text)


def _source_line(written: ast.SourceLine) -> Line:
    return line(written.key.text, ", ".join(quoted(value.text) for value in written.values))


def _value_line(value: ast.ValueLine) -> Line:
    return Line(((value.name.text,), (label_text(value.label),)), kind="value")


def _input_line(written: ast.TypeLine | ast.NamedValue | ast.Rounds | ast.Note) -> Line:
    match written:
        case ast.TypeLine():
            return _type_line(written)
        case ast.NamedValue(value):
            return line("or value", value.name.text, label_text(value.label))
        case ast.Rounds():
            return line("round")
        case ast.Note():
            return _note(written)


def _type_line(written: ast.TypeLine) -> Line:
    words = {"any_of_drugs": "any of drugs", "one_of": "one of", "any_of": "any of", "also_in": "or in"}
    bounds = [
        f"{word} {value_text(at)}" for word, at in zip(("from", "to", "step"), written.bounds, strict=False)
    ]
    unit = written.unit.text if written.unit is not None else ""
    kind = words.get(written.kind, written.kind)
    return line(kind, unit, " ".join(bounds), below=map(_value_line, written.values))


def _define(written: ast.Define) -> Line:
    unit = f"in {written.unit.text}" if written.unit is not None else ""
    return line(
        "define", written.name.text, label_text(written.label), unit, "=", chain(written.expression),
        cites_text(written.cites), below=map(_define_line, written.lines),
    )  # fmt: skip


def _define_line(written: ast.Shown | ast.Note) -> Line:
    if isinstance(written, ast.Note):
        return _note(written)
    return line("shown", "" if written.rounded is None else f"rounded to {quantity_text(written.rounded)}")


def _item(written: ast.Item) -> Line:
    members = f"= {names_text(written.members)}" if written.members else ""
    kind = "drug class" if written.kind == "drug_class" else written.kind
    cites = cites_text(written.cites)
    return line(
        kind, written.name.text, label_text(written.label), members, cites, below=map(_note, written.notes)
    )


# --- orders ------------------------------------------------------------------


def _regimen_line(written: ast.OrderLine | ast.GiveNothing | ast.Note) -> Line:
    match written:
        case ast.OrderLine():
            return _order_line(written)
        case ast.GiveNothing():
            return line("give nothing")
        case ast.Note():
            return _note(written)


def _order_line(written: ast.OrderLine) -> Line:
    lead = "timing not stated" if written.lead == "not stated" else written.lead
    order = written.order
    if isinstance(order, ast.Order):
        return _order(order, lead, when=_when(order.condition))
    kind = f"{lead} {'such as' if order.open else 'one of'}{_tails(order.tails)}"
    below = map(_order, order.alternatives)
    return line(kind, _when(order.condition), cites_text(order.cites), below=below)


def _order(order: ast.Order, lead: str = "", when: Words = ()) -> Line:
    """`lead` stands before the order, be it a word like `give` or a strength."""
    words = _order_words(order, lead)
    return line(words, when, cites_text(order.cites), below=map(_prefer, order.prefers))


def _order_words(order: ast.Order, lead: str) -> Words:
    parts = map(part_text, order.parts)
    return (*spaced(lead, thing_text(order.thing), *parts), _tails(order.tails))


def _tails(tails: tuple[ast.Tail, ...]) -> str:
    return "".join(f"; {tail_text(tail)}" for tail in tails)


def _when(condition: ast.Expression | None) -> Words:
    return () if condition is None else ("when ", chain(condition))


def _prefer(prefer: ast.Prefer) -> Line:
    return line("prefer", label_text(prefer.wording), _when(prefer.condition), cites_text(prefer.cites))


# --- decisions ---------------------------------------------------------------


def _asked(asked: ast.Asked | None) -> tuple[Line, ...]:
    return () if asked is None else (line("asked", _when(asked.condition), cites_text(asked.cites)),)


def _body(body: ast.Body) -> tuple[Line, ...]:
    match body:
        case ast.By(name, cites, branches):
            return (line("by", name.text, cites_text(cites), below=map(_by_branch, branches)),)
        case ast.Whens(branches):
            return tuple(map(_when_branch, branches))
        case _:
            return (_outcome(body),)


def _by_branch(branch: ast.ByBranch) -> Line:
    labels = "otherwise" if branch.labels is None else ", ".join(map(branch_label_text, branch.labels))
    return _branch((labels,), branch, "branch")


def _when_branch(branch: ast.WhenBranch) -> Line:
    return _branch(_when(branch.condition) or ("otherwise",), branch, "")


def _branch(label: Words, branch: ast.ByBranch | ast.WhenBranch, kind: str) -> Line:
    """A label with what follows from it: behind the colon, but for a list of conditions."""
    below = _body(branch.body)
    words = (*spaced(label, cites_text(branch.cites)), ":")
    return Line((words,), below, kind, joins=not isinstance(branch.body, ast.Whens))


def _outcome(outcome: ast.Outcome) -> Line:
    match outcome:
        case ast.Recommendation(strength, order):
            words = _order_words(order, strength_text(strength))
            return _cited(words, order.cites, map(_prefer, order.prefers))
        case ast.Nothing(cites):
            return _cited(("nothing",), cites)
        case ast.NotStated(why, cites):
            return _cited(spaced("not stated", label_text(why)), cites)
        case ast.Conflict(why, cites, answers):
            return _cited(spaced("conflict", label_text(why)), cites, map(_outcome, answers))
        case ast.AllOf(cites, parts):
            return _cited(("all of",), cites, map(_outcome, parts))
        case ast.As(label, cites):
            return _cited(spaced("as", branch_label_text(label)), cites)
        case _:
            assert_never(outcome)


def _cited(words: Words, cites: ast.Cites, below: Iterable[Line] = ()) -> Line:
    """A line whose citations are a column of their own."""
    columns = (words, (cites_text(cites),)) if cites else (words,)
    return Line(columns, tuple(below))


def _option(option: ast.OptionLine | ast.OptionConflict) -> Line:
    if isinstance(option, ast.OptionConflict):
        head = spaced("conflict", label_text(option.why))
        return line(head, cites_text(option.cites), below=map(_option, option.lines))
    recommendation = option.recommendation
    lead = strength_text(recommendation.strength)
    return _order(recommendation.order, lead, _rule_when(option.when))


# --- rules and scenarios -----------------------------------------------------


def _rule(rule: ast.Rule) -> Line:
    kind = "monitor" if rule.kind == "monitor" else f"advise {rule.kind}"
    until = f"until {rule.until.text}" if rule.until is not None else ""
    return line(
        kind, rule.name.text, label_text(rule.label), _rule_when(rule.when), until, cites_text(rule.cites),
        below=map(_rule_line, rule.lines),
    )  # fmt: skip


def _rule_when(when: ast.When) -> Words:
    return _when(when.condition) if when.stated else ("when not stated",)


def _rule_line(
    written: ast.Applies | ast.Note | ast.RuleStrength | ast.OrderLine | ast.Measure | ast.MeasureEvery,
) -> Line:
    match written:
        case ast.Applies(condition, cites):
            return line("applies", _when(condition), cites_text(cites))
        case ast.Note():
            return _note(written)
        case ast.RuleStrength(strength):
            return line(strength_text(strength))
        case ast.OrderLine():
            return _order_line(written)
        case ast.Measure(tests):
            return line("measure", names_text(tests, " or "))
        case ast.MeasureEvery(interval):
            return line("every", "not stated" if interval is None else interval_text(interval))


def _scenario_line(written: ast.GivenLines | ast.Expectations | ast.Note) -> Line:
    match written:
        case ast.GivenLines(entries):
            return line("given", "; ".join(map(given_text, entries)))
        case ast.Expectations(entries):
            return line("expect", "; ".join(map(expectation_text, entries)))
        case ast.Note():
            return _note(written)
