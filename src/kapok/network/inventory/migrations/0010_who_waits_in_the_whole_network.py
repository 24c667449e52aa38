"""What the nearest pool gives out in the whole network is lacking there, also for those who waited before it counted so."""

from django.db import migrations, models

WHOLE_NETWORK = """
UPDATE inventory_shortage s SET exchange_area_id = NULL
WHERE s.resolved_at IS NULL AND s.element_id IS NULL AND s.exchange_area_id IS NOT NULL
    AND s.kind <> 'number' AND s.code <> 'TOO_SLOW'
    AND EXISTS (SELECT FROM inventory_pool p WHERE p.kind = s.kind AND p.exchange_area_id IS NULL)
    AND NOT EXISTS (SELECT FROM inventory_pool p WHERE p.kind = s.kind AND p.exchange_area_id = s.exchange_area_id)
"""


class Migration(migrations.Migration):
    dependencies = [("inventory", "0009_what_runs_between_two_addresses")]

    operations = [
        migrations.AddIndex(
            model_name="shortage",
            index=models.Index(fields=["holder", "resolved_at"], name="inventory_shortage_ended"),
        ),
        migrations.RunSQL(WHOLE_NETWORK, migrations.RunSQL.noop),
    ]
