// What a monitor is worth: of the decisions that faults spoilt, how many it caught; of sound ones, how many
// it stopped.
//
// Counts, so that campaigns can be added up and given intervals by the unit they sampled.

import { requireSameLength } from "../../base/errors.ts";

export interface MonitorTrials {
  /** 1 where the monitor raised an alarm while there was a fault. Shape [runs]: fault and image in any order. */
  readonly alarms: Uint8Array;
  /** 1 where that fault changed the decision. Shape [runs]. */
  readonly isCritical: Uint8Array;
  /** 1 where it raised an alarm without a fault. Shape [sound runs]. */
  readonly soundAlarms: Uint8Array;
}

export interface MonitorAssessment {
  /** Runs whose decision a fault changed, and those of them with an alarm. */
  readonly critical: number;
  readonly caught: number;
  /** Faulty runs with an alarm whose decision was right all the same. */
  readonly needless: number;
  readonly sound: number;
  readonly falseAlarms: number;
  /** caught / critical; null where no fault did harm. */
  readonly coverage: number | null;
  /** falseAlarms / sound; null without sound runs. */
  readonly falseAlarmRate: number | null;
}

/** @throws {InvalidValueError} when alarms and harm are not of the same runs */
export function assessMonitor({ alarms, isCritical, soundAlarms }: MonitorTrials): MonitorAssessment {
  requireSameLength({ alarms, isCritical });
  let [critical, caught, needless] = [0, 0, 0];
  for (let i = 0; i < alarms.length; i++) {
    if (isCritical[i] === 1) {
      critical++;
      caught += alarms[i];
    } else needless += alarms[i];
  }
  const sound = soundAlarms.length;
  const falseAlarms = soundAlarms.reduce((sum, alarm) => sum + alarm, 0);
  return {
    critical,
    caught,
    needless,
    sound,
    falseAlarms,
    coverage: critical === 0 ? null : caught / critical,
    falseAlarmRate: sound === 0 ? null : falseAlarms / sound,
  };
}
