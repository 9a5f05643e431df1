"""A result as text for a person: what is advised, what is open, what to ask next, and where it stands in the source."""

from typing import Any

from guidec import ir
from guidec.numbers import unit_text
from guidec.wording import band_source, counted, grade_text, interval_words, label_of, outcome_label

Json = dict[str, Any]

STATUS_WORDS = {
    "determined": "determined",
    "indeterminate": "open until more is known",
    "not_stated": "the source does not say",
    "conflict": "the source gives two answers",
    "not_applicable": "not asked here",
    "out_of_scope": "out of the guideline's scope",
}


def result_text(guideline: ir.Guideline, result: Json) -> str:
    """The whole result, a block for each decision and list, then advice, monitoring and what is missing."""
    lines = [
        f"{guideline.title}",
        f"{guideline.id} {guideline.version}, status: {STATUS_WORDS[result['status']]}",
        "",
    ]
    for one in guideline.decisions:
        lines += [*_decision(guideline, one, result), ""]
    for title, key in (("Advice", "advice"), ("Monitoring", "monitoring")):
        if result[key]:
            lines += [title, *(line for rule in result[key] for line in rule_lines(guideline, rule)), ""]
    if guideline.pathway is not None:
        lines += [*_pathway(guideline, guideline.pathway, result["pathway"]), ""]
    lines += _values(guideline, result)
    lines += _readings(guideline, result)
    lines += _codes(guideline, result)
    for name, change in result.get("rounded", {}).items():
        lines.append(f"Rounded: {label_of(guideline.inputs, name)} from {change['from']} to {change['to']}")
    if result["needs"]:
        lines.append("Missing: " + ", ".join(_input(guideline, name) for name in result["needs"]))
    if result["ask_next"] != "not needed":
        lines.append(f"Ask next: {_input(guideline, result['ask_next'])}")
    return "\n".join(lines).rstrip() + "\n"


def error_text(errors: Json) -> str:
    """Why a record is refused."""
    return "".join(
        f"error[{one['code']}]: {one['input'] or 'patient'}: {one['message']}\n" for one in errors["errors"]
    )


def _input(guideline: ir.Guideline, name: str) -> str:
    if name == "a reading":
        return name
    return f"{label_of(guideline.inputs, name)} ({name})"


def _decision(guideline: ir.Guideline, one: ir.Decision | ir.Options, result: Json) -> list[str]:
    decision = result["decisions"][one.id]
    lines = [f"{one.label}: {STATUS_WORDS[decision['status']]}"]
    given = [entry for entry in result["recommendations"] if entry["decision"] == one.id]
    for recommendation in given:
        lines += recommendation_lines(guideline, recommendation, "  ")
    if decision["status"] == "determined" and not given:
        lines.append("  nothing is recommended")
    if "why" in decision:
        lines.append(f"  {decision['why']}{_cites(decision)}")
    for entry in decision["possible"]:
        lines += possible_lines(guideline, entry, "  ")
    if decision["needs"]:
        lines.append("  needs " + ", ".join(_input(guideline, name) for name in decision["needs"]))
    return lines


def possible_lines(guideline: ir.Guideline, entry: Json, indent: str) -> list[str]:
    """One of the answers that are possible."""
    word = "possible" if entry["status"] == "determined" else STATUS_WORDS[entry["status"]]
    if entry["status"] == "not_stated" and entry["recommendations"]:
        word = "named, but not when it holds"
    if not entry["recommendations"]:
        text = "nothing" if entry["status"] == "determined" else ""
        why = f": {entry['why']}{_cites(entry)}" if "why" in entry else ""
        lines = [f"{indent}{word} {text}".rstrip() + why]
    else:
        lines = [f"{indent}{word}:"]
        for recommendation in entry["recommendations"]:
            lines += recommendation_lines(guideline, recommendation, indent + "  ")
    for answer in entry.get("possible", ()):
        lines += possible_lines(guideline, answer, indent + "  ")
    return lines


