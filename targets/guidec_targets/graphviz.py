"""Flowcharts in Graphviz's DOT: the decisions as the published algorithm, and a picture for each list of options."""

from guidec import ir
from guidec.diagnostic import Diagnostic
from guidec.evaluate import Compiled
from guidec.wording import grade_text
from guidec_targets.chart import Box, Chart, Edge, Question, chart_of
from guidec_targets.chart_text import (
    Line,
    avoid_statements,
    condition_lines,
    given_lines,
    statement_text,
    tooltip,
    wrapped,
)

_FONT = "Helvetica"  # a PostScript name: renderers know its widths, and write sans-serif behind it
_INK, _PALE, _HEAD, _QUIET = "#1a1a1a", "#ffffff", "#dbe7f3", "#ececec"
_BOX, _SMALL_BOX = 272, 165
_BORDER = {"recommend": 2, "suggest": 1, "consider": 1, "may": 1, "generally": 1, "use": 1}


def emit(compiled: Compiled) -> tuple[dict[str, str], list[Diagnostic]]:
    """`<guideline>.dot`, and `<guideline>.<options>.dot` for each list of options."""
    guideline = compiled.guideline
    files: dict[str, str] = {}
    lists = [one for one in guideline.decisions if isinstance(one, ir.Options)]
    files[f"{guideline.id}.dot"] = _chart(guideline, chart_of(guideline), lists)
    for one in lists:
        files[f"{guideline.id}.{one.id}.dot"] = _options(guideline, one)
    return files, []


# --- the text of DOT ---------------------------------------------------------


def quoted(text: str) -> str:
    """A DOT string that nothing in the text can end."""
    clean = "".join(character if character.isprintable() else " " for character in text)
    return '"' + clean.replace("\\", "\\\\").replace('"', '\\"') + '"'


def escaped(text: str) -> str:
    """Text inside an HTML-like label."""
    clean = "".join(character if character.isprintable() else " " for character in text)
    for plain, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        clean = clean.replace(plain, entity)
    return clean or " "


def _head(guideline: ir.Guideline, name: str, caption: list[str]) -> list[str]:
    rows = "".join(
        f'<TR><TD ALIGN="LEFT"><FONT POINT-SIZE="{16 if at == 0 else 10}">{_bold(escaped(line), at == 0)}</FONT></TD></TR>'
        for at, line in enumerate(caption)
    )
    return [
        f"digraph {quoted(name)} {{",
        f"  graph [rankdir=LR, fontname={quoted(_FONT)}, nodesep=0.14, ranksep=0.24, pad=0.2, splines=true,",
        f'    bgcolor="#ffffff", labelloc=t, labeljust=l, tooltip={quoted(guideline.title)},',
        f'    label=<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="1" CELLPADDING="1">{rows}</TABLE>>];',
        f"  node [shape=plain, fontname={quoted(_FONT)}, fontsize=11, fontcolor={quoted(_INK)}];",
        f"  edge [fontname={quoted(_FONT)}, fontsize=11, fontcolor={quoted(_INK)}, color={quoted(_INK)}, arrowsize=0.7];",
    ]


def _bold(text: str, yes: bool) -> str:
    return f"<B>{text}</B>" if yes else text


def _caption(guideline: ir.Guideline, extra: list[str]) -> list[str]:
    lines = [guideline.title]
    for source in guideline.sources:
        fields = {field.key: ", ".join(field.values) for field in source.fields}
        about = [fields[key] for key in ("authors", "title") if key in fields]
        if about:
            lines += wrapped("After " + ": ".join(about), 80)
    return [*lines, *extra]


# --- the algorithm -----------------------------------------------------------


