import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import type { AccountRequest } from '../../src/commands/account-request.js';
import { type CommandAnswer, type CommandLine, runCommandLines } from '../../src/commands/command-stream.js';
import { OverlongLine, linesOf } from '../../src/commands/lines.js';
import type { Outcome } from '../../src/commands/receipt.js';
import { readableLog, silent } from './accounts-on-a-log.js';

const open = (accountId: string) => ({ type: 'OpenAccount', accountId, openedOn: '2026-01-01' });

function outcomeOf({ accountId }: AccountRequest): Outcome {
  return { appended: true, receipt: { accountId, revision: 0, position: '1', events: [] } };
}

const atOnce = (command: AccountRequest) => Promise.resolve(outcomeOf(command));

async function answersTo(
  lines: Iterable<CommandLine> | AsyncIterable<CommandLine>,
  execute = atOnce,
  inFlight = 1000,
): Promise<CommandAnswer[]> {
  const answers: CommandAnswer[] = [];
  for await (const answer of runCommandLines(lines, execute, { inFlight, log: silent })) answers.push(answer);
  return answers;
}

describe('answers', () => {
  test('come in the order of the lines, whichever command ends first', async () => {
    const lines = Array.from({ length: 20 }, (_, i) => open(`A${i}`));
    const answers = await answersTo(lines, async (command) => {
      await delay(20 - Number(command.accountId.slice(1)));
      return outcomeOf(command);
    });
    expect(answers.map(({ line, accountId }) => [line, accountId])).toEqual(
      lines.map((l, i) => [i + 1, l.accountId]),
    );
  });

  test('have the receipt and its status: 201 appended, 200 carried out before', async () => {
    const answers = await answersTo([JSON.stringify(open('A1')), open('A2')], (command) =>
      Promise.resolve({ ...outcomeOf(command), appended: command.accountId === 'A1' }),
    );
    expect(answers).toEqual([
      { line: 1, status: 201, accountId: 'A1', revision: 0, position: '1', events: [] },
      { line: 2, status: 200, accountId: 'A2', revision: 0, position: '1', events: [] },
    ]);
  });

  test('do not wait for lines to come', async () => {
    const forever = (async function* () {
      yield open('A1');
      await new Promise(() => undefined);
    })();
    const answers = runCommandLines(forever, atOnce, { log: silent });
    expect((await answers.next()).value).toMatchObject({ line: 1, status: 201 });
  });

  test('to lines that cannot be used say why, and the rest goes on', async () => {
    const answers = await answersTo([
      '{"type":',
      Buffer.from([0x7b, 0xff, 0x7d]),
      new OverlongLine(1024),
      '[]',
      '{}',
      '{"type":"toString"}',
      '{"type":"OpenAccount","accountId":"A1","accountId":"A2"}',
      { type: 'PostCharge', accountId: 'A1', amount: 5, more: 1 },
      '',
      Buffer.from(' \r'),
      open('A1'),
    ]);
    const said = answers.map(({ line, status, code, errors }) => [
      line,
      status,
      code,
      (errors as { field: string; message: string }[] | undefined)
        ?.map((e) => `${e.field} ${e.message}`)
        .at(0),
    ]);
    expect(said).toEqual([
      [1, 400, 'validation_failed', 'body is not JSON'],
      [2, 400, 'validation_failed', 'body is not well-formed UTF-8'],
      [3, 413, 'body_too_large', undefined],
      [4, 400, 'validation_failed', 'body must be a JSON object'],
      [5, 400, 'validation_failed', 'type is required'],
      [6, 400, 'validation_failed', expect.stringMatching(/^type must be one of OpenAccount, /)],
      [7, 400, 'validation_failed', 'body has the name "accountId" twice in one object'],
      [8, 400, 'validation_failed', expect.any(String)],
      [11, 201, undefined, undefined],
    ]);
  });

  test('to what nobody foresaw are 500, logged under an id, and the rest goes on', async () => {
    const { log, lines: logged } = readableLog();
    const answers: CommandAnswer[] = [];
    const execute = (command: AccountRequest) =>
      command.accountId === 'A1' ? Promise.reject(new Error('Jane Doe')) : atOnce(command);
    for await (const answer of runCommandLines([open('A1'), open('A2')], execute, { log }))
      answers.push(answer);
    expect(answers.map(({ status }) => status)).toEqual([500, 201]);
    expect(logged).toEqual([
      expect.objectContaining({ errorId: answers[0]?.errorId, msg: 'an unforeseen error' }),
    ]);
    expect(JSON.stringify([answers, logged])).not.toContain('Jane');
  });
});

describe('back-pressure', () => {
  test('no more than the given number is under way, and commands start in the order of the lines', async () => {
    let underWay = 0;
    let most = 0;
    const started: string[] = [];
    const lines = Array.from({ length: 100 }, (_, i) => open(`A${i}`));
    await answersTo(
      lines,
      async (command) => {
        started.push(command.accountId);
        underWay += 1;
        most = Math.max(most, underWay);
        await delay(1);
        underWay -= 1;
        return outcomeOf(command);
      },
      7,
    );
    expect(most).toBe(7);
    expect(started).toEqual(lines.map(({ accountId }) => accountId));
  });

  test('nothing is read while nobody takes answers', async () => {
    let read = 0;
    const endless = (function* () {
      for (;;) yield open(`A${(read += 1)}`);
    })();
    const answers = runCommandLines(endless, atOnce, { inFlight: 10, log: silent });
    await answers.next();
    await delay(20);
    expect(read).toBeLessThanOrEqual(11);
    await answers.return();
  });

  test('who stops taking answers stops the reading', async () => {
    let closed = false;
    const lines = (async function* () {
      try {
        for (let i = 0; ; i++) yield open(`A${i}`);
      } finally {
        closed = true;
      }
    })();
    for await (const answer of runCommandLines(lines, atOnce, { inFlight: 5, log: silent })) {
      if (answer.line === 3) break;
    }
    await delay(1);
    expect(closed).toBe(true);
  });

  test('when the lines break off, what was begun is answered first', async () => {
    const lines = (async function* () {
      yield open('A1');
      yield open('A2');
      throw new Error('connection lost');
    })();
    const seen: number[] = [];
    const run = async () => {
      for await (const { line } of runCommandLines(lines, atOnce, { log: silent })) seen.push(line);
    };
    await expect(run()).rejects.toThrow('connection lost');
    expect(seen).toEqual([1, 2]);
  });
});

describe('linesOf', () => {
  const cut = async (chunks: string[], bytesMax?: number) => {
    const lines: unknown[] = [];
    const bytes = (async function* () {
      for (const chunk of chunks) yield Buffer.from(chunk);
    })();
    for await (const line of linesOf(bytes, bytesMax))
      lines.push(line instanceof OverlongLine ? 'overlong' : line.toString());
    return lines;
  };

  test.each<[string[], string[]]>([
    [[], []],
    [['a\nb\n'], ['a', 'b']],
    [['a\nb'], ['a', 'b']],
    [
      ['a', 'b', '\nc', '\n\n', 'd'],
      ['ab', 'c', '', 'd'],
    ],
    [['\n'], ['']],
  ])('%j → %j', async (chunks, lines) => {
    expect(await cut(chunks)).toEqual(lines);
  });

  test('skips what is longer than a line may be, and goes on', async () => {
    expect(await cut(['abcd', 'ef\nok\n', 'abcdef', '\n', 'abcde'], 5)).toEqual([
      'overlong',
      'ok',
      'overlong',
      'abcde',
    ]);
  });
});
