/** A part that does not answer within this time counts as away. */
export const ANSWER_MS_MAX = 2000;

/** A part has not answered in time. */
export class NoAnswer extends Error {
  constructor(ms: number) {
    super(`no answer within ${ms} ms`);
    this.name = 'NoAnswer';
  }
}

/**
 * What was asked for, when it comes in time; else nobody waits for it any more, and it ends by itself.
 *
 * @throws NoAnswer, or what was asked for throws
 */
export async function answerInTime<T>(asked: Promise<T>, ms = ANSWER_MS_MAX): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoAnswer(ms)), ms);
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}
