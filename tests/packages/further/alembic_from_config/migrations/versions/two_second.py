import sqlalchemy as sa
from alembic import op
revision, down_revision = "two", "one"
def upgrade():
    op.add_column("t", sa.Column("x", sa.Text))
