import type { OpenLedger } from './open-ledger.js';
import { startProgress } from './progress.js';
import { count } from './table.js';

/** Waits for the read models, telling how many events they still have to take. */
export async function catchUp(ledger: OpenLedger): Promise<void> {
  let most = 0;
  const progress = startProgress('reports', 1000);
  try {
    await ledger.caughtUp((waiting) => {
      most = Math.max(most, waiting);
      progress.at(
        most === 0 ? 0 : Math.floor(((most - waiting) / most) * 1000),
        `${count(waiting)} events to go`,
      );
    });
  } finally {
    progress.end();
  }
}
