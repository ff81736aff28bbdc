/** Lets work on the same key happen one at a time, in the order it was asked for; different keys side by side. */
export class Turns {
  private readonly last = new Map<string, Promise<unknown>>();

  /** Runs the work when all work on the key that was asked for earlier is done, however that ended. */
  take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.last.get(key);
    const turn = before ? before.then(work, work) : work();
    this.enter(key, turn);
    return turn;
  }

  /**
   * Runs the work when all work on any of the keys that was asked for earlier is done. It queues for all keys at once, so
   * that nobody waits for what was asked for later, and never in a circle.
   */
  takeAll<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    const before = keys.flatMap((key) => this.last.get(key) ?? []);
    const turn = Promise.allSettled(before).then(work);
    for (const key of keys) this.enter(key, turn);
    return turn;
  }

  /** Resolves when no work is left. */
  async idle(): Promise<void> {
    while (this.last.size > 0) await Promise.allSettled(this.last.values());
  }

  private enter(key: string, turn: Promise<unknown>): void {
    this.last.set(key, turn);
    const leave = (): void => {
      if (this.last.get(key) === turn) this.last.delete(key);
    };
    turn.then(leave, leave);
  }
}
