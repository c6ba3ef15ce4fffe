#!/usr/bin/env python3
"""The hlf classifier trained by an ordinary PyTorch loop: the yardstick of this benchmark.

Arguments: folder with the files features (float32, rows x 14) and labels (int8), epochs, batch. One thread. Prints one JSON object.
"""
import json
import statistics
import sys
import time

import numpy
import torch

folder, epochs, batch = sys.argv[1:]
torch.set_num_threads(1)
torch.manual_seed(1)
x = torch.from_numpy(numpy.fromfile(f"{folder}/features", numpy.float32).reshape(-1, 14))
y = torch.from_numpy(numpy.fromfile(f"{folder}/labels", numpy.int8).astype(numpy.int64))
model = torch.nn.Sequential(
    torch.nn.Linear(14, 50), torch.nn.ReLU(), torch.nn.Linear(50, 20), torch.nn.ReLU(),
    torch.nn.Linear(20, 10), torch.nn.ReLU(), torch.nn.Linear(10, 3))
for layer in model:
    if isinstance(layer, torch.nn.Linear):
        torch.nn.init.xavier_uniform_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
adam = torch.optim.Adam(model.parameters(), 1e-3)
rates = []
for epoch in range(int(epochs)):
    started = time.process_time()
    order = torch.randperm(len(y))
    total = 0.0
    for first in range(0, len(y), int(batch)):
        rows = order[first:first + int(batch)]
        adam.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x[rows]), y[rows])
        loss.backward()
        adam.step()
        total += loss.item() * len(rows)
    rates.append(len(y) / (time.process_time() - started))
blas = next((line.split()[-1] for line in open("/proc/self/maps") if "libblas" in line), "unknown")
print(json.dumps({"blas": blas, "events_per_s": statistics.median(rates[1:]), "loss": total / len(y)}))
