/** The inclusive upper bounds, in days, of every bucket but the last, which is open: 30, 60, 90, 120. */
export type BucketBounds = readonly number[];

export const DEFAULT_BUCKETS: BucketBounds = [30, 60, 90, 120];

/** No ledger is older than its calendar: 1900 to 2199 are fewer days than this. */
const DAYS_MAX = 109_999;
const BOUNDS_MAX = 24;

/**
 * Reads the bounds of aging buckets as a caller writes them, `30,60,90,120`.
 *
 * @returns the bounds, or what is wrong with the text
 */
export function parseBuckets(text: string): { bounds: number[] } | { fault: string } {
  const parts = text.split(',');
  if (!parts.every((part) => /^[1-9]\d{0,5}$/.test(part) && Number(part) <= DAYS_MAX)) {
    return { fault: `must be whole numbers of days from 1 to ${DAYS_MAX}, such as "30,60,90,120"` };
  }
  if (parts.length > BOUNDS_MAX) return { fault: `must be at most ${BOUNDS_MAX} bounds` };
  const bounds = parts.map(Number);
  if (bounds.some((bound, i) => i > 0 && bound <= bounds[i - 1]!))
    return { fault: 'must be strictly rising' };
  return { bounds };
}

/** The days that a bucket holds, both included; the last one has no end. */
export interface BucketDays {
  from: number;
  to?: number;
}

/** The days of each bucket: every age from 0 falls in exactly one, a bound in the bucket that it ends. */
export function bucketDays(bounds: BucketBounds): BucketDays[] {
  const starts = [0, ...bounds.map((bound) => bound + 1)];
  return starts.map((from, i) => (i < bounds.length ? { from, to: bounds[i]! } : { from }));
}

/** The names of the buckets: `0-30`, `31-60`, …, `121+`. */
export function bucketLabels(bounds: BucketBounds): string[] {
  return bucketDays(bounds).map(({ from, to }) => (to === undefined ? `${from}+` : `${from}-${to}`));
}
