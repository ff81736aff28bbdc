import { defineRow, middle } from '../bench-row.js';
import { count } from '../../../src/command-line/table.js';
import { row as rebuildRow } from '../rows/d-rebuild.js';
import { emmettOnPostgres } from './emmett-postgres.js';
import { emmettRebuild } from './emmett-rebuild.js';
import { loadFrom } from './load.js';
import { readyPeers } from './ready-peers.js';

/* All of our projections beside one of Emmett's, both on PostgreSQL. */

const measures = {
  'fill the log': rebuildRow.measures['fill the log'],
  rebuild: rebuildRow.measures.rebuild,

  async 'Emmett rebuilds'({ modules, databaseUrl, commands }: EmmettRebuild) {
    return emmettRebuild(await loadFrom(modules), databaseUrl, commands);
  },
};

interface EmmettRebuild {
  modules: string;
  databaseUrl: string;
  commands: number;
}

export const row = defineRow({
  title: 'rebuild, of all our projections beside one of another library',
  measures,
  async run(bench) {
    const [peer] = await readyPeers(bench, [emmettOnPostgres]);
    if (peer === undefined) return;
    const { modules, newPlace } = peer;
    const commands = bench.isQuick ? 2_000 : 20_000;
    const place = await newPlace();
    const { events } = await bench.measure('fill the log', { folder: place.folder, commands });
    const turns = await bench.eachRound(async () => {
      const { databaseUrl } = await newPlace();
      return {
        ours: await bench.measure('rebuild', place),
        emmett: await bench.measure('Emmett rebuilds', { modules, databaseUrl: databaseUrl!, commands }),
      };
    });
    const emmett = turns.map((turn) => turn.emmett);
    const skipped = emmett.map(({ kept, done }) => kept - done);
    bench.add({
      work: `rebuild of all projections, ${count(events)} events, PostgreSQL`,
      unit: 'events/s',
      ours: middle(
        turns.map(({ ours }) => ours),
        'built',
      ),
      beside: {
        name: `${peer.name}, one projection; skipped ${skipped.map(count).join(', ')}`,
        ...middle(emmett, 'perSecond'),
      },
    });
  },
});
