/** Tells those who follow the log that it has grown. */
export class CommitSignal {
  readonly #waiting = new Set<() => void>();
  #count = 0;

  /** How often the log has grown: noted before a read, so that no growth during it is missed. */
  get count(): number {
    return this.#count;
  }

  /** The log has grown, or has been closed. */
  notify(): void {
    this.#count += 1;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  /** Resolves when the log has grown more often than that, the signal has been given, or the time is over. */
  async beyond(count: number, signal: AbortSignal, timeoutMs?: number): Promise<void> {
    if (this.#count > count || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const wake = (): void => resolve(undefined);
    const timer = timeoutMs === undefined ? undefined : setTimeout(wake, timeoutMs);
    signal.addEventListener('abort', wake, { once: true });
    this.#waiting.add(wake);
    await promise;
    clearTimeout(timer);
    signal.removeEventListener('abort', wake);
    this.#waiting.delete(wake);
  }
}