def recommendation_lines(guideline: ir.Guideline, one: Json, indent: str) -> list[str]:
    """A recommendation of a result with what it gives."""
    direction = {"for": "", "against": " against", "neither": " neither for nor against"}[one["direction"]]
    wording = "" if one["wording"] == "not stated" else f' ("{one["wording"]}")'
    strength = "strength not stated:" if one["strength"] == "use" else one["strength"]
    label = outcome_label(guideline, one["id"])
    lines = [f"{indent}{strength}{direction} {label}{wording}{_graded(one)}{_cites(one)}"]
    for given in one["gives"]:
        if "choice" in given:
            word = "one of, or another" if given["open"] else "one of"
            lines.append(f"{indent}  {_step(given)}{word}:")
            for option in given["options"]:
                lines += _order_lines(guideline, option, "", f"{indent}    ")
                lines += _avoid(option, indent + "      ")
        else:
            lines += _order_lines(guideline, given, _step(given), f"{indent}  ")
            lines += _avoid(given, indent + "    ")
        lines += [_preferred(guideline, entry, indent + "    ") for entry in given.get("preferred", ())]
    lines += [_preferred(guideline, entry, indent + "  ") for entry in one.get("preferred", ())]
    return lines


def _graded(one: Json) -> str:
    """`, GRADE strong, moderate certainty`; several that were merged stand side by side."""
    grades = [one["grade"]] if "grade" in one else one.get("grades", [])
    return f", GRADE {'; '.join(grade_text(**grade) for grade in grades)}" if grades else ""


def _preferred(guideline: ir.Guideline, entry: Json, indent: str) -> str:
    name = outcome_label(guideline, entry.get("drug") or entry["id"])
    wording = "" if entry["wording"] == "not stated" else f' "{entry["wording"]}"'
    open_question = "" if entry["applies"] == "yes" else f" (unknown: needs {', '.join(entry['needs'])})"
    return f"{indent}preferred{wording}: {name}{open_question}{_cites(entry)}"


def _avoid(of: Json, indent: str) -> list[str]:
    """The reasons against an order or a piece of advice, a line each."""
    lines: list[str] = []
    for reason in of.get("avoid", ()):
        needs = f": needs {', '.join(reason['needs'])}" if reason["needs"] else ""
        unknown = "" if reason["applies"] == "yes" else f" (unknown{needs})"
        lines.append(f"{indent}avoid: {reason['why']}{unknown}{_cites(reason)}")
    return lines


def _step(given: Json) -> str:
    return "timing not stated: " if given["step"] == "not stated" else f"{given['step']}. "


def _order(guideline: ir.Guideline, order: Json) -> str:
    name = order.get("drug") or order.get("procedure")
    label = "drug not stated" if name == "not stated" else outcome_label_of_item(guideline, str(name))
    if "class" in order:
        label += f" ({label_of(guideline.items, order['class']).lower()})"
    action = {"start": "", "add": "add ", "switch": "switch to ", "add_or_switch": "add or switch to "}.get(
        order["action"], f"{order['action']} "
    )
    parts = [f"{action}{label}"]
    if order.get("route", "not stated") != "not stated":
        parts.append(order["route"])
    parts.append(_dose(guideline, order["dose"]) if "dose" in order else "")
    parts.append(_infusion(order.get("infusion", {})))
    if order["every"] != "not stated":
        parts.append(f"every {interval_words(order['every'])}")
    if "times" in order:
        parts.append(f"{order['times']} times")
    if order["for"] != "not stated":
        parts.append(f"for {interval_words(order['for'])}")
    if "after" in order:
        parts.append(f"after {interval_words(order['after'])}")
    usual = ", usual" if order.get("usual") else ""
    amounts = "".join(f"; {amount}" for amount in order_amounts(guideline, order))
    return " ".join(part for part in parts if part) + usual + amounts + _cites(order)


def order_text(guideline: ir.Guideline, order: Json) -> str:
    """An order of a result in one line."""
    return _order(guideline, order)


def dose_text(guideline: ir.Guideline, dose: Any) -> str:
    """A dose of a result; what it hangs on where that is blank."""
    return _dose(guideline, dose)


def span_text(span: Json) -> str:
    """A span of time of a result: `4 to 6 weeks`."""
    return interval_words(span)


def cites_text(where: Json) -> str:
    """` [T155, T57 ours]`, to stand behind a text; nothing where nothing is cited."""
    return _cites(where)


def order_amounts(guideline: ir.Guideline, order: Json) -> list[str]:
    """What an order of a result comes to a day and in all."""
    return [f"{key} {_computed(guideline, order[key])}" for key in ("daily", "total") if key in order]


def _order_lines(guideline: ir.Guideline, order: Json, lead: str, indent: str) -> list[str]:
    """An order, and below it its bands, its rates, its taper and when it is held."""
    below = [f"{indent}    {line}" for line in order_details(guideline, order)]
    return [f"{indent}{lead}{_order(guideline, order)}", *below]


