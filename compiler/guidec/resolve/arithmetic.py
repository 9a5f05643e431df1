"""Written numbers to typed ones: arithmetic with its dimension, functions, rounding, dates."""

from collections.abc import Generator
from contextlib import contextmanager
from fractions import Fraction
from typing import Literal

from guidec import ast, ir
from guidec.bounds import Bounds, bounds, grain
from guidec.diagnostic import listed, nearest
from guidec.numbers import CALENDAR_WORDS, DATE, calendar_dimension, input_dimension
from guidec.reals import LARGEST_EXPONENT
from guidec.resolve.scope import Scope
from guidec.resolve.typed import Typed, alike, check_unit, described, mismatch, mixed_units, said_unit
from guidec.units import DIMENSIONLESS, Dimension, divide_dimensions, multiply_dimensions

FUNCTIONS = ("min", "max", "abs", "clamp", "sqrt", "ln", "exp")
MOST_POWER = 100
MOST_BITS = 50_000
MOST_CALLS = 1_000
_IRRATIONAL = ("sqrt", "ln", "exp", "^")


def number(scope: Scope, written: ast.Expression) -> Typed | None:
    """A number with its dimension, or None after a fault."""
    match written:
        case ast.Number(value, unit, span):
            if unit is None:
                return Typed(ir.Constant(value, ""), DIMENSIONLESS, span)
            parsed = check_unit(scope, unit)
            return None if parsed is None else Typed(ir.Constant(value, unit.text), parsed.dimension, span)
        case ast.CalendarNumber(value, unit, span):
            word = CALENDAR_WORDS[unit.text]
            return Typed(ir.Constant(value, word, True), calendar_dimension(word), span)
        case ast.Day(value, span):
            return Typed(ir.Day(value.isoformat()), DATE, span)
        case ast.Name():
            return _named(scope, written)
        case ast.Unary("-", operand, span):
            inner = number(scope, operand)
            if inner is None or not _can_be_computed_with(scope, inner):
                return None
            minus = ir.Constant(Fraction(-1), "")
            return Typed(ir.Arithmetic("*", minus, inner.number), inner.dimension, span)
        case ast.Binary("^"):
            return _power(scope, written)
        case ast.Binary("+" | "-" | "*" | "/"):
            return _arithmetic(scope, written)
        case ast.Call():
            return _call(scope, written)
        case ast.Rounded():
            return _rounded(scope, written)
        case ast.Completed():
            return _completed(scope, written)
        case ast.OfSeries():  # one with a fault, which is told
            return None
        case _:
            scope.fault(
                "wrong_type",
                "this is a condition, and a number is needed",
                written.span,
                "write a number or the name of one",
            )
            return None


def is_number(scope: Scope, written: ast.Expression, inside: tuple[str, ...] = ()) -> bool:
    """Whether this is written as a number; a name counts as what it names. `inside` are the functions that are looked into."""
    match written:
        case (
            ast.Number() | ast.CalendarNumber() | ast.Day() | ast.Rounded() | ast.Completed() | ast.OfSeries()
        ):
            return True
        case ast.Unary("-", _):
            return True
        case ast.Binary(op):
            return op in "+-*/^"
        case ast.Call(name):
            if name.text in scope.functions and name.text not in inside:
                return is_number(scope, scope.functions[name.text].expression, (*inside, name.text))
            return name.text not in scope.functions or name.text in inside
        case ast.Name(text):
            if text in scope.arguments or any(text == one for one in scope.parameters):
                return True
            if text in scope.inputs:
                return input_dimension(scope.inputs[text].type) is not None
            if text in scope.written and text not in scope.resolving:
                definition = scope.definition(written)
                return definition is not None and definition.number is not None
            return False
        case _:
            return False


def how_to_ask(entry: ir.Input) -> str:
    """How a condition asks an input, as a repair."""
    match entry.type:
        case ir.Boolean():
            return f"write `{entry.id}` or `not {entry.id}`"
        case ir.OneOf(values) if values:
            return f"write `{entry.id} is {values[0].id}`, or another of its values"
        case ir.AnyOf(values) if values:
            return f"write `{entry.id} includes {values[0].id}`, or another of its values"
        case _:
            return f"compare it, such as `{entry.id} > …`"


