// Spikes of a layer, sample by sample in the order of their times, as the next layer reads them.

/** Up to so many are sorted by insertion. */
const few: i32 = 48;

/**
 * Spikes stand by [tile, row]; a sample is `positions` rows. Equal times stand in the order of the units.
 *
 * @param ends - behind the last spike of every [tile, row], int32
 * @param spikes - 16 bytes each: time, …, group · 16 + lane
 * @param laneStride - unit = lane · laneStride + position · positionStride
 * @param sampleStarts - output: first event of every sample and the end of the last; int32 [samples + 1]
 * @param times - output, float32: ascending within a sample
 * @param slots - output, int32: which spike
 * @param units - output, int32: whose spike
 * @param scratch - 1024 int32, then three times 8 bytes for each of `capacity` spikes
 * @param capacity - most spikes of a sample
 */
export function eventSort(
  samples: i32, positions: i32, outputs: i32, laneStride: i32, positionStride: i32, ends: usize, spikes: usize,
  sampleStarts: usize, times: usize, slots: usize, units: usize, scratch: usize, capacity: i32,
): void {
  const rows = samples * positions;
  const pairs = scratch + 4096, others = pairs + (<usize>capacity << 3), origins = others + (<usize>capacity << 3);
  store<i32>(sampleStarts, 0);
  for (let sample: i32 = 0; sample < samples; sample++) {
    let n: i32 = 0;
    for (let tile: i32 = 0, lane: i32 = 0; lane < outputs; tile++, lane += 16) {
      let end = ends + (<usize>(tile * rows + sample * positions) << 2);
      let k = tile == 0 && sample == 0 ? 0 : load<i32>(end - 4);
      for (let position: i32 = 0; position < positions; position++, end += 4) {
        for (const last = load<i32>(end); k < last; k++, n++) {
          const spike = spikes + (<usize>k << 4);
          const unit = (lane + (load<i32>(spike, 12) & 15)) * laneStride + position * positionStride;
          store<u64>(pairs + (<usize>n << 3), (<u64>load<u32>(spike) << 32) | <u64>n);
          store<u64>(origins + (<usize>n << 3), (<u64>k << 32) | <u64>unit);
        }
      }
    }
    const sorted = n <= few ? insert(pairs, n) : radix(pairs, others, scratch, n);
    for (let i: i32 = 0; i < n; i++) {
      const pair = load<u64>(sorted + (<usize>i << 3));
      const origin = load<u64>(origins + (<usize>(<u32>pair) << 3));
      const time = <u32>(pair >> 32), unit = <u32>origin;
      let back: usize = 0;
      for (const most = <usize>i << 2; back < most && load<u32>(times - back - 4) == time && load<u32>(units - back - 4) > unit; back += 4) {
        store<u32>(times - back, load<u32>(times - back - 4));
        store<u32>(slots - back, load<u32>(slots - back - 4));
        store<u32>(units - back, load<u32>(units - back - 4));
      }
      store<u32>(times - back, time);
      store<u32>(slots - back, <u32>(origin >> 32));
      store<u32>(units - back, unit);
      times += 4;
      slots += 4;
      units += 4;
    }
    store<i32>(sampleStarts, load<i32>(sampleStarts) + n, 4);
    sampleStarts += 4;
  }
}

function insert(pairs: usize, n: i32): usize {
  const end = pairs + (<usize>n << 3);
  for (let i = pairs + 8; i < end; i += 8) {
    const pair = load<u64>(i);
    let to = i;
    for (; to > pairs && load<u64>(to - 8) > pair; to -= 8) store<u64>(to, load<u64>(to - 8));
    store<u64>(to, pair);
  }
  return pairs;
}

/** By bytes of the time, least significant first; a pass keeps the order of equal bytes. Times are not negative. */
function radix(from: usize, to: usize, counts: usize, n: i32): usize {
  memory.fill(counts, 0, 4096);
  for (let i: i32 = 0; i < n; i++) {
    const key = load<u32>(from + (<usize>i << 3), 4);
    count(counts, key & 255);
    count(counts + 1024, (key >> 8) & 255);
    count(counts + 2048, (key >> 16) & 255);
    count(counts + 3072, key >> 24);
  }
  for (let shift: i32 = 32; shift < 64; shift += 8, counts += 1024) {
    if (load<i32>(counts + (<usize>((load<u64>(from) >> shift) & 255) << 2)) == n) continue;
    let sum: i32 = 0;
    for (let at = counts; at < counts + 1024; at += 4) {
      const here = load<i32>(at);
      store<i32>(at, sum);
      sum += here;
    }
    for (let i: i32 = 0; i < n; i++) {
      const pair = load<u64>(from + (<usize>i << 3));
      const at = counts + (<usize>((pair >> shift) & 255) << 2);
      const place = load<i32>(at);
      store<i32>(at, place + 1);
      store<u64>(to + (<usize>place << 3), pair);
    }
    const other = from;
    from = to;
    to = other;
  }
  return from;
}

// @ts-ignore: decorator
@inline
function count(counts: usize, byte: u32): void {
  const at = counts + (<usize>byte << 2);
  store<i32>(at, load<i32>(at) + 1);
}
