/*
 * Ours beside other ledgers and libraries, taken in the same run:
 *
 *   npm run bench:peers [-- --only p,r] [--quick] [--markdown] [--json FILE]
 *
 * Each peer is installed, in exact versions, into a folder of its own outside of the project, where the next run finds it
 * again: below PEERS_FOLDER, or ~/.cache if that is not set. None is among the project's dependencies. What
 * does not install, or has nothing to run on, is named in the table with the reason. EVENTSTORE_URL, BENCH_FOLDER and
 * PostgreSQL as for bench.ts; `ledger`, `hledger` and `bean-query` are those on the path.
 */
import { runTable } from './run-table.js';

await runTable('bench:peers', ['p', 'q', 'r']);
