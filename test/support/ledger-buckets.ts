import { type BucketBounds, bucketDays } from '../../src/ledger/aging.js';

/** The bucket whose days hold an age, -1 where none does: what is not yet due. */
export function bucketIndex(bounds: BucketBounds, age: number): number {
  return bucketDays(bounds).findIndex(({ from, to = Infinity }) => age >= from && age <= to);
}
