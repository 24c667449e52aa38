"""A service may have a far end: a circuit runs from one address to another."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("inventory", "0008_what_was_scrapped_may_be_found"), ("places", "0002_what_kind_an_exchange_area_is")]

    operations = [
        migrations.AddField(
            model_name="service",
            name="far_address",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.address"
            ),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=Q(far_address__isnull=True) | Q(address__isnull=False) & ~Q(far_address=F("address")),
                name="inventory_service_has_two_ends_or_one",
            ),
        ),
    ]
