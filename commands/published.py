"""The process definitions of this installation, read for a command."""

from __future__ import annotations

from pathlib import Path

from commands.failures import CommandFailed, installation
from domain.library import Library, UnsoundLibrary
from domain.reading import DefinitionError
from records.definitions import read_library
from records.form_lists import BadForms, read_forms
from records.preferences import BadNotices, read_required
from records.retentions import BadRetention, read_retention
from records.sensitivity import BadSensitivity, read_marks, read_sensitive


def published(folder: Path | None = None) -> Library:
    """Return every definition in the folder, or in the installation's own. Raises CommandFailed."""
    place = folder or installation().processes_dir
    try:
        library = read_library(place)
        # What it means to protect must not lie open because of a slip of the pen.
        read_sensitive(place, library)
        read_marks(place, library)
        read_retention(place, library)
        read_required(place)
        read_forms(place, library)
    except FileNotFoundError as error:
        raise CommandFailed(f"{error}: set ACCEDE_PROCESSES_DIR to the folder that holds them") from None
    except DefinitionError as error:
        first, *others = error.problems
        more = f" (and {len(others)} more: see `accede process check`)" if others else ""
        raise CommandFailed(f"{first}{more}") from None
    except UnsoundLibrary as error:
        raise CommandFailed(error.problems[0]) from None
    except (BadSensitivity, BadRetention, BadNotices, BadForms) as error:
        raise CommandFailed(str(error)) from None
    return library
