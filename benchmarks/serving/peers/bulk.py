#!/usr/bin/env python3
"""Events a second of processor time through PyTorch: bulk.py FOLDER KIND BATCH SECONDS. One thread. The folder has the weights and the
files features (float32, events x 14), offsets (int32) and prepared (particles as the network reads them, float32, rows x 19)."""
import json
import sys
import time

import numpy
import torch
from torch.nn.utils.rnn import pack_sequence

from model import load

folder, kind, batch, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
model = load(folder, kind)
hlf = torch.from_numpy(numpy.fromfile(f"{folder}/features", numpy.float32).reshape(-1, 14))
order = numpy.arange(len(hlf))
if model.reads_particles:
    offsets = numpy.fromfile(f"{folder}/offsets", numpy.int32)
    rows = torch.from_numpy(numpy.fromfile(f"{folder}/prepared", numpy.float32).reshape(-1, 19))
    order = numpy.argsort(-numpy.diff(offsets), kind="stable")
batches = []
for first in range(0, len(hlf), batch):
    own = order[first:first + batch]
    sequences = pack_sequence([rows[offsets[i]:offsets[i + 1]] for i in own]) if model.reads_particles else None
    batches.append((hlf[own], sequences))
model(*batches[0])
done, before, start = 0, time.process_time(), time.perf_counter()
while time.perf_counter() - start < seconds:
    for inputs in batches:
        done += len(model(*inputs))
        if time.perf_counter() - start > seconds:
            break
print(json.dumps({"events_per_s": done / (time.process_time() - before)}))
