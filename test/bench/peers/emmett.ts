import type { Load } from './load.js';
import { type PeerEvent, type Transact, decideAsPeer, evolveAsPeer, unopenedAsPeer } from './peer.js';

/*
 * Emmett's own command handler, as its documentation has it. Its packages of one version are not all in the registry, so
 * that each of its stores comes with the version of the core that it asks for.
 */

/** Carries out commands on one of its stores. */
export async function emmettOn(load: Load, store: object): Promise<Transact> {
  const { CommandHandler } = await load('@event-driven-io/emmett');
  const handle = CommandHandler({
    evolve: evolveAsPeer,
    initialState: unopenedAsPeer,
    // Two of our callers may meet on one account: the one that was slower decides again.
    retry: { onVersionConflict: true },
  });
  return (command) =>
    handle(store, `account-${command.accountId}`, (account: never): PeerEvent =>
      decideAsPeer(account, command),
    ) as Promise<unknown>;
}
