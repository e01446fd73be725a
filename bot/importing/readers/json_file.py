"""Parses JSON exports of conference systems into a reader's model; each fault names its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from bot.importing.schedule import ScheduleError

_Shape = TypeVar("_Shape", bound=BaseModel)

#: Places that are listed one by one; a file of another shape has thousands.
_MAX_TOLD = 20


def parse_json(shape: type[_Shape], source: bytes, system: str) -> _Shape:
    """Parse the file into `shape`. The parser refuses deep nesting. Raises ScheduleError with every fault."""
    try:
        return shape.model_validate_json(source)
    except ValidationError as failure:
        raise ScheduleError("\n".join(_faults(failure, system))) from None


def _faults(failure: ValidationError, system: str) -> Iterator[str]:
    errors = failure.errors(include_url=False)
    for error in errors[:_MAX_TOLD]:
        place = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in error["loc"]).strip(".")
        if error["type"] == "json_invalid":
            yield f"this is not JSON: {error['ctx']['error'] if 'ctx' in error else error['msg']}."
        elif not place:
            yield f"this JSON is no schedule ({error['msg']}); export it again from {system}."
        elif error["type"] == "missing":
            yield f"{place} is missing; export the schedule again from {system}."
        else:
            yield f"{place}: {error['msg']}; correct it in {system} and export the schedule again."
    if len(errors) > _MAX_TOLD:
        yield f"And {len(errors) - _MAX_TOLD:,} more places."
