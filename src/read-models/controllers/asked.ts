import type { AskedMoment } from '../queries/moment.js';
import type { AskedPage } from '../queries/page.js';
import type { AsItIsPageQuestion, MomentQuestion, PageQuestion } from './question-fields.js';

/** The moment that checked parameters ask about. */
export function askedMoment({ asOf, knownAt, waitFor }: MomentQuestion): AskedMoment {
  return { asOf, knownAt, waitFor };
}

/** The moment and the page that checked parameters ask for. */
export function askedPage(question: PageQuestion): AskedMoment & AskedPage {
  return { ...askedMoment(question), ...askedPart(question) };
}

/** The page of things as they are, and what to wait for. */
export function askedAsItIs(question: AsItIsPageQuestion): AskedPage & { waitFor: string | undefined } {
  return { waitFor: question.waitFor, ...askedPart(question) };
}

function askedPart({ limit, cursor }: { limit?: string; cursor?: string }): AskedPage {
  return { limit: limit === undefined ? undefined : Number(limit), cursor };
}
