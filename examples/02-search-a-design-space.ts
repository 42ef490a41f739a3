import { hypervolume, type PastTrial, paretoFront, samplers } from "spikefront/optimize";
import { choice, float, int, space } from "spikefront/space";

// Any settings will do: the search knows nothing of networks. Here a shelf, light but stiff.
const shelf = space(
  {
    material: choice({ about: "material", options: ["oak", "steel"], default: "oak" }),
    length: float({ about: "length", unit: "m", low: 0.5, high: 2, default: 1 }),
    brackets: int({ about: "brackets below", unit: "1", low: 2, high: 6, default: 2 }),
    wall: float({ about: "wall of a steel tube", unit: "mm", low: 1, high: 8, scale: "log", default: 2 }),
  },
  { wall: { material: "steel" } },
);
const directions = ["minimize", "minimize"] as const;

const history: PastTrial[] = [];
while (history.length < 64) {
  const numbers = [0, 1, 2, 3].map((i) => history.length + i);
  const designs = samplers.nsga2({ space: shelf, directions, history, numbers, seed: 1, startTrials: 16 });
  for (const [i, design] of designs.entries()) {
    const { material, length, brackets, wall } = design as Record<string, never>;
    const mass = (material === "oak" ? 4 : 1.5 * wall) * length + 0.3 * brackets;
    const sag = (length / (brackets - 1)) ** 4 / (material === "oak" ? 1 : 2 * wall);
    const violation = Math.max(0, 1.2 - length); // it must carry 1.2 m of books
    history.push({ number: numbers[i], design, objectives: [mass, sag], violation });
  }
}

const allowed = history.filter(({ violation }) => violation === 0);
const points = allowed.map(({ objectives }) => objectives ?? []);
const front = paretoFront(points, directions);
console.log(`${front.length} shelves on the front, hypervolume ${hypervolume(points, [20, 5]).toFixed(1)}`);
for (const i of front.slice(0, 3))
  console.log(
    points[i].map((value) => value.toFixed(4)),
    allowed[i].design,
  );
