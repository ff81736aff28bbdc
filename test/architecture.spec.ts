import { execFileSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

interface Cruise {
  summary: { violations: { rule: { name: string }; from: string; to: string }[]; totalCruised: number };
  modules: { source: string }[];
}

describe('the architecture', () => {
  const sources = globSync('{src,projections}/**/*.ts');
  const cruise = JSON.parse(
    execFileSync(
      'node_modules/.bin/depcruise',
      ['src', 'projections', '--config', '.dependency-cruiser.cjs', '--output-type', 'json'],
      { encoding: 'utf8', maxBuffer: 64 << 20 },
    ),
  ) as Cruise;

  it('was really looked at: every source file was seen', () => {
    const seen = new Set(cruise.modules.map((m) => m.source));
    expect(sources.length).toBeGreaterThan(30);
    expect(sources.filter((file) => !seen.has(file))).toEqual([]);
  });

  it('lets imports flow one way', () => {
    expect(cruise.summary.violations.map((v) => `${v.rule.name}: ${v.from} -> ${v.to}`)).toEqual([]);
  });
});
