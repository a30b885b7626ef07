"""Models in a module that is named in a text."""

import asyncio
from tortoise import Tortoise
async def main():
    await Tortoise.init(db_url="sqlite://:memory:", modules={"models": ["storage.models"]})
    await Tortoise.generate_schemas()
    from storage.models import Event
    await Event.create(name="one")
    print(await Event.all().values("name"))
    await Tortoise.close_connections()
asyncio.run(main())