def order_details(guideline: ir.Guideline, order: Json) -> list[str]:
    """The bands, the rates, the taper of an order of a result, and when it is held; each a line."""
    lines: list[str] = []
    dose = order.get("dose")
    for entry in dose.get("per_band", ()) if isinstance(dose, dict) else ():
        lines.append(f"{entry['band']}: {_dose(guideline, entry['dose'])}{_cites(entry)}")
    for step in order.get("infusion", {}).get("steps", ()):
        time = step["for"] if isinstance(step["for"], str) else interval_words(step["for"])
        lines.append(f"rate {_dose(guideline, step['rate'])} for {time}{_cites(step)}")
    if "taper" in order:
        lines.append(_taper(order["taper"]))
    for kind in ("hold", "resume"):
        for entry in order.get(kind, ()):
            needs = f": needs {_missing(guideline, entry)}" if entry["needs"] else ""
            lines.append(f"{kind}: {entry['applies']}{needs}{_cites(entry)}")
    return lines


def _infusion(infusion: Json) -> str:
    parts = []
    if "volume" in infusion:
        parts.append(f"in {infusion['volume']['value']} {unit_text(infusion['volume']['unit'])}")
    if "over" in infusion:
        parts.append(f"over {interval_words(infusion['over'])}")
    if "rate" in infusion:
        rate = infusion["rate"]
        parts.append(f"({_range(rate['low'], rate['high'])} {unit_text(rate['unit'])})")
    return " ".join(parts)


def _taper(taper: Json) -> str:
    steps = []
    for step in taper["steps"]:
        amount = step.get("per", step)
        time = "" if step["for"] == "not stated" else f" for {interval_words(step['for'])}"
        steps.append(f"{_range(amount['low'], amount['high'])} {unit_text(amount['unit'])}{time}")
    end = ", then stop" if taper.get("then") == "stop" else ""
    return f"steps: {', '.join(steps)}{end}{_cites({'statements': [], **taper})}"


def _computed(guideline: ir.Guideline, amount: Json) -> str:
    """What is computed of a dose, or why it isn't."""
    if "why" in amount:
        return f"not known: {amount['why']}"
    return f"needs {_missing(guideline, amount)}" if "needs" in amount else amount_in_words(amount, amount)


def outcome_label_of_item(guideline: ir.Guideline, name: str) -> str:
    """The label of a drug or a procedure."""
    return label_of(guideline.items, name)


def _dose(guideline: ir.Guideline, dose: Any) -> str:
    if not isinstance(dose, dict):
        return "(dose not stated)"
    if "per_band" in dose:
        return (
            f"(dose by {band_source(guideline, dose['by']).lower()}: {', '.join(dose['needs'])} is missing)"
        )
    stated = "" if dose.get("basis", "stated") == "stated" else "; the source does not say which weight"
    if "per" in dose:
        of = label_of(guideline.inputs, dose["of"]).lower()
        caps = "".join(
            f", {word.replace('_', ' ')} {dose[word]['value']} {unit_text(dose[word]['unit'])}"
            for word in ("at_least", "at_most")
            if word in dose
        )
        return f"{amount_in_words(dose['per'], dose)} of {of}{caps} ({dose['of']} is missing{stated})"
    caps = "".join(
        f", the {word.removeprefix('at ')} that the source allows" for word in dose.get("capped", ())
    )
    basis = f" (by {label_of(guideline.inputs, dose['of']).lower()}{stated})" if "of" in dose else ""
    return amount_in_words(dose, dose) + basis + caps


def amount_in_words(amount: Json, dose: Json) -> str:
    """`about 5 mg/d or more`: the numbers of a dose of a result."""
    numbers = _range(amount["low"], amount["high"])
    text = f"{numbers} {unit_text(amount['unit'])}"
    if dose.get("about"):
        text = f"about {text}"
    return (
        f"{text} or more"
        if dose.get("open") == "above"
        else f"up to {text}"
        if dose.get("open") == "below"
        else text
    )


def _range(low: int | float, high: int | float) -> str:
    return f"{low}" if low == high else f"{low} to {high}"


def _with_unit(low: int | float, high: int | float, unit: str) -> str:
    """`3`, `2 to 4 kg`, `1 year`, `18 years`."""
    return f"{_range(low, high)} {unit_text(counted(unit, low, high))}".strip()


