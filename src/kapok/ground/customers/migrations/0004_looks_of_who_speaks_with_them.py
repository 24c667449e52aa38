"""The name is seen by whoever speaks with the customer, too."""

from django.db import migrations, models
from django.db.models import Q

NAME = "customers_purpose_is_known"


class Migration(migrations.Migration):
    dependencies = [("customers", "0003_looks_for_a_visit")]

    operations = [
        migrations.RemoveConstraint(model_name="personallook", name=NAME),
        migrations.AddConstraint(
            model_name="personallook",
            constraint=models.CheckConstraint(
                condition=Q(
                    purpose__in=[
                        "order", "fault", "visit", "complaint", "billing", "identity", "correction", "law", "serving", "other",
                    ]
                ),
                name=NAME,
            ),
        ),
    ]  # fmt: skip
