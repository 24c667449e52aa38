from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.fields.json import KT

# A line that leaves its number: for as long as that is logged out, the registrar knows the line by it and by the closing secret.
SIP = """
CREATE OR REPLACE VIEW sip.subscriber AS
SELECT id, (CASE WHEN closing <> '' AND leaving <> '' THEN leaving ELSE number END)::varchar(64) AS username,
    realm::varchar(64) AS domain, coalesce(nullif(closing, ''), ha1)::varchar(128) AS ha1
FROM activation_sipline WHERE state = 'active' OR closing <> '';
"""
SIP_BEFORE = """
CREATE OR REPLACE VIEW sip.subscriber AS
SELECT id, number::varchar(64) AS username, realm::varchar(64) AS domain, coalesce(nullif(closing, ''), ha1)::varchar(128) AS ha1
FROM activation_sipline WHERE state = 'active' OR closing <> '';
"""
REPLY = """
CREATE OR REPLACE VIEW radius.radreply AS
SELECT line.id, line.login AS username, reply.attribute, ':=' AS op, reply.value
FROM activation_subscriber line, LATERAL (
    VALUES ('Class', line.service),
        ('Acct-Interim-Interval', '300'),
        ('WISPr-Bandwidth-Max-Down', least(line.down_mbps * 1000000::bigint, 4294967295)::text),
        ('WISPr-Bandwidth-Max-Up', least(line.up_mbps * 1000000::bigint, 4294967295)::text),
        ('Mikrotik-Rate-Limit', line.up_mbps || 'M/' || line.down_mbps || 'M'),
        ('Filter-Id', nullif(line.profile, '')),
        ('Framed-IP-Address', CASE family(line.ip) WHEN 4 THEN host(line.ip) END),
        ('Framed-IPv6-Address', CASE family(line.ip) WHEN 6 THEN host(line.ip) END){more}
) AS reply (attribute, value)
WHERE line.state = 'active' AND reply.value IS NOT NULL
UNION ALL
SELECT id, login, 'Reply-Message', ':=', reason FROM activation_subscriber WHERE state = 'suspended';
"""
PREFIX = """,
        ('Delegated-IPv6-Prefix', nullif(line.ipv6_prefix, ''))"""


class Migration(migrations.Migration):
    dependencies = [("activation", "0004_a_line_is_logged_out")]

    operations = [
        migrations.AddField("sipline", "leaving", models.CharField(blank=True, default="", max_length=18), preserve_default=False),
        migrations.AddField(
            "subscriber", "ipv6_prefix", models.CharField(blank=True, default="", max_length=43), preserve_default=False
        ),
        migrations.AddConstraint(
            "subscriber",
            models.CheckConstraint(condition=Q(ipv6_prefix__regex=r"^[0-9a-f:/]*$"), name="activation_prefix_is_plain"),
        ),
        migrations.AddConstraint(
            "simulatedunit",
            models.UniqueConstraint(F("element"), KT("settings__number"), name="activation_one_service_a_number"),
        ),
        migrations.RunSQL(REPLY.format(more=PREFIX) + SIP, REPLY.format(more="") + SIP_BEFORE),
    ]
