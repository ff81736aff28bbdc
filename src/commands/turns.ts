/** Lets work on the same key happen one at a time, in the order it was asked for; different keys side by side. */
export class Turns {
  private readonly last = new Map<string, Promise<unknown>>();

  /** Runs the work when all work on the key that was asked for earlier is done, however that ended. */
  take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.last.get(key);
    const turn = before ? before.then(work, work) : work();
    this.last.set(key, turn);
    const leave = (): void => {
      if (this.last.get(key) === turn) this.last.delete(key);
    };
    turn.then(leave, leave);
    return turn;
  }

  /** Resolves when no work is left. */
  async idle(): Promise<void> {
    while (this.last.size > 0) await Promise.allSettled(this.last.values());
  }
}
