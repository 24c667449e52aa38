"""What is ordered may run between two addresses, and a move may take either end elsewhere."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [
        ("ordering", "0008_what_billing_was_told"),
        ("places", "0002_what_kind_an_exchange_area_is"),
    ]

    operations = [
        migrations.AddField(
            model_name="leg",
            name="far_address",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.address"
            ),
        ),
        migrations.AddField(model_name="leg", name="end", field=models.CharField(default="a", max_length=1)),
        migrations.AddConstraint(
            model_name="leg",
            constraint=models.CheckConstraint(
                condition=Q(end="a", far_address__isnull=True)
                | Q(end="a", address__isnull=False) & ~Q(far_address=F("address"))
                | Q(end="b", far_address__isnull=True),
                name="ordering_leg_has_two_ends_or_one",
            ),
        ),
    ]
