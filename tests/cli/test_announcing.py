"""What `accede up` tells once everything runs."""

from commands.announcing import announcement
from settings import read_settings


def test_logins_are_told_of_a_demonstration_alone(tmp_path):
    settings = read_settings(data_dir=tmp_path)
    assert announcement(settings, {}, {}, demo=False)["logins"] == []
    assert announcement(settings, {}, {}, demo=True)["logins"] != []