def unknown_name(scope: Scope, name: ast.Name) -> None:
    """Nothing in a condition is called so: what the name is elsewhere, or the nearest."""
    known = [*scope.inputs, *scope.written, *scope.readings, *scope.decisions, *scope.arguments]
    repair = "declare it with `input` or `define`"
    if name.text in scope.decisions or name.text in scope.readings:
        repair = f"write `{name.text} is …`"
    elif name.text in scope.functions:
        repair = f"write `{name.text}(…)`"
    elif name.text in scope.drugs or name.text in scope.classes:
        repair = f"write `taking {name.text}`"
    owners = [entry.id for entry in scope.inputs.values() if name.text in value_ids(entry)]
    if owners and name.text not in known and name.text not in scope.unread:
        repair = f"it is a value: write `{owners[0]} is {name.text}`"
        scope.fault("unknown_name", f"no input or definition is called `{name.text}`", name.span, repair)
        return
    scope.unknown("input or definition", name, known, repair)


def value_ids(entry: ir.Input) -> list[str]:
    """The names of an input's values: `yes` and `no`, an enumeration's, and the named ones."""
    match entry.type:
        case ir.Boolean():
            own = ["yes", "no"]
        case ir.OneOf(values) | ir.AnyOf(values):
            own = [value.id for value in values]
        case _:
            own = []
    return own + [value.id for value in entry.named]


def converts(scope: Scope, typed: Typed) -> bool:
    """An input whose units don't convert is no number: only a threshold printed in each of them can be asked."""
    if isinstance(typed.number, ir.Measure) and mixed_units(scope.inputs[typed.number.input]):
        scope.fault(
            "wrong_type",
            "no arithmetic with this: it has units that do not convert",
            typed.span,
            "compare it with a constant",
        )
        return False
    return True


def rational(scope: Scope, typed: Typed) -> bool:
    """A root, a logarithm or a power that is no fraction stands only under `rounded to`."""
    waiting: list[ir.Number] = [typed.number]
    while waiting:
        match waiting.pop():
            case ir.Function(name, arguments):
                whole = name == "^" and isinstance(arguments[1], ir.Constant)
                if name in _IRRATIONAL and not (whole and arguments[1].value.denominator == 1):  # type: ignore[union-attr]
                    scope.fault(
                        "unrounded",
                        f"`{name}` has no exact value here",
                        typed.span,
                        "add `rounded to` and a step behind it",
                    )
                    return False
                waiting += arguments
            case ir.Arithmetic(_, left, right):
                waiting += [left, right]
            case ir.Sum(terms):
                waiting += terms
            case ir.Case(_, _, arms):
                waiting += [arm.number for arm in arms]
            case _:
                pass
    return True


# --- names -------------------------------------------------------------------


def _named(scope: Scope, name: ast.Name) -> Typed | None:
    if name.text in scope.arguments:
        bound: Typed = scope.arguments[name.text]
        return Typed(bound.number, bound.dimension, name.span)
    if name.text in scope.inputs:
        scope.used.add(("input", name.text))
        dimension = input_dimension(scope.inputs[name.text].type)
        if dimension is None:
            repair = how_to_ask(scope.inputs[name.text])
            scope.fault("wrong_type", f"`{name.text}` is not a number", name.span, repair)
            return None
        return Typed(ir.Measure(name.text), dimension, name.span)
    if name.text in scope.written:
        definition = scope.definition(name)
        if definition is None:
            return None
        if definition.number is None:
            what, repair = "a condition, not a number", "write its name alone"
            if definition.category is not None:
                what, repair = "a category, not a number", f"write `{name.text} is …`"
            scope.fault("wrong_type", f"`{name.text}` is {what}", name.span, repair)
            return None
        return Typed(ir.DefinedNumber(name.text), scope.dimensions[name.text], name.span)
    unknown_name(scope, name)
    return None


