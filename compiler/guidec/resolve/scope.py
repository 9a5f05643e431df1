"""The names that a guideline may use, and the faults found while they are looked up."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from guidec import ast, ir
from guidec.diagnostic import Diagnostic, listed, nearest, warning
from guidec.source import Span
from guidec.units import Dimension

Thing = TypeVar("Thing")

_STATUSES = ("determined", "indeterminate", "not_stated", "not_applicable", "out_of_scope")
_KEPT = {
    "input": ("readings",),
    "reading value": ("none",),
    "regimen": _STATUSES,
    "drug": _STATUSES,
    "procedure": _STATUSES,
}


@dataclass(slots=True)
class Scope:
    """Everything that is declared, each kind in its own name space. Filled while a guideline is resolved."""

    found: list[Diagnostic] = field(default_factory=list)
    sources: dict[str, ir.Source] = field(default_factory=dict)
    statements: dict[str, str] = field(default_factory=dict)
    inputs: dict[str, ir.Input] = field(default_factory=dict)
    drugs: dict[str, ir.Item] = field(default_factory=dict)
    classes: dict[str, ir.Item] = field(default_factory=dict)
    procedures: dict[str, ir.Item] = field(default_factory=dict)
    tests: dict[str, ir.Item] = field(default_factory=dict)
    readings: dict[str, ir.Reading] = field(default_factory=dict)
    written: dict[str, ast.Named] = field(default_factory=dict)
    owners: dict[str, ast.Score | ast.Table] = field(default_factory=dict)
    functions: dict[str, ast.Function] = field(default_factory=dict)
    tables: dict[str, ir.Grid] = field(default_factory=dict)
    rows: dict[str, Any] = field(default_factory=dict)
    values: dict[str, dict[str, None]] = field(default_factory=dict)
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    arguments: dict[str, Any] = field(default_factory=dict)
    parameters: tuple[str, ...] = ()
    calling: list[str] = field(default_factory=list)
    calls: int = 0
    overflow: Literal["", "back", "forward"] = ""
    definitions: dict[str, ir.Definition | None] = field(default_factory=dict)
    dimensions: dict[str, Dimension] = field(default_factory=dict)
    resolving: list[str] = field(default_factory=list)
    regimens: dict[str, ir.Regimen] = field(default_factory=dict)
    decisions: dict[str, ast.Decision | ast.Options] = field(default_factory=dict)
    stages: dict[str, str] = field(default_factory=dict)
    outcomes: dict[str, set[str]] = field(default_factory=dict)
    used: set[tuple[str, str]] = field(default_factory=set)
    cited: dict[str, list[Span]] = field(default_factory=dict)
    meant: set[str] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)
    unread_kinds: set[str] = field(default_factory=set)
    define: Callable[["Scope", ast.Named], ir.Definition | None] = lambda scope, written: None

    def fault(self, code: str, message: str, span: Span, repair: str = "") -> None:
        """Note an error."""
        self.found.append(Diagnostic(code, message, span, repair))

    def warn(self, code: str, message: str, span: Span, repair: str = "") -> None:
        """Note a warning."""
        self.found.append(warning(code, message, span, repair))

    def look_up(self, kind: str, name: ast.Name, known: Mapping[str, Thing]) -> Thing | None:
        """The thing of that name, marked as used; or None and a fault that proposes the nearest name."""
        if name.text in known:
            self.used.add((kind, name.text))
            return known[name.text]
        self.unknown(kind, name, known)
        return None

    def unknown(self, kind: str, name: ast.Name, known: Iterable[str], repair: str = "") -> None:
        """No such name: propose the nearest. A name whose declaration has a fault of its own isn't missed."""
        if "guideline" in self.unread_kinds or name.text in self.unread:
            return
        names = sorted(name for name in known if " " not in name)  # those of parts of series are no names
        other = self._other_kind(name.text)
        close = nearest(name.text, names)
        self.meant.update(close.split("`")[1:2])
        found = (
            (repair if other and repair else "")
            or (f"name {_a(kind)}; `{name.text}` is {_a(other)}" if other else "")
            or close
            or repair
            or (f"known: {listed(names)}" if names and len(names) <= 6 else f"declare the {kind}")
        )
        self.fault("unknown_name", f"no {kind} is called `{name.text}`", name.span, found)

    def _other_kind(self, name: str) -> str:
        """What else goes by that name."""
        spaces: tuple[tuple[str, Mapping[str, object]], ...] = (
            ("input", self.inputs), ("definition", self.written), ("reading", self.readings),
            ("decision", self.decisions), ("regimen", self.regimens), ("drug", self.drugs),
            ("drug class", self.classes), ("procedure", self.procedures), ("test", self.tests),
        )  # fmt: skip
        return next((kind for kind, known in spaces if name in known), "")

    def declare(self, kind: str, name: ast.Name, known: Mapping[str, object]) -> bool:
        """Whether the name is still free in its name space; a fault if it isn't."""
        if name.text in known:
            first = getattr(known[name.text], "span", None)
            where = f" in line {first.line}" if isinstance(first, Span) else ""
            where += f" of {first.file}" if isinstance(first, Span) and first.file != name.span.file else ""
            self.fault(
                "duplicate_name",
                f"`{name.text}` is declared already{where}",
                name.span,
                f"give this {kind} another name",
            )
            return False
        return True

    def check_not_kept(self, kind: str, name: ast.Name) -> None:
        """A fault where a result keeps this name for itself: there it would stand beside the author's."""
        if name.text in _KEPT.get(kind, ()):
            message = f"results keep the word `{name.text}` for themselves: no {kind} can be called so"
            self.fault("reserved_word", message, name.span, f"write another name, such as `{name.text}_`")

    def cite(self, cites: ast.Cites, encodes: bool = True) -> ir.Citation:
        """The statements cited; each must stand in a register of this guideline. What only speaks of a rule encodes nothing."""
        for cite in cites:
            if cite.id in self.statements and not encodes:
                continue
            if cite.id in self.statements:
                self.cited.setdefault(cite.id, []).append(cite.span)
            elif not self.unread_kinds & {"guideline", "source"}:
                self._unknown_statement(cite)
        return ir.Citation(
            tuple(dict.fromkeys(cite.id for cite in cites if not cite.ours)),
            tuple(dict.fromkeys(cite.id for cite in cites if cite.ours)),
        )

    def _unknown_statement(self, cite: ast.Cite) -> None:
        if self.statements:
            repair = nearest(cite.id, self.statements) or "add it to the register, or cite another"
            self.fault("unknown_statement", f"no register holds the statement `{cite.id}`", cite.span, repair)
            return
        message = f"`{cite.id}` is cited, and this file has no source with a register"
        self.fault("unknown_statement", message, cite.span, 'add to the source: `register "….csv"`')
        self.unread_kinds.add("source")  # once is enough

    def values_of(self, entry: ir.Input) -> dict[str, None]:
        """The names of an input's values: `yes` and `no`, an enumeration's, and the named ones; looked up once."""
        if entry.id not in self.values:
            own: tuple[str, ...] = ("yes", "no") if isinstance(entry.type, ir.Boolean) else ()
            listed_values = entry.type.values if isinstance(entry.type, ir.OneOf | ir.AnyOf) else ()
            names = (*own, *(value.id for value in (*listed_values, *entry.named)))
            self.values[entry.id] = dict.fromkeys(names)
        return self.values[entry.id]

    def value_labels(self, name: str) -> dict[str, str]:
        """The values of an input, a reading or a category, each with its label."""
        if name not in self.labels:
            values: tuple[ir.Value, ...] = ()
            if name in self.inputs:
                entry = self.inputs[name]
                own = entry.type.values if isinstance(entry.type, ir.OneOf | ir.AnyOf) else ()
                values = (*own, *entry.named)
            elif name in self.readings:
                values = self.readings[name].values
            elif self.definitions.get(name) is not None:
                category = self.definitions[name].category  # type: ignore[union-attr]
                values = () if category is None else category.values
            self.labels[name] = {value.id: value.label for value in values}
        return self.labels[name]

    def definition(self, name: ast.Name) -> ir.Definition | None:
        """A definition, resolved when it is first asked for; a definition of itself is a cycle."""
        self.used.add(("definition", name.text))
        if name.text in self.definitions:
            return self.definitions[name.text]
        if name.text in self.resolving:
            circle = [*self.resolving[self.resolving.index(name.text) :], name.text]
            self.fault(
                "cycle",
                f"the definition goes in a circle: {' → '.join(f'`{one}`' for one in circle)}",
                name.span,
                f"let one of {listed(sorted(set(circle)))} stand alone",
            )
            return None
        bound, parameters, calling = self.arguments, self.parameters, self.calling
        self.arguments, self.parameters, self.calling = {}, (), []
        self.resolving.append(name.text)
        self.definitions[name.text] = self.define(self, self.written[name.text])
        self.resolving.pop()
        self.arguments, self.parameters, self.calling = bound, parameters, calling
        return self.definitions[name.text]

    def drug_list(self) -> ir.Input | None:
        """The input that `taking` asks, if there is one."""
        for entry in self.inputs.values():
            if isinstance(entry.type, ir.AnyOf) and entry.type.drugs:
                return entry
        return None


def _a(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"
