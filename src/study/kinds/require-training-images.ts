import { InvalidValueError } from "../../base/errors.ts";
import type { Dataset } from "../../data/dataset.ts";
import { splitOf } from "../../data/image-set.ts";

/** @throws {InvalidValueError} when the data set has fewer training images than the section of the study asks for */
export function requireTrainingImages(
  section: string,
  { trainingImages, judgingImages }: { readonly trainingImages: number; readonly judgingImages: number },
  dataset: Dataset,
): void {
  const { count } = splitOf(dataset, "train");
  if (trainingImages + judgingImages <= count) return;
  throw new InvalidValueError(
    `${section}.trainingImages`,
    `must with judgingImages be at most ${count}, the training images of ${dataset.name}`,
    `${trainingImages} and ${judgingImages}`,
  );
}
