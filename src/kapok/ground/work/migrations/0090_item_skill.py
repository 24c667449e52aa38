from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('work', '0005_a_dispute_names_who_disputed'),
    ]

    operations = [
        migrations.AddField(
            model_name='item',
            name='skill',
            field=models.CharField(blank=True, default='', max_length=50),
            preserve_default=False,
        ),
    ]
