import { type ReadCall, breakOff, send } from './answering.js';
import type { RecordedEvent } from './event-log.js';
import type { Node } from './node.js';
import { eventAnswer } from './read-answers.js';

/** So many events, at most, are given once more when duplicates are wanted. */
const DUPLICATES_MAX = 8;

/** The way of events to the client, on which things go wrong. */
export class Delivery {
  readonly #node: Node;
  readonly #call: ReadCall;
  readonly #structuredIds: boolean;
  readonly #given: RecordedEvent[] = [];

  constructor(node: Node, call: ReadCall, structuredIds: boolean) {
    this.#node = node;
    this.#call = call;
    this.#structuredIds = structuredIds;
  }

  /** False when no more is to be given. */
  async give(event: RecordedEvent): Promise<boolean> {
    const { kind, leader } = this.#node.faults.draw('delivery') ?? {};
    switch (kind) {
      case undefined:
        return this.#send(event);
      case 'duplicates':
        return (await this.#send(event)) && (await this.#giveAgain());
      case 'end':
        this.#call.end();
        return false;
      case 'silence':
        return false;
      case 'drop':
      case 'unavailable':
      case 'not_leader':
      case 'timeout':
      case 'deadline_exceeded':
      case 'access_denied':
      case 'wrong_credentials':
        breakOff(this.#node, this.#call, { kind, leader });
        return false;
    }
  }

  async #giveAgain(): Promise<boolean> {
    for (const event of this.#given) {
      if (!(await send(this.#call, eventAnswer(event, this.#structuredIds)))) return false;
    }
    return true;
  }

  #send(event: RecordedEvent): Promise<boolean> {
    this.#given.push(event);
    if (this.#given.length > DUPLICATES_MAX) this.#given.shift();
    return send(this.#call, eventAnswer(event, this.#structuredIds));
  }
}
