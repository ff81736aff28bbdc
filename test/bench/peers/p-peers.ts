import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { openEmbeddedStore } from '../../../src/event-store/embedded/embedded-event-store.js';
import { exportJournal } from '../../../src/export/export-journal.js';
import { type RowBench, type Side, defineRow, median, middle, repeated } from '../bench-row.js';
import type { LedgerPlace } from '../bench-ledger.js';
import { chargesAndPayments, openings } from '../charges-and-payments.js';
import { row as commandsRow } from '../rows/a-commands.js';
import { castoreOnPostgres } from './castore.js';
import { emmettRebuild } from './emmett-rebuild.js';
import { emmettOnEventStoreDb, emmettOnPostgres, emmettOnSqlite } from './emmett.js';
import { type Peer, type PeerPlace, install, loadFrom } from './peer.js';
import { PLAIN_TEXT_TOOLS, isInstalled, runTool } from './plain-text.js';

/*
 * Other ledgers and libraries on the same work in the same run: durable commands over 1,000 accounts, a rebuild, and what
 * every account owes by one journal.
 */

const PEERS = [emmettOnSqlite, emmettOnPostgres, emmettOnEventStoreDb, castoreOnPostgres];
const CALLERS = [1, 32, 128];
const ACCOUNTS = 1_000;
/** The generated hospital's two years begin with 2025; half of its lines lie after this. */
const PAST = '2025-09-30';
const DAY_AFTER_PAST = '2025-10-01';
const ASKED = 5;

const measures = {
  commands: commandsRow.measures.commands,

  // What is ours is loaded where it is measured, so that peers have no more in memory than they need.
  async 'fill the log'(given: { folder: string; commands: number }) {
    const { row: rebuild } = await import('../rows/d-rebuild.js');
    return rebuild.measures['fill the log'](given);
  },

  async rebuild(place: LedgerPlace) {
    const { row: rebuild } = await import('../rows/d-rebuild.js');
    return rebuild.measures.rebuild(place);
  },

  async 'Emmett rebuilds'({ modules, databaseUrl, commands }: EmmettRebuild) {
    return emmettRebuild(await loadFrom(modules), databaseUrl, commands);
  },

  /** The load of `commands`, on a peer. */
  async peer({ peer, modules, callers, seconds, ...place }: PeerLoad & PeerPlace) {
    const { open } = PEERS.find(({ name }) => name === peer)!;
    const transact = await open(await loadFrom(modules), place);
    const name = randomUUID().slice(0, 8);
    for (const opening of openings(name, ACCOUNTS)) await transact(opening);
    const next = chargesAndPayments(name, ACCOUNTS);
    return { perSecond: await repeated({ callers, seconds }, (caller) => transact(next(caller))) };
  },

  async 'export the journal'({ folder }: { folder: string }) {
    const store = await openEmbeddedStore({ folder, readOnly: true });
    for (const { format } of PLAIN_TEXT_TOOLS) {
      const text = Readable.from(exportJournal(store.readAll(), format), { objectMode: false });
      await pipeline(text, createWriteStream(journalIn(folder, format)));
    }
    await store.close();
    return {};
  },

  /** In ms: aging by account, today and at a past date. */
  async aging(place: LedgerPlace) {
    const { withLedger } = await import('../bench-ledger.js');
    const { AgingQuery } = await import('../../../src/read-models/queries/aging.js');
    return withLedger(place, { readModels: true }, async (ledger) => {
      await ledger.caughtUp();
      const aging = ledger.app.get(AgingQuery);
      const msOf = async (asOf: string | undefined): Promise<number> => {
        const times: number[] = [];
        for (let n = 0; n <= ASKED; n += 1) {
          const start = performance.now();
          await aging.run({ groupBy: 'account', ...(asOf !== undefined && { asOf }) });
          times.push(performance.now() - start);
        }
        // The first one warms up.
        return median(times.slice(1));
      };
      return { today: await msOf(undefined), past: await msOf(PAST) };
    });
  },
};

interface EmmettRebuild {
  modules: string;
  databaseUrl: string;
  commands: number;
}

interface PeerLoad {
  peer: string;
  /** Where its packages are installed. */
  modules: string;
  callers: number;
  seconds: number;
}

function journalIn(folder: string, format: string): string {
  return join(folder, `journal.${format}`);
}

export const row = defineRow({
  title: 'peers: durable commands, a rebuild, and what every account owes',
  measures,
  async run(bench) {
    await compareCommands(bench);
    await compareRebuilds(bench);
    await compareJournals(bench);
  },
});

type PeersBench = RowBench<typeof measures>;

