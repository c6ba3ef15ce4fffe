#!/usr/bin/env python3
"""Boosted trees grown and evaluated by Python's XGBoost: the yardstick of this benchmark.

Arguments: mode (train or predict), folder with the files features (float32, rows x 14) and labels (int8), rounds, depth. One thread.
Prints one JSON object.
"""
import json
import statistics
import sys
import time

import numpy
import xgboost

mode, folder, rounds, depth = sys.argv[1:]
x = numpy.fromfile(f"{folder}/features", numpy.float32).reshape(-1, 14)
y = numpy.fromfile(f"{folder}/labels", numpy.int8)
parameters = {
    "objective": "multi:softprob", "num_class": 3, "tree_method": "hist", "max_depth": int(depth), "eta": 0.1, "nthread": 1, "seed": 1,
    "subsample": 0.5, "colsample_bytree": 0.5, "min_child_weight": 5, "lambda": 1}
started = time.process_time()
booster = xgboost.train(parameters, xgboost.DMatrix(x, y, nthread=1), int(rounds))
seconds = time.process_time() - started
booster.set_param({"nthread": 1})
times = []
for _ in range(5 if mode == "predict" else 1):
    started = time.process_time()
    p = booster.inplace_predict(x)
    times.append(time.process_time() - started)
loss = float(-numpy.log(p[numpy.arange(len(y)), y]).mean())
rate = len(y) * int(rounds) / seconds if mode == "train" else len(y) / statistics.median(times)
print(json.dumps({"events_per_s": rate, "loss": loss}))