def rule_lines(guideline: ir.Guideline, rule: Json) -> list[str]:
    """A piece of advice or a monitoring of a result."""
    label = label_of(guideline.rules, rule["id"])
    unknown = ""
    if rule.get("trigger") == "not stated":
        unknown = " (the source does not say when)"
    elif rule["applies"] == "unknown":
        reason = "if chosen" if rule.get("because") == "if_chosen" else "needs " + ", ".join(rule["needs"])
        unknown = f" ({reason})" if rule["needs"] or rule.get("because") else " (open)"
    every = _timed(guideline, rule) if "every" in rule else ""
    against = "" if rule["direction"] == "for" else f" [{rule['direction']}]"
    line = f"  {rule.get('kind', 'monitor')}: {label}{against}{_graded(rule)}{every}{unknown}{_cites(rule)}"
    offered = [order for given in rule.get("gives", ()) for order in given.get("options", ())]
    notes = [
        f"    {_order(guideline, order)}: {note.strip()}" for order in offered for note in _avoid(order, "")
    ]
    return [line, *_avoid(rule, "    "), *notes]


def standing_text(pathway: ir.Pathway, found: Json) -> str:
    """`The course: at First step, or Second step`: where a patient of a result stands."""
    if found["status"] == "out_of_scope":
        return f"{pathway.label}: {STATUS_WORDS['out_of_scope']}"
    place = found["stage"]
    stages = place["one_of"] if isinstance(place, dict) else [place]
    return f"{pathway.label}: at {', or '.join(label_of(pathway.stages, name) for name in stages)}"


def _pathway(guideline: ir.Guideline, pathway: ir.Pathway, found: Json) -> list[str]:
    """Where the patient stands, when he is seen again there, and where what is found leads."""
    lines = [standing_text(pathway, found)]
    several = len(found["responses"]) > 1
    if several:
        lines.append(f"  needs {_input(guideline, pathway.input)}")
    for response in found["responses"]:
        stage = next(one for one in pathway.stages if one.id == response["stage"])
        lines += [f"  if at {stage.label}:"] if several else []
        indent = "    " if several else "  "
        reviews = [one for one in found["reviews"] if one["stage"] == stage.id]
        seen = [f"seen again {review_words(one)}{_cites(one)}" for one in reviews]
        lines += [indent + line for line in (*seen, *_response(guideline, pathway, stage, response))]
    return lines


def review_words(review: Json) -> str:
    """When a patient of a stage is seen again: `every 3 to 6 months`, `after 2 weeks`."""
    if "after" in review:
        return f"after {interval_words(review['after'])}"
    if isinstance(review["every"], dict):
        return f"every {interval_words(review['every'])}"
    return f"at an interval that is not stated{_reason(review)}"


def _reason(where: Json) -> str:
    return f": {where['why']}" if where.get("why", "not stated") != "not stated" else ""


def _response(guideline: ir.Guideline, pathway: ir.Pathway, stage: ir.Stage, response: Json) -> list[str]:
    """Where the patient goes on to, or all that is possible."""
    if response["status"] == "final":
        return ["the pathway ends here"]
    ends = [f"{_led(pathway, stage, one)}{_cites(one)}" for one in response["possible"]] or ["not stated"]
    if len(ends) == 1:
        return [f"then: {ends[0]}"]
    lines = ["then, open until more is known:", *(f"  possible: {end}" for end in ends)]
    needs = ", ".join(_input(guideline, name) for name in response["needs"])
    return [*lines, f"  needs {needs}"] if needs else lines


def _led(pathway: ir.Pathway, stage: ir.Stage, end: Json) -> str:
    if "why" in end:
        return f"not stated: {end['why']}"
    return (
        f"stays at {stage.label}"
        if end["to"] == stage.id
        else f"goes to {label_of(pathway.stages, end['to'])}"
    )


def _timed(guideline: ir.Guideline, rule: Json) -> str:
    """How often, from when, until when, and when it is due; what stands before the first dose comes first."""
    every = {"not stated": "; interval not stated", "once": "; once"}
    text = (
        every[rule["every"]] if isinstance(rule["every"], str) else f"; every {interval_words(rule['every'])}"
    )
    if "baseline" in rule:
        text = f"; {rule['baseline']['when']}{'' if text == '; once' else text}"
    if "from" in rule:
        text += f" from {rule['from']}"
    until = rule.get("until", "")
    if isinstance(until, dict):
        text += f"; until a date that is missing: {_missing(guideline, until)}"
    elif until[:1].isdigit():
        text += f" until {until}"
    match rule.get("due"):
        case None:
            return text
        case "nothing":
            return f"{text}; nothing is due any more"
        case "not stated":
            return f"{text}; when it is due is not stated"
        case {"needs": _} as due:
            return f"{text}; due at a date that hangs on {_missing(guideline, due)}"
        case due:
            days = " to ".join(dict.fromkeys((due["earliest"], due["latest"])))
            return f"{text}; due {days}"


