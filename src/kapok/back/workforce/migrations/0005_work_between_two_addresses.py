"""What is worked on may have a far end."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("places", "0002_what_kind_an_exchange_area_is"),
        ("workforce", "0004_a_helper_may_be_lost"),
    ]

    operations = [
        migrations.AddField(
            model_name="workorder",
            name="far_address",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.address"
            ),
        ),
    ]