# --- arithmetic --------------------------------------------------------------


def _can_be_computed_with(scope: Scope, side: Typed) -> bool:
    if side.dimension == DATE:
        scope.fault(
            "wrong_type", "no arithmetic with this: it is a date", side.span, "write `days from … to …`"
        )
        return False
    return converts(scope, side)


def _arithmetic(scope: Scope, written: ast.Binary) -> Typed | None:
    left, right = number(scope, written.left), number(scope, written.right)
    if left is None or right is None:
        return None
    if left.dimension == DATE and written.op in "+-" and right.dimension != DATE:
        return _shifted(scope, written, left, right)
    if not (_can_be_computed_with(scope, left) and _can_be_computed_with(scope, right)):
        return None
    match written.op:
        case "+" | "-":
            if not alike(scope, left, right):
                mismatch(scope, left, right, right.span)
                return None
            return Typed(ir.Arithmetic(written.op, left.number, right.number), left.dimension, written.span)
        case "*":
            dimension = multiply_dimensions(left.dimension, right.dimension)
        case _:
            low, high = _bounds(scope, right)
            if low <= 0 <= high and not scope.parameters:
                repair = "narrow the range of the input, or divide by something else"
                scope.fault("division_by_zero", "this divisor may be 0", right.span, repair)
                return None
            dimension = divide_dimensions(left.dimension, right.dimension)
    op: Literal["*", "/"] = "*" if written.op == "*" else "/"
    return Typed(ir.Arithmetic(op, left.number, right.number), dimension, written.span)


def _bounds(scope: Scope, typed: Typed) -> Bounds:
    """The bounds of a number; around 0 while a function is looked at by itself, its arguments not known."""
    if scope.parameters:
        return Fraction(1), Fraction(1)
    return bounds(typed.number, scope.inputs, lambda name: scope.definitions[name])


def _grain(scope: Scope, typed: Typed) -> Fraction | None:
    return grain(typed.number, scope.inputs, lambda name: scope.definitions[name])


def _power(scope: Scope, written: ast.Binary) -> Typed | None:
    base, exponent = number(scope, written.left), number(scope, written.right)
    if base is None or exponent is None:
        return None
    if not (_can_be_computed_with(scope, base) and _can_be_computed_with(scope, exponent)):
        return None
    if exponent.dimension != DIMENSIONLESS:
        scope.fault(
            "dimension_mismatch", "an exponent has no unit", exponent.span, "divide by its unit: `/ 1 kg`"
        )
        return None
    constant = _constant(exponent.number)
    low, high = _bounds(scope, base)
    if constant is not None and constant.denominator == 1:
        if abs(constant) > MOST_POWER:
            message = f"this exponent is {constant}; the limit is {MOST_POWER}"
            scope.fault("outside_domain", message, exponent.span, "compute less")
            return None
        if constant < 0 and low <= 0 <= high:
            _outside(scope, base, "may be 0, and is divided by here", "narrow the range of the input")
            return None
        if _is_long(scope, base, (low, high), abs(constant)):
            return None
        power = ir.Function("^", (base.number, ir.Constant(constant, "")))
        return Typed(power, _to_the(base.dimension, int(constant)), written.span)
    if base.dimension != DIMENSIONLESS:
        message = "a number with a unit has only whole powers"
        scope.fault(
            "dimension_mismatch", message, base.span, "divide by its unit first: `(weight / 1 kg) ^ 0.5`"
        )
        return None
    if low <= 0:
        _outside(scope, base, "may be 0 or less, and has no such power then", "narrow the range of the input")
        return None
    if max(abs(end) for end in _bounds(scope, exponent)) > LARGEST_EXPONENT:
        _outside(
            scope, exponent, f"exponent may be beyond {LARGEST_EXPONENT}", "narrow the range of the input"
        )
        return None
    if _is_long(scope, base, (low, high), max(abs(end) for end in _bounds(scope, exponent))):
        return None
    return Typed(ir.Function("^", (base.number, exponent.number)), DIMENSIONLESS, written.span)


