import type { Measures, RowBench } from '../bench-row.js';
import { install } from './install.js';
import type { Peer, PeerPlace } from './peer.js';

/** A peer that can be measured here. */
export interface ReadyPeer extends Pick<Peer, 'name' | 'needs'> {
  /** Where its packages are installed. */
  modules: string;
  /** Makes an empty place for its events. */
  newPlace: () => Promise<PeerPlace>;
}

/** Those of the peers that install and have something to run on; the others are named in the table, with the reason. */
export async function readyPeers(
  bench: Pick<RowBench<Measures>, 'add' | 'databases' | 'newFolder'>,
  peers: readonly Peer[],
): Promise<ReadyPeer[]> {
  const eventStoreUrl = process.env['EVENTSTORE_URL'];
  const postgres = bench.databases().find(({ name }) => name === 'PostgreSQL');
  const missing = {
    folder: undefined,
    databaseUrl: postgres ? undefined : 'no PostgreSQL here',
    eventStoreUrl: eventStoreUrl === undefined ? 'EVENTSTORE_URL is not set' : undefined,
  };
  const ready: ReadyPeer[] = [];
  for (const peer of peers) {
    const { name, needs } = peer;
    const installed = missing[needs] === undefined ? await install(peer) : { reason: missing[needs] };
    if ('reason' in installed) {
      bench.add({ work: `${name}: not taken`, unit: '', remark: installed.reason });
      continue;
    }
    const newPlace = async (): Promise<PeerPlace> => ({
      folder: await bench.newFolder(),
      databaseUrl: needs === 'databaseUrl' ? await postgres!.newUrl() : undefined,
      eventStoreUrl,
    });
    ready.push({ name, needs, modules: installed.folder, newPlace });
  }
  return ready;
}
