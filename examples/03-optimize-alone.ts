import { hypervolumeHistory, importances, knee, Optimizer } from "spikefront/optimize";
import { float, int, space } from "spikefront/space";

// A cantilever beam (Deb 2001): light and stiff, and strong enough. Nothing here knows of networks.
const beam = space({
  diameter: float({ about: "diameter", unit: "mm", low: 10, high: 50, default: 30 }),
  length: int({ about: "length", unit: "mm", low: 200, high: 1000, step: 50, default: 500 }),
});
const directions = ["minimize", "minimize"] as const;
const optimizer = new Optimizer({ space: beam, directions, seed: 7, startTrials: 8 });

for (let trial = 0; trial < 30; trial++) {
  const { number, design } = optimizer.ask();
  const [d, l] = [design["diameter"] as number, design["length"] as number];
  const massKg = (7.8e-6 * Math.PI * d ** 2 * l) / 4;
  const bendMm = (64 * 1000 * l ** 3) / (3 * 207_000 * Math.PI * d ** 4);
  const stressMpa = (32 * 1000 * l) / (Math.PI * d ** 3);
  optimizer.tell(number, {
    objectives: [massKg, bendMm],
    constraints: [stressMpa / 300 - 1, bendMm / 5 - 1],
  });
}

const front = [...optimizer.best()].sort((a, b) => (a.objectives?.[0] ?? 0) - (b.objectives?.[0] ?? 0));
const bend = knee(
  front.map(({ objectives }) => objectives ?? []),
  directions,
);
for (const [i, { design, objectives }] of front.entries()) {
  const [massKg, bendMm] = objectives ?? [];
  const mark = i === bend ? "   knee" : "";
  console.log(
    `${massKg.toFixed(2)} kg, bends ${bendMm.toFixed(3)} mm: ${(design["diameter"] as number).toFixed(1)} mm × ${design["length"]} mm${mark}`,
  );
}
const curve = hypervolumeHistory(optimizer.history(), directions, [3, 5]);
console.log(
  `hypervolume ${curve[9].hypervolume.toFixed(2)} after 10 trials, ${curve[29].hypervolume.toFixed(2)} after 30`,
);
for (const { name, share } of importances({ space: beam, directions, history: optimizer.history() }))
  console.log(`${name} decides ${(100 * share).toFixed(0)} % of what reaches the front`);
