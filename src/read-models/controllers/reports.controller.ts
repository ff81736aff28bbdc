import { Readable } from 'node:stream';
import { Controller, Headers, Query, Res, UseInterceptors } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { NDJSON } from '../../http/fastify-edge.js';
import { parseBuckets } from '../../ledger/aging.js';
import { AgingQuery } from '../queries/aging.js';
import { agingCsv, journalCsv, trialBalanceCsv } from '../queries/answers-as-csv.js';
import { type DenialStatus, type DenialsAnswer, DenialsQuery } from '../queries/denials.js';
import { type JournalEntry, JournalQuery } from '../queries/journal.js';
import { TrialBalanceQuery } from '../queries/trial-balance.js';
import { QueryRoute } from './answer-description.js';
import { CSV, begun, sendCsv } from './answers.js';
import { askedMoment, askedPage } from './asked.js';
import { preferred } from './content-negotiation.js';
import * as examples from './examples.js';
import { AgingQuestion, DenialsQuestion, JournalQuestion, TrialBalanceQuestion } from './question-fields.js';
import { QuestionPipe } from './question-pipe.js';
import { RefusalsAsProblems } from './refusals-as-problems.js';

/** Reports over accounts. */
@Controller('v1')
@ApiTags('reports')
@UseInterceptors(RefusalsAsProblems)
export class ReportsController {
  constructor(
    private readonly aging: AgingQuery,
    private readonly denials: DenialsQuery,
    private readonly trialBalance: TrialBalanceQuery,
    private readonly journal: JournalQuery,
  ) {}

  @QueryRoute('aging', {
    summary: 'What is open, by age',
    operationId: 'GetAging',
    description:
      '`total` = sum of `amounts` + `notYetDue` + `credits` (negative) - `unapplied` = the balance. Checked against ' +
      'balances that are kept apart; should it not come to them, `503 report_does_not_tie` with the difference. Groups ' +
      'in which nothing is open are left out; `totals` have every currency in which an account is kept.',
    example: examples.AGING,
    also: [CSV],
  })
  async getAging(
    @Query(new QuestionPipe(AgingQuestion)) question: AgingQuestion,
    @Headers('accept') accept: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { basis, groupBy, buckets, entity } = question;
    const answer = await this.aging.run({
      ...askedMoment(question),
      basis,
      groupBy,
      buckets: boundsOf(buckets),
      entity,
    });
    if (preferred(accept, ['application/json', CSV]) === CSV)
      sendCsv(reply, 'aging', agingCsv(answer), answer);
    else void reply.send(answer);
  }

  @QueryRoute('denials', {
    summary: 'Denials by status, payer and reason, with what is still open of them',
    operationId: 'ListDenials',
    description:
      'The status is the last one that was effective and known by both clocks. `openAmount` is the smaller of the denied ' +
      "amount and the payer's open share, charge by charge.",
    example: examples.DENIALS,
  })
  listDenials(@Query(new QuestionPipe(DenialsQuestion)) question: DenialsQuestion): Promise<DenialsAnswer> {
    const { status, payer, reason, accountId, entity } = question;
    return this.denials.run({
      ...askedPage(question),
      statuses: status?.split(',') as DenialStatus[] | undefined,
      payerId: payer,
      reason,
      accountId,
      entity,
    });
  }

  @QueryRoute('trial-balance', {
    summary: 'The balance of every GL account: debits equal credits',
    operationId: 'GetTrialBalance',
    description:
      'GL accounts that come to zero are left out. Of one entity, the entries of its accounts: what remittances bring as ' +
      'one sum (`Assets:Cash` against `Assets:RemittanceClearing`) and control accounts (`Assets:PayerControl`) are of no ' +
      'entity, and so the clearing account of an entity shows what was posted from it.',
    example: examples.TRIAL_BALANCE,
    also: [CSV],
  })
  async getTrialBalance(
    @Query(new QuestionPipe(TrialBalanceQuestion)) question: TrialBalanceQuestion,
    @Headers('accept') accept: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const answer = await this.trialBalance.run({ ...askedMoment(question), entity: question.entity });
    if (preferred(accept, ['application/json', CSV]) === CSV) {
      sendCsv(reply, 'trial-balance', trialBalanceCsv(answer), answer);
    } else void reply.send(answer);
  }

  @QueryRoute('journal', {
    summary: 'Balanced entries between two positions or dates, streamed',
    operationId: 'GetJournal',
    description:
      'One line of NDJSON an entry: what one event did on one effective date, its debits equal its credits. In the ' +
      'order of the log. Bounds are inclusive; without them, everything up to where the projections are now. `asOf` ' +
      'bounds the effective dates only where it is given. Entries of remittances and control accounts have no ' +
      '`accountId`, but a `stream`. With `Accept: text/csv`, a row for each line.',
    example: examples.JOURNAL_ENTRY,
    mediaType: NDJSON,
    also: [CSV],
  })
  async getJournal(
    @Query(new QuestionPipe(JournalQuestion)) question: JournalQuestion,
    @Headers('accept') accept: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const entries = await begun(this.journal.entries(question));
    if (preferred(accept, [NDJSON, CSV]) === CSV) {
      sendCsv(reply, 'journal', journalCsv(entries));
      return;
    }
    void reply
      .status(200)
      .type(NDJSON)
      .send(Readable.from(ndjson(entries), { objectMode: false }));
  }
}

async function* ndjson(entries: AsyncIterable<JournalEntry>): AsyncIterable<string> {
  for await (const entry of entries) yield `${JSON.stringify(entry)}\n`;
}

function boundsOf(text: string | undefined): number[] | undefined {
  const parsed = text === undefined ? undefined : parseBuckets(text);
  return parsed !== undefined && 'bounds' in parsed ? parsed.bounds : undefined;
}
