from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    operations = [
        migrations.CreateModel("Author", [("id", models.BigAutoField(primary_key=True, auto_created=True, serialize=False, verbose_name="ID")), ("name", models.CharField(max_length=50))]),
        migrations.CreateModel(
            "Book",
            [
                ("id", models.BigAutoField(primary_key=True, auto_created=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=50)),
                ("author", models.ForeignKey("library.Author", models.CASCADE)),
            ],
        ),
    ]
