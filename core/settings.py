"""The settings of one process: read once, in app, from EJAZO_* variables."""

from pathlib import Path
from typing import Literal

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="EJAZO_", frozen=True, extra="ignore")

    database_url: str
    """postgresql://user:password@host:port/name, or …/name?host=/socket/folder; of a role that owns nothing
    (ADR-0041): ejazo_api for the API, ejazo_worker for all others."""
    owner_url: str | None = None
    """The same database as its owner, for `migrate` and `backup` alone; none: one role does everything."""
    mqtt_url: str = "mqtt://127.0.0.1:1883"
    """mqtt://user:password@host:port, for the worker: may read every device and answer it. The nodes of a
    cluster as host:port,host:port"""
    shards: int = 1
    """Equal parts of all devices, each with one worker at a time; the same for all workers and the keeper."""
    broker_sorts: bool = False
    """The broker puts each device under p/<shard>/ (docs/scaling.md); otherwise each worker reads everything
    and passes over what is not its own."""
    mqtt_link: Literal["paho", "lean"] = "paho"
    """What speaks with the broker for the worker: the reference library, or our own receiver (ADR-0021)."""
    ack_every_s: float = 5.0
    """Between two acknowledgements of a device; a nation saves its broker work with up to 30."""
    gateway_url: str | None = None
    """The same broker for those who speak for many devices (simulators, recorded traces); see `gateway`."""
    http_host: str = "127.0.0.1"
    http_port: int = 8000
    state: Path = Path("var/state")
    """Where a private cluster and broker keep their files."""
    archive: Path = Path("var/archive")
    """Where the keeper puts days that are over; API and worker read there, under the same path."""
    keys: Path = Path("var/keys")
    """The keys of compartments and identities (core.sealing): whoever loses them loses what they sealed."""
    providers: Path | None = None
    """A TOML file of other identity providers (docs/security.md); none: accounts of our own only."""
    authority: Path = Path("var/authority")
    """The local authority that certifies devices (`ejazo device`): its key, and what the broker reads."""
    metrics_port: int = 0
    """Where this process tells its numbers to the loopback, for Prometheus; 0: nowhere."""
    traces_url: str = ""
    """Where a collector takes spans (OTLP: http://127.0.0.1:4318/v1/traces); empty: none are made."""
    networks: Path | None = None
    """A TOML file of the service's networks (docs/security.md); none: no sign-in says where it came from."""
    leaked_passwords: Path | None = None
    """SHA-1 digests of passwords that have leaked, ascending (docs/security.md); none: nobody compares."""
    ice: Path | None = None
    """A TOML file of STUN and TURN servers for calls (docs/calls.md); none: there are no such servers."""
    clamd: str = ""
    """Socket of ClamAV's daemon that looks at files from telephones; empty: nobody does."""
    push_contact: str = ""
    """mailto: or https: of who answers for pushes to relatives (RFC 8292); empty: nobody is woken."""
    zone_points: int = 100_000
    """Points that an imported file of zones may have; the database takes no zone of more than 100,000."""
    training: bool = False
    """Everybody is made up, everything that leaves says so, and the database is marked for it (ADR-0046)."""
    secure_cookies: bool = False
    """True behind TLS: the session cookie then carries the Secure attribute."""

    @property
    def owner(self) -> str:
        return self.owner_url or self.database_url

    @property
    def gateway(self) -> str:
        """A broker that knows no difference between worker and gateway needs one address only."""
        return self.gateway_url or self.mqtt_url
