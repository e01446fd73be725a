"""The word that a chair says aloud, by which participants prove that they are in the session."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence

from bot.domain.languages import RECORDS
from bot.domain.text import Text, fold

#: How many different wrong words somebody may give in one session.
TRIES = 5


def session_word(secret: str, workshop: str, session: str, words: Sequence[Text]) -> Text:
    """A session's word, in every language: always the same, and impossible to guess without the secret.

    A list with a few words more or less changes the words of few sessions.
    """

    def rank(word: Text) -> bytes:
        message = f"{workshop}/{session}/{'/'.join(word.values())}"
        return hmac.digest(secret.encode(), message.encode(), "sha256")

    return max(words, key=rank)


def word_matches(typed: str, word: Text, languages: Iterable[str]) -> bool:
    """Whether the typed text is the word in one of the languages; case, accents, blanks and an article don't matter."""
    heard = _bare(typed)
    return any(
        heard == article + _bare(word[language])
        for language in languages
        for article in ("", *RECORDS[language].articles)
    )


def guess_hash(typed: str) -> str:
    """A hash that is equal for equal tries; the typed text can't be read from it."""
    return hashlib.blake2b(_bare(typed).encode(), digest_size=8).hexdigest()


def _bare(typed: str) -> str:
    return fold(typed).replace(" ", "")
