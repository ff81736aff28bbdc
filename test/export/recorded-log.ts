import { accountStream, encode } from '../../src/event-store/codec.js';
import type { StoredEvent } from '../../src/event-store/event-store.js';
import type { AccountCommand } from '../../src/ledger/commands.js';
import { RuleBook } from '../generator/rule-book.js';

/** The log that commands lead to, without a store. */
export function logOf(commands: Iterable<AccountCommand>): { log: StoredEvent[]; rules: RuleBook } {
  const rules = new RuleBook();
  const revisions = new Map<string, number>();
  const log: StoredEvent[] = [];
  for (const command of commands) {
    for (const event of rules.accepted(command)) {
      const stream = accountStream(command.accountId);
      const revision = (revisions.get(stream) ?? -1) + 1;
      revisions.set(stream, revision);
      log.push({
        stream,
        revision,
        position: String(log.length + 1),
        id: `00000000-0000-4000-8000-${String(log.length).padStart(12, '0')}`,
        ...encode(event),
        metadata: { recordedAt: '2026-03-01T10:00:00.000Z' },
      });
    }
  }
  return { log, rules };
}

/** The same as a stream, as a store would give it. */
export async function* streamed(log: StoredEvent[]): AsyncGenerator<StoredEvent> {
  yield* log;
}
