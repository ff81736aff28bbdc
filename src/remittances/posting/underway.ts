/** Work that goes on while something else is done; whoever waits for it hears how it ended. */
export class Underway<T> {
  #work: Promise<T> | undefined;

  /** Begins the next piece; the one before must have been waited for. */
  begin(work: Promise<T>): void {
    this.#work = work;
    // It may fail before anybody waits for it: that is told by `ended`, and must not end the process.
    work.catch(() => undefined);
  }

  /** What the piece under way came to; undefined when there is none. Fails as it failed. */
  async ended(): Promise<T | undefined> {
    const work = this.#work;
    this.#work = undefined;
    return work;
  }

  /** Resolves when nothing goes on any more, however it ended. */
  async idle(): Promise<void> {
    await Promise.allSettled([this.#work]);
  }
}
