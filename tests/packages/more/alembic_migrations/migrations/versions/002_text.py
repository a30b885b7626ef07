import textwrap

import sqlalchemy
from alembic import op

revision = "002"
down_revision = "001"


def upgrade():
    op.add_column("note", sqlalchemy.Column(textwrap.dedent("text"), sqlalchemy.String))
