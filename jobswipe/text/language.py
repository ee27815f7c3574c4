"""Which language a text is in: function words decide the clear cases, a trained identifier (CLD2) the others."""

from __future__ import annotations

import re

SAMPLE = 250
LONG_SAMPLE = 4000
MIN_LETTERS = 50

_WORD = re.compile(r"[^\W\d_]+")
# Kana before Han: Japanese is written in both.
_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
)
_EASTERN = re.compile("[\u2e80-\uffef]")
_FUNCTION_WORDS = {
    "en": "the and of to in for with you your our are is we on as at be this that will have from an or by "
    "it its can who what if not more about all their they has than into any also how where when through across",
    "de": "und die der das wir du sie mit für von den zu in ist ein eine im auf bei dich dein unser als sowie werden "
    "einen einem einer dem des wird kannst deine deinen unsere unseren sich nicht auch oder zum zur aus nach über um",
    "fr": "et les des de la le vous nous pour une dans du est avec sur au votre notre aux par en un ou que "
    "vos ton ta tes qui ce cette chez plus être as tu nos leur se pas",
    "es": "y de la el los en que con para una las por un se del nuestro tu como es al su más nuestra "
    "tus sus nos este esta son ser sin sobre cómo si te",
    "pt": "e de a o que para em com uma os do da não você um no na nossa por mais se ao dos das",
    "it": "e di il la che per con un una in del della i le nel è alla gli dei tuo nostro sono",
    "nl": "de het een en van je in voor met wij ons op is aan bij jij te dat onze jouw als die",
    "sv": "och att i som en för med du vi på är av till det ett den om din har våra",
    "da": "og at i som en for med du vi på er af til det et den om din har vores",
    "nb": "og å i som en for med du vi på er av til det et den om din har vår",
    "pl": "i w z na do się oraz dla jest o że od nie przez lub jak twoje nasz pracy za",
}
_CODES = {"iw": "he", "jw": "jv", "no": "nb", "in": "id", "mo": "ro", "ji": "yi"}
"""What the identifier calls by another or an old code."""
_WORDS = {language: frozenset(words.split()) for language, words in _FUNCTION_WORDS.items()}


def detect(text: str) -> str | None:
    """ISO 639-1 code of the text's language, or None where the text is too short or the answer not clear."""
    middle = len(text) // 2
    sample = text if len(text) <= 2 * SAMPLE else f"{text[:SAMPLE]} {text[middle : middle + SAMPLE]}"
    small = sample.lower()
    apart = small.split()
    if sum(map(_WORDS["en"].__contains__, apart)) * 5 >= max(len(apart), 50) and not _EASTERN.search(sample):
        return "en"  # the common case, without a look at the letters
    words = _WORD.findall(small)
    letters = sum(map(len, words))
    script = _by_script(sample, letters)
    if script is not None or letters < MIN_LETTERS:
        return script
    english = sum(map(_WORDS["en"].__contains__, words))
    if english >= 5 and english * 5 >= len(words):
        return "en"
    found = _by_function_words(words, 8)
    if found is None and len(text) > len(sample):
        # Lists of tools have few function words: more of the text may have enough.
        found = _by_function_words(_WORD.findall(text[:LONG_SAMPLE].lower()), 16)
    if found is not None:
        return found
    return _identify(sample)


def _by_script(sample: str, letters: int) -> str | None:
    """Japanese, Korean and Chinese by the share of their own characters, among which Latin names stand."""
    if sample.isascii():
        return None
    for code, pattern in _SCRIPTS:
        if (count := len(pattern.findall(sample))) >= 5 and count * 8 >= letters:
            return code
    return None


def _by_function_words(words: list[str], one_in: int) -> str | None:
    """The language of which one word `one_in` at least is a function word, twice as many as of any other."""
    counts = sorted(((sum(map(own.__contains__, words)), code) for code, own in _WORDS.items()), reverse=True)
    (best, code), (second, _) = counts[:2]
    return code if best >= 5 and best * one_in >= len(words) and best >= 2 * second else None


def _identify(sample: str) -> str | None:
    import pycld2

    try:
        sure, _, found = pycld2.detect(sample.encode("utf-8", "ignore"))
    except pycld2.error:  # it refuses some of what is no character
        return None
    code = str(found[0][1])
    code = _CODES.get(code, code.partition("-")[0])
    return code if sure and len(code) == 2 and code != "un" else None
