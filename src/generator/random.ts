/**
 * A small seeded stream of pseudo-random numbers (mulberry32). The generator must give the same hospital on every
 * machine and for ever, so it owns its randomness instead of trusting a library's next version.
 */
export class Random {
  private state: number;

  /** @param seeds mixed into one: a stream of its own for each hospital, account and encounter */
  constructor(...seeds: number[]) {
    this.state = seeds.reduce((mixed, seed) => scramble((mixed ^ seed) + 0x9e3779b9), 0x6a09e667);
  }

  /** An integer of 32 bits. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + (this.next() % (high - low + 1));
  }

  /** True in so many of 1,000 cases. */
  permille(chance: number): boolean {
    return this.next() % 1000 < chance;
  }

  /** One of the items. */
  pick<T>(items: readonly T[]): T {
    return items[this.next() % items.length]!;
  }

  /** One of the items, each as often as its weight says. */
  weighted<T>(items: readonly (readonly [weight: number, item: T])[]): T {
    let at = this.next() % items.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, item] of items) {
      if (at < weight) return item;
      at -= weight;
    }
    return items.at(-1)![1];
  }
}

function scramble(value: number): number {
  let t = value | 0;
  t = Math.imul(t ^ (t >>> 16), 0x85ebca6b);
  t = Math.imul(t ^ (t >>> 13), 0xc2b2ae35);
  return t ^ (t >>> 16);
}
