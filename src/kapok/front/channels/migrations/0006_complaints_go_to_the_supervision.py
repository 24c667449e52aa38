"""Channels that were set up before name the unit of the supervision post as the one that gets complaints about bills and people."""

from django.db import migrations

FORWARD = """
UPDATE channels_channelsetting SET supervision_id = (
    SELECT unit_id FROM posts_post WHERE function = 'supervision' AND valid_to IS NULL ORDER BY code LIMIT 1
) WHERE supervision_id IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("channels", "0005_work_for_whom_the_rules_chose"), ("posts", "0003_always_an_a_and_a_b")]

    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