def _is_long(scope: Scope, base: Typed, ends: Bounds, exponent: Fraction) -> bool:
    """Whether a power has more digits than are computed with; a fault then."""
    bits = max(max(end.numerator.bit_length(), end.denominator.bit_length()) for end in ends)
    if bits * exponent <= MOST_BITS:
        return False
    _outside(scope, base, "is too large to be raised to this power", "compute less")
    return True


def _constant(one: ir.Number) -> Fraction | None:
    match one:
        case ir.Constant(value, "", False):
            return value
        case ir.Arithmetic("*", ir.Constant(value, "", False), ir.Constant(other, "", False)):
            return value * other
        case _:
            return None


def _to_the(dimension: Dimension, power: int) -> Dimension:
    found = DIMENSIONLESS
    for _ in range(abs(power)):
        found = multiply_dimensions(found, dimension)
    return divide_dimensions(DIMENSIONLESS, found) if power < 0 else found


def _outside(scope: Scope, argument: Typed, what: str, repair: str) -> None:
    scope.fault("outside_domain", f"this {what}", argument.span, repair)


# --- functions ---------------------------------------------------------------


def _call(scope: Scope, written: ast.Call) -> Typed | None:
    name = written.name.text
    if name in scope.functions:
        with bound(scope, written) as function:
            found = None if function is None else function_number(scope, function)
        return None if found is None else Typed(found.number, found.dimension, written.span)
    if name not in FUNCTIONS:
        known = [*FUNCTIONS, *scope.functions]
        repair = nearest(name, known) or f"known: {listed(sorted(known))}"
        scope.fault("unknown_name", f"no function is called `{name}`", written.name.span, repair)
        return None
    arguments = [number(scope, one) for one in written.arguments]
    kept = [one for one in arguments if one is not None]
    if len(kept) != len(arguments) or not all(converts(scope, one) for one in kept):
        return None
    return _builtin(scope, written, kept)


def _builtin(scope: Scope, written: ast.Call, arguments: list[Typed]) -> Typed | None:
    name = written.name.text
    wanted = {"min": (2, 1_000), "max": (2, 1_000), "clamp": (3, 3)}.get(name, (1, 1))
    if not wanted[0] <= len(arguments) <= wanted[1]:
        count = "three numbers: `clamp(x, least, largest)`" if name == "clamp" else "two numbers or more"
        _wrong_count(scope, written, count if wanted[0] > 1 else "one number")
        return None
    first = arguments[0]
    for other in arguments[1:]:
        if not alike(scope, first, other):
            mismatch(scope, first, other, other.span)
            return None
    numbers = tuple(one.number for one in arguments)
    if name in ("min", "max"):
        return Typed(ir.Function("min" if name == "min" else "max", numbers), first.dimension, written.span)
    if name == "clamp":
        least, most = _bounds(scope, arguments[1]), _bounds(scope, arguments[2])
        if least[1] > most[0]:
            scope.fault(
                "bad_range", "the least may be above the largest", written.span, "write the smaller one first"
            )
            return None
        inner = ir.Function("min", (numbers[0], numbers[2]))
        return Typed(ir.Function("max", (inner, numbers[1])), first.dimension, written.span)
    if not _can_be_computed_with(scope, first):
        return None
    if name == "abs":
        return Typed(ir.Function("abs", numbers), first.dimension, written.span)
    return _irrational(scope, written, first)


