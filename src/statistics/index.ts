export { accuracyInterval } from "./accuracy-interval.ts";
export { type Interval, usualConfidence } from "./interval.ts";
export { meanInterval } from "./mean-interval.ts";
export { normalCdf, normalQuantile, studentCdf, studentQuantile } from "./quantiles.ts";
export { reachedMargin, sampleSize } from "./sample-size.ts";
export { judgeLook, type StoppingOptions, type StoppingRule, stoppingRule } from "./stopping-rule.ts";
export { type Stratum, stratifiedProportion } from "./stratified-proportion.ts";
export { type ProportionSample, wilsonInterval } from "./wilson-interval.ts";
