"""The parts of a chart to DOT: how a picture begins, questions, boxes, arrows; marked where the picture is of a patient."""

from dataclasses import replace

from guidec import ir
from guidec.wording import grade_text
from guidec_targets.chart import Box, Chart, Edge, Question
from guidec_targets.chart_text import (
    Line,
    Manner,
    avoid_statements,
    given_lines,
    statement_text,
    strength_words,
    tooltip,
    wrapped,
)
from guidec_targets.dot import (
    FONT,
    HEAD,
    INK,
    PALE_INK,
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
    text_lines,
    text_width,
)
from guidec_targets.grid import State, grid_html
from guidec_targets.marks import Mark, Marks
from guidec_targets.sheets import sheet_grid, sheet_statements

_BOX, _SMALL_BOX = 272, 165
_BORDER = {"recommend": 2, "suggest": 1, "consider": 1, "may": 1, "generally": 1, "use": 1}
_FRAME: dict[State, str] = {
    "taken": 'BORDER="4"',
    "possible": 'BORDER="2" STYLE="DASHED"',
    "ruled_out": 'BORDER="1"',
}
_QUESTION_FRAME: dict[State, tuple[int, str]] = {
    "": (1, "ROUNDED"),
    "taken": (3, "ROUNDED"),
    "possible": (2, "ROUNDED,DASHED"),
    "ruled_out": (1, "ROUNDED"),
}
_LINE: dict[State, list[str]] = {
    "": [],
    "taken": ["penwidth=3.2"],
    "possible": ["penwidth=1.8", "style=dashed"],
    "ruled_out": ["penwidth=0.7", f"color={quoted(PALE_INK)}", f"fontcolor={quoted(PALE_INK)}"],
}
_NOBODY = Mark()


# --- the frame of a picture --------------------------------------------------


def head(guideline: ir.Guideline, name: str, caption: list[Line], roomy: bool = False) -> list[str]:
    """How a picture begins: what it is, and how its parts look; `roomy` where the caption may be wider than all below."""
    texts = [bold(escaped(line.text), line.strong) for line in caption]
    width = f' WIDTH="{max(len(line.text) for line in caption) * 6}"' if roomy else ""
    rows = "".join(
        f'<TR><TD ALIGN="LEFT"{width}><FONT POINT-SIZE="{16 if at == 0 else 10}">{text}</FONT></TD></TR>'
        for at, text in enumerate(texts)
    )
    return [
        f"digraph {quoted(name)} {{",
        f"  graph [rankdir=LR, fontname={quoted(FONT)}, nodesep=0.14, ranksep=0.24, pad=0.2, splines=true,",
        f'    bgcolor="#ffffff", labelloc=t, labeljust=l, tooltip={quoted(guideline.title)},',
        f'    label=<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="1" CELLPADDING="1">{rows}</TABLE>>];',
        f"  node [shape=plain, fontname={quoted(FONT)}, fontsize=11, fontcolor={quoted(INK)}];",
        f"  edge [fontname={quoted(FONT)}, fontsize=11, fontcolor={quoted(INK)}, color={quoted(INK)}, arrowsize=0.7];",
    ]


def after_whom(guideline: ir.Guideline) -> list[Line]:
    """`After Takada T, …: Treatment of …`, for each source."""
    lines: list[Line] = []
    for source in guideline.sources:
        fields = {field.key: ", ".join(field.values) for field in source.fields}
        about = [fields[key] for key in ("authors", "title") if key in fields]
        if about:
            lines += [Line(line) for line in wrapped("After " + ": ".join(about), 80)]
    return lines


