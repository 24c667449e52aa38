"""What is in pools is audited, too."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("inventory", "0006_elements_by_serial")]

    operations = [
        migrations.AlterField(
            model_name="finding",
            name="element",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="inventory.element"
            ),
        ),
        migrations.AddField(
            model_name="finding",
            name="pool",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="inventory.pool"
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=Q(element__isnull=True, pool__isnull=False) | Q(element__isnull=False, pool__isnull=True),
                name="inventory_finding_has_one_home",
            ),
        ),
    ]
