"""What the YAML parser says, in words that help."""

from ruamel.yaml.error import MarkedYAMLError

from perpfsm.config.source import Source
from perpfsm.errors import Finding, Place, Severity

# A part of the parser's message, what it means, and what helps; the first that fits is used.
_EXPLANATIONS = (
    (
        "mapping values are not allowed",
        "A second colon is not expected here.",
        'Quote a text that contains ": ", and check the indentation.',
    ),
    ("found unexpected end of stream", "A quote is opened and never closed.", "Close the quote."),
    ("found undefined alias", "This alias has no anchor.", "Write the value out."),
    ("could not find expected ':'", "A key without a colon.", "Write `name: value`."),
    ("expected ',' or '}'", "A brace is opened and not closed, or a comma is missing.", "Write {a: 1, b: 2}."),
    ("expected ',' or ']'", "A bracket is opened and not closed, or a comma is missing.", "Write [a, b]."),
    ("expected <block end>", "The indentation does not fit the lines above.", "Align keys of one mapping."),
    ("found character '@'", "A value cannot begin with @.", "Quote it."),
    ("found character '`'", "A value cannot begin with a backquote.", "Quote it."),
    ("found character '%'", "A value cannot begin with %.", "Quote it."),
    ("found unknown escape", "A backslash in double quotes begins an escape.", "Use single quotes."),
)


def explain(error: MarkedYAMLError, place: Place, source: Source) -> Finding:
    """Return the finding for a parser's error at `place`."""
    line = source.line(place.line)
    if line[place.column - 1 : place.column] == "\t" or "\\t" in (error.problem or ""):
        return Finding("tab", Severity.ERROR, place, "A tab cannot indent YAML.", "Use spaces.", line)
    said = f"{error.context or ''} {error.problem or ''}".strip()
    for part, what, remedy in _EXPLANATIONS:
        if part in said:
            return Finding("yaml-syntax", Severity.ERROR, place, what, remedy, line)
    return Finding("yaml-syntax", Severity.ERROR, place, f"This is not valid YAML: {said}.", "", line)
