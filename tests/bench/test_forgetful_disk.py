"""The disk that stands for one whose power was cut has to forget exactly what it may forget."""

import pytest

from bench.powercut.disk import Cut, Disk, Write


@pytest.fixture
def disk():
    return Disk()


def left(disk, folder, mercy="none", seed=1):
    folder.mkdir(exist_ok=True)
    disk.cut_into(folder, mercy, seed)
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_what_was_synced_stays(disk, tmp_path):
    file = disk.make("/a")
    file.change(Write(0, b"kept"))
    disk.sync_file(file)
    assert left(disk, tmp_path) == {"a": b"kept"}


def test_what_was_not_synced_goes(disk, tmp_path):
    file = disk.make("/a")
    file.change(Write(0, b"kept"))
    disk.sync_file(file)
    file.change(Write(4, b" and lost"))
    assert bytes(file.seen) == b"kept and lost"
    assert left(disk, tmp_path) == {"a": b"kept"}


def test_a_file_nobody_synced_was_never_there(disk, tmp_path):
    disk.make("/a").change(Write(0, b"lost"))
    assert left(disk, tmp_path) == {}


def test_a_second_name_is_kept_by_its_folder_only(disk, tmp_path):
    disk.folders.add("/f")
    file = disk.make("/f/new.tmp")
    file.change(Write(0, b"x"))
    disk.link("/f/new.tmp", "/f/named")
    disk.sync_file(file)
    assert left(disk, tmp_path / "before") == {"f/new.tmp": b"x"}
    disk.sync_folder("/f")
    assert left(disk, tmp_path / "after") == {"f/new.tmp": b"x", "f/named": b"x"}


def test_a_name_taken_away_comes_back_until_its_folder_is_synced(disk, tmp_path):
    disk.sync_file(disk.make("/journal"))
    disk.unlink("/journal")
    assert left(disk, tmp_path / "before") == {"journal": b""}
    disk.sync_folder("/")
    assert left(disk, tmp_path / "after") == {}


def test_a_rename_counts_once_its_folder_is_synced(disk, tmp_path):
    disk.sync_file(disk.make("/old"))
    disk.rename("/old", "/new")
    assert left(disk, tmp_path / "before") == {"old": b""}
    disk.sync_folder("/")
    assert left(disk, tmp_path / "after") == {"new": b""}


def test_a_folder_moves_with_all_that_is_in_it(disk):
    disk.folders |= {"/a", "/a/b"}
    disk.make("/a/b/c")
    disk.rename("/a", "/z")
    assert disk.folders == {"/", "/z", "/z/b"}
    assert set(disk.files) == {"/z/b/c"}


def test_chance_leaves_some_writes_and_the_same_ones_for_the_same_seed(disk, tmp_path):
    file = disk.make("/a")
    disk.sync_file(file)
    for place in range(200):
        file.change(Write(place, b"x"))
    first = left(disk, tmp_path / "1", "some", seed=7)["a"]
    assert 0 < first.count(b"x") < 200
    assert left(disk, tmp_path / "2", "some", seed=7)["a"] == first
    assert left(disk, tmp_path / "3", "some", seed=8)["a"] != first


def test_a_shorter_file_grows_with_zeroes(disk):
    file = disk.make("/a")
    for change in (Write(0, b"abc"), Cut(1), Cut(3), Write(5, b"z")):
        file.change(change)
    assert bytes(file.seen) == b"a\0\0\0\0z"


def test_it_starts_from_a_folder_and_holds_it_safely(tmp_path):
    (tmp_path / "state" / "sub").mkdir(parents=True)
    (tmp_path / "state" / "sub" / "a").write_bytes(b"old")
    disk = Disk.loaded(tmp_path / "state")
    disk.files["/sub/a"].change(Write(0, b"NEW"))
    assert disk.unsynced() == 1
    assert left(disk, tmp_path / "left") == {"sub/a": b"old"}
