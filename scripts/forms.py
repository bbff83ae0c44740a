"""The same body in another form: what a normaliser undoes, and no reader notices."""

from __future__ import annotations

import random
import re
import unicodedata

#: Between two sentences of a line.
SENTENCE = re.compile(
    r"(?:(?<=[.!?…])|(?<=[.!?…][\"”’']))(?<!TP\.)(?<!TS\.)(?<!BS\.)\s+(?=[\"“‘'(]?[A-ZÀ-ỸĐ0-9])"
)

# Where a tone stands in the syllables that two schools spell differently: hòa, hoà. In "mùa"
# and "quả" the two letters are no such pair.
_TONE, _END = "([\u0300\u0301\u0303\u0309\u0323])", r"(?![\w\u0300-\u036f])"
_EARLY = re.compile(rf"(?i:(?<!q)(o(?={_TONE}[ae])|u(?={_TONE}y))){_TONE}([aeyAEY]){_END}")
_LATE = re.compile(rf"(?i:(?<!q)(o(?=[ae])|u(?=y)))([aeyAEY]){_TONE}{_END}")


def decomposed(text: str, _: random.Random) -> str:
    """Accents as marks of their own, as some systems export them."""
    return unicodedata.normalize("NFD", text)


def tones(text: str, _: random.Random) -> str:
    """``hoà`` for ``hòa`` throughout, or the other way about."""
    split = unicodedata.normalize("NFD", text)
    if len(_EARLY.findall(split)) >= len(_LATE.findall(split)):
        moved = _EARLY.sub(r"\1\5\4", split)
    else:
        moved = _LATE.sub(r"\1\3\2", split)
    return unicodedata.normalize("NFC", moved)


def spacing(text: str, draw: random.Random) -> str:
    """Other line breaks and blanks: hard spaces, double spaces, empty lines, joined lines."""
    style = draw.randrange(4)
    if style == 0:
        return "\r\n\r\n".join(text.splitlines())
    if style == 1:
        return " ".join(text.split())
    if style == 2:
        return "\n".join(SENTENCE.split(text))
    return "".join(draw.choice(["\u00a0", "  ", " \t"]) if c == " " and draw.random() < 0.1 else c
                   for c in text)  # fmt: skip


def punctuation(text: str, draw: random.Random) -> str:
    """Typographic quotes, dashes and dots where there were plain ones, or the reverse."""
    if '"' in text or "'" in text:
        text = re.sub(r'"([^"\n]*)"', r"“\1”", text)
        text = re.sub(r"(?<!\w)'([^'\n]*)'(?!\w)", r"‘\1’", text)
    else:
        text = text.translate(str.maketrans("“”‘’", "\"\"''"))
    if draw.random() < 0.5:
        text = text.replace("...", "…").replace(" - ", " – ")
    if draw.random() < 0.3:
        text = re.sub(r"\.(?=\n|$)", "", text)
    return text


FORMS = {
    "nfd": decomposed,
    "tones": tones,
    "spacing": spacing,
    "punctuation": punctuation,
}
