import { EventLogDamaged } from '../event-store.js';
import type { CheckedPart, CheckerRequest, LogFinding } from './messages.js';
import { ThreadClient } from './thread-client.js';

export type { LogFinding } from './messages.js';

export interface CheckLogOptions {
  folder: string;
  /** Hears now and then how many events have been checked, out of how many. */
  onProgress?: (checked: number, total: number) => void;
}

/**
 * Checks every event of the log in a folder, beside whoever writes: the structure of the file, checksums, positions
 * and revisions without gaps, `recordedAt` never decreasing along a stream. Gives what is wrong; nothing, if all is
 * well.
 *
 * @throws EventLogMissing when there is no log
 * @throws StoreUnavailable when it cannot be opened
 */
export async function* checkLog({ folder, onProgress }: CheckLogOptions): AsyncGenerator<LogFinding> {
  let checker: ThreadClient<CheckerRequest>;
  try {
    checker = await ThreadClient.start<CheckerRequest>({ role: 'checker', folder, readOnly: true });
  } catch (error) {
    if (!(error instanceof EventLogDamaged)) throw error;
    yield { text: error.message };
    return;
  }
  try {
    for (let end = false; !end;) {
      const part = (await checker.call({ kind: 'check' })) as CheckedPart;
      yield* part.findings;
      onProgress?.(part.checked, part.total);
      end = part.end;
    }
  } finally {
    await checker.stop({ kind: 'close' });
  }
}
