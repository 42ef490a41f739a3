"""Studies in Optuna: opened, continued and told, for a comparison with what was written.

Reads one JSON object a line and answers each with one. "make" makes two studies in a new storage; "tell" answers
with a study as Optuna has read it; "continue" opens a study, lets Optuna's own sampler ask for some trials more in
the space of the study's trials and tells them made-up values. A storage is an SQLite file, or a journal file when its
name ends with .log. NaN and infinite numbers are told as words.

    python optuna_study.py fixture > test/fixtures/optuna-studies.json    makes what the tests read
"""

import json
import math
import os
import sqlite3
import sys
import tempfile
import warnings

import optuna
from optuna.distributions import distribution_to_json
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)
optuna.logging.set_verbosity(optuna.logging.ERROR)


def opened(path):
    return JournalStorage(JournalFileBackend(path)) if path.endswith(".log") else f"sqlite:///{path}"


def make(path):
    """Every kind of parameter, value and state that Optuna has."""

    def two(trial):
        x = trial.suggest_float("x", 0.1, 2.0, log=True)
        y = trial.suggest_float("y", 0, 1, step=0.25)
        n = trial.suggest_int("n", 2, 8, step=2)
        m = trial.suggest_int("m", 1, 64, log=True)
        if trial.suggest_categorical("c", ["a", "b", True, None, 3, 2.5]) == "a":
            trial.suggest_float("only", -1, 1)
        trial.set_user_attr("note", {"deep": [1, None, 'ü\n"']})
        trial.set_constraint("narrow", x - 1)
        if trial.number == 2:
            raise ValueError("made to fail")
        if trial.number == 3:
            return math.inf, -math.inf
        return x * n, y + m

    def one(trial):
        trial.report(1.5, 1)
        trial.report(math.nan, 2)
        trial.report(-math.inf, 7)
        if trial.number == 1:
            raise optuna.TrialPruned()
        return trial.suggest_float("z", -1, 1)

    storage = opened(path)
    sampler = optuna.samplers.RandomSampler(seed=1)
    study = optuna.create_study(
        storage=storage, study_name='first "s"', directions=["minimize", "maximize"], sampler=sampler
    )
    study.set_metric_names(["cost", "gain"])
    study.set_user_attr("who", "peer")
    study.enqueue_trial({"x": 0.5})
    study.optimize(two, n_trials=5, catch=ValueError)
    study.ask()
    optuna.create_study(storage=storage, study_name="second", sampler=sampler).optimize(one, n_trials=3)


def word(value):
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def told(path, name):
    study = optuna.load_study(study_name=name, storage=opened(path))
    return {
        "version": optuna.__version__,
        "directions": [direction.name.lower() for direction in study.directions],
        "metrics": study.metric_names,
        "attributes": study.user_attrs,
        "trials": [
            {
                "number": trial.number,
                "state": trial.state.name.lower(),
                "params": trial.params,
                "distributions": {
                    name: json.loads(distribution_to_json(distribution))
                    for name, distribution in trial.distributions.items()
                },
                "values": None if trial.values is None else [word(value) for value in trial.values],
                "intermediate": {str(step): word(value) for step, value in trial.intermediate_values.items()},
                "attributes": trial.user_attrs,
                "constraints": [word(value) for value in trial.system_attrs["constraints"]]
                if "constraints" in trial.system_attrs
                else None,
                "started": trial.datetime_start and trial.datetime_start.isoformat(),
                "finished": trial.datetime_complete and trial.datetime_complete.isoformat(),
            }
            for trial in study.get_trials(deepcopy=False)
        ],
    }


def proceed(path, name, trials):
    study = optuna.load_study(study_name=name, storage=opened(path), sampler=optuna.samplers.TPESampler(seed=1))
    space = study.trials[0].distributions
    for _ in range(trials):
        trial = study.ask(space)
        study.tell(trial, [float(trial.number + place) for place in range(len(study.directions))])
    return {"trials": len(study.trials), "best": len(study.best_trials)}


def fixture():
    with tempfile.TemporaryDirectory() as folder:
        files = {kind: os.path.join(folder, f"made{end}") for kind, end in {"sqlite": ".db", "journal": ".log"}.items()}
        for path in files.values():
            make(path)
        dump = "\n".join(sqlite3.connect(files["sqlite"]).iterdump())
        with open(files["journal"], encoding="utf8") as file:
            journal = file.read()
        studies = {name: told(files["sqlite"], name) for name in ['first "s"', "second"]}
        return {"madeBy": f"optuna {optuna.__version__}", "sqlite": dump, "journal": journal, "told": studies}


if __name__ == "__main__" and sys.argv[1:] == ["fixture"]:
    print(json.dumps(fixture(), indent=1))
    sys.exit()

for line in sys.stdin:
    command = json.loads(line)
    try:
        if command["op"] == "make":
            make(command["path"])
            answer = {"version": optuna.__version__}
        elif command["op"] == "tell":
            answer = told(command["path"], command["study"])
        else:
            answer = proceed(command["path"], command["study"], command["trials"])
    except Exception as error:  # reported to the benchmark, which says so
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
