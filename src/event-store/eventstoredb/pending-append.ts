import { DeadlineExceededError } from '@eventstore/db-client';
import type { AppendResult } from '../event-store.js';
import type { Proposal } from './append-messages.js';
import { Silent } from './failures.js';

/** When it is too late for an append, by `performance.now()`. */
export interface AppendLimits {
  /** It is not sent later. */
  sendUntil: number;
  /** Its answer is not waited for any longer. */
  answerUntil: number;
}

/** An append that waits for its turn, and then for its answer. */
export class PendingAppend {
  readonly answered: Promise<AppendResult>;
  /** The call that it was sent on. */
  sentOn: { end(failure: unknown): void } | undefined;
  readonly #resolve: (result: AppendResult) => void;
  readonly #reject: (error: unknown) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #sendUntil: number;
  #isSettled = false;

  constructor(
    readonly message: Buffer,
    readonly proposal: Proposal,
    { sendUntil, answerUntil }: AppendLimits,
  ) {
    const { promise, resolve, reject } = Promise.withResolvers<AppendResult>();
    this.answered = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#sendUntil = sendUntil;
    const waitMs = Math.max(1, Math.ceil(answerUntil - performance.now()));
    this.#timer = setTimeout(() => this.#isLate(), waitMs);
  }

  /** Whether it is still to be sent; one whose time is over fails here. */
  isDue(): boolean {
    if (!this.#isSettled && performance.now() >= this.#sendUntil) this.#isLate();
    return !this.#isSettled;
  }

  resolve(result: AppendResult): void {
    this.#settle();
    this.#resolve(result);
  }

  reject(error: unknown): void {
    this.#settle();
    this.#reject(error);
  }

  #settle(): void {
    this.#isSettled = true;
    clearTimeout(this.#timer);
  }

  /** Where it was sent it may still lie with the server, who does not begin it any more when its call has ended. */
  #isLate(): void {
    this.reject(new DeadlineExceededError());
    this.sentOn?.end(new Silent('an append before was not answered'));
  }
}
