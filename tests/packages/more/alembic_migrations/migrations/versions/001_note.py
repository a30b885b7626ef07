import sqlalchemy
from alembic import op

revision = "001"
down_revision = None


def upgrade():
    op.create_table("note", sqlalchemy.Column("id", sqlalchemy.Integer, primary_key=True))
