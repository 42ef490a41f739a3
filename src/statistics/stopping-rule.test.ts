import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../base/random.ts";
import { normalQuantile } from "./quantiles.ts";
import { judgeLook, stoppingRule } from "./stopping-rule.ts";
import { wilsonInterval } from "./wilson-interval.ts";

test("looks grow by the factor, and share the error equally", () => {
  const rule = stoppingRule({ population: 1e9, margin: 0.01, confidence: 0.99 });
  assert.deepEqual(rule.looks.slice(0, -1), [500, 1000, 2000, 4000, 8000, 16000]);
  assert.ok(Math.abs((1 - rule.lookConfidence) * rule.looks.length - 0.01) < 1e-12);
  const z = normalQuantile(0.5 + rule.lookConfidence / 2);
  assert.ok(Math.abs(z - 3.19) < 0.005);
  assert.ok(Math.abs((rule.looks.at(-1) ?? 0) / (z / 0.02) ** 2 - 1) < 1e-3);
});

test("at the last look the interval is narrow enough whatever was found", () => {
  for (const population of [1, 30, 700, 5000, 1e6]) {
    for (const margin of [0.2, 0.05, 0.01]) {
      const rule = stoppingRule({ population, margin });
      const sampled = rule.looks.at(-1) ?? 0;
      assert.ok(sampled <= population);
      for (const hits of [0, sampled >> 1, sampled]) {
        const { low, high } = wilsonInterval({ hits, sampled, population, confidence: rule.lookConfidence });
        assert.ok((high - low) / 2 <= margin + 1e-12, `${population}, ${margin}, ${hits}: ${high - low}`);
      }
    }
  }
});

test("a rare event stops early, a common one late", () => {
  const rule = stoppingRule({ population: 1e6, margin: 0.02 });
  const stopAt = (share: number): number =>
    rule.looks.findIndex(
      (sampled, look) =>
        judgeLook(rule, look, (confidence) =>
          wilsonInterval({ hits: Math.round(share * sampled), sampled, confidence }),
        ).isDone,
    );
  assert.equal(stopAt(0), 0);
  assert.equal(stopAt(0.5), rule.looks.length - 1);
});

test("the interval at the stop covers what it says, where stopping at the plain interval covers less", () => {
  const confidence = 0.9;
  const rule = stoppingRule({ population: 1e9, margin: 0.05, confidence, first: 20, growth: 1.4 });
  const trials = 1000;
  let plainFalls = false;
  for (const [index, truth] of [0.03, 0.1, 0.3, 0.5].entries()) {
    const random = new Random({ seed: 2, trial: -1, purpose: "stopping-coverage", index });
    let [covered, plainCovered] = [0, 0];
    for (let trial = 0; trial < trials; trial++) {
      let [hits, drawn, isDone, plainIsDone] = [0, 0, false, false];
      for (let look = 0; !isDone || !plainIsDone; look++) {
        for (; drawn < rule.looks[look]; drawn++) if (random.uniform() < truth) hits++;
        const judged = judgeLook(rule, look, (sure) =>
          wilsonInterval({ hits, sampled: drawn, confidence: sure }),
        );
        const plain = wilsonInterval({ hits, sampled: drawn, confidence });
        if (!isDone && judged.isDone && judged.interval.low <= truth && truth <= judged.interval.high)
          covered++;
        if (!plainIsDone && (plain.high - plain.low) / 2 <= rule.margin) {
          plainIsDone = true;
          if (plain.low <= truth && truth <= plain.high) plainCovered++;
        }
        isDone ||= judged.isDone;
      }
    }
    assert.ok(covered / trials >= confidence, `${truth}: ${covered / trials}`);
    plainFalls ||= plainCovered / trials < confidence;
  }
  assert.ok(plainFalls);
});

test("the interval states the confidence of the rule and the look it was made at", () => {
  const rule = stoppingRule({ population: 1e6, margin: 0.02 });
  assert.ok(rule.looks.length > 1 && rule.lookConfidence > 0.99);
  const { interval } = judgeLook(rule, 0, (confidence) =>
    wilsonInterval({ hits: 1, sampled: rule.looks[0], confidence }),
  );
  assert.equal(interval.confidence, 0.99);
  assert.match(interval.method, /Wilson, \d+ drawn, look 1 of \d/);
});

test("looks that were not planned and rules that cannot be are refused", () => {
  const rule = stoppingRule({ population: 1000, margin: 0.05 });
  const made = wilsonInterval({ hits: 0, sampled: 1 });
  assert.throws(() => judgeLook(rule, 99, () => made), /look must be a whole number from 0/);
  assert.throws(
    () => stoppingRule({ population: 1000, margin: 0.05, growth: 1 }),
    /growth must be at least 1.1/,
  );
  assert.throws(() => stoppingRule({ population: 0, margin: 0.05 }), /population/);
  assert.throws(() => stoppingRule({ population: 10, margin: 0.05, first: 0 }), /first/);
});