def _missing(guideline: ir.Guideline, where: Json) -> str:
    return ", ".join(_input(guideline, name) for name in where["needs"])


def _values(guideline: ir.Guideline, result: Json) -> list[str]:
    lines = []
    for name, value in result["values"].items():
        definition = next(one for one in guideline.definitions if one.id == name)
        needs = f" (needs {', '.join(value['needs'])})" if value["needs"] else ""
        lines.append(f"{definition.label}: {value_text(guideline, definition, value)}{needs}")
    return [*lines, ""] if lines else []


def value_text(guideline: ir.Guideline, definition: ir.Definition, value: Json) -> str:
    """A shown value: `3`, `2 to 4 kg`, `yes`, `Much`, `one of Some, Much`; a score's band behind it."""
    if definition.category is not None:
        return _category_text(definition.category, value)
    if "low" in value:
        text = _with_unit(value["low"], value["high"], value["unit"])
    elif isinstance(value.get("value"), bool):
        text = "yes" if value["value"] else "no"
    elif "value" in value:
        text = _with_unit(value["value"], value["value"], value.get("unit", ""))
    else:
        text = "open"
    if "band" not in value:
        return text
    band = value["band"] if isinstance(value["band"], dict) else {"value": value["band"]}
    category = next(one.category for one in guideline.definitions if one.id == definition.band)
    return text if category is None else f"{text}, {_category_text(category, band)}"


def _category_text(category: ir.Category, value: Json) -> str:
    labels = {one.id: one.label for one in category.values}
    if "values" in value:
        sure = [labels[name] for name in value["values"]]
        perhaps = [f"perhaps {labels[name]}" for name in value.get("possible", ())]
        return ", ".join([*sure, *perhaps]) or "none"
    if "one_of" in value:
        return f"one of {', '.join(labels[name] for name in value['one_of'])}"
    return labels[value["value"]] if "value" in value else "open"


def _readings(guideline: ir.Guideline, result: Json) -> list[str]:
    lines: list[str] = []
    for name, reading in result["readings"].items():
        declared = next(one for one in guideline.readings if one.id == name)
        labels = {value.id: value.label for value in declared.values}
        chosen = "not chosen" if reading["chosen"] == "none" else f"read as {labels[reading['chosen']]}"
        lines.append(f"Reading {declared.label}: {chosen}")
        for value, answers in reading["answers"].items():
            text = "; ".join(
                f"{decision} {', '.join(words) or 'nothing'}" for decision, words in answers.items()
            )
            lines.append(f"  {labels[value]}: {text}")
    return [*lines, ""] if lines else []


def _codes(guideline: ir.Guideline, result: Json) -> list[str]:
    """The terminologies' codes of what the result names: its regimens, drugs, procedures, tests and open inputs."""
    named = _named(result)
    lines = [
        f"  {thing.label}: {code.code} {code.display} ({code.system})"
        for things in (guideline.inputs, guideline.items, guideline.regimens)
        for thing in things
        if thing.id in named[type(thing)]
        for code in thing.codes
    ]
    return ["Codes", *lines, ""] if lines else []


def _named(result: Json) -> dict[type, set[str]]:
    """The ids in a result, by what they stand for."""
    inputs, items, regimens = set(result["needs"]), set[str](), set[str]()
    waiting: list[Any] = [result[key] for key in ("decisions", "recommendations", "advice", "monitoring")]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting += part
        elif isinstance(part, dict):
            waiting += part.values()
            inputs.update(part.get("needs", ()))
            if "gives" in part and "applies" not in part:  # a recommendation
                regimens.add(part["id"])
                items.add(part["id"])
            measure = part.get("measure", [])
            items.update(measure["one_of"] if isinstance(measure, dict) else [measure] if measure else [])
            items.update(part[key] for key in ("drug", "class", "procedure") if key in part)
    return {ir.Input: inputs, ir.Item: items, ir.Regimen: regimens}


def _cites(where: Json) -> str:
    statements = " ".join(where.get("statements", ()))
    inferred = " ".join(where.get("inferred", ()))
    parts = [part for part in (statements, f"{inferred} ours" if inferred else "") if part]
    return f" [{', '.join(parts)}]" if parts else ""
