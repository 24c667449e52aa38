"""Who waited is found by its holder."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inventory", "0009_what_runs_between_two_addresses")]

    operations = [
        migrations.AddIndex(
            model_name="shortage",
            index=models.Index(fields=["holder", "resolved_at"], name="inventory_shortage_ended"),
        ),
    ]
