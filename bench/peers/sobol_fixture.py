"""Sobol points of SciPy: python sobol_fixture.py > test/fixtures/sobol-points.json

Points 1, 2, 4, …, 2^15 in natural order, times 2^16, by dimension; the sequence is linear over bits, so these
determine the first 2^16 points.
"""

import json

import scipy
from scipy.stats import qmc

dimensions, bits = 128, 16
words = (qmc.Sobol(d=dimensions, scramble=False, bits=bits).random(2**bits) * 2**bits).astype(int)
# SciPy goes in Gray code: its point i is point i ^ (i >> 1) of the natural order.
place = {i ^ (i >> 1): i for i in range(2**bits)}
rows = [[int(words[place[2**k], d]) for k in range(bits)] for d in range(dimensions)]
print(json.dumps({"scipy": scipy.__version__, "words": rows}, separators=(",", ":")))
