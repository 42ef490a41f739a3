/**
 * List what is not 0 in rows of values: places and values. Whatever is written is kept only if it is wanted: a
 * branch would be mispredicted at every edge of an image.
 */
export function listNonZero(values: usize, size: i32, rows: i32, events: usize, listed: usize, ends: usize): void {
  let end: i32 = 0;
  for (let row: i32 = 0; row < rows; row++) {
    for (let i: i32 = 0; i < size; i++) {
      const x = load<f32>(values);
      const to = <usize>end << 2;
      store<i32>(events + to, i);
      store<f32>(listed + to, x);
      end += i32(x != 0);
      values += 4;
    }
    store<i32>(ends + (<usize>row << 2), end);
  }
}
