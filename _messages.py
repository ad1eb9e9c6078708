"""What a message may hold of what the user wrote: escaped, cut, and the word that was meant."""

from __future__ import annotations

import difflib
import reprlib
from collections.abc import Iterable

LONGEST_QUOTE = 60
"""Characters of the user's text that a message repeats."""
LONGEST_LINE = 1500
"""Characters in a line of a message; paths and lists of names are shorter."""
MOST_LINES = 50
LONGEST_WORD = 40
"""Characters of a word that a near-miss is looked for."""
_CUT = "... ({} characters)"
_SLACK = 40
"""A text that is longer by this much is not cut: what was cut already stays as it is."""


def plain(text: str, longest: int = LONGEST_QUOTE) -> str:
    r"""A user's text in one line: what cannot be printed is escaped, and the end is cut.

    Example:
        >>> plain("a\x1b[31mb")
        'a\\x1b[31mb'
    """
    kept = text[:longest] if len(text) > longest + _SLACK else text
    escaped = "".join(one if one.isprintable() else _escaped(one) for one in kept)
    if len(escaped) <= longest + _SLACK:
        return escaped if kept is text else escaped + _CUT.format(len(text))
    return escaped[:longest] + _CUT.format(len(text))


def quoted(given: object, longest: int = LONGEST_QUOTE) -> str:
    """What the user gave, as a message repeats it: a text in quotes, and all else as Python does.

    Example:
        >>> quoted("50 nn"), quoted([1, 2])
        ("'50 nn'", '[1, 2]')
    """
    if isinstance(given, str):
        return f"'{plain(given, longest)}'"
    short = reprlib.Repr()
    short.maxlevel, short.maxother, short.maxstring = 4, longest, longest
    try:
        text = short.repr(given)
    except Exception:  # a class of the user's own may raise anything here
        text = f"a {type(given).__name__}"
    return plain(text, longest)


def message(text: str) -> str:
    """A message that a terminal can show: its lines cut, and no more of them than one reads."""
    lines = text.split("\n")
    shown = [plain(line, LONGEST_LINE) for line in lines[:MOST_LINES]]
    if len(lines) > MOST_LINES:
        shown.append(f"... and {len(lines) - MOST_LINES} more lines")
    return "\n".join(shown)


def near_miss(word: object, options: Iterable[object], *, cutoff: float = 0.7) -> str | None:
    """The one of the options that was probably meant; None where none is near.

    Options must be what fits the place: a word that is near but means something else misleads.

    Args:
        word: What the user wrote.
        options: What could stand there.
        cutoff: Likeness that a near-miss has at least, from 0 to 1.
    """
    text = str(word).casefold()
    if len(text) > LONGEST_WORD:
        return None
    folded = {str(one).casefold(): str(one) for one in options}
    if text in folded or len(text) < 2:
        return folded.get(text)
    found = difflib.get_close_matches(text, folded, n=1, cutoff=cutoff)
    return folded[found[0]] if found else None


def did_you_mean(word: object, options: Iterable[object], *, cutoff: float = 0.7) -> str:
    """The near-miss as the end of a message; empty where none is near."""
    near = near_miss(word, options, cutoff=cutoff)
    return f"; did you mean '{near}'?" if near else ""


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()
