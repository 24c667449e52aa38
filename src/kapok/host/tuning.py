"""The settings of the embedded server, written anew at every start.

A `postgresql.local.conf` in the data folder, if an administrator puts one there, is read last and wins.
"""

from __future__ import annotations

from pathlib import Path

import psutil

MIB = 2**20
# Nobody but the role `kapok` and those of the network's peers get in, each with its password, over the loopback interface;
# superusers not at all.
WHO_MAY_CONNECT = "host all kapok,radius,sip 127.0.0.1/32 scram-sha-256\n"


def settings(*, port: int, local: Path, durable: bool) -> str:
    """The text of `postgresql.conf`. Not `durable` is for tests: faster, and a power cut may lose everything."""
    memory = psutil.virtual_memory().total
    values: dict[str, str | int] = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": "",
        "password_encryption": "scram-sha-256",
        "max_connections": 100,
        "shared_buffers": f"{min(max(memory // 8, 128 * MIB), 4096 * MIB) // MIB}MB",
        "effective_cache_size": f"{max(memory // 2, 512 * MIB) // MIB}MB",
        "maintenance_work_mem": "128MB",
        "work_mem": "16MB",
        "max_wal_size": "2GB",
        "wal_compression": "on",
        "checkpoint_timeout": "15min",
        "random_page_cost": "1.1",
        "autovacuum_naptime": "20s",
        "autovacuum_vacuum_scale_factor": "0.05",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "datestyle": "iso, ymd",
        "lc_messages": "C",
        "log_checkpoints": "off",
        "log_min_duration_statement": "1s",
    }
    if not durable:
        values |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "128MB"}
    lines = [f"{name} = '{value}'" for name, value in values.items()]
    return "\n".join([*lines, f"include_if_exists = '{_quoted(local)}'", ""])


def _quoted(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace("'", "''")
