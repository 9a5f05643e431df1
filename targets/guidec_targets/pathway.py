"""A pathway to its pictures: an overview of the stages and one picture a stage, each a link to the others."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from guidec import ir
from guidec.record import parts
from guidec.wording import move_text, review_text, split_label
from guidec_targets.chart import WHICH, Chart, Question, chart_of, ends_of
from guidec_targets.chart_text import Line, statement_text, tooltip, wrapped
from guidec_targets.dosage import often_text, when_text
from guidec_targets.dot import (
    HEAD,
    INK,
    QUIET,
    WHITE,
    bold,
    cell,
    colored,
    escaped,
    line_html,
    quoted,
    small,
    table,
    text_width,
)
from guidec_targets.drawing import after_whom, chart_lines, head, plain_box, pointer, question_label

_BEGIN, _END = "PATIENTS BEGIN HERE", "THE PATHWAY ENDS HERE"
_MOST_ENDS = 8
_WIDE, _NARROW = 36, 26
_LEGEND = (
    "[T1] statement of the source   [†T1] from another passage, the link is ours",
    "underlined: leads to another picture",
)


@dataclass(frozen=True, slots=True)
class Names:
    """How the pictures are called, without their ending; `drawn` has that of each decision and list of options."""

    overview: str
    stages: dict[str, str]
    drawn: dict[str, str]


def names_of(guideline: ir.Guideline, pathway: ir.Pathway, taken: Iterable[str]) -> Names:
    """Names that nothing else has: those of declarations hold no second point and no hyphen."""
    own = f"{guideline.id}.pathway"
    return Names(
        own if own not in taken else f"{guideline.id}.the-pathway",
        {one.id: f"{own}.{one.id}" for one in pathway.stages},
        {
            one.id: f"{guideline.id}.{one.id}" if isinstance(one, ir.Options) else guideline.id
            for one in guideline.decisions
        },
    )


def pathway_pictures(guideline: ir.Guideline, pathway: ir.Pathway, names: Names) -> list[str]:
    """The overview and the picture of each stage, in DOT."""
    stages = [_stage_picture(guideline, pathway, stage, names) for stage in pathway.stages]
    return [_overview(guideline, pathway, names), *stages]


# --- all stages ----------------------------------------------------------------


def _overview(guideline: ir.Guideline, pathway: ir.Pathway, names: Names) -> str:
    """Every stage and every move between them, from above; who stays is told inside the box."""
    lines = _begun(guideline, names.overview, pathway.label, pathway.cites, pathway.notes)
    lines.append("  graph [rankdir=TB, ranksep=0.3];")
    ids = {stage.id: f"stage{at}" for at, stage in enumerate(pathway.stages)}
    for stage in pathway.stages:
        box = _overview_box(guideline, stage)
        url = f"URL={quoted(names.stages[stage.id] + '.svg')}, {_tip(guideline, _statements(stage))}"
        lines.append(f"  {ids[stage.id]} [label=<{box}>, {url}];")
    for stage in pathway.stages:
        for at, moves in enumerate(_by_end(stage)):
            end = ids.get(moves[0].to, f"{ids[stage.id]}_{at}")
            if not moves[0].to:
                lines.append(_unstated(guideline, end, moves))
            if moves[0].to != stage.id:
                lines.append(f"  {ids[stage.id]} -> {end} [{_asked(guideline, stage, moves, _NARROW)}];")
    begin = "; ".join(ids[stage.id] for stage in pathway.stages if stage.start)
    return "\n".join([*lines, f"  {{rank=min; {begin}}}", "}"]) + "\n"


def _overview_box(guideline: ir.Guideline, stage: ir.Stage) -> str:
    labels = {one.id: one.label for one in guideline.decisions}
    lines = [Line(f"decide: {labels[name]}") for name in stage.decisions]
    lines += _reviews(stage, "review ")
    lines += [
        Line(f"stays: {move_text(guideline, stage, move)}", _cited(move.cites))
        for move in stage.moves
        if move.to == stage.id
    ]
    rows = "".join(f"<TR>{cell(line_html(line, _WIDE))}</TR>" for line in lines)
    return _frame(f"{_marks(stage)}{_title(stage, _WIDE, link=True)}{rows}", stage)


def _reviews(stage: ir.Stage, lead: str = "") -> list[Line]:
    """When a patient is seen again; where nothing is said of it, that is said, but for a stage that ends all."""
    unsaid = [] if stage.reviews or stage.final else [Line(f"{lead}not stated")]
    return [*unsaid, *(Line(f"{lead}{review_text(one)}", _cited(one.cites)) for one in stage.reviews)]


def _by_end(stage: ir.Stage) -> list[tuple[ir.Move, ...]]:
    """The moves of a stage, those to one end together."""
    found: dict[tuple[str, str], list[ir.Move]] = {}
    for move in stage.moves:
        found.setdefault((move.to, move.why), []).append(move)
    return [tuple(moves) for moves in found.values()]


# --- one stage -----------------------------------------------------------------


def _stage_picture(guideline: ir.Guideline, pathway: ir.Pathway, stage: ir.Stage, names: Names) -> str:
    """What is done at a stage, when the patient is seen again, and where what is found then leads."""
    lines = _begun(guideline, names.stages[stage.id], stage.label, stage.cites, stage.notes)
    lines.append("  graph [nodesep=0.2];")
    lines.append(f"  stage [label=<{_card(guideline, pathway, stage, names)}>];")
    chart = _small_chart(guideline, pathway, stage)
    lines += chart_lines(guideline, chart)
    lines += [f"  stage -> {start} [{_word('now')}];" for start in _starts(chart)]
    return "\n".join([*lines, *_moves(guideline, pathway, stage, names), "}"]) + "\n"


def _card(guideline: ir.Guideline, pathway: ir.Pathway, stage: ir.Stage, names: Names) -> str:
    """Where the patient stands: whence, what is decided and done, when he is seen again."""
    rows = [_link(f"All stages: {pathway.label}", names.overview), _marks(stage), _title(stage, _WIDE)]
    before = [one for one in pathway.stages if one is not stage and any(m.to == stage.id for m in one.moves)]
    rows += _group("Reached from", [_link(one.label, names.stages[one.id]) for one in before])
    labels = {one.id: one.label for one in guideline.decisions}
    rows += _group("Decided here", [_link(labels[name], names.drawn[name]) for name in stage.decisions])
    rules = {one.id: one for one in guideline.rules}
    done = [_row([line_html(line, _WIDE) for line in _rule(guideline, rules[name])]) for name in stage.rules]
    rows += _group("Done here", done)
    seen = [_row([line_html(line, _WIDE)]) for line in _reviews(stage)]
    rows += _group("Seen again", seen)
    return _frame("".join(rows), stage)


def _rule(guideline: ir.Guideline, rule: ir.Rule) -> list[Line]:
    lines = [Line(rule.label, _cited(rule.cites)), Line(f"when: {when_text(guideline, rule)}", indent=1)]
    often = [Line(f"how often: {often_text(guideline, rule)}", indent=1)] if rule.kind == "monitor" else []
    return [*lines, *often]


def _small_chart(guideline: ir.Guideline, pathway: ir.Pathway, stage: ir.Stage) -> Chart:
    """The decisions of a stage, where each is one question of few answers: more, and print would be too small on A4."""
    own = [
        replace(one, asked=_asked_here(one.asked, pathway, stage))
        for one in guideline.decisions
        if isinstance(one, ir.Decision) and one.id in stage.decisions
    ]
    if sum(map(ends_of, own)) > _MOST_ENDS or not all(map(_is_short, own)):
        return Chart()
    return chart_of(replace(guideline, decisions=tuple(own)))


def _asked_here(asked: ir.Condition | None, pathway: ir.Pathway, stage: ir.Stage) -> ir.Condition | None:
    """What is still asked before a decision of those who stand at this stage."""
    operands = asked.operands if isinstance(asked, ir.And) else () if asked is None else (asked,)
    left = tuple(
        one
        for one in operands
        if not (isinstance(one, ir.Is) and one.input == pathway.input and stage.id in one.values)
    )
    return ir.And(left) if len(left) > 1 else left[0] if left else None


def _is_short(decision: ir.Decision) -> bool:
    """Whether one question lies between the stage and every end."""
    tree = decision.tree
    if isinstance(tree, ir.Split):
        return decision.asked is None and not any(isinstance(one.node, ir.Split) for one in tree.branches)
    return isinstance(tree, ir.Outcome)


def _starts(chart: Chart) -> list[str]:
    """The parts to which no arrow leads."""
    ends = {edge.end for edge in chart.edges}
    names = [one.id for one in chart.questions]
    names += [one.id for one in chart.sheets]
    names += [one.id for one in chart.boxes]
    return [name for name in names if name not in ends]


def _moves(guideline: ir.Guideline, pathway: ir.Pathway, stage: ir.Stage, names: Names) -> list[str]:
    """What is asked then, and the stages to which answers lead."""
    if not stage.moves:
        return []
    stages = {one.id: one for one in pathway.stages}
    text = f"{split_label(guideline, stage.by)}?" if stage.by else WHICH
    only = len(stage.moves) == 1
    asked = Question(
        "seen", "What comes next", "In every case" if only else text, (), stage.span, 0, (), (), stage.by
    )
    lines = [f"  seen [label=<{question_label(asked)}>, {pointer(guideline, (), stage.span)}];"]
    lines.append(f"  stage -> seen [{_word('then')}];")
    for at, moves in enumerate(_by_end(stage)):
        if not moves[0].to:
            lines.append(_unstated(guideline, f"to{at}", moves))
        else:
            lines.append(_target(guideline, f"to{at}", stages[moves[0].to], stage, names))
        lines.append(f"  seen -> to{at} [{_asked(guideline, stage, moves, 22, True)}];")
    ends = "; ".join(f"to{at}" for at in range(len(_by_end(stage))))
    return [*lines, f"  {{rank=same; {ends}}}"]


def _target(guideline: ir.Guideline, id: str, to: ir.Stage, stage: ir.Stage, names: Names) -> str:
    """The stage to which a move leads; the stage itself where the patient stays."""
    tip = _tip(guideline, _statements(to))
    if to is stage:
        return f"  {id} [label=<{plain_box('Stay', to.label, (), '')}>, {tip}];"
    named = replace(to, cites=ir.Citation())  # the statements of the move stand at its arrow
    box = table(f"{_title(named, _NARROW, 'Go to: ', True)}{_marks(to) if to.final else ''}", 'BORDER="1"', 3)
    return f"  {id} [label=<{box}>, URL={quoted(names.stages[to.id] + '.svg')}, {tip}];"


# --- parts of both --------------------------------------------------------------


def _begun(
    guideline: ir.Guideline, name: str, label: str, cites: ir.Citation, notes: tuple[ir.Note, ...]
) -> list[str]:
    """The frame of a picture: what it is of, and how it is read."""
    texts = [
        *wrapped(guideline.title, 90),
        *(line.text for line in after_whom(guideline)),
        *(part for note in notes for part in wrapped(f"{note.text} {_cited(note.cites)}", 90)),
        *_LEGEND,
    ]
    title = [Line(part, strong=True) for part in wrapped(f"{label} {_cited(cites)}", 50)]
    return head(guideline, name, [*title, *map(Line, texts)], True)


def _frame(rows: str, stage: ir.Stage) -> str:
    """A stage; where patients begin the frame is thick."""
    return table(rows, f'BORDER="{3 if stage.start else 1}"', 3)


def _title(stage: ir.Stage, width: int, lead: str = "", link: bool = False) -> str:
    """The label of a stage, and its statements behind it or below."""
    parts = wrapped(f"{lead}{stage.label}", width - 5)
    cites = _cited(stage.cites)
    rows = [bold(_underlined(part, link)) for part in parts]
    if len(parts[-1]) + len(cites) < width - 7:
        rows[-1] += f"&#160;&#160;&#160; {small(cites)}" if cites else ""
    else:
        rows += [small(part) for part in wrapped(cites, width) if cites]
    more = f' BGCOLOR="{HEAD}" WIDTH="{text_width(["n" * width])}"'
    return _row([f'{row}<BR ALIGN="LEFT"/>' for row in rows], more)


def _underlined(text: str, yes: bool) -> str:
    return f"<U>{escaped(text)}</U>" if yes else escaped(text)


def _marks(stage: ir.Stage) -> str:
    """That patients begin here, or that nobody goes on."""
    begin = (
        _row([colored(bold(small(_BEGIN)), WHITE) + '<BR ALIGN="LEFT"/>'], f' BGCOLOR="{INK}"')
        if stage.start
        else ""
    )
    end = _row([bold(small(_END)) + '<BR ALIGN="LEFT"/>'], f' BGCOLOR="{QUIET}"') if stage.final else ""
    return begin + end


def _group(title: str, rows: list[str]) -> list[str]:
    """Rows under what they are; nothing where there are none."""
    return [_row([f'<I>{small(title)}</I><BR ALIGN="LEFT"/>'], f' BGCOLOR="{QUIET}"'), *rows] if rows else []


def _row(lines: list[str], more: str = "") -> str:
    return f"<TR>{cell(''.join(lines), more)}</TR>"


def _link(label: str, picture: str) -> str:
    """A row that opens a picture."""
    parts = [_underlined(part, True) for part in wrapped(label, _WIDE)]
    return _row([f'{part}<BR ALIGN="LEFT"/>' for part in parts], f' HREF="{picture}.svg"')


def _unstated(guideline: ir.Guideline, id: str, moves: tuple[ir.Move, ...]) -> str:
    """The end of moves of which the source doesn't say where they lead."""
    tip = _tip(guideline, tuple(id for move in moves for id in move.cites.statements))
    return f"  {id} [label=<{plain_box('Not stated', moves[0].why, (), 'DASHED')}>, {tip}];"


