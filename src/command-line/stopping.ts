/** Ctrl-C and SIGTERM as a signal; a second Ctrl-C ends at once. */
export class Stopping implements Disposable {
  private readonly controller = new AbortController();
  private readonly onSignal = (): void => {
    if (this.controller.signal.aborted) process.exit(130);
    this.controller.abort();
  };

  constructor() {
    process.on('SIGINT', this.onSignal);
    process.on('SIGTERM', this.onSignal);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  get asked(): boolean {
    return this.controller.signal.aborted;
  }

  [Symbol.dispose](): void {
    process.off('SIGINT', this.onSignal);
    process.off('SIGTERM', this.onSignal);
  }
}
