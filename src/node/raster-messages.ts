// What the server and the thread that runs an image for it say to each other.

/** Which network, and which image of the validation split. */
export interface RasterPart {
  readonly trial: number;
  /** Of the network's file. */
  readonly path: string;
  /** Name of the data set, and the SHA-256 that the study ran on. */
  readonly data: string;
  readonly dataSha256: string;
  readonly image: number;
  /** Of the study: random spike codes are drawn as the search drew them. */
  readonly seed: number;
}

export interface ToRasterWorker {
  readonly memoryBytes: number;
  /** Not 0 once work is to stop. */
  readonly cancelFlag: Int32Array;
}
