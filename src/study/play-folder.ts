// What of a study can be played with, as the server tells it to the page. Pure data.

import type { InputAccounting } from "../energy/counts.ts";

export interface PlayNetworkFile {
  /** What it is asked for by. */
  readonly id: string;
  readonly name: string;
  /** In a line. */
  readonly about: string;
}

export interface PlayData {
  readonly name: string;
  readonly split: "validation";
  /** That may be had. */
  readonly images: number;
  readonly imageShape: readonly number[];
  readonly classes: readonly string[];
}

export interface PlayFolder {
  /** "": there is no study, only networks. */
  readonly study: string;
  /** The profile that decides in the study; "": none does. */
  readonly profile: string;
  readonly accounting: InputAccounting;
  readonly networks: readonly PlayNetworkFile[];
  /** null: it cannot be had here. */
  readonly data: PlayData | null;
  readonly dataProblem: string;
}