async function compareCommands(bench: PeersBench): Promise<void> {
  const eventStoreUrl = process.env['EVENTSTORE_URL'];
  const postgres = bench.databases().find(({ name }) => name === 'PostgreSQL');
  const ready: { peer: Peer; modules: string; newPlace: () => Promise<PeerPlace> }[] = [];
  for (const peer of PEERS) {
    const without = { folder: undefined, databaseUrl: postgres, eventStoreUrl };
    if (peer.needs !== 'folder' && without[peer.needs] === undefined) {
      bench.add({ work: peer.name, unit: '', remark: 'nothing here to run it on' });
      continue;
    }
    const installed = await install(peer);
    if ('reason' in installed) {
      bench.add({ work: peer.name, unit: '', remark: `does not install: ${installed.reason}` });
    } else {
      const newPlace = async (): Promise<PeerPlace> => ({
        folder: await bench.newFolder(),
        databaseUrl: peer.needs === 'databaseUrl' ? await postgres?.newUrl() : undefined,
        eventStoreUrl,
      });
      ready.push({ peer, modules: installed.folder, newPlace });
    }
  }
  const { seconds } = bench;
  for (const callers of CALLERS) {
    const onEventStoreDb = ({ needs }: Peer): boolean => needs === 'eventStoreUrl';
    for (const [where, url, isHere] of [
      ['embedded', undefined, (peer: Peer) => !onEventStoreDb(peer)],
      ['on EventStoreDB', eventStoreUrl, onEventStoreDb],
    ] as const) {
      const sides = ready
        .filter(({ peer }) => isHere(peer))
        .map(({ peer: { name: peer }, modules, newPlace }): Side => {
          const take = async () =>
            taken(bench.measure('peer', { peer, modules, callers, seconds, ...(await newPlace()) }));
          return { name: peer, take };
        });
      if (sides.length === 0) continue;
      const ours = async () => {
        const place = { folder: await bench.newFolder(), eventStoreUrl: url };
        return taken(bench.measure('commands', { ...place, accounts: ACCOUNTS, callers, seconds }));
      };
      await bench.compare(`commands ${where}, ${callers} at once`, '/s', ours, ...sides);
    }
  }
}

/** All of our projections beside one of Emmett's, both on PostgreSQL. */
async function compareRebuilds(bench: PeersBench): Promise<void> {
  const postgres = bench.databases().find(({ name }) => name === 'PostgreSQL');
  const installed = postgres && (await install(emmettOnPostgres));
  // Why it is not there was said before.
  if (!installed || 'reason' in installed) return;
  const modules = installed.folder;
  const commands = bench.isQuick ? 2_000 : 50_000;
  const place = { folder: await bench.newFolder(), databaseUrl: await postgres.newUrl() };
  await bench.measure('fill the log', { folder: place.folder, commands });
  const turns = await bench.eachRound(async () => ({
    ours: await bench.measure('rebuild', place),
    emmett: await bench.measure('Emmett rebuilds', {
      modules,
      databaseUrl: (await postgres.newUrl())!,
      commands,
    }),
  }));
  const emmett = turns.map((turn) => turn.emmett);
  const left = Math.max(...emmett.map(({ kept, done }) => kept - done));
  bench.add({
    work: 'build all projections, PostgreSQL',
    unit: 'events/s',
    ours: middle(
      turns.map(({ ours }) => ours),
      'built',
    ),
    beside: {
      name: `Emmett on PostgreSQL, one projection${left > 0 ? `; left out ${left} of ${commands}` : ''}`,
      ...middle(emmett, 'perSecond'),
    },
  });
}

async function taken(figures: Promise<{ perSecond: number; peakMb: number }>) {
  const { perSecond, peakMb } = await figures;
  return { value: perSecond, peakMb };
}

async function compareJournals(bench: PeersBench): Promise<void> {
  const folder = await bench.newFolder();
  await bench.measure('fill the log', { folder, commands: bench.isQuick ? 4_000 : 250_000 });
  await bench.measure('export the journal', { folder });
  const { today, past, peakMb } = await bench.measure('aging', { folder });
  for (const tool of PLAIN_TEXT_TOOLS) {
    const { name, format } = tool;
    if (!isInstalled(tool)) {
      bench.add({ work: name, unit: '', remark: 'is not on this machine' });
      continue;
    }
    for (const [when, value, before] of [
      ['today', today, undefined],
      ['at a past date', past, DAY_AFTER_PAST],
    ] as const) {
      const { ms, peakMb: toolMb } = await runTool(tool, journalIn(folder, format), before);
      bench.add({
        work: `what every account owes, ${when}`,
        unit: 'ms',
        ours: { value, peakMb },
        beside: { name, value: ms, ...(toolMb !== undefined && { peakMb: toolMb }) },
      });
    }
  }
}
