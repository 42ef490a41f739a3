export { accuracyInterval } from "./accuracy-interval.ts";
export { type Interval, usualConfidence } from "./interval.ts";
export { meanInterval } from "./mean-interval.ts";
export { normalQuantile, studentQuantile } from "./quantiles.ts";
