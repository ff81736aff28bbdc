/** Lets something be said at most every so often, however often it happens: a log is to be read by people. */
export class NowAndThen {
  #saidAt = -Infinity;
  #unsaid = 0;

  constructor(private readonly everyMs: number) {}

  /** @param say told how often it has happened since it was said last, this time included */
  happened(say: (times: number) => void): void {
    this.#unsaid += 1;
    const now = performance.now();
    if (now - this.#saidAt < this.everyMs) return;
    this.#saidAt = now;
    say(this.#unsaid);
    this.#unsaid = 0;
  }
}
