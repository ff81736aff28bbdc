import type { AllStreamSubscription, Position as LogPosition } from '@eventstore/db-client';
import type { Position, StoredEvent } from '../event-store.js';
import { Silent } from './failures.js';
import { storedEventOf } from './stored-event.js';

/** While it catches up, a batch is given so long to fill: a write of many events costs little more than one of few. */
const FILL_MS = 20;
/** A server that has not caught up must send something within this time. */
const SILENT_MS_MAX = 10_000;
/** How often somebody has a look when all is still. */
const STILL_MS = 5_000;

/** What a subscription sends, in its order: events, how far foreign ones were passed, and that it has caught up. */
export class Feed {
  readonly #subscription: AllStreamSubscription;
  readonly #signal: AbortSignal;
  #taken = 0;
  #isLive = false;
  /** Something to be told that is no event. */
  #news = false;
  /** How far the server is, and how many events it had sent by then. */
  #passed: { position: LogPosition; sent: number } | undefined;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(subscription: AllStreamSubscription, signal: AbortSignal) {
    this.#subscription = subscription;
    this.#signal = signal;
    subscription.on('readable', this.#stir);
    subscription.on('caughtUp', () => {
      this.#isLive = true;
      this.#news = true;
      this.#stir();
    });
    subscription.on('fellBehind', () => {
      this.#isLive = false;
    });
    subscription.on('error', (error: Error) => this.#fail(error));
    subscription.on('end', () => this.#fail(new Silent('the subscription ended')));
    signal.addEventListener('abort', this.#stir);
  }

  /** Told by the client in its turn, when the events before it are taken or in the buffer. */
  passed(position: LogPosition): void {
    this.#passed = { position, sent: this.#taken + this.#subscription.readableLength };
    this.#stir();
  }

  /**
   * The next events, as many as there are, at most `max`; none when there is something else to be told, when all has
   * been still for a while, and when the signal is given.
   *
   * @throws what the subscription failed with, after its last event
   */
  async take(max: number): Promise<StoredEvent[]> {
    const events: StoredEvent[] = [];
    const since = performance.now();
    for (;;) {
      this.#drain(events, max);
      if (events.length >= max || this.#signal.aborted) return events;
      if (this.#failure) {
        if (events.length > 0) return events;
        throw this.#failure;
      }
      if (this.#isToldSomething(events)) return events;
      const waitMs = events.length > 0 ? FILL_MS : this.#isLive ? STILL_MS : SILENT_MS_MAX;
      const left = since + waitMs - performance.now();
      if (left <= 0) {
        if (events.length === 0 && !this.#isLive) throw new Silent(`nothing came for ${SILENT_MS_MAX} ms`);
        return events;
      }
      await this.#stirred(left);
    }
  }

  /** How far foreign events were passed, once every event of ours before that was taken; told once. */
  passedBy(): Position | undefined {
    if (!this.#hasPassed()) return undefined;
    const { commit } = this.#passed!.position;
    this.#passed = undefined;
    return String(commit);
  }

  /** Whether everything is taken that was there when the server said that there is no more. */
  hasCaughtUp(): boolean {
    return this.#isLive && this.#subscription.readableLength === 0;
  }

  close(): void {
    this.#signal.removeEventListener('abort', this.#stir);
    this.#subscription.off('readable', this.#stir);
    this.#subscription.resume(); // As in `read.ts`: what has arrived is read to its end.
    void this.#subscription.unsubscribe().catch(() => undefined); // The call may never have come about.
  }

  #drain(events: StoredEvent[], max: number): void {
    while (events.length < max) {
      const resolved = this.#subscription.read() as { event?: Parameters<typeof storedEventOf>[0] } | null;
      if (resolved === null) return;
      this.#taken += 1;
      if (resolved.event) events.push(storedEventOf(resolved.event));
    }
  }

  #isToldSomething(events: readonly StoredEvent[]): boolean {
    if (events.length > 0) return this.hasCaughtUp();
    const news = this.#news && this.hasCaughtUp();
    if (news) this.#news = false;
    return news || this.#hasPassed();
  }

  #hasPassed(): boolean {
    return this.#passed !== undefined && this.#passed.sent <= this.#taken;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#stir();
  }

  readonly #stir = (): void => this.#wake?.();

  async #stirred(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#wake = () => resolve(undefined);
    const timer = setTimeout(this.#wake, ms);
    await promise;
    clearTimeout(timer);
    this.#wake = undefined;
  }
}
