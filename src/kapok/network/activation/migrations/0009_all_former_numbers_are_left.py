from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

# The view shows the first of the numbers that are left; it goes over to the new column before the old one goes, and keeps its
# privileges.
VIEW = """
CREATE OR REPLACE VIEW sip.subscriber AS
SELECT id, (CASE WHEN closing <> '' THEN coalesce(leaving_all[1], number) ELSE number END)::varchar(64) AS username,
    realm::varchar(64) AS domain, coalesce(nullif(closing, ''), ha1)::varchar(128) AS ha1
FROM activation_sipline WHERE state = 'active' OR closing <> '';
"""
BEFORE = """
CREATE OR REPLACE VIEW sip.subscriber AS
SELECT id, (CASE WHEN closing <> '' AND leaving <> '' THEN leaving ELSE number END)::varchar(64) AS username,
    realm::varchar(64) AS domain, coalesce(nullif(closing, ''), ha1)::varchar(128) AS ha1
FROM activation_sipline WHERE state = 'active' OR closing <> '';
"""
SEVERAL = "UPDATE activation_sipline SET leaving_all = ARRAY[leaving] WHERE leaving <> '';"
ONE = "UPDATE activation_sipline SET leaving = coalesce(leaving_all[1], '');"


class Migration(migrations.Migration):
    dependencies = [("activation", "0008_all_former_logins_are_left")]

    operations = [
        migrations.AddField(
            "sipline", "leaving_all", ArrayField(models.CharField(max_length=18), blank=True, default=list)
        ),
        migrations.RunSQL(SEVERAL, ONE),
        migrations.RunSQL(VIEW, BEFORE),
        migrations.RemoveField("sipline", "leaving"),
        migrations.RenameField("sipline", "leaving_all", "leaving"),
    ]
