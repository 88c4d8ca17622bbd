"""The library: every published version of every process, each knowing which version takes over from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Protocol

from domain.process import Process
from domain.values import Text


class UnknownProcess(LookupError):
    """No such process, version or digest was published here. The message names no person."""


class UnsoundLibrary(ValueError):
    """Versions that are sound one by one do not fit together; `problems` says how, a sentence each."""

    def __init__(self, problems: Iterable[str]) -> None:
        """Keep the sentences; the message lists them, one on a line."""
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class Versioned(Protocol):
    """What a case says about the definition it follows."""

    @property
    def process(self) -> str:
        """The process."""

    @property
    def version(self) -> str:
        """The version the case follows now."""

    @property
    def digest(self) -> str:
        """The digest of that version."""

    @property
    def local_before(self) -> str | None:
        """The version with a local overlay that it followed before, where this one has none."""


class Library:
    """An immutable collection of definitions. Make one with `Library.of`."""

    def __init__(self, families: dict[str, tuple[Process, ...]]) -> None:
        """Take families whose versions know their successors, oldest first."""
        self._families = families
        self._by_digest = {edition.digest: edition for edition in self.editions}
        self._roots: dict[tuple[str, str], Process] = {}
        """By the digest of the version a case follows, and its last one with its overlay: for every act."""

    @classmethod
    def of(cls, processes: Iterable[Process]) -> Library:
        """Put definitions together that were read one by one, in any order.

        The same definition twice counts once. Raises UnsoundLibrary where versions do not fit together: a
        version twice with different contents, a predecessor that is not there or has two successors, a step
        that counts as one that does not exist.
        """
        families: dict[str, list[Process]] = {}
        for process in processes:
            family = families.setdefault(process.process, [])
            if process.digest not in {known.digest for known in family}:
                family.append(process)
        problems = [problem for family in families.values() for problem in _misfits(family)]
        if problems:
            raise UnsoundLibrary(problems)
        return cls({name: _linked(family) for name, family in sorted(families.items())})

    @property
    def editions(self) -> tuple[Process, ...]:
        """Every version of every process: by process id, oldest first."""
        return tuple(edition for family in self._families.values() for edition in family)

    @property
    def processes(self) -> tuple[str, ...]:
        """The ids of the processes, in their order."""
        return tuple(self._families)

    def __iter__(self) -> Iterator[Process]:
        return iter(self.editions)

    def __len__(self) -> int:
        return len(self.editions)

    def family(self, process_id: str) -> tuple[Process, ...]:
        """Return every version of a process, oldest first. Raises UnknownProcess."""
        if process_id not in self._families:
            raise UnknownProcess(f"no process {process_id!r} was published here")
        return self._families[process_id]

    def find(self, process_id: str, version: str) -> Process:
        """Return one version of a process. Raises UnknownProcess."""
        for edition in self.family(process_id):
            if edition.version == version:
                return edition
        raise UnknownProcess(f"the process {process_id!r} has no version {version!r} here")

    def publishes(self, digest: str) -> bool:
        """Whether the definition of that digest is one of these."""
        return digest in self._by_digest

    def by_digest(self, digest: str) -> Process:
        """Return the definition of that digest. Raises UnknownProcess."""
        if not self.publishes(digest):
            raise UnknownProcess(f"no definition with the digest {digest!r} was published here")
        return self._by_digest[digest]

    def for_start(self, process_id: str, day: date, overlay: str | None = None) -> Process:
        """Return the version under which a case begins that starts on `day`: the latest one in force.

        `overlay` names the local overlay of the unit, where it has one; neither an earlier version with it
        nor the latest without it is taken instead. Raises UnknownProcess where none was in force.
        """
        for edition in reversed(self.family(process_id)):
            force = edition.in_force
            begun = force.first <= day and (force.until is None or day <= force.until)
            if begun and edition.overlay is None:
                if overlay is None:
                    return edition
                return self.find(process_id, with_overlay(edition.version, overlay))
        raise UnknownProcess(f"no version of {process_id!r} was in force on {day.isoformat()}")

    def before(self, edition: Process) -> Process | None:
        """Return the version an edition takes over from; of local additions, the version they add to."""
        family = {one.version: one for one in self.family(edition.process)}
        if edition.overlay is not None:
            return family.get(without_overlay(edition.version))
        return None if edition.replaces is None else family.get(edition.replaces.version)

    def overlays(self, process_id: str) -> tuple[str, ...]:
        """Return the names of the local overlays of a process. Raises UnknownProcess."""
        named = (edition.overlay for edition in self.family(process_id))
        return tuple(dict.fromkeys(name for name in named if name is not None))

    def overlay_title(self, process_id: str, name: str) -> Text:
        """Return what a local overlay is called in the latest version it has; its name where nothing says."""
        titles = [one.overlay_title for one in self._families.get(process_id, ()) if one.overlay == name]
        return next((one for one in reversed(titles) if one is not None), Text(zh=name, en=name))

    def for_case(self, case: Versioned) -> Process:
        """Return the version a case follows now, or an earlier one from which it can be reached.

        The earliest is returned, so that what happened before a version took over is judged by the one
        before; with the local overlay the case had, and with no other. Raises UnknownProcess where it was
        never published here, or where the version here is not the one the case was decided under.
        """
        edition = self.find(case.process, case.version)
        if edition.digest != case.digest:
            raise UnknownProcess(
                f"the version {case.version!r} of {case.process!r} here is not the one the case follows: "
                f"its digest is {edition.digest[:12]}…, the case's is {case.digest[:12]}…"
            )
        local = case.local_before or case.version
        known = self._roots.get((edition.digest, local))
        return known or self._roots.setdefault((edition.digest, local), self._root(edition, local))

    def _root(self, edition: Process, local: str) -> Process:
        """Return the earliest version with the overlay of `local` from which both can be reached."""
        roots = (
            each
            for each in self.family(edition.process)
            if each.overlay == _overlay_in(local)
            and _leads_to(each, local)
            and _leads_to(each, edition.version)
        )
        return next(roots, edition)


def with_overlay(version: str, overlay: str) -> str:
    """Return the version of a definition with an overlay."""
    return f"{version}+{overlay}"


def without_overlay(version: str) -> str:
    """Return the version that an overlay was put on."""
    return version.partition("+")[0]


def _overlay_in(version: str) -> str | None:
    return version.partition("+")[2] or None


def _leads_to(process: Process, version: str) -> bool:
    try:
        process.edition(version)
    except KeyError:
        return False
    return True


def _misfits(family: list[Process]) -> Iterator[str]:
    versions: dict[str, Process] = {}
    for process in family:
        if process.version in versions:
            yield f"{process.process} {process.version} was published twice, with different contents"
        versions[process.version] = process
    replaced: dict[tuple[str, str | None], str] = {}
    for process in versions.values():
        if process.replaces is None:
            continue
        before = versions.get(process.replaces.version)
        if before is None:
            missing = process.replaces.version
            yield f"{process.process} {process.version} replaces {missing}, which is not here"
            continue
        other = replaced.setdefault((before.version, process.overlay), process.version)
        if other != process.version:
            yield f"{process.process} {before.version} is replaced by both {other} and {process.version}"
        yield from _wrong_crossing(before, process)


def _wrong_crossing(before: Process, after: Process) -> Iterator[str]:
    """Find what is wrong in the way running cases cross from one version to the next."""
    name = f"{after.process} {after.version}"
    if after.in_force.first <= before.in_force.first:
        yield f"{name} replaces {before.version}, which came into force no earlier"
    counted = after.replaces.counts_as if after.replaces else {}
    for old in counted:
        if old not in before.steps:
            yield f"{name}: counts_as names the step {old!r}, which {before.version} does not have"


def _linked(family: list[Process]) -> tuple[Process, ...]:
    """Return the family oldest first, each linked to its successor.

    A version is copied when it is linked, so the latest come first: what is linked to is finished by then. A
    predecessor always came into force earlier, which the order rests on.
    """
    finished: list[Process] = []
    for process in sorted(family, key=_order, reverse=True):
        finished.append(process.published(process.digest, _successor(process, finished)))
    return tuple(reversed(finished))


def _order(process: Process) -> tuple[object, ...]:
    """Return by what versions stand in order: with an overlay before the same without it."""
    return process.in_force.first, process.overlay is None, process.version


def _successor(process: Process, later: list[Process]) -> Process | None:
    """Return what takes over: where a local overlay has nothing for the next version, the next without it."""
    version = without_overlay(process.version)
    following = [other for other in later if other.replaces and other.replaces.version == version]
    national = [other for other in following if other.overlay is None]
    same_overlay = [other for other in following if other.overlay == process.overlay]
    return next(iter(same_overlay or national), None)