def _chart(guideline: ir.Guideline, chart: Chart, lists: list[ir.Options]) -> str:
    legend = "[T1] statement of the source   [†T1] from another passage, the link is ours"
    if any(edge.follows for edge in chart.edges):
        legend += "   dashed arrow: what comes after a treatment"
    if lists:
        legend += "   Own pictures: " + ", ".join(one.label for one in lists)
    lines = _head(guideline, guideline.id, _caption(guideline, wrapped(legend, 160)))
    if not chart.boxes:
        lines.append('  none [label="This guideline has no decision."];')
    for question in chart.questions:
        lines.append(
            f"  {question.id} [label=<{_question_label(question)}>, {_links(guideline, question.statements, question.span)}];"
        )
    for box in chart.boxes:
        cited = tuple(dict.fromkeys(box_statements(box) + avoid_statements(guideline, box.outcome)))
        lines.append(
            f"  {box.id} [label=<{_box_label(guideline, box)}>, {_links(guideline, cited, box.outcome.span)}];"
        )
    for edge in chart.edges:
        lines.append(f"  {_edge(edge)}")
    for ends in chart.columns:
        lines.append(f"  {{rank=same; {'; '.join(ends)}}}")
    return "\n".join([*lines, "}"]) + "\n"


def _links(guideline: ir.Guideline, statements: tuple[str, ...], span: object) -> str:
    """What a pointer shows, and the line of the source that a click opens."""
    file, line = getattr(span, "file", ""), getattr(span, "line", 0)
    tip = f"tooltip={quoted(tooltip(guideline, statements))}"
    name = file.rpartition("/")[2]
    return f"{tip}, URL={quoted(f'{name}#L{line}')}" if name else tip


def _edge(edge: Edge) -> str:
    label = "<BR/>".join(f"&#160;{escaped(line)}&#160;&#160;" for line in wrapped(edge.label, 17))
    attributes = [f"label=<<B>{label}</B>>"] if edge.label else []
    if edge.follows:
        attributes += ["style=dashed", "constraint=true"]
    return f"{edge.start} -> {edge.end}" + (f" [{', '.join(attributes)}];" if attributes else ";")


def _question_label(question: Question) -> str:
    words = wrapped(question.text, 15)
    heading = wrapped(question.heading, 20) if question.heading else []
    rows = [f"<I>{_small(line)}</I>" for line in heading] + [f"<B>{escaped(line)}</B>" for line in words]
    if question.statements:
        rows += [_small(line) for line in wrapped(f"[{' '.join(question.statements)}]", 24)]
    text = "<BR/>".join(rows)
    width = max(_width(words, True), _width(heading) if heading else 0) + 8
    return (
        f'<TABLE WIDTH="{width}" BORDER="1" CELLBORDER="0" CELLSPACING="0" CELLPADDING="7" STYLE="ROUNDED" '
        f'BGCOLOR="{_QUIET}" COLOR="{_INK}">'
        f"<TR><TD>{text}</TD></TR></TABLE>"
    )


def _width(lines: list[str], strong: bool = False) -> int:
    """Points that the longest line takes: renderers guess too little where they lack the font."""
    return int(max(len(line) for line in lines) * (7.4 if strong else 6.4)) + 12


def _small(text: str) -> str:
    return f'<FONT POINT-SIZE="9">{escaped(text)}</FONT>'


def box_statements(box: Box) -> tuple[str, ...]:
    """Every statement that a box cites."""
    found: dict[str, None] = dict.fromkeys(box.cites.statements)
    waiting = [box.outcome]
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


def _box_label(guideline: ir.Guideline, box: Box) -> str:
    outcome = box.outcome
    if outcome.status == "not_stated":
        return _plain_box(
            "Not stated", outcome.why, box.cites.statements + outcome.cites.statements, "DASHED"
        )
    if outcome.status == "conflict":
        inner = "".join(
            f'<TR><TD ALIGN="LEFT">{_answer(guideline, answer)}</TD></TR>' for answer in outcome.answers
        )
        statements = _small(statement_text(box.cites.statements + outcome.cites.statements))
        head = f'<B>The source gives two answers</B> {statements}<BR ALIGN="LEFT"/>{_lines(outcome.why)}'
        title = f"<TR>{_cell(head, _QUIET)}</TR>"
        return f'<TABLE BORDER="3" CELLBORDER="0" CELLSPACING="2" CELLPADDING="3" BGCOLOR="{_PALE}">{title}{inner}</TABLE>'
    if not outcome.recommendations:
        return _plain_box("No recommendation", "", box.cites.statements + outcome.cites.statements, "")
    return _recommendations(guideline, outcome, box.cites.statements)


