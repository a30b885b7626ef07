"""Ends with an uncaught exception group, after handling a part of it."""

import asyncio


async def fail(error: Exception) -> None:
    error.add_note(f"a note on {type(error).__name__}")
    raise error


async def main() -> None:
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fail(ValueError("one")))
            group.create_task(fail(OSError("two")))
    except* ValueError as part:
        print("handled", [str(error) for error in part.exceptions])


try:
    asyncio.run(main())
except ExceptionGroup as group:
    print("left", [str(error) for error in group.exceptions])

error = ExceptionGroup("several", [ValueError("first"), ExceptionGroup("inner", [TypeError("second")])])
error.add_note("a note\nof two lines")
raise error
