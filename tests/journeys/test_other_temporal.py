"""A Temporal on another machine: TLS, certificates, a key, and what is said when they are wrong."""

from __future__ import annotations

import pytest

from services.connecting import TemporalUnavailable, connect, tls_of
from services.telling import wake_courier
from settings import SettingsError, read_settings
from tests.journeys.tls_door import NAME, a_door, make_certificates

KEY = "a-very-secret-key"


@pytest.fixture(autouse=True)
def _nobodys_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("ACCEDE_DATA_DIR", str(tmp_path))
    for name in ("ADDRESS", "NAMESPACE", "TLS", "TLS_CA", "TLS_CERT", "TLS_KEY", "TLS_NAME", "API_KEY"):
        monkeypatch.delenv(f"ACCEDE_TEMPORAL_{name}", raising=False)


def settings_for(door, certificates, **given):
    everything = {
        "temporal_address": door.address,
        "temporal_tls_ca": certificates.ca,
        "temporal_tls_cert": certificates.cert,
        "temporal_tls_key": certificates.key,
        "temporal_tls_name": NAME,
    }
    return read_settings(**{name: value for name, value in {**everything, **given}.items() if value})


async def test_settings_alone_lead_through_tls_that_asks_who_we_are(temporal, tmp_path):
    certificates = make_certificates(tmp_path, asks_who_we_are=True)
    async with a_door(temporal.address, certificates) as door:
        settings = settings_for(door, certificates)
        client = await connect(**settings.temporal(), lazy=False)
        await wake_courier(client, "queue")
        assert (await client.get_workflow_handle("courier").describe()).id == "courier"
        assert door.let_in == 1


@pytest.mark.parametrize(
    "wrong, told",
    [
        pytest.param({"temporal_tls_ca": None}, "ACCEDE_TEMPORAL_TLS_CA", id="an authority nobody knows"),
        pytest.param({"temporal_tls_name": "other.example"}, "ACCEDE_TEMPORAL_TLS_CA", id="another name"),
        pytest.param(
            {"temporal_tls_cert": None, "temporal_tls_key": None},
            "ACCEDE_TEMPORAL_TLS_CERT",
            id="no certificate",
        ),
    ],
)
async def test_whom_one_side_does_not_believe_is_told_which_setting_to_look_at(
    temporal, tmp_path, wrong, told
):
    certificates = make_certificates(tmp_path, asks_who_we_are=True)
    async with a_door(temporal.address, certificates) as door:
        with pytest.raises(TemporalUnavailable) as refused:
            await connect(**settings_for(door, certificates, **wrong).temporal(), lazy=False)
        assert told in str(refused.value)
        assert "\n" not in str(refused.value)


async def test_the_api_key_is_given_to_the_client_and_to_nobody_else(temporal, tmp_path, capfd):
    certificates = make_certificates(tmp_path, asks_who_we_are=False)
    async with a_door(temporal.address, certificates) as door:
        settings = settings_for(
            door, certificates, temporal_tls_cert=None, temporal_tls_key=None, temporal_api_key=KEY
        )
        assert settings.temporal_tls is True
        client = await connect(**settings.temporal(), lazy=False)
        await wake_courier(client, "queue")
        assert client.service_client.config.api_key == KEY
        with pytest.raises(TemporalUnavailable) as refused:
            await connect(**(settings.temporal() | {"address": "127.0.0.1:1"}), lazy=False)
    assert KEY not in repr(settings)
    assert KEY not in str(refused.value)
    said = capfd.readouterr()
    assert KEY not in said.out + said.err


def test_a_key_or_certificate_turns_tls_on(tmp_path):
    certificates = make_certificates(tmp_path, asks_who_we_are=False)
    assert read_settings().temporal()["tls"] is False
    assert read_settings(temporal_tls=True).temporal()["tls"]
    assert read_settings(temporal_api_key=KEY).temporal()["tls"]
    files = read_settings(temporal_tls_ca=certificates.ca).temporal()["tls"]
    assert isinstance(files, dict)
    assert tls_of(files).server_root_ca_cert == certificates.ca.read_bytes()


def test_a_file_that_was_taken_away_since_is_named(tmp_path):
    certificates = make_certificates(tmp_path, asks_who_we_are=False)
    settings = read_settings(temporal_tls_ca=certificates.ca)
    certificates.ca.unlink()
    files = settings.temporal()["tls"]
    assert isinstance(files, dict)
    with pytest.raises(FileNotFoundError):
        tls_of(files)


@pytest.mark.parametrize(
    "given, told",
    [
        ({"temporal_tls_ca": "/nowhere/ca.pem"}, "ACCEDE_TEMPORAL_TLS_CA: names a file that cannot be read"),
        ({"temporal_tls_cert": __file__}, "ACCEDE_TEMPORAL_TLS_CERT and TEMPORAL_TLS_KEY go together"),
        ({"temporal_tls": False, "temporal_tls_ca": __file__}, "ACCEDE_TEMPORAL_TLS is false, and a cert"),
        (
            {"temporal_tls": False, "temporal_api_key": KEY, "temporal_address": "there.example:7233"},
            "ACCEDE_TEMPORAL_TLS is false, and an API key would travel",
        ),
    ],
)
def test_settings_that_do_not_fit_are_told_in_one_line(given, told):
    with pytest.raises(SettingsError) as refused:
        read_settings(**given)
    assert str(refused.value).startswith(told)
    assert KEY not in str(refused.value)
    assert "nowhere" not in str(refused.value)