def chart_lines(guideline: ir.Guideline, chart: Chart, marks: Marks | None = None) -> list[str]:
    """The nodes and arrows of a chart; with `marks`, as they stand for a patient."""
    marks = marks or Marks()
    lines: list[str] = []
    for question in chart.questions:
        label = question_label(question, marks.parts.get(question.id, _NOBODY))
        found = pointer(guideline, question.statements, question.span)
        lines.append(f"  {question.id} [label=<{label}>, {found}];")
    for box in chart.boxes:
        mark = marks.parts.get(box.id, _NOBODY)
        ready = box if mark.outcome is None else replace(box, outcome=mark.outcome, cites=ir.Citation())
        span = guideline.span if box.outcome is None else box.outcome.span
        against = () if ready.outcome is None else avoid_statements(guideline, ready.outcome)
        found = pointer(guideline, tuple(dict.fromkeys(box_statements(ready) + against)), span)
        lines.append(f"  {box.id} [label=<{_box_label(guideline, ready, mark)}>, {found}];")
    for sheet in chart.sheets:
        label = chart.copies[sheet.copy].decision.label
        grid = sheet_grid(guideline, sheet, label, marks.parts.get(sheet.id))
        found = pointer(guideline, sheet_statements(sheet), sheet.span)
        lines.append(f"  {sheet.id} [label=<{grid_html(grid)}>, {found}];")
    for at, edge in enumerate(chart.edges):
        lines.append(f"  {_arrow(edge, marks.edges[at] if marks.edges else _NOBODY)}")
    for ends in chart.columns:
        lines.append(f"  {{rank=same; {'; '.join(ends)}}}")
    arrows = {name for edge in chart.edges for name in (edge.start, edge.end)}
    return [*lines, *one_below_another([sheet.id for sheet in chart.sheets if sheet.id not in arrows])]


def one_below_another(names: list[str]) -> list[str]:
    """Nodes that no arrow joins, in their order from above: by themselves they would stand the other way round."""
    if len(names) < 2:
        return []
    return [f"  {{rank=same; {' -> '.join(names)} [style=invis]}}"]


def pointer(guideline: ir.Guideline, statements: tuple[str, ...], span: object) -> str:
    """What a pointer shows, and the line of the source that a click opens."""
    file, line = getattr(span, "file", ""), getattr(span, "line", 0)
    tip = f"tooltip={quoted(tooltip(guideline, statements))}"
    name = file.rpartition("/")[2]
    return f"{tip}, URL={quoted(f'{name}#L{line}')}" if name else tip


# --- arrows and questions ----------------------------------------------------


def _arrow(edge: Edge, mark: Mark) -> str:
    rows = [f"<B>&#160;{escaped(line)}&#160;&#160;</B>" for line in wrapped(edge.label, 17) if edge.label]
    for line in mark.lines:
        rows += [f"<I>&#160;{escaped(part)}&#160;&#160;</I>" for part in wrapped(line.text, 19)]
    if not mark.lines:
        label = "<BR/>".join(f"&#160;{escaped(line)}&#160;&#160;" for line in wrapped(edge.label, 17))
        rows = [f"<B>{label}</B>"] if edge.label else []
    attributes = [f"label=<{'<BR/>'.join(rows)}>"] if rows else []
    attributes += _LINE[mark.state]
    if edge.follows:
        attributes += ["arrowhead=empty"] if mark.state else ["style=dashed"]
        attributes += ["constraint=true"]
    return f"{edge.start} -> {edge.end}" + (f" [{', '.join(attributes)}];" if attributes else ";")


def question_label(question: Question, mark: Mark = _NOBODY) -> str:
    """What is asked, and what it waits for."""
    words = wrapped(question.text, 15)
    heading = wrapped(question.heading, 20) if question.heading else []
    heading += ["Reading of the text:"] if question.reading else []
    rows = [f"<I>{small(line)}</I>" for line in heading] + [f"<B>{escaped(line)}</B>" for line in words]
    if question.statements:
        rows += [small(line) for line in wrapped(f"[{' '.join(question.statements)}]", 24)]
    color = PALE_INK if mark.state == "ruled_out" else INK
    text = colored("<BR/>".join(rows), color)
    width = max(text_width(words, True), text_width(heading) if heading else 0) + 8
    more = ""
    if mark.lines:
        open_lines = [part for line in mark.lines for part in wrapped(line.text, 20)]
        width = max(width, text_width(open_lines, True) + 14)
        more = "".join(f"<TR>{_open(line, width)}</TR>" for line in mark.lines)
    border, style = _QUESTION_FRAME[mark.state]
    fill = WHITE if mark.state == "ruled_out" or question.reading else QUIET
    return (
        f'<TABLE WIDTH="{width}" BORDER="{border}" CELLBORDER="0" CELLSPACING="0" CELLPADDING="7" STYLE="{style}" '
        f'BGCOLOR="{fill}" COLOR="{color}">'
        f"<TR><TD>{text}</TD></TR>{more}</TABLE>"
    )


