"""The files in deploy/ are not run here, so what can be known of them without running is checked."""

import re
import subprocess
import sys
from pathlib import Path

import kubernetes_validate  # type: ignore[import-untyped] # the package says nothing of its types
import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

import api.app
from cli import app as commands
from settings import PREFIX, Settings

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE = DEPLOY / "compose.yaml"
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
KUBERNETES = "1.33"
SETTINGS = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}


def documents():
    return [
        pytest.param(found, id=f"{path.stem}-{found['kind']}")
        for path in MANIFESTS
        for found in YAML(typ="safe").load_all(path)
    ]


def pods():
    found = [document.values[0] for document in documents()]
    return [one["spec"]["template"]["spec"] for one in found if one["kind"] in {"Deployment", "Job"}]


def compose():
    return YAML(typ="safe").load(COMPOSE)


def checked(file):
    """Hold a file against the schema of compose, as check-jsonschema carries it."""
    asked = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(file)]
    return subprocess.run(asked, check=False, capture_output=True, text=True)


def test_compose_keeps_its_schema():
    found = checked(COMPOSE)
    assert found.returncode == 0, found.stdout


def test_a_wrong_compose_file_would_be_found(tmp_path):
    (tmp_path / "compose.yaml").write_text(COMPOSE.read_text("utf-8").replace("[ALL]", "ALL"))
    assert checked(tmp_path / "compose.yaml").returncode == 1


@pytest.mark.parametrize("document", documents())
def test_manifests_keep_the_schemas_of_kubernetes(document):
    kubernetes_validate.validate(document, KUBERNETES, strict=True)


def test_a_wrong_manifest_would_be_found():
    wrong = YAML(typ="safe").load(DEPLOY / "kubernetes" / "namespace.yaml") | {"kinds": "Namespace"}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, KUBERNETES, strict=True)


@pytest.mark.parametrize("file", [COMPOSE, DEPLOY / "Dockerfile", DEPLOY / "example.env", *MANIFESTS])
def test_every_setting_named_exists(file):
    named = set(re.findall(rf"{PREFIX}[A-Z_]+", file.read_text("utf-8")))
    assert named <= SETTINGS


def test_every_command_named_exists():
    asked = [pod["containers"][0]["args"] for pod in pods()]
    asked += [service["command"] for service in compose()["services"].values() if "command" in service]
    assert len(asked) == 6
    for one in asked:
        assert CliRunner().invoke(commands, [*one, "--help"]).exit_code == 0


def test_every_probe_asks_what_the_api_answers():
    probed = set(re.findall(r"path: (/\w+)", (DEPLOY / "kubernetes" / "api.yaml").read_text("utf-8")))
    probed |= set(re.findall(r"8000(/\w+)'", COMPOSE.read_text("utf-8")))
    assert probed == {"/healthz", "/readyz"}
    source = Path(api.app.__file__).parent / "routes" / "operations.py"
    assert probed <= set(re.findall(r'router\.get\("(/\w+)"', source.read_text("utf-8")))


@pytest.mark.parametrize("pod", pods(), ids=lambda pod: pod["containers"][0]["name"])
def test_no_container_may_more_than_it_needs(pod):
    container = pod["containers"][0]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["resources"]["limits"]["memory"]


def test_no_secret_has_a_value_here():
    for line in (DEPLOY / "example.env").read_text("utf-8").splitlines():
        assert not re.match(r"\w*(PASSWORD|TOKEN|KEY|SMTP_URL)=.+", line)
    assert not any(found.values[0]["kind"] == "Secret" for found in documents())


def test_the_image_is_built_from_what_is_there():
    lines = (DEPLOY / "Dockerfile").read_text("utf-8").splitlines()
    copied = [line.split()[1] for line in lines if line.startswith("COPY") and "--from" not in line]
    assert copied == ["requirements.lock", "."]
    assert all((ROOT / one).exists() for one in copied)
    assert "USER 10001" in lines


def test_the_release_is_the_one_of_the_project():
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    assert version
    for file in (COMPOSE, *MANIFESTS):
        images = set(re.findall(r"image: accede:(\S+)", file.read_text("utf-8")))
        assert images <= {version[1]}
