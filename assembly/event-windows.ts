// Events as windows see them.
//
// A window is ten int32: height and width of the input, then kernel, stride, padding and output by axis. Every
// window that covers an event's place hears it, in ascending order of the windows.

/**
 * A convolution: every output position becomes a row with the events of its window in their order, and an event
 * is told by its weight, (channel · kernel height + y) · kernel width + x.
 *
 * @param sampleStarts - int32 [samples + 1]
 * @param times - by event, float32; `slots` and `units` likewise, int32
 * @param rowStarts - output, int32 [samples · positions + 1]
 * @returns number of events of all rows
 */
export function eventPatches(
  samples: i32, window: usize, sampleStarts: usize, times: usize, slots: usize, units: usize,
  rowStarts: usize, rowTimes: usize, rowSlots: usize, rowEvents: usize,
): i32 {
  const positions = load<i32>(window, 32) * load<i32>(window, 36);
  store<i32>(rowStarts, 0);
  for (let sample: i32 = 0; sample < samples; sample++) {
    const first = load<i32>(sampleStarts + (<usize>sample << 2)), end = load<i32>(sampleStarts + (<usize>sample << 2), 4);
    // Counts stand one place later, so that after filling every start has become the one behind.
    const places = rowStarts + 4;
    let sum = load<i32>(rowStarts);
    memory.fill(places, 0, <usize>positions << 2);
    for (let k = first; k < end; k++) toWindows(window, k, times, slots, units, places, rowTimes, rowSlots, rowEvents, false);
    for (let position: i32 = 0; position < positions; position++) {
      const at = places + (<usize>position << 2);
      const here = load<i32>(at);
      store<i32>(at, sum);
      sum += here;
    }
    for (let k = first; k < end; k++) toWindows(window, k, times, slots, units, places, rowTimes, rowSlots, rowEvents, true);
    rowStarts += <usize>positions << 2;
  }
  return load<i32>(rowStarts);
}

/** Count an event in every row that hears it, or write it there. */
// @ts-ignore: decorator
@inline
function toWindows(
  window: usize, k: i32, times: usize, slots: usize, units: usize,
  places: usize, rowTimes: usize, rowSlots: usize, rowEvents: usize, isWriting: bool,
): void {
  const height = load<i32>(window), width = load<i32>(window, 4);
  const kernelHeight = load<i32>(window, 8), kernelWidth = load<i32>(window, 12);
  const strideHeight = load<i32>(window, 16), strideWidth = load<i32>(window, 20);
  const outHeight = load<i32>(window, 32), outWidth = load<i32>(window, 36);
  const from = <usize>k << 2;
  const unit = load<i32>(units + from);
  const channel = unit / (height * width);
  const rest = unit - channel * height * width;
  const y = rest / width + load<i32>(window, 24), x = rest % width + load<i32>(window, 28);
  const top = max(0, (y - kernelHeight + strideHeight) / strideHeight), bottom = min(outHeight - 1, y / strideHeight);
  const left = max(0, (x - kernelWidth + strideWidth) / strideWidth), right = min(outWidth - 1, x / strideWidth);
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const place = places + (<usize>(row * outWidth + column) << 2);
      const at = load<i32>(place);
      store<i32>(place, at + 1);
      if (!isWriting) continue;
      const to = <usize>at << 2;
      store<u32>(rowTimes + to, load<u32>(times + from));
      store<u32>(rowSlots + to, load<u32>(slots + from));
      store<i32>(rowEvents + to, (channel * kernelHeight + y - row * strideHeight) * kernelWidth + x - column * strideWidth);
    }
  }
}

/**
 * A pool: every window's trains merged into one. Its events are still those of the layer below (`slots`).
 *
 * @param outStarts - output, int32 [samples + 1]
 * @returns number of events
 */
export function eventPool(
  samples: i32, window: usize, sampleStarts: usize, times: usize, slots: usize, units: usize,
  outStarts: usize, outTimes: usize, outSlots: usize, outUnits: usize,
): i32 {
  const height = load<i32>(window), width = load<i32>(window, 4);
  const kernelHeight = load<i32>(window, 8), kernelWidth = load<i32>(window, 12);
  const strideHeight = load<i32>(window, 16), strideWidth = load<i32>(window, 20);
  const outHeight = load<i32>(window, 32), outWidth = load<i32>(window, 36);
  let written: usize = 0;
  store<i32>(outStarts, 0);
  let k = load<i32>(sampleStarts);
  for (let sample: i32 = 0; sample < samples; sample++) {
    sampleStarts += 4;
    outStarts += 4;
    for (const end = load<i32>(sampleStarts); k < end; k++) {
      const from = <usize>k << 2;
      const unit = load<i32>(units + from);
      const channel = unit / (height * width);
      const rest = unit - channel * height * width;
      const y = rest / width + load<i32>(window, 24), x = rest % width + load<i32>(window, 28);
      const top = max(0, (y - kernelHeight + strideHeight) / strideHeight), bottom = min(outHeight - 1, y / strideHeight);
      const left = max(0, (x - kernelWidth + strideWidth) / strideWidth), right = min(outWidth - 1, x / strideWidth);
      for (let row = top; row <= bottom; row++) {
        for (let column = left; column <= right; column++, written += 4) {
          store<u32>(outTimes + written, load<u32>(times + from));
          store<u32>(outSlots + written, load<u32>(slots + from));
          store<i32>(outUnits + written, (channel * outHeight + row) * outWidth + column);
        }
      }
    }
    store<i32>(outStarts, <i32>(written >> 2));
  }
  return <i32>(written >> 2);
}
