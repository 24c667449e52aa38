"""A circuit has a port at each of its ends, and the far one may stay silent."""

from django.db import migrations, models
from django.db.models import Q

FAULTS = ["timeout", "wrong_answer", "half_done", "slow", "refuses", "weak_light", "weak_pon", "far_end"]


class Migration(migrations.Migration):
    dependencies = [("activation", "0005_numbers_and_prefixes_are_told")]

    operations = [
        migrations.AddField(
            model_name="simulatedunit", name="far", field=models.BooleanField(default=False, db_default=False)
        ),
        migrations.RemoveConstraint(model_name="simulatedunit", name="activation_one_unit_a_service"),
        migrations.AddConstraint(
            model_name="simulatedunit",
            constraint=models.UniqueConstraint("element", "service", "far", name="activation_one_unit_an_end"),
        ),
        migrations.RemoveConstraint(model_name="simulatedfault", name="activation_fault_is_known"),
        migrations.AddConstraint(
            model_name="simulatedfault",
            constraint=models.CheckConstraint(condition=Q(fault__in=FAULTS), name="activation_fault_is_known"),
        ),
    ]
