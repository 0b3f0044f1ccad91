"""What an operator may choose, each as an ``ARCHMETER_…`` environment variable."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The service's configuration; every default is fit for one person on one machine."""

    model_config = SettingsConfigDict(
        env_prefix="ARCHMETER_", frozen=True, use_attribute_docstrings=True, extra="forbid"
    )

    database_url: str = "sqlite:///data/archmeter.db"
    """An SQLAlchemy URL: an SQLite file (three slashes are relative) or PostgreSQL."""

    host: str = "127.0.0.1"
    """The address to listen on; loopback unless told otherwise."""

    port: int = Field(default=8000, ge=1, le=65535)
    """The TCP port to listen on."""

    workers: int = Field(default=1, ge=1, le=64)
    """Server processes sharing the port and the database."""

    access_log: bool = False
    """Log every request: off, because it costs more than a cached answer does."""

    threads: int = Field(default=4, ge=1, le=64)
    """Threads per worker for analyses and queries. They hold the GIL, so more would only queue."""

    max_body_bytes: int = Field(default=65_536, ge=1_024, le=16_777_216)
    """Largest request body that is read. A spec is a few hundred bytes."""
