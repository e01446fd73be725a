"""Files that come with a note's form: fetched, checked, stored; each that is not gets a sentence."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from bot.domain.announcements import Announcement
from bot.domain.contributions import note_files
from bot.domain.contributions.note_files import FileType, NoteFile
from bot.domain.contributions.picture_metadata import BrokenPictureError, without_metadata
from bot.domain.text import escape
from bot.hosting.context import Context
from bot.messages.errors import UserError
from bot.platform.downloads import DownloadError, TooLargeError
from bot.platform.interactions import SentFile
from bot.store.engine.content_folder import digest_of
from bot.store.engine.errors import StoreError
from bot.store.per_person_limits import TooManyError

log = logging.getLogger(__name__)

_MEGABYTES = note_files.LARGEST >> 20


async def keep_files(context: Context, note_id: str, sent: Sequence[SentFile], card: Announcement) -> list[str]:
    """Store the files that the person uploaded for their note; return a sentence for each that isn't kept.

    `card`: the message that shows the note. The note itself is stored already: whatever happens here, nobody loses it.
    """
    refusals = [await _refusal(context, note_id, file, card) for file in sent]
    return [context.say(refusal.key, **refusal.values) for refusal in refusals if refusal]


async def _refusal(context: Context, note_id: str, sent: SentFile, card: Announcement) -> UserError | None:
    """Store one file; return why it isn't kept, if so."""
    name = note_files.kept_name(sent.name)
    shown = f"`{escape(name)}`"
    refusal: UserError | None = None
    try:
        content = await context.workshop.downloads.fetch(sent, note_files.LARGEST)
        kind, content = await asyncio.to_thread(_checked, content)
        file = NoteFile(note_id, digest_of(content), kind, name, len(content), context.now)
        if not await context.store.note_files.add(file, content, context.person.id, card):
            refusal = UserError("refused.note.unknown")
    except TooLargeError:
        refusal = UserError("refused.file.large", name=shown, limit=_MEGABYTES)
    except DownloadError as failure:
        log.warning("A file of note %s could not be fetched: %s", note_id, failure)
        refusal = UserError("refused.file.unfetched", name=shown)
    except BrokenPictureError:
        refusal = UserError("refused.file.type", name=shown)
    except TooManyError as failure:
        refusal = UserError("refused.file.many", name=shown, most=failure.most)
    except (OSError, StoreError):
        log.exception("A file of note %s could not be stored", note_id)
        refusal = UserError("refused.file.not_kept", name=shown)
    return refusal


def _checked(content: bytes) -> tuple[FileType, bytes]:
    """Return the type and what is to be stored. Raises BrokenPictureError; slow for large files."""
    kind = note_files.type_of(content)
    if kind is None:
        raise BrokenPictureError("neither a picture nor a PDF")
    return kind, without_metadata(content, kind)
