import { existsSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { arledger } from './built-cli.js';

describe('demo', () => {
  it('shows balances, aging and a history that tie, and leaves nothing behind', async () => {
    const { code, stdout, stderr } = await arledger(['demo'], {
      env: { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/x' },
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('Largest balances');
    expect(stdout).toContain('Aging from the service date');
    expect(stdout).toContain('Trial balance');
    expect(stdout.match(/^ties /gm)).toHaveLength(4);
    expect(stdout).not.toContain('DIFFERS');
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toContain('Where to look next');
  });

  it('keeps its folder when asked to', async () => {
    const { code, stdout } = await arledger(['demo', '--keep', '--accounts', '3', '--months', '1']);
    expect(code).toBe(0);
    const data = /--data (\S+)/.exec(stdout)![1]!;
    expect(existsSync(data)).toBe(true);
    expect((await arledger(['verify', '--log', '--data', data])).code).toBe(0);
  });
});
