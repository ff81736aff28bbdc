import type { Account } from '../../src/ledger/account.js';
import { type AccountSnapshot, shelved } from '../../src/ledger/snapshot.js';

/** Reads a folded account back from what was written of it; what is in its maps, when it is asked for. */
export function fromSnapshot(snapshot: AccountSnapshot): Account {
  return shelved(snapshot, (name) => {
    const written = new Map<string, unknown>(snapshot[name]);
    return { size: written.size, get: (id) => written.get(id), all: () => written };
  });
}
