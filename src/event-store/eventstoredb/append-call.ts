import { randomInt } from 'node:crypto';
import { type EventStoreDBClient, UnavailableError } from '@eventstore/db-client';
import streamServices from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { type Answer, appendAnswer, readAnswer, withAnswerId } from './append-messages.js';
import { Silent, isPassing, typedError } from './failures.js';
import type { PendingAppend } from './pending-append.js';

type Call = ReturnType<typeof batchAppend>;
/** What calls of a client carry. */
export type CallOptions = Parameters<EventStoreDBClient['callArguments']>[0];

/**
 * One call that carries appends, each under an id (`BatchAppend` of the server). Its answers find their appends in a map
 * of its own: the client's own batches (6.2.1) are kept in one map for all connections of a process, where an error on
 * one takes the others' appends along and a late answer is an exception that nobody can catch.
 */
export class AppendCall {
  readonly #unsent: PendingAppend[] = [];
  /** What was sent and not answered, by the second half of its id. */
  readonly #sent = new Map<number, PendingAppend>();
  /** How the call goes for the client: an error makes it look for another node. */
  readonly #course = Promise.withResolvers<undefined>();
  readonly #firstHalf = randomInt(2 ** 48 - 1);
  #count = 0;
  /** While it is open. */
  #call: Call | undefined;
  #isSending = false;
  #hasSent = false;
  #isRetired = false;
  #failure: unknown;

  /**
   * @param isOver told when the call sends no more, and the client knows why; and whether that is the node's doing, so that
   *   other calls to it are of no use either
   */
  constructor(client: EventStoreDBClient, options: CallOptions, isOver: (byNode: boolean) => void) {
    const over = (failure: unknown): void => {
      // A call that never sent found no node; others may have one. Nor does one that was ended here say anything of them.
      const byNode = this.#hasSent && (this.#isRetired || this.#failure === undefined);
      if (this.#call === undefined) this.end(failure);
      isOver(byNode);
    };
    // The client hears of how the call ends, so that it looks for another node where this one does not lead any more.
    client['execute'](streamServices.StreamsClient, 'append', (grpc) =>
      this.#run(batchAppend(grpc, ...client['callArguments'](options, { deadline: Infinity }))),
    ).then(() => over(new Silent('it has ended the call of the appends')), over);
  }

  /** How many appends wait to be sent, or for their answer. */
  get underWay(): number {
    return this.#unsent.length + this.#sent.size;
  }

  /** Sends an append when those before it have left. */
  take(append: PendingAppend): void {
    this.#unsent.push(append);
    this.#send();
  }

  /**
   * Sends no more; the call ends when all that was sent is answered. The client does not hear of that any more.
   *
   * @returns what it has not sent, and others may
   */
  retire(): readonly PendingAppend[] {
    this.#isRetired = true;
    this.#course.resolve(undefined);
    const unsent = this.#unsent.splice(0);
    this.#endWhenAnswered();
    return unsent;
  }

  /** Ends the call, if it has not ended. What was sent has no answer: it may or may not have been done. */
  end(failure: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = failure;
    this.#call?.cancel();
    for (const append of this.#sent.values()) append.reject(failure);
    this.#sent.clear();
    // A failure before anything was sent is one that another call would meet as well.
    if (!this.#hasSent || !isPassing(typedError(failure))) this.#failUnsent(failure);
  }

  /** Ends the call; what it has not sent fails too. */
  close(failure: unknown): void {
    this.#failUnsent(failure);
    this.end(failure);
  }

  #failUnsent(failure: unknown): void {
    for (const append of this.#unsent.splice(0)) append.reject(failure);
  }

  /** Sends what is due, one append when the one before has left: until then the others can still go elsewhere. */
  #send(): void {
    if (this.#call === undefined || this.#isSending || this.#isRetired || this.#failure !== undefined) return;
    const next = this.#nextDue();
    if (next === undefined) return;
    this.#count += 1;
    next.sentOn = this;
    this.#sent.set(this.#count, next);
    this.#isSending = true;
    this.#call.write(withAnswerId(next.message, this.#firstHalf, this.#count), (error?: Error | null) => {
      this.#isSending = false;
      if (error) return; // The call ends with it.
      this.#hasSent = true;
      this.#send();
    });
  }

  #nextDue(): PendingAppend | undefined {
    for (let append = this.#unsent.shift(); append !== undefined; append = this.#unsent.shift()) {
      if (append.isDue()) return append;
    }
    return undefined;
  }

  #endWhenAnswered(): void {
    if (this.#sent.size === 0) this.end(new Silent('the connection was given up'));
  }

  /** @returns when the call has ended, or is retired; @throws why it has, or sends no more */
  async #run(call: Call): Promise<void> {
    call
      .on('data', (answer: Answer) => {
        const error = this.#takeAnswer(answer);
        if (error instanceof UnavailableError) {
          this.#isRetired = true;
          this.#course.reject(error);
        }
        if (this.#isRetired) this.#endWhenAnswered();
      })
      .on('end', () => {
        this.#call = undefined;
        this.#course.resolve(undefined);
        if (this.#isRetired) this.end(new Silent('it has ended the call of the appends'));
      })
      .on('error', (error) => {
        this.#call = undefined;
        this.#course.reject(error);
        if (this.#isRetired) this.end(error);
      });
    this.#call = call;
    if (this.#failure === undefined) this.#send();
    else call.cancel();
    await this.#course.promise;
  }

  /** @returns the error that an append is answered with */
  #takeAnswer(answer: Answer): Error | undefined {
    const id = answer.id ?? 0;
    const append = this.#sent.get(id);
    if (append === undefined) return undefined;
    this.#sent.delete(id);
    const outcome = appendAnswer(answer, append.proposal);
    if (outcome instanceof Error) append.reject(outcome);
    else append.resolve(outcome);
    return outcome instanceof Error ? outcome : undefined;
  }
}

/** The server's `BatchAppend`, with messages that are written and answers that are read here. */
function batchAppend(
  grpc: StreamsClient,
  ...[metadata, options]: ReturnType<EventStoreDBClient['callArguments']>
): ReturnType<typeof grpc.makeBidiStreamRequest<Buffer, Answer>> {
  const { path } = streamServices.StreamsService.batchAppend;
  return grpc.makeBidiStreamRequest(path, (message) => message, readAnswer, metadata, options);
}
