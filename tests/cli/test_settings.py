"""Settings: what is taken from the environment, and how a mistake is told."""

import pytest

from domain.addresses import is_loopback
from settings import Settings, SettingsError, read_settings

EVERYWHERE = "0.0.0.0"  # noqa: S104 - the address that demo passwords must not be served on


@pytest.fixture(autouse=True)
def _nobodys_environment(monkeypatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(f"ACCEDE_{name.upper()}", raising=False)


def test_everything_lies_below_the_data_folder_unless_it_is_said(tmp_path):
    settings = read_settings(data_dir=tmp_path)
    assert settings.database_url == f"sqlite:///{tmp_path}/accede.db"
    assert settings.materials_url == f"file://{tmp_path}/materials"


def test_another_process_given_the_environment_reads_the_same_settings(tmp_path, monkeypatch):
    given = read_settings(
        data_dir=tmp_path, port=1234, smtp_url="smtp://a:b@mail:25", metrics_token="t", demo=True
    )
    for name, value in given.environment().items():
        monkeypatch.setenv(name, value)
    assert read_settings() == given


def test_secrets_are_not_shown(tmp_path):
    assert "hunter2" not in repr(read_settings(smtp_url="smtp://a:hunter2@mail:25"))


@pytest.mark.parametrize(
    "name, value, told",
    [
        ("PORT", "70000", "ACCEDE_PORT: "),
        ("OIDC_ISSUER", "http://provider.example", "ACCEDE_OIDC_ISSUER: starts with https://"),
        ("OIDC_CLIENT_ID", "client-7", "ACCEDE_OIDC_ISSUER and OIDC_CLIENT_ID go together"),
        ("TIME_ZONE", "Mars/Olympus", "ACCEDE_TIME_ZONE: is not the name of a time zone"),
        ("DATABASE_URL", "mysql://x", "ACCEDE_DATABASE_URL: starts with sqlite:///"),
        ("TEMPORAL_ADDRESS", "nowhere", "ACCEDE_TEMPORAL_ADDRESS: is a host and a port"),
        ("SMTP_URL", "http://x", "ACCEDE_SMTP_URL: is an address such as smtp://"),
        ("PUBLIC_URL", "ftp://x", "ACCEDE_PUBLIC_URL: starts with https://"),
        ("SESSION_HOURS", "-77", "ACCEDE_SESSION_HOURS: "),
    ],
)
def test_a_mistake_is_told_in_one_line_that_names_the_variable(monkeypatch, name, value, told):
    monkeypatch.setenv(f"ACCEDE_{name}", value)
    with pytest.raises(SettingsError) as caught:
        read_settings()
    assert str(caught.value).startswith(told)
    assert "\n" not in str(caught.value)
    assert value not in str(caught.value)


def test_an_empty_variable_counts_as_absent(monkeypatch):
    monkeypatch.setenv("ACCEDE_PORT", "")
    assert read_settings().port == 8000


@pytest.mark.parametrize(
    "host, possible",
    [
        ("127.0.0.1", True),
        ("localhost", True),
        (EVERYWHERE, False),
        ("127.0.0.1.example.org", False),
        ("", False),
    ],
)
def test_demo_passwords_are_for_loopback_addresses(host, possible):
    assert is_loopback(host) is possible
    if possible:
        assert read_settings(demo=True, host=host).demo
    else:
        with pytest.raises(SettingsError, match="DEMO"):
            read_settings(demo=True, host=host)


def test_the_session_cookie_insists_on_https_where_people_come_by_it():
    assert read_settings(public_url="https://accede.example").secure_cookies is True
    assert read_settings().secure_cookies is False
