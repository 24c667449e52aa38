from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

SEVERAL = """
ALTER TABLE activation_subscriber
    ALTER COLUMN leaving TYPE varchar(64)[] USING CASE leaving WHEN '' THEN ARRAY[]::varchar[] ELSE ARRAY[leaving] END;
"""
ONE = """
ALTER TABLE activation_subscriber ALTER COLUMN leaving TYPE varchar(64) USING coalesce(leaving[1], '');
"""
# What was overtaken is not asked again: its secrets serve nobody.
FORGET = """
UPDATE activation_call overtaken SET kept_apart = '{}'
WHERE kept_apart <> '{}' AND EXISTS (
    SELECT FROM activation_call later WHERE later.service = overtaken.service AND later.id > overtaken.id AND later.verb <> 'test');
"""


class Migration(migrations.Migration):
    dependencies = [("activation", "0007_sessions_are_told_until_they_have_heard")]

    operations = [
        migrations.RunSQL(
            SEVERAL,
            ONE,
            state_operations=[
                migrations.AlterField(
                    "subscriber", "leaving", ArrayField(models.CharField(max_length=64), blank=True, default=list)
                )
            ],
        ),
        migrations.AddField("subscriber", "told_before", models.DateTimeField(null=True)),
        migrations.RunSQL(FORGET, migrations.RunSQL.noop),
    ]
