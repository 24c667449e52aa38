"""No entry stands before the first: whoever writes one with a number of their own cannot hide it below the seals."""

from django.db import migrations

FORWARD = """
ALTER TABLE journal_entry ADD CONSTRAINT journal_entry_stands_in_order CHECK (transaction >= 0 AND position > 0);
"""
BACKWARD = "ALTER TABLE journal_entry DROP CONSTRAINT journal_entry_stands_in_order;"


class Migration(migrations.Migration):
    dependencies = [("journal", "0004_delivery")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
