"""Personal data is seen for a visit, too."""

from django.db import migrations, models
from django.db.models import Q

NAME = "customers_purpose_is_known"


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_what_they_speak")]

    operations = [
        migrations.RemoveConstraint(model_name="personallook", name=NAME),
        migrations.AddConstraint(
            model_name="personallook",
            constraint=models.CheckConstraint(
                condition=Q(
                    purpose__in=[
                        "order", "fault", "visit", "complaint", "billing", "identity", "correction", "law", "other",
                    ]
                ),
                name=NAME,
            ),
        ),
    ]  # fmt: skip
