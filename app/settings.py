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

    public_url: str = Field(default="", pattern=r"^(https?://[^/?#\s]+(/[^?#\s]*)?)?$")
    """Where people reach the service, such as `https://archmeter.example.org`: what snippets to
    paste begin with, and whose links `/oembed` answers for. Without it, that is the address
    listened on, which is right for one person on one machine. The Host header, which anybody may
    choose, is never repeated."""

    embed_ancestors: str = Field(default="*", pattern=r"^[\x21-\x7e ]*$")
    """Sites that may show `/embed` pages in a frame, as in CSP's frame-ancestors; * for all."""

    max_renderings: int = Field(default=2_000, ge=1, le=1_000_000)
    """Static charts that are kept; the oldest give way."""