def _irrational(scope: Scope, written: ast.Call, first: Typed) -> Typed | None:
    name = written.name.text
    low, high = _bounds(scope, first)
    narrower = "narrow the range of the input"
    if name == "sqrt":
        half = _half(first.dimension)
        if low < 0:
            _outside(scope, first, "may be below 0, and has no square root then", narrower)
            return None
        if half is None:
            message = "the root of this would have half a unit"
            scope.fault(
                "dimension_mismatch", message, first.span, "divide by its unit first: `sqrt(x / 1 kg)`"
            )
            return None
        return Typed(ir.Function("sqrt", (first.number,)), half, written.span)
    if first.dimension != DIMENSIONLESS:
        message = f"`{name}` takes a number without a unit"
        scope.fault("dimension_mismatch", message, first.span, "divide by its unit first: `x / 1 kg`")
        return None
    if name == "ln" and low <= 0:
        _outside(scope, first, "may be 0 or less, and has no logarithm then", narrower)
        return None
    if name == "exp" and max(abs(low), abs(high)) > LARGEST_EXPONENT:
        _outside(scope, first, f"exponent may be beyond {LARGEST_EXPONENT}", narrower)
        return None
    return Typed(ir.Function("ln" if name == "ln" else "exp", (first.number,)), DIMENSIONLESS, written.span)


