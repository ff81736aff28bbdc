#!/usr/bin/env node
import { withoutSqliteWarning } from './command-line/sqlite-warning.js';
import { runOnPinnedNode, thisNodeWillDo } from './command-line/pinned-node.js';

/*
 * Started by whatever Node the machine has. Nothing that needs Node 24 may be imported before it is known that this
 * one will do: static imports here are of files that every Node from 20 on can load.
 */
if (thisNodeWillDo()) {
  withoutSqliteWarning();
  const { runCommandLine } = await import('./command-line/program.js');
  await runCommandLine(process.argv);
} else {
  runOnPinnedNode(process.argv.slice(1));
}
