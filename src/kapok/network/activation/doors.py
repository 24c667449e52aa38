"""The database roles of the peers, and all that they may do: read their views, and add accounting records."""

from __future__ import annotations

ROLES = ("radius", "sip")
"""Each sees the schema of its own name."""

GRANTS = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'radius') THEN
        GRANT USAGE ON SCHEMA radius TO radius;
        GRANT SELECT ON radius.radcheck, radius.radreply TO radius;
        GRANT INSERT ON radius.accounting TO radius;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'sip') THEN
        GRANT USAGE ON SCHEMA sip TO sip;
        GRANT SELECT ON sip.version, sip.subscriber TO sip;
    END IF;
END $$
"""
"""Opens the views to the roles that exist; may be said again and again. A restored backup knows no privileges: it is said anew."""


def creation(role: str, password: str) -> str:
    """SQL, on one line, that makes the role or gives it this password; for whoever may create roles."""
    options = f"LOGIN CONNECTION LIMIT 40 PASSWORD '{password}'"
    return (
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN ALTER ROLE {role} {options}; "
        f"ELSE CREATE ROLE {role} {options}; END IF; ALTER ROLE {role} SET search_path = {role}; END $$"
    )