def _cell(text: str, color: str = "", more: str = "") -> str:
    """A cell whose lines begin at its left side."""
    fill = f' BGCOLOR="{color}"' if color else ""
    return f'<TD ALIGN="LEFT" BALIGN="LEFT"{fill}{more}>{text}</TD>'


def _table(rows: str, border: str, padding: int) -> str:
    """A table with one frame; `border` holds what is particular about it."""
    return (
        f'<TABLE {border} CELLBORDER="0" CELLSPACING="0" CELLPADDING="{padding}" BGCOLOR="{_PALE}" COLOR="{_INK}">'
        f"{rows}</TABLE>"
    )


def _lines(text: str, width: int = 44) -> str:
    return "".join(f'{escaped(line)}<BR ALIGN="LEFT"/>' for line in wrapped(text, width))


def _plain_box(title: str, text: str, statements: tuple[str, ...], style: str) -> str:
    body = (
        f"<B>{escaped(title)}</B>"
        + (f"&#160;&#160;&#160; {_small(statement_text(statements))}" if statements else "")
        + '<BR ALIGN="LEFT"/>'
    )
    body += _lines(text, 30) if text else ""
    border = f' STYLE="{style}"' if style else ""
    head = f"{title} {statement_text(statements)}"
    width = max(_width([head], True), _width(wrapped(text, 30)) if text else 0)
    return _table(f"<TR>{_cell(body)}</TR>", f'WIDTH="{width}" BORDER="1"{border}', 5)


def _answer(guideline: ir.Guideline, outcome: ir.Outcome) -> str:
    if outcome.status == "not_stated":
        return _plain_box("Not stated", outcome.why, outcome.cites.statements, "DASHED")
    if not outcome.recommendations:
        return _plain_box("No recommendation", "", outcome.cites.statements, "")
    return _recommendations(guideline, outcome, ())


