"""What Optuna's TPE and PED-ANOVA make of given histories: python optuna_tpe_fixture.py > test/fixtures/optuna-tpe.json

Random numbers differ between programs, densities do not: each case holds a space, a history, the trials that
Optuna counts as good, log l - log g of candidates, and the importances of the settings.
"""

import json
import math
import random
import types

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers._tpe import parzen_estimator
from optuna.samplers._tpe.sampler import _split_trials, default_gamma, default_gamma_multiobjective
from optuna.trial import TrialState, create_trial

optuna.logging.set_verbosity(optuna.logging.ERROR)

# Widths of equal observations depend on their order in argsort, which NumPy leaves open; here it is stable.
stable = types.SimpleNamespace(**{name: getattr(np, name) for name in dir(np)})
stable.argsort = lambda values: np.argsort(values, kind="stable")
parzen_estimator.np = stable

FIELDS = {
    "share": {"kind": "float", "low": 0, "high": 1},
    "rate": {"kind": "float", "low": 1e-4, "high": 0.1, "scale": "log"},
    "bits": {"kind": "int", "low": 2, "high": 8},
    "steps": {"kind": "int", "low": 1, "high": 64, "scale": "log"},
    "dose": {"kind": "float", "low": 0.5, "high": 2, "step": 0.25},
    "coding": {"kind": "choice", "options": ["constant", "rate", "latency"]},
    "signed": {"kind": "flag"},
}
LEAK = {"leak": {"kind": "float", "low": 0.5, "high": 1}, "gain": {"kind": "int", "low": 1, "high": 9}}
CONDITIONS = {"leak": {"coding": "rate"}, "gain": {"signed": True}}


def distribution(field):
    log = field.get("scale") == "log"
    match field["kind"]:
        case "float":
            return FloatDistribution(field["low"], field["high"], log=log, step=field.get("step"))
        case "int":
            return IntDistribution(field["low"], field["high"], log=log)
        case "choice":
            return CategoricalDistribution(field["options"])
        case "flag":
            return CategoricalDistribution([False, True])


def draw(field, dice):
    low, high = field.get("low"), field.get("high")
    if field["kind"] == "float" and "step" in field:
        return low + field["step"] * dice.randrange(round((high - low) / field["step"]) + 1)
    if field["kind"] == "float" and field.get("scale") == "log":
        return float(f"{math.exp(dice.uniform(math.log(low), math.log(high))):.6g}")
    if field["kind"] == "float":
        return round(dice.uniform(low, high), 6)
    if field["kind"] == "int":
        return dice.randint(low, high)
    return dice.choice(field.get("options", [False, True]))


def design(fields, conditions, dice):
    drawn = {name: draw(field, dice) for name, field in fields.items()}
    active = lambda name: all(drawn[other] == value for other, value in conditions.get(name, {}).items())
    return {name: value for name, value in drawn.items() if active(name)}


def objectives(params, count):
    """A trade-off in which every setting matters somewhat."""
    steps, bits, share = params["steps"], params["bits"], params["share"]
    error = (share - 0.3) ** 2 + 1 / (1 + steps) + 0.1 * (params["coding"] != "rate")
    cost = steps * bits * (2 - params["signed"]) * params["dose"]
    drop = abs(math.log(params["rate"]) + 5) + share + params.get("leak", 0.2) + 0.01 * params.get("gain", 3)
    return [round(value, 9) for value in (error + 0.02 * drop, -math.log(cost), drop)][:count]


def history(fields, conditions, count, objective_count, dice, extras):
    trials = []
    for number in range(count):
        params = design(fields, conditions, dice)
        trial = {"design": params, "objectives": objectives(params, objective_count), "violation": 0}
        if "infeasible" in extras and number % 7 == 3:
            trial["violation"] = round(dice.uniform(0.1, 1), 6)
        if "partial" in extras and number % 3 != 0:
            trial["fidelity"] = dice.choice([0.25, 0.5])
        if "pending" in extras and number % 9 == 8:
            trial["objectives"] = None
        trials.append(trial)
    return trials


