/*
 * A double as a process of its own, that several processes can share:
 *
 *   serve.ts <folder> [port]
 *
 * Prints its connection string, and then one line for each line of its input, which is an order as JSON, see
 * `ServedOrder`. Ends with its input, or when it is killed.
 */
import { createInterface } from 'node:readline';
import { startDouble } from './double.js';
import type { ServedOrder } from './served-order.js';

const [folder, port = '0'] = process.argv.slice(2);
const double = await startDouble({ folder: folder!, port: Number(port) });
console.log(double.url);
for await (const line of createInterface({ input: process.stdin })) {
  const answer = await carryOut(JSON.parse(line) as ServedOrder);
  console.log(JSON.stringify(answer ?? null));
}
await double.stop();

async function carryOut(order: ServedOrder): Promise<Record<string, number> | undefined> {
  switch (order.order) {
    case 'next':
      double.faults.next(order.point, order.kind, order.options);
      return undefined;
    case 'always':
      double.faults.always(order);
      return undefined;
    case 'seeded':
      double.faults.seeded(order.seed, order.rates);
      return undefined;
    case 'clear':
      double.faults.clear();
      return undefined;
    case 'counts':
      return double.faults.counts();
    case 'cut':
      double.cutConnections();
      return undefined;
    case 'restart':
      await double.restart(order);
      return undefined;
    case 'foreign':
      await double.appendForeign(order.stream, order.count);
      return undefined;
  }
}
