"""Serves and asks over a Unix socket and over TCP, with asyncio."""

import asyncio
import tempfile
from pathlib import Path


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while line := await reader.readline():
        writer.write(line.upper())
        await writer.drain()
    writer.close()


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, text: str) -> str:
    writer.write(f"{text}\n".encode())
    answer = await reader.readline()
    writer.close()
    await writer.wait_closed()
    return answer.decode().rstrip()


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "socket")
        async with await asyncio.start_unix_server(serve, path):
            connections = [await asyncio.open_unix_connection(path) for _ in range(3)]
            questions = [ask(*connection, f"unix {n}") for n, connection in enumerate(connections)]
            print(await asyncio.gather(*questions))

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        print(await ask(*await asyncio.open_connection("localhost", port), "tcp"))

    try:
        await asyncio.wait_for(asyncio.Event().wait(), timeout=0.01)
    except asyncio.TimeoutError:
        print("timed out")

    queue: asyncio.Queue[int] = asyncio.Queue()
    task = asyncio.create_task(queue.get())
    task.cancel()
    print("cancelled", isinstance((await asyncio.gather(task, return_exceptions=True))[0], asyncio.CancelledError))
    print("thread", await asyncio.to_thread(sum, range(10)))


asyncio.run(main())