def frozen(trial, distributions, directions):
    params = trial["design"]
    given = {"params": params, "distributions": {name: distributions[name] for name in params}}
    if trial["objectives"] is None:
        return create_trial(state=TrialState.RUNNING, **given)
    given["constraints"] = {"limit": trial["violation"] if trial["violation"] > 0 else -1.0}
    fidelity = trial.get("fidelity", 1)
    if fidelity < 1:
        values = {round(100 * fidelity): trial["objectives"][0]}
        return create_trial(state=TrialState.PRUNED, intermediate_values=values, **given)
    return create_trial(state=TrialState.COMPLETE, values=trial["objectives"], **given)


def importances(study, objective_count):
    evaluator = optuna.importance.PedAnovaImportanceEvaluator()
    targets = {}
    if objective_count == 1:
        targets["0"] = None
    else:
        targets["front"] = None
        for k in range(objective_count):
            sign = 1 if study.directions[k] == optuna.study.StudyDirection.MINIMIZE else -1
            targets[str(k)] = lambda trial, k=k, sign=sign: sign * trial.values[k]
    return {
        name: optuna.importance.get_param_importances(study, evaluator=evaluator, target=target, normalize=False)
        for name, target in targets.items()
    }


def rounded(values):
    return [float(f"{value:.13g}") for value in values]


def case(name, fields, conditions, count, directions, joint, extras=(), seed=0):
    dice = random.Random(seed)
    distributions = {key: distribution(field) for key, field in fields.items()}
    trials = history(fields, conditions, count, len(directions), dice, extras)
    study = optuna.create_study(directions=directions)
    for trial in trials:
        study.add_trial(frozen(trial, distributions, directions))
    sampler = optuna.samplers.TPESampler(seed=0)
    known = study.get_trials(deepcopy=False)
    finished = sum(trial.state != TrialState.RUNNING for trial in known)
    gamma = default_gamma if len(directions) == 1 else default_gamma_multiobjective
    below, above = _split_trials(study, known, gamma(finished))
    always = [key for key in fields if key not in conditions]
    groups = [always] if joint else [[key] for key in always]
    groups += [[key] for key in fields if key in conditions]
    candidates = [{key: draw(field, dice) for key, field in fields.items()} for _ in range(30)]
    ratios = []
    for group in groups:
        space = {key: distributions[key] for key in group}
        l = sampler._build_parzen_estimator(study, space, below, handle_below=True)
        g = sampler._build_parzen_estimator(study, space, above, handle_below=False)
        samples = {key: np.array([distributions[key].to_internal_repr(c[key]) for c in candidates]) for key in group}
        ratios.append({"names": group, "logRatios": rounded(l.log_pdf(samples) - g.log_pdf(samples))})
    result = {
        "name": name, "fields": fields, "conditions": conditions, "directions": directions, "trials": trials,
        "good": [trial.number for trial in below], "candidates": candidates, "ratios": ratios,
    }
    if "partial" not in extras:
        result["importances"] = importances(study, len(directions))
    return result


both = {**FIELDS, **LEAK}
cases = [
    case("one objective, few trials", FIELDS, {}, 8, ["minimize"], True),
    case("one objective, jointly", FIELDS, {}, 70, ["maximize"], True, ["infeasible", "pending"], 1),
    case("one objective, partial evaluations", FIELDS, {}, 90, ["minimize"], True, ["partial", "infeasible"], 2),
    case("two objectives, one field at a time", both, CONDITIONS, 80, ["minimize", "maximize"], False, ["pending"], 3),
    case("two objectives, jointly", both, CONDITIONS, 60, ["minimize", "maximize"], True, ["infeasible"], 4),
    case("three objectives, one field at a time", FIELDS, {}, 120, ["minimize", "maximize", "minimize"], False, [], 5),
]
print(json.dumps({"optuna": optuna.__version__, "numpy": np.__version__, "cases": cases}, separators=(",", ":")))
