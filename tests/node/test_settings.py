"""Settings are read once, and every fault names its key and what to write."""

from pathlib import Path

import pytest
from tests.nodes.world import settings_of

from rabet.node.settings import Settings, SettingsError, read_settings, write_settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = settings_of("khazar", tmp_path)
    made.layout.root.mkdir()
    made.layout.config.write_text(write_settings(made), encoding="utf-8")
    return made


def test_what_was_written_is_read_again(settings: Settings) -> None:
    assert read_settings(settings.layout.root, {}) == settings


def test_the_environment_names_the_database(settings: Settings) -> None:
    assert read_settings(settings.layout.root, {"DATABASE_URL": "postgresql://db/rabet"}).database == "postgresql://db/rabet"


def test_a_place_without_a_node_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="rabet init"):
        read_settings(tmp_path, {})


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('id = "khazar"', 'id = "Khazar!"', "agency.id"),
        ('state = "AZ"', 'state = "Azerbaijan"', "agency.state"),
        ('zone = "Asia/Baku"', 'zone = "Asia/Nowhere"', "agency.zone"),
        ('languages = ["en", "fa"]', 'languages = ["de"]', "agency.languages"),
        ('languages = ["en", "fa"]', "languages = []", "agency.languages"),
        ('handling = "H1"', 'handling = "H9"', "defaults.handling"),
        ('purpose = "investigation"', 'purpose = "curiosity"', "defaults.purpose"),
        ('offence = "possession_for_trafficking"', 'offence = "insult"', "defaults.offence"),
        ('offence = "possession_for_trafficking"', "", "defaults.offence"),
        ("secure = false", 'secure = "no"', "web.secure"),
        ("hosts = []", "hosts = [1]", "web.hosts"),
        ('host = "127.0.0.1"', "host = 5", "exchange.host"),
        ("[database]", "[database]\nurll = 1", "database.urll"),
    ],
)
def test_a_wrong_setting_is_refused_by_its_key(settings: Settings, old: str, new: str, key: str) -> None:
    text = settings.layout.config.read_text(encoding="utf-8")
    assert old in text
    settings.layout.config.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        read_settings(settings.layout.root, {})
    assert refused.value.key == key
    assert refused.value.advice


def test_a_port_is_a_whole_number_within_bounds(settings: Settings) -> None:
    text = settings.layout.config.read_text(encoding="utf-8").replace(f"port = {settings.web_port}", "port = 70000")
    settings.layout.config.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"web\.port: 70000 will not do"):
        read_settings(settings.layout.root, {})


def test_what_is_not_toml_is_told_with_its_place(settings: Settings) -> None:
    settings.layout.config.write_text("[agency\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="line 1"):
        read_settings(settings.layout.root, {})
