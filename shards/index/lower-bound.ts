/** The first index in [from, to) whose element is at least `value`, or `to`; elements ascend. */
export function lowerBound(
  elements: Float64Array,
  from: number,
  to: number,
  value: number,
): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((elements[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
