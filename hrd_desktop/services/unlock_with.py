"""Opening a vault with what a person typed: a text with or without a key file, or shares."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hrd_desktop.crypto.shares import Share
from hrd_desktop.domain.clock import Clock
from hrd_desktop.services.answer_time import AnswerTime
from hrd_desktop.services.credentials import load_credential
from hrd_desktop.services.session import Session
from hrd_desktop.services.shares import credential_of, note_opened_with_shares
from hrd_desktop.services.unlock import unlock


def unlock_with_text(
    vault: str, text: str, key_file: str, random: Callable[[int], bytes], clock: Clock, answer: AnswerTime
) -> Session:
    """Raises what ``load_credential`` and ``unlock`` raise. ``key_file`` is empty for none."""
    return unlock(vault, load_credential(text, key_file or None), random=random, clock=clock, answer=answer)


def unlock_with_shares(
    vault: str, shares: Sequence[Share], random: Callable[[int], bytes], clock: Clock, answer: AnswerTime
) -> Session:
    """Raises what ``credential_of`` and ``unlock`` raise. That it opens is noted as the proof of the set."""
    session = unlock(vault, credential_of(shares), random=random, clock=clock, answer=answer)
    try:
        note_opened_with_shares(session)
    except BaseException:
        session.close(settle=False)
        raise
    return session
