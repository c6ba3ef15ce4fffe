#!/usr/bin/env python3
"""A minimal asyncio server around PyTorch: server.py FOLDER KIND. Takes and gives the same JSON as ours; prints its URL when ready."""
import asyncio
import json
import sys

import torch
from torch.nn.utils.rnn import pack_sequence

from model import load, prepare

model = load(sys.argv[1], sys.argv[2])


def answer(body):
    events = json.loads(body)["events"]
    hlf = torch.tensor([event["hlf"] for event in events])
    sequences = None
    if model.reads_particles:
        prepared = [prepare(event["particles"]) for event in events]
        sequences = prepared[0].unsqueeze(0) if len(prepared) == 1 else pack_sequence(prepared, enforce_sorted=False)
    return json.dumps({"predictions": [{"probabilities": row} for row in model(hlf, sequences).tolist()]}).encode()


async def serve(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            body = answer(await reader.readexactly(length))
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
            await writer.drain()
    except asyncio.IncompleteReadError:
        writer.close()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=1024)
    print("http://127.0.0.1:%d" % server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
