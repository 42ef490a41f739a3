"""Writes a small file in the layout of O'Doherty's reaching sessions, as MATLAB 7.3 has it. Needs h5py and NumPy."""

import sys

import h5py
import numpy as np

TIMES = [[10.5, 10.1, 12.0], [11.0], None], [[10.25], None, np.linspace(10, 10.4, 50)]

with h5py.File(sys.argv[1], "w", libver="earliest") as file:
    cells = file.create_dataset("spikes", (2, 3), dtype=h5py.ref_dtype)
    for unit, row in enumerate(TIMES):
        for channel, times in enumerate(row):
            # An empty cell is its size.
            data = np.zeros(2, "<u8") if times is None else np.array([times])
            kept = file.create_dataset(f"#refs#/{'abcdef'[3 * unit + channel]}", data=data)
            if times is None:
                kept.attrs["MATLAB_empty"] = np.uint8(1)
            cells[unit, channel] = kept.ref
    samples = np.arange(251)
    file["t"] = (10 + 0.004 * samples)[None]
    file["cursor_pos"] = np.stack([0.004 * samples * 50, -0.004 * samples * 25])