def _recommendations(guideline: ir.Guideline, outcome: ir.Outcome, path: tuple[str, ...]) -> str:
    rows: list[str] = []
    strength = outcome.recommendations[0].strength
    width = (
        _BOX
        if any(given_lines(guideline, one) for one in outcome.recommendations if one.regimen)
        else _SMALL_BOX
    )
    for one in outcome.recommendations:
        statements = tuple(dict.fromkeys(path + one.cites.statements))
        direction = {"for": "", "against": " AGAINST", "neither": " NEITHER FOR NOR AGAINST"}[one.direction]
        wording = f"\u00a0\u00a0\u00a0(“{one.wording}”)" if one.wording else ""
        word = "STRENGTH NOT STATED" if one.strength == "use" else one.strength.upper()
        head = f"<B>{escaped(word + direction)}</B>{escaped(wording)}"
        title = "".join(
            f'<B>{escaped(line)}</B><BR ALIGN="LEFT"/>' for line in wrapped(one.label, width // 8 - 1)
        )
        grades = "; ".join(grade_text(grade.strength, grade.certainty) for grade in one.grades)
        graded = f'{_small(f"GRADE {grades}")}<BR ALIGN="LEFT"/>' if grades else ""
        line = (
            f'{head}&#160;&#160;&#160; {_small(statement_text(statements))}<BR ALIGN="LEFT"/>{graded}{title}'
        )
        sized = f' WIDTH="{width}" CELLPADDING="3"'
        rows.append(f"<TR>{_cell(line, _HEAD, sized)}</TR>")
        rows += [_order_row(line) for line in given_lines(guideline, one)]
    style = ' STYLE="DASHED"' if strength == "may" else ""
    return _table("".join(rows), f'BORDER="{_BORDER.get(strength, 1)}"{style}', 1)


def _order_row(line: Line) -> str:
    indent = "&#160;" * (3 * line.indent)
    width = (40 if line.strong else 43) - 3 * line.indent
    parts = wrapped(line.text, width)
    rows = [
        _bold((f"{indent}&#160;&#160;" if at else indent) + escaped(part), line.strong)
        for at, part in enumerate(parts)
    ]
    if line.cites and len(parts[-1]) + 0.9 * len(line.cites) <= width:
        rows[-1] += f"&#160;&#160;&#160; {_small(line.cites)}"
    elif line.cites:
        rows.append(f"{indent}&#160;&#160;{_small(line.cites)}")
    text = '<BR ALIGN="LEFT"/>'.join(rows)
    return f'<TR><TD ALIGN="LEFT" BALIGN="LEFT">{text}<BR ALIGN="LEFT"/></TD></TR>'


# --- lists of options --------------------------------------------------------


def _options(guideline: ir.Guideline, options: ir.Options) -> str:
    legend = ["Each line holds for itself.  † taken from another passage of the source: the link is ours."]
    if options.asked is not None:
        asked = " ".join(line.text for line in condition_lines(guideline, options.asked))
        legend.insert(0, f"Asked when: {asked}")
    lines = _head(guideline, f"{guideline.id}.{options.id}", [options.label, *_caption(guideline, legend)])
    rows = [f"<TR>{_cell('<B>When</B>', _HEAD)}{_cell('<B>Option</B>', _HEAD)}</TR>"]
    for line in options.lines:
        rows += _option_rows(guideline, line)
    frame = f'BORDER="1" CELLBORDER="1" CELLSPACING="0" CELLPADDING="5" BGCOLOR="{_PALE}" COLOR="{_INK}"'
    table = f"<TABLE {frame}>{''.join(rows)}</TABLE>"
    lines.append(
        f"  options [label=<{table}>, {_links(guideline, _option_statements(options), options.span)}];"
    )
    return "\n".join([*lines, "}"]) + "\n"


def _option_statements(options: ir.Options) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for line in options.lines:
        for one in line.lines if isinstance(line, ir.OptionConflict) else (line,):
            found.update(dict.fromkeys(one.recommendation.cites.statements))
    return tuple(found)


def _option_rows(guideline: ir.Guideline, line: ir.OptionLine | ir.OptionConflict) -> list[str]:
    if isinstance(line, ir.OptionConflict):
        head = f'<B>Where both hold, the source gives two answers</B><BR ALIGN="LEFT"/>{_lines(line.why, 80)}'
        across = ' COLSPAN="2"'
        title = f"<TR>{_cell(head, _QUIET, across)}</TR>"
        return [title, *(row for one in line.lines for row in _option_rows(guideline, one))]
    one = line.recommendation
    regimen = next((found for found in guideline.regimens if found.id == one.regimen), None)
    ready = one if regimen is None else _with_orders(one, regimen)
    if not line.stated:
        when = "<I>the source does not say when</I>"
    elif line.when is None:
        when = "always"
    else:
        when = "".join(
            f'{"&#160;" * 3 * part.indent}{escaped(part.text)}<BR ALIGN="LEFT"/>'
            for part in condition_lines(guideline, line.when)
        )
    outcome = ir.Outcome("determined", (ready,), "", (), ir.Citation())
    body = _recommendations(guideline, outcome, ())
    wide, close = ' WIDTH="240"', ' CELLPADDING="3"'
    return [f"<TR>{_cell(when, '', wide)}{_cell(body, '', close)}</TR>"]


def _with_orders(one: ir.Recommendation, regimen: ir.Regimen) -> ir.Recommendation:
    from dataclasses import replace

    return replace(one, orders=regimen.orders)
