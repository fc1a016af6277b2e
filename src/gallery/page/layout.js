// Where every photo of the timeline is, before one of them is loaded. Pure: numbers in, numbers out.
//
// Rows of about one height fill the width, as on a contact sheet. One byte a photo (its aspect ratio) is enough to know
// the exact height of a collection of 100,000 in some milliseconds: the scroll bar never lies, and any year is one jump
// away.

/// The most a row may be higher than asked, if leaving out its last photo comes nearer.
const TALLEST = 1.45;

/// The most a month's last row may grow to fill the width; else it keeps the height and stays open at its end.
const LAST_GROWS = 1.25;

/// From the byte of the timeline to width / height, kept within what looks well in a row.
export const RATIO = Float32Array.from({ length: 256 },
  (_, byte) => Math.min(2.6, Math.max(0.5, 2 ** ((byte - 128) / 48))));

/**
 * Lays out photos in rows, month by month.
 *
 * `ratios` has a byte a photo; `order` the positions to show, or null for all; `starts` where each month begins in that
 * order. `row` is the height asked for, `heading` the room for a month's name, `between` what is above it, but for the
 * first.
 */
export function layout({ ratios, order, starts, width, row, gap, heading, between }) {
  const count = order ? order.length : ratios.length;
  const x = new Uint16Array(count);
  const w = new Uint16Array(count);
  const h = new Uint16Array(count);
  const y = new Int32Array(count);
  const headings = new Int32Array(starts.length);
  let top = 0;

  const place = (from, to, height, fills) => {
    let left = 0;
    for (let i = from; i < to; i++) {
      const ratio = RATIO[ratios[order ? order[i] : i]];
      // Whole pixels keep edges sharp; the last photo takes what rounding has left over.
      const wide = fills && i === to - 1 ? width - left : Math.min(Math.round(ratio * height), width);
      x[i] = left;
      y[i] = top;
      w[i] = wide;
      h[i] = height;
      left += wide + gap;
    }
    top += height + gap;
  };

  for (let group = 0; group < starts.length; group++) {
    if (group > 0) top += between;
    headings[group] = top;
    top += heading;
    const end = group + 1 < starts.length ? starts[group + 1] : count;
    let from = starts[group];
    while (from < end) {
      let sum = 0;
      let to = from;
      let height = Infinity;
      while (to < end && height > row) {
        sum += RATIO[ratios[order ? order[to] : to]];
        to += 1;
        height = (width - gap * (to - from - 1)) / sum;
      }
      if (height > row * LAST_GROWS && to === end) {
        place(from, to, row, false);
      } else {
        const without = sum - RATIO[ratios[order ? order[to - 1] : to - 1]];
        const taller = (width - gap * (to - from - 2)) / without;
        if (height < row && to - from > 1 && taller / row < row / height && taller <= row * TALLEST) {
          to -= 1;
          height = taller;
        }
        place(from, to, Math.round(height), true);
      }
      from = to;
    }
    top -= gap;
  }
  return { count, x, y, w, h, headings, starts, width, height: top };
}

/// The first index of a rising list whose value is at least `value`.
export function lowerBound(list, value) {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle] < value) low = middle + 1; else high = middle;
  }
  return low;
}

/// The group (month, day) that an index is in.
export const groupOf = (starts, index) => lowerBound(starts, index + 1) - 1;

/// The photo above or below one: in the next row, what is nearest to its middle.
export function beside({ count, x, y, w }, index, direction) {
  const middle = x[index] + w[index] / 2;
  const step = Math.sign(direction);
  let other = index;
  while (other >= 0 && other < count && y[other] === y[index]) other += step;
  if (other < 0 || other >= count) return index;
  let best = other;
  const distance = (i) => Math.abs(x[i] + w[i] / 2 - middle);
  for (let i = other; i >= 0 && i < count && y[i] === y[other]; i += step) if (distance(i) < distance(best)) best = i;
  return best;
}