def _asked(
    guideline: ir.Guideline, stage: ir.Stage, moves: tuple[ir.Move, ...], width: int, short: bool = False
) -> str:
    """The label of an arrow: what each of its moves asks, `short` behind the question itself, and its statements."""
    asked: list[str] = []
    rows: list[str] = []
    for at, move in enumerate(moves):
        text = move.label if short and stage.by else move_text(guideline, stage, move)
        parts = wrapped(_joined(f"or {text}" if at else text), width)
        parts = [] if short and len(stage.moves) == 1 else parts
        cites = [part for part in wrapped(_cited(move.cites), width) if part.strip()]
        asked += [*parts, *cites]
        rows += [*(bold(escaped(part)) for part in parts), *map(small, cites)]
    tip = _tip(guideline, tuple(id for move in moves for id in move.cites.statements))
    return f"{_label(rows, text_width(asked, True))}, {tip}" if rows else tip


def _joined(text: str) -> str:
    """A sign and its number stay on one line."""
    return re.sub("([<>≤≥=]) ", "\\1\u00a0", text)


def _label(rows: list[str], width: int) -> str:
    """The label of an arrow, with room for a renderer that lacks the font: it must not lie on the next arrow."""
    text = f'<TR><TD WIDTH="{width}">{"<BR/>".join(rows)}</TD></TR>'
    return f'label=<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2">{text}</TABLE>>'


def _word(text: str) -> str:
    return _label([bold(escaped(text))], text_width([text], True))


def _tip(guideline: ir.Guideline, statements: tuple[str, ...]) -> str:
    return f"tooltip={quoted(tooltip(guideline, tuple(dict.fromkeys(statements))))}"


def _statements(stage: ir.Stage) -> tuple[str, ...]:
    return tuple(id for one in parts(stage) if isinstance(one, ir.Citation) for id in one.statements)


def _cited(cites: ir.Citation) -> str:
    return statement_text(cites.statements, cites.inferred)
