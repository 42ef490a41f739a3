"""Optuna's samplers, asked and told from outside: objectives are worked out by whoever asks.

Reads one JSON object a line and answers each with one. "start" begins a search: its distributions, its directions
and one of Optuna's samplers as it comes, but for settings that are passed. "ask" answers with a design and the
seconds it took to think of it; a design that comes along is what is tried next. "tell" ends the trial asked.
Initial designs are enqueued, not added: NSGA-II counts only trials it has seen asked into its generations.
"""

import json
import sys
import time
import warnings

import optuna

from peer_version import version_of

warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)
optuna.logging.set_verbosity(optuna.logging.ERROR)

samplers = {
    "gp": optuna.samplers.GPSampler,
    "tpe": optuna.samplers.TPESampler,
    "nsga2": optuna.samplers.NSGAIISampler,
}


class Search:
    def __init__(self, sampler, seed, settings, fields, directions):
        made = samplers[sampler](seed=seed, **settings)
        self.study = optuna.create_study(directions=directions, sampler=made)
        self.distributions = {
            name: optuna.distributions.FloatDistribution(low, high) for name, (low, high) in fields.items()
        }
        self.trial = None

    def ask(self, design):
        if design is not None:
            self.study.enqueue_trial(design)
        clock, cpu = time.perf_counter(), time.process_time()
        self.trial = self.study.ask(self.distributions)
        spent = {"seconds": time.perf_counter() - clock, "cpuSeconds": time.process_time() - cpu}
        return {"design": self.trial.params, **spent}

    def tell(self, objectives):
        self.study.tell(self.trial, objectives)
        return {}


def versions():
    told = {"optuna": version_of(optuna), "python": sys.version.split()[0]}
    try:
        import torch
    except ImportError:
        return told
    return {**told, "torch": version_of(torch)}


def threads(count):
    try:
        import torch
    except ImportError:
        return
    torch.set_num_threads(count)


search = None
for line in sys.stdin:
    command = json.loads(line)
    operation = command.pop("op")
    try:
        if operation == "versions":
            answer = versions()
        elif operation == "start":
            threads(command.pop("threads"))
            search = Search(**command)
            answer = {}
        elif operation == "ask":
            answer = search.ask(command.get("design"))
        else:
            answer = search.tell(command["objectives"])
    except Exception as error:  # reported to the benchmark, which says so
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
