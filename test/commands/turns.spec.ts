import { setImmediate } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { Turns } from '../../src/commands/turns.js';

/** Work that says when it begins, and ends when it is let go. */
function workOf(begun: string[], name: string) {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const work = (): Promise<string> => {
    begun.push(name);
    return promise;
  };
  return { work, end: () => resolve(name), fail: () => reject(new Error(name)) };
}

test('work on several keys waits for all work on any of them, however that ends, and later work for it', async () => {
  const turns = new Turns();
  const begun: string[] = [];
  const [a, b, both, c, later] = ['a', 'b', 'both', 'c', 'later'].map((name) => workOf(begun, name));
  const first = turns.take('a', a!.work);
  const second = turns.take('b', b!.work);
  const third = turns.takeAll(['a', 'b', 'a'], both!.work);
  const fourth = turns.takeAll(['c'], c!.work);
  const last = turns.take('b', later!.work);
  await setImmediate();
  expect(begun).toEqual(['a', 'b', 'c']);
  a!.fail();
  await expect(first).rejects.toThrow('a');
  await setImmediate();
  expect(begun).toEqual(['a', 'b', 'c']);
  b!.end();
  await second;
  await setImmediate();
  expect(begun).toEqual(['a', 'b', 'c', 'both']);
  both!.end();
  await third;
  await setImmediate();
  expect(begun).toEqual(['a', 'b', 'c', 'both', 'later']);
  later!.end();
  c!.end();
  expect(await Promise.all([last, fourth])).toEqual(['later', 'c']);
  await turns.idle();
});

test('two that share keys in another order do not wait for each other', async () => {
  const turns = new Turns();
  const done: string[] = [];
  const work = (name: string) => () => Promise.resolve(void done.push(name));
  await Promise.all([
    turns.takeAll(['a', 'b'], work('first')),
    turns.takeAll(['b', 'a'], work('second')),
    turns.takeAll([], work('none')),
  ]);
  expect([...done].sort()).toEqual(['first', 'none', 'second']);
  expect(done.indexOf('first')).toBeLessThan(done.indexOf('second'));
});
