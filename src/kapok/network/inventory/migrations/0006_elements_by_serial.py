"""Elements are found by their serial."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False  # the plant is worked with while its index is made

    dependencies = [("inventory", "0005_devices_are_tested")]

    operations = [
        AddIndexConcurrently(
            model_name="element",
            index=models.Index(fields=["serial"], condition=~Q(serial=""), name="inventory_element_by_serial"),
        ),
    ]