def _open(line: Line, width: int) -> str:
    """What a question waits for; what to ask next stands out."""
    text = "<BR/>".join(bold(escaped(part), line.strong) for part in wrapped(line.text, 20))
    if not line.strong:
        return f'<TD WIDTH="{width}" CELLPADDING="3">{text}</TD>'
    inner = f'<TR><TD WIDTH="{width - 14}" BGCOLOR="{INK}" CELLPADDING="3">{colored(text, WHITE)}</TD></TR>'
    return f'<TD CELLPADDING="3"><TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0">{inner}</TABLE></TD>'


# --- boxes -------------------------------------------------------------------


def box_statements(box: Box) -> tuple[str, ...]:
    """Every statement that a box cites."""
    found: dict[str, None] = dict.fromkeys(box.cites.statements)
    waiting = [] if box.outcome is None else [box.outcome]
    while waiting:
        outcome = waiting.pop(0)
        found.update(dict.fromkeys(outcome.cites.statements))
        for one in outcome.recommendations:
            found.update(dict.fromkeys(one.cites.statements))
            for order in one.orders:
                for part in (order, *(order.options if isinstance(order, ir.Choice) else ())):
                    found.update(dict.fromkeys(part.cites.statements + part.cites.inferred))
        waiting += outcome.answers
    return tuple(found)


def _box_label(guideline: ir.Guideline, box: Box, mark: Mark) -> str:
    outcome = box.outcome
    path = box.cites.statements
    if outcome is None:
        return plain_box(box.title, box.text, path, "", mark)
    if outcome.status == "not_stated":
        return plain_box("Not stated", outcome.why, path + outcome.cites.statements, "DASHED", mark)
    if outcome.status == "conflict":
        return _conflict(guideline, outcome, path, mark)
    if not outcome.recommendations:
        return plain_box("No recommendation", "", path + outcome.cites.statements, "", mark)
    return _recommendations(guideline, outcome, path, mark)


def _conflict(guideline: ir.Guideline, outcome: ir.Outcome, path: tuple[str, ...], mark: Mark) -> str:
    pale = mark.state == "ruled_out"
    color = PALE_INK if pale else INK
    inner = ""
    if not pale:
        inner = "".join(
            f'<TR><TD ALIGN="LEFT">{_answer(guideline, answer, mark.manner)}</TD></TR>'
            for answer in outcome.answers
        )
    statements = small(statement_text(path + outcome.cites.statements))
    words = f"The source gives two answers {statement_text(path + outcome.cites.statements)}"
    title = f'<B>The source gives two answers</B> {statements}<BR ALIGN="LEFT"/>{text_lines(outcome.why)}'
    fill = f' WIDTH="{text_width([words], True)}"' if pale else f' BGCOLOR="{QUIET}"'
    frame = _FRAME.get(mark.state, 'BORDER="3"')
    colour = f' COLOR="{color}"' if mark.state else ""
    return (
        f'<TABLE {frame} CELLBORDER="0" CELLSPACING="2" CELLPADDING="3" BGCOLOR="{WHITE}"{colour}>'
        f"{_tag(mark)}<TR>{cell(colored(title, color), fill)}</TR>{inner}{_waits(mark)}</TABLE>"
    )


def _tag(mark: Mark, width: int = 0) -> str:
    """The words that say what the frame says, for those who don't know the frames."""
    if not mark.tag:
        return ""
    sized = (f' WIDTH="{width}"' if width else "") + ' CELLPADDING="3"'
    text = bold(small(mark.tag))
    if mark.state == "taken":
        return f"<TR>{cell(colored(text, WHITE), f' BGCOLOR={quoted(INK)}{sized}')}</TR>"
    return f"<TR>{cell(text, sized)}</TR>"


