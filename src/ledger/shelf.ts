/** Where the entries of a shelf lie as plain JSON, in the order in which they were first put there. */
export interface ShelfSource<T> {
  size: number;
  get(id: string): T | undefined;
  all(): Iterable<readonly [id: string, written: T]>;
}

/** How an entry is written as plain JSON, and read back to an equal one. */
export interface ShelfForm<V, T> {
  write(entry: V): T;
  read(written: T): V;
}

/** An entry that may have changed since the shelf was last as its source. */
export interface ShelfChange<T> {
  id: string;
  /** Its place in the order, from 0; undefined for one that the source has. */
  place: number | undefined;
  written: T;
}

/**
 * A map that reads an entry when it is first asked for it, so that of an account with a long history only that is in
 * memory which its commands are about. Who goes through it reads the rest too. Entries may be changed in place by
 * whoever got them by their id, not by who went through them; none is ever taken away.
 */
export class Shelf<V, T> extends Map<string, V> {
  #known: number;
  #isWhole: boolean;
  /** Places of the entries that the source does not have. */
  readonly #added = new Map<string, number>();
  readonly #asked = new Set<string>();

  constructor(
    private readonly source: ShelfSource<T>,
    private readonly form: ShelfForm<V, T>,
  ) {
    super();
    this.#known = source.size;
    this.#isWhole = source.size === 0;
  }

  /** How many entries are in memory. */
  get held(): number {
    return super.size;
  }

  override get size(): number {
    return this.#known + this.#added.size;
  }

  override get(id: string): V | undefined {
    const entry = super.get(id) ?? this.#fetch(id);
    if (entry !== undefined) this.#asked.add(id);
    return entry;
  }

  override has(id: string): boolean {
    return super.has(id) || this.#fetch(id) !== undefined;
  }

  override set(id: string, entry: V): this {
    if (!this.has(id)) this.#added.set(id, this.size);
    this.#asked.add(id);
    return super.set(id, entry);
  }

  override keys(): MapIterator<string> {
    return this.#whole(() => super.keys());
  }

  override values(): MapIterator<V> {
    return this.#whole(() => super.values());
  }

  override entries(): MapIterator<[string, V]> {
    return this.#whole(() => super.entries());
  }

  override [Symbol.iterator](): MapIterator<[string, V]> {
    return this.entries();
  }

  override forEach(use: (entry: V, id: string, shelf: Map<string, V>) => void): void {
    for (const [id, entry] of this.entries()) use(entry, id, this);
  }

  override delete(): never {
    throw new Error('no entry is ever taken from a shelf');
  }

  override clear(): never {
    return this.delete();
  }

  /** What may have changed since the shelf was last as its source. */
  *changes(): Iterable<ShelfChange<T>> {
    for (const id of this.#asked) {
      yield { id, place: this.#added.get(id), written: this.form.write(super.get(id)!) };
    }
  }

  /** All entries in their order, as JSON; those that nobody asked for as they came. */
  *written(): Iterable<readonly [id: string, written: T]> {
    for (const [id, written] of this.#isWhole ? [] : this.source.all()) {
      const entry = super.get(id);
      yield [id, entry === undefined ? written : this.form.write(entry)];
    }
    for (const id of this.#isWhole ? super.keys() : this.#added.keys()) {
      yield [id, this.form.write(super.get(id)!)];
    }
  }

  /** Notes that the source has all changes by now. */
  saved(): void {
    this.#known += this.#added.size;
    this.#added.clear();
    this.#asked.clear();
  }

  #fetch(id: string): V | undefined {
    const written = this.#isWhole ? undefined : this.source.get(id);
    if (written === undefined) return undefined;
    const entry = this.form.read(written);
    super.set(id, entry);
    return entry;
  }

  #whole<I>(iterate: () => I): I {
    if (!this.#isWhole) {
      const held = new Map(super.entries());
      const all = this.source.all();
      super.clear();
      for (const [id, written] of all) super.set(id, held.get(id) ?? this.form.read(written));
      for (const id of this.#added.keys()) super.set(id, held.get(id)!);
      this.#isWhole = true;
    }
    return iterate();
  }
}
