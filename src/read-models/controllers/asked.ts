import type { AskedMoment } from '../queries/moment.js';
import type { AskedPage } from '../queries/page.js';
import type { MomentQuestion, PageQuestion } from './question-fields.js';

/** The moment that checked parameters ask about. */
export function askedMoment({ asOf, knownAt, waitFor }: MomentQuestion): AskedMoment {
  return { asOf, knownAt, waitFor };
}

/** The moment and the page that checked parameters ask for. */
export function askedPage(question: PageQuestion): AskedMoment & AskedPage {
  const { limit, cursor } = question;
  return { ...askedMoment(question), limit: limit === undefined ? undefined : Number(limit), cursor };
}
