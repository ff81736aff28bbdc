import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Command } from 'commander';
import { openEmbeddedStore } from '../../src/event-store/embedded/embedded-event-store.js';
import { thisNodeWillDo } from '../../src/command-line/pinned-node.js';
import { arledger, builtCli } from './built-cli.js';
import { leafCommands, leaves } from './leaf-commands.js';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder();

function helpOf(command: Command): string {
  let help = '';
  command.configureOutput({ writeOut: (text) => (help += text) });
  command.outputHelp();
  return help;
}

/** An older Node on this machine, where there is one. */
const olderNode = ((): string | undefined => {
  for (const node of ['/usr/bin/node', '/usr/local/bin/node']) {
    const { stdout, error } = spawnSync(node, ['--version'], { encoding: 'utf8' });
    const version = error ? '' : stdout.trim().slice(1);
    if (/^2\d/.test(version) && !thisNodeWillDo(version)) return node;
  }
  return undefined;
})();

describe('asking the command line', () => {
  it('has every command of the contract', () => {
    const names = leafCommands();
    expect(names.sort()).toEqual([
      'accounts',
      'aging',
      'copy',
      'demo',
      'export journal',
      'generate',
      'import 835',
      'import commands',
      'import synthea',
      'projections install',
      'projections list',
      'projections remove',
      'rebuild',
      'replay',
      'serve',
      'trial-balance',
      'verify',
    ]);
  });

  it.each(leaves().map((command) => [command.name(), command] as const))(
    'explains %s, and how to point it at other data',
    (name, command) => {
      const help = helpOf(command);
      expect(help).toContain('Usage: arledger');
      expect(help).toContain('--data <folder>');
      expect(help).toContain(`Examples:`);
      expect(help).toContain(name);
    },
  );

  it.each([
    [['replay'], "arledger: usage: missing required argument 'account'\n"],
    [['no-such-command'], "arledger: usage: unknown command 'no-such-command'\n"],
    [
      ['generate', '--accounts', '1e3', '--months', '1', '--seed', '1'],
      "arledger: usage: option '--accounts <n>' argument '1e3' is invalid. It must be a whole number from 1 to 999999.\n",
    ],
    [
      ['aging', '--as-of', '2026-02-30'],
      "arledger: usage: option '--as-of <date>' argument '2026-02-30' is invalid. It must be a date that exists, YYYY-MM-DD, from 1900 to 2199.\n",
    ],
    [
      ['replay', 'A1', '--known-at', '2199-01-01T00:00:00Z'],
      'arledger: usage: --known-at must not be in the future\n',
    ],
  ])('answers %j with one line and exit code 2', async (args, line) => {
    const { code, stdout, stderr } = await arledger([...args, '--data', join(folder, 'none')]);
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: line });
  });

  it.each([
    [['replay', 'A1'], 'event_log_missing'],
    [['verify', '--log'], 'event_log_missing'],
    [['export', 'journal', '--format', 'csv'], 'event_log_missing'],
    [['import', 'commands', '/no/such/file'], 'file_not_found'],
    [['import', 'synthea', '/no/such/folder'], 'file_not_found'],
    [['projections', 'list'], 'eventstore_url_missing'],
  ])('refuses %j with one line, its code, and exit code 1', async (args, expected) => {
    const { code, stdout, stderr } = await arledger([...args, '--data', join(folder, 'none')]);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(new RegExp(`^arledger: ${expected}: .*\n$`));
  });

  it('says which variable of the environment cannot be used', async () => {
    const { code, stderr } = await arledger(['accounts'], { env: { ARLEDGER_TIMEZONE: 'Mars/Olympus' } });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^arledger: configuration: ARLEDGER_TIMEZONE must be .*\n$/);
  });

  it('is quiet when the reader has seen enough', () => {
    const command = `"${process.execPath}" "${builtCli()}" generate --accounts 3000 --months 6 --seed 1 | head -n 1`;
    const { stdout, stderr } = spawnSync('bash', ['-c', `set -o pipefail; ${command}`], { encoding: 'utf8' });
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(stderr).toBe('');
  });

  (existsSync('/dev/full') ? it : it.skip).each([
    'generate --accounts 3 --months 1 --seed 1',
    'generate --accounts 300 --months 6 --seed 1',
    'accounts',
    'aging --json',
    'export journal --format ledger',
    '--help',
    '--version',
  ])(
    'says in one line that what %s prints has no room (skipped where there is no /dev/full)',
    async (args) => {
      const data = join(folder, 'printed');
      await (await openEmbeddedStore({ folder: data })).close();
      const cli = `"${process.execPath}" "${builtCli()}"`;
      const option = args.startsWith('-') || args.startsWith('generate') ? '' : ` --data "${data}"`;
      const { status, stderr } = spawnSync('bash', ['-c', `${cli} ${args}${option} > /dev/full`], {
        encoding: 'utf8',
      });
      expect({ status, stderr }).toEqual({ status: 1, stderr: 'arledger: enospc: the disk is full\n' });
    },
  );

  (olderNode === undefined ? it.skip : it)(
    'goes on under the pinned Node when started by an older one (skipped where there is none)',
    async () => {
      const node = olderNode!;
      expect(
        (await arledger(['generate', '--accounts', '1', '--months', '1', '--seed', '1'], { node })).code,
      ).toBe(0);
      const refused = await arledger(['verify', '--log', '--data', join(folder, 'none')], { node });
      expect(refused).toMatchObject({ code: 1, stdout: '' });
      expect(refused.stderr).toMatch(/^arledger: event_log_missing: .*\n$/);
    },
  );
});
