#!/usr/bin/env python3
"""The inclusive classifier trained by an ordinary PyTorch loop: the yardstick of this benchmark.

Arguments: mode, folder with the files features (float32, events x 14), labels (int8), offsets (int32), particles (float32, rows x 19) and
padding (int32, which row of an event is repeated up to 801 steps; empty: zeros come first), events to use, epochs, batch. One thread.
Modes: packed (packed sequences in length-bucketed batches), padded (801 steps for every event), losses (as padded, without dropout, over
batches in their order, from the weights in the folder; instead of epochs the number of steps). Prints one JSON object.
"""
import json
import statistics
import sys
import time

import numpy
import torch
from torch.nn.utils.rnn import pack_sequence

mode, folder, events, epochs, batch = sys.argv[1:]
events, epochs, batch = int(events), int(epochs), int(batch)
torch.set_num_threads(1)
torch.manual_seed(1)
hlf = torch.from_numpy(numpy.fromfile(f"{folder}/features", numpy.float32).reshape(-1, 14)[:events])
y = torch.from_numpy(numpy.fromfile(f"{folder}/labels", numpy.int8).astype(numpy.int64)[:events])
offsets = numpy.fromfile(f"{folder}/offsets", numpy.int32)[:events + 1]
rows = torch.from_numpy(numpy.fromfile(f"{folder}/particles", numpy.float32).reshape(-1, 19))
particles = [rows[offsets[i]:offsets[i + 1]] for i in range(events)]
lengths = torch.from_numpy(numpy.diff(offsets))
padding = numpy.fromfile(f"{folder}/padding", numpy.int32)
if mode != "packed":
    padded = torch.zeros(events, 801, 19)
    for i, own in enumerate(particles):
        if len(padding) == 0:
            padded[i, 801 - len(own):] = own
        else:
            at, times = padding[i], 801 - len(own) + 1
            padded[i] = torch.cat([own[:at], own[at:at + 1].repeat(times, 1), own[at + 1:]])


class Inclusive(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = torch.nn.GRU(19, 50, batch_first=True)
        self.dense = torch.nn.Linear(64, 25)
        self.output = torch.nn.Linear(25, 3)
        self.dropout = torch.nn.Dropout(0 if mode == "losses" else 0.2)

    def forward(self, sequences, features):
        _, last = self.gru(sequences)
        joined = torch.cat([self.dropout(last[0]), self.dropout(features)], 1)
        return self.output(torch.relu(self.dense(joined)))


def batches():
    """Shuffled, then sorted by length within windows of eight batches; the batches of all windows are shuffled again."""
    order = torch.randperm(events)
    made = []
    for first in range(0, events, 8 * batch):
        window = order[first:first + 8 * batch]
        window = window[torch.argsort(lengths[window], descending=True)]
        made += list(torch.split(window, batch))
    return [made[i] for i in torch.randperm(len(made))]


def step(rows):
    sequences = pack_sequence([particles[i] for i in rows]) if mode == "packed" else padded[rows]
    adam.zero_grad()
    loss = torch.nn.functional.cross_entropy(model(sequences, hlf[rows]), y[rows])
    loss.backward()
    adam.step()
    return loss.item()


model = Inclusive()
adam = torch.optim.Adam(model.parameters(), 1e-3)
result = {"blas": next((line.split()[-1] for line in open("/proc/self/maps") if "libblas" in line), "unknown")}
if mode == "losses":
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(torch.from_numpy(numpy.fromfile(f"{folder}/{name}", numpy.float32)).reshape(parameter.shape))
    result["losses"] = [step(torch.arange(batch) + index * batch % events) for index in range(epochs)]
else:
    rates = []
    for epoch in range(epochs):
        started = time.process_time()
        total = sum(step(rows) * len(rows) for rows in batches())
        rates.append(events / (time.process_time() - started))
    result |= {"events_per_s": statistics.median(rates), "loss": total / events}
print(json.dumps(result))
