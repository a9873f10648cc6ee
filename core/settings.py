"""The settings of one process: read once, in app, from EJAZO_* variables."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="EJAZO_", frozen=True, extra="ignore")

    database_url: str
    """postgresql://user:password@host:port/name, or …/name?host=/socket/folder"""
    mqtt_url: str = "mqtt://127.0.0.1:1883"
    """mqtt://user:password@host:port"""
    http_host: str = "127.0.0.1"
    http_port: int = 8000
    state: Path = Path("var/state")
    """Where a private cluster and broker keep their files."""
    secure_cookies: bool = False
    """True behind TLS: the session cookie then carries the Secure attribute."""
