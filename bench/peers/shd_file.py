"""Writes test/fixtures/shd-h5py3.16.h5: a small file in the layout of Spiking Heidelberg Digits. Needs h5py and NumPy."""

import sys

import h5py
import numpy as np

TIMES = [[0.25, 0.001, 0.5], [1.25], [], np.arange(300) / 512]
UNITS = [[3, 699, 0], [10], [], np.arange(300) * 7 % 700]
WORDS = (
    "zero one two three four five six seven eight nine "
    "null eins zwei drei vier fuenf sechs sieben acht neun"
).split()

with h5py.File(sys.argv[1], "w", libver="earliest") as file:
    for name, rows, kind in (("spikes/times", TIMES, "<f2"), ("spikes/units", UNITS, "<u2")):
        data = file.create_dataset(
            name, (len(rows),), dtype=h5py.vlen_dtype(np.dtype(kind)), chunks=(3,), maxshape=(None,)
        )
        for i, row in enumerate(rows):
            data[i] = np.asarray(row, dtype=kind)
    file["labels"] = np.array([3, 19, 0, 7], dtype="<u2")
    file["extra/keys"] = np.array([word.encode() for word in WORDS], dtype="S21")
