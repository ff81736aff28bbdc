const START_SLOTS = 1 << 12;

/**
 * A set of row ids that takes about 12 bytes a row, however long the ids are: it keeps 64 bits of a hash of each. Two
 * different ids of a file with ten million rows share them in one of 300,000 such files.
 */
export class RowIds {
  private slots = new BigUint64Array(START_SLOTS);
  size = 0;

  /** @returns false when the id was there before */
  add(id: string): boolean {
    if (this.size * 3 > this.slots.length * 2) this.grow();
    const hash = hashOf(id);
    const at = this.find(hash);
    if (this.slots[at] === hash) return false;
    this.slots[at] = hash;
    this.size += 1;
    return true;
  }

  has(id: string): boolean {
    const hash = hashOf(id);
    return this.slots[this.find(hash)] === hash;
  }

  /** The slot that holds the hash, or the empty one where it belongs. */
  private find(hash: bigint): number {
    const mask = this.slots.length - 1;
    let at = Number(hash & 0xffff_ffffn) & mask;
    while (this.slots[at] !== 0n && this.slots[at] !== hash) at = (at + 1) & mask;
    return at;
  }

  private grow(): void {
    const full = this.slots;
    this.slots = new BigUint64Array(full.length * 2);
    for (const hash of full) if (hash !== 0n) this.slots[this.find(hash)] = hash;
  }
}

/** Two independent mixes of 32 bits; never zero, which marks an empty slot. */
function hashOf(id: string): bigint {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < id.length; i++) {
    const code = id.charCodeAt(i);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  const hash = (BigInt(b >>> 0) << 32n) | BigInt(a >>> 0);
  return hash === 0n ? 1n : hash;
}