def _half(dimension: Dimension) -> Dimension | None:
    if any(power % 2 for side in dimension for _, power in side):
        return None
    above, below = dimension
    return tuple((base, power // 2) for base, power in above), tuple(
        (base, power // 2) for base, power in below
    )


def _wrong_count(scope: Scope, written: ast.Call, wanted: str) -> None:
    count = len(written.arguments)
    scope.fault(
        "wrong_count",
        f"`{written.name.text}` takes {wanted}; here {'is 1' if count == 1 else f'are {count}'}",
        written.span,
        "mend the list in brackets",
    )


# --- the author's own functions ----------------------------------------------


@contextmanager
def bound(scope: Scope, written: ast.Call) -> Generator[ast.Function | None]:
    """A function with its parameters bound to the numbers of a call; None after a fault."""
    function = scope.functions[written.name.text]
    scope.used.add(("function", function.name.text))
    scope.calls = scope.calls + 1 if scope.calling else 1
    if scope.calls == MOST_CALLS:
        message = f"functions call each other more than {MOST_CALLS:,} times for one number"
        scope.fault("too_large", message, written.span, "give a part of it a name with `define`")
    values = None if scope.calls >= MOST_CALLS else _arguments(scope, written, function)
    if values is not None and function.name.text in scope.calling:
        message = f"the function `{function.name.text}` calls itself"
        scope.fault("cycle", message, written.name.span, "write it without")
        values = None
    before, found = scope.arguments, len(scope.found)
    scope.arguments = dict(values or {})
    scope.calling.append(function.name.text)
    try:
        yield None if values is None else function
    finally:
        scope.arguments = before
        scope.calling.pop()
        earlier, later = scope.found[:found], scope.found[found:]
        scope.found[found:] = [one for one in later if one not in earlier]  # told at an earlier call


def _arguments(scope: Scope, written: ast.Call, function: ast.Function) -> dict[str, Typed] | None:
    parameters = function.parameters
    if len(parameters) != len(written.arguments):
        names = ", ".join(f"`{one.name.text}`" for one in parameters)
        count = "1 number" if len(parameters) == 1 else f"{len(parameters)} numbers"
        _wrong_count(scope, written, f"{count}, {names}")
        return None
    found: dict[str, Typed] = {}
    for parameter, argument in zip(parameters, written.arguments, strict=True):
        typed, wanted = number(scope, argument), parameter_type(scope, parameter)
        if typed is None or wanted is None:
            return None
        if typed.dimension != wanted.dimension:
            what, repair = _taken(parameter)
            message = f"`{function.name.text}` takes {what} as `{parameter.name.text}`, and this is {described(scope, typed)}"
            scope.fault("dimension_mismatch", message, typed.span, repair)
            return None
        if not converts(scope, typed):
            return None
        found[parameter.name.text] = typed
    return found


def _taken(parameter: ast.Parameter) -> tuple[str, str]:
    """What a parameter takes, in words, and how a number becomes one."""
    if parameter.kind == "date":
        return "a date", "give a date"
    if parameter.unit is None:
        return (
            "a number without a unit",
            "divide it by its unit, such as `1 kg`, or say `in UNIT` of the parameter",
        )
    return f"a number in `{parameter.unit.text}`", f"give a number in `{parameter.unit.text}`"


def parameter_type(scope: Scope, parameter: ast.Parameter) -> Typed | None:
    """What a parameter takes, as one of it."""
    match parameter.kind, parameter.unit:
        case "date", _:
            return Typed(ir.Day("2000-01-01"), DATE, parameter.span)
        case "calendar", ast.Name(text):
            word = CALENDAR_WORDS[text]
            return Typed(ir.Constant(Fraction(1), word, True), calendar_dimension(word), parameter.span)
        case _, ast.Name() as unit:
            parsed = check_unit(scope, unit)
            one = ir.Constant(Fraction(1), unit.text)
            return None if parsed is None else Typed(one, parsed.dimension, parameter.span)
        case _:
            return Typed(ir.Constant(Fraction(1), ""), DIMENSIONLESS, parameter.span)


def function_number(scope: Scope, function: ast.Function) -> Typed | None:
    """The number that a function computes from its bound parameters."""
    found = number(scope, function.expression)
    if found is None or function.unit is None:
        return found
    said = said_unit(scope, function.unit)
    if said is None:
        return None
    if said.dimension != found.dimension:
        mismatch(scope, found, said, function.unit.span)
        return None
    return found


# --- rounding and dates ------------------------------------------------------


def _rounded(scope: Scope, written: ast.Rounded) -> Typed | None:
    inner, step = number(scope, written.operand), number(scope, written.step)
    if inner is None or step is None or not _can_be_computed_with(scope, inner):
        return None
    if not alike(scope, inner, step):
        mismatch(scope, inner, step, step.span)
        return None
    assert isinstance(step.number, ir.Constant)
    if step.number.value <= 0:
        scope.fault("outside_domain", "a step is more than 0", step.span, "write a step such as `0.1`")
        return None
    constant = step.number
    found = ir.Rounded(inner.number, constant.value, constant.unit, written.mode, constant.calendar)
    return Typed(found, inner.dimension, written.span)


def _completed(scope: Scope, written: ast.Completed) -> Typed | None:
    ends = [number(scope, one) for one in (written.first, written.last)]
    for end in ends:
        if end is None:
            return None
        if end.dimension != DATE:
            message = f"`{written.word.text} from … to …` counts between two dates"
            scope.fault("wrong_type", message, end.span, "name an input declared `date`")
            return None
    first, last = ends
    assert first is not None and last is not None
    word = CALENDAR_WORDS[written.word.text]
    found = ir.Completed(word, first.number, last.number)  # type: ignore[arg-type]
    return Typed(found, calendar_dimension(word), written.span)


def _shifted(scope: Scope, written: ast.Binary, day: Typed, by: Typed) -> Typed | None:
    """A date and calendar days or months."""
    months = by.dimension == calendar_dimension("month")
    if not months and by.dimension != calendar_dimension("day"):
        message = "only calendar time is added to a date"
        scope.fault("dimension_mismatch", message, by.span, "write `days`, `weeks`, `months` or `years`")
        return None
    if months and not scope.overflow:
        scope.fault(
            "calendar_overflow",
            "a month may have no such day, and the file doesn't say what then",
            written.span,
            "add `calendar overflow back` or `calendar overflow forward` below `language`",
        )
        return None
    step = _grain(scope, by) if not scope.parameters else Fraction(1)
    if step is None or step.denominator != 1:
        scope.fault(
            "wrong_type", "only whole days or months are added to a date", by.span, "add `rounded to 1 month`"
        )
        return None
    amount = by.number if written.op == "+" else ir.Arithmetic("*", ir.Constant(Fraction(-1), ""), by.number)
    found = Typed(ir.Shifted(day.number, amount, months, scope.overflow), DATE, written.span)
    if not scope.parameters:
        try:
            _bounds(scope, found)
        except OverflowError as fault:
            scope.fault("outside_domain", f"here {fault}", written.span, "narrow the range of the date")
            return None
    return found
