"""What a person typed is kept apart from the entry that tells of it: it may be removed, and never changed."""

from django.db import migrations, models

GUARD = """
CREATE TRIGGER journal_apart_is_never_changed BEFORE UPDATE ON journal_apart
    FOR EACH ROW EXECUTE FUNCTION journal_refuse_change();
"""
UNGUARD = "DROP TRIGGER journal_apart_is_never_changed ON journal_apart;"


class Migration(migrations.Migration):
    dependencies = [("journal", "0005_horizon_of_this_database")]

    operations = [
        migrations.CreateModel(
            name="Apart",
            fields=[
                ("entry", models.UUIDField(primary_key=True, serialize=False)),
                ("subject", models.CharField(max_length=200)),
                ("salt", models.BinaryField()),
                ("words", models.JSONField()),
            ],
            options={
                "verbose_name": "words of a journal entry",
                "indexes": [models.Index(models.F("subject"), name="journal_apart_of_subject")],
            },
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
