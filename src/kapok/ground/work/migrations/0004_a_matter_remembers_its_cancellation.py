from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('work', '0003_no_offer_outlives_its_item'),
    ]

    operations = [
        migrations.AddField(
            model_name='matter',
            name='cancelled_at',
            field=models.DateTimeField(null=True),
        ),
    ]
