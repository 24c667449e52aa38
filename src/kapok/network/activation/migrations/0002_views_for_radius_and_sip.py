"""What the RADIUS server and the SIP registrar see of us: views, and one that they can only add to."""

from django.db import migrations

FORWARD = """
CREATE SCHEMA radius;

CREATE VIEW radius.radcheck AS
SELECT id, login AS username,
    CASE state WHEN 'active' THEN 'Cleartext-Password' ELSE 'Auth-Type' END AS attribute,
    ':=' AS op,
    CASE state WHEN 'active' THEN secret ELSE 'Reject' END AS value
FROM activation_subscriber;

CREATE VIEW radius.radreply AS
SELECT line.id, line.login AS username, reply.attribute, ':=' AS op, reply.value
FROM activation_subscriber line, LATERAL (
    VALUES ('Class', line.service),
        ('Acct-Interim-Interval', '300'),
        ('WISPr-Bandwidth-Max-Down', least(line.down_mbps * 1000000::bigint, 4294967295)::text),
        ('WISPr-Bandwidth-Max-Up', least(line.up_mbps * 1000000::bigint, 4294967295)::text),
        ('Mikrotik-Rate-Limit', line.up_mbps || 'M/' || line.down_mbps || 'M'),
        ('Filter-Id', nullif(line.profile, '')),
        ('Framed-IP-Address', CASE family(line.ip) WHEN 4 THEN host(line.ip) END),
        ('Framed-IPv6-Address', CASE family(line.ip) WHEN 6 THEN host(line.ip) END)
) AS reply (attribute, value)
WHERE line.state = 'active' AND reply.value IS NOT NULL
UNION ALL
SELECT id, login, 'Reply-Message', ':=', reason FROM activation_subscriber WHERE state = 'suspended';

CREATE VIEW radius.accounting AS
SELECT session, status, login, service, nas_address, nas_session, nas_port, framed_address, seconds, octets_in, octets_out, cause
FROM activation_accounting;

CREATE SCHEMA sip;

CREATE VIEW sip.version AS SELECT 1 AS id, 'subscriber'::varchar(32) AS table_name, 7 AS table_version;

CREATE VIEW sip.subscriber AS
SELECT id, number::varchar(64) AS username, realm::varchar(64) AS domain, ha1::varchar(128) AS ha1
FROM activation_sipline WHERE state = 'active';
"""

BACKWARD = """
DROP SCHEMA sip CASCADE;
DROP SCHEMA radius CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("activation", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