def _waits(mark: Mark) -> str:
    return "".join(f"<TR>{cell(line_html(line, 43))}</TR>" for line in mark.lines)


def plain_box(title: str, text: str, statements: tuple[str, ...], style: str, mark: Mark = _NOBODY) -> str:
    """An end that recommends nothing."""
    body = (
        f"<B>{escaped(title)}</B>"
        + (f"&#160;&#160;&#160; {small(statement_text(statements))}" if statements else "")
        + '<BR ALIGN="LEFT"/>'
    )
    body += text_lines(text, 30) if text else ""
    border = f' STYLE="{style}"' if style else ""
    first = f"{title} {statement_text(statements)}"
    width = max(text_width([first], True), text_width(wrapped(text, 30)) if text else 0)
    color = PALE_INK if mark.state == "ruled_out" else INK
    frame = _FRAME.get(mark.state, f'BORDER="1"{border}')
    rows = f"{_tag(mark, width)}<TR>{cell(colored(body, color))}</TR>{_waits(mark)}"
    return table(rows, f'WIDTH="{width}" {frame}', 5, color)


def _answer(guideline: ir.Guideline, outcome: ir.Outcome, manner: Manner | None) -> str:
    if outcome.status == "not_stated":
        return plain_box("Not stated", outcome.why, outcome.cites.statements, "DASHED")
    if outcome.status == "conflict":
        return _conflict(guideline, outcome, (), Mark(manner=manner))
    if not outcome.recommendations:
        return plain_box("No recommendation", "", outcome.cites.statements, "")
    return _recommendations(guideline, outcome, (), Mark(manner=manner))


def _recommendations(guideline: ir.Guideline, outcome: ir.Outcome, path: tuple[str, ...], mark: Mark) -> str:
    rows: list[str] = []
    pale = mark.state == "ruled_out"
    strength = outcome.recommendations[0].strength
    given = [given_lines(guideline, one, mark.manner) for one in outcome.recommendations]
    pairs = zip(outcome.recommendations, given, strict=True)
    long = any(one.regimen or any(len(line.text) > 24 for line in lines) for one, lines in pairs if lines)
    width = _BOX if long else _SMALL_BOX
    for one, lines in zip(outcome.recommendations, given, strict=True):
        statements = tuple(dict.fromkeys(path + one.cites.statements))
        wording = f"\u00a0\u00a0\u00a0(“{one.wording}”)" if one.wording else ""
        first = f"<B>{escaped(strength_words(one))}</B>{escaped(wording)}"
        title = "".join(
            f'<B>{escaped(line)}</B><BR ALIGN="LEFT"/>' for line in wrapped(one.label, width // 8 - 1)
        )
        cited = small(statement_text(statements, one.cites.inferred))
        grades = "; ".join(grade_text(grade.strength, grade.certainty) for grade in one.grades)
        graded = f'{small(f"GRADE {grades}")}<BR ALIGN="LEFT"/>' if grades else ""
        line = f'{first}&#160;&#160;&#160; {cited}<BR ALIGN="LEFT"/>{graded}{title}'
        sized = f' WIDTH="{width}" CELLPADDING="3"'
        if pale:
            rows.append(f"<TR>{cell(colored(line, PALE_INK), sized)}</TR>")
            continue
        shaded = f' BGCOLOR="{HEAD}"{sized}'
        rows.append(f"<TR>{cell(line, shaded)}</TR>")
        rows += [f"<TR>{cell(line_html(line, 43))}</TR>" for line in lines]
    style = ' STYLE="DASHED"' if strength == "may" else ""
    frame = _FRAME.get(mark.state, f'BORDER="{_BORDER.get(strength, 1)}"{style}')
    body = _tag(mark) + "".join(rows) + _waits(mark)
    return table(body, frame, 1, PALE_INK if pale else INK)
