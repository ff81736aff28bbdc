import { Controller, Post, Req, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiExtraModels,
  ApiHeader,
  ApiOperation,
  ApiProperty,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { receiptAnswer } from '../../commands/receipt-answer.js';
import { PROBLEM, ProblemFields } from '../../http/problem-fields.js';
import { type DepositOutcome, Deposits } from '../deposits/deposits.js';
import { Reconciliation } from '../deposits/reconciliation.js';
import { RecordDeposit } from '../deposits/record-deposit.js';
import { fieldsIn } from './fields-in.js';
import { plainSenderOf } from './plain-sender.js';

class DepositEventFields {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ example: 'DepositRecorded' })
  type!: string;
}

/** How OpenAPI describes the receipt of a deposit. */
class DepositReceiptFields {
  @ApiProperty()
  depositId!: string;

  @ApiProperty({ description: "Of the deposit's stream." })
  revision!: number;

  @ApiProperty({ description: 'Opaque; for ?waitFor= of queries.' })
  position!: string;

  @ApiProperty({ type: [DepositEventFields] })
  events!: DepositEventFields[];

  @ApiProperty({ example: 'USD' })
  currency!: string;

  @ApiProperty({ format: 'date' })
  depositedOn!: string;
}

const DESCRIPTION = `
What the bank says came from a payer, or, with \`direction\` \`debit\`, what the payer took from the bank (its remittance
has BPR03 = D, and a negative amount in answers). It moves no money in the ledger: that was done when the remittance was
accepted. The remittances of its trace number and payer are reconciled as soon as their payments come to just what was
deposited, whichever of them comes first; a payment that came in several deposits is reconciled when all of them are
recorded.

The deposit is kept before remittances are looked for: after a \`503\`, send it again with the same id.
`;

/** The door for deposits of payers' money at the bank. */
@Controller('v1/deposits')
@ApiTags('remittances')
@ApiExtraModels(ProblemFields, DepositReceiptFields)
export class DepositsController {
  constructor(
    private readonly deposits: Deposits,
    private readonly reconciliation: Reconciliation,
  ) {}

  @Post()
  @ApiOperation({
    summary: 'Record a deposit of a payer',
    operationId: 'RecordDeposit',
    description: DESCRIPTION.trim(),
  })
  @ApiBody({ type: RecordDeposit })
  @ApiHeader({ name: 'X-Actor', required: false, description: 'Who sends it.' })
  @ApiResponse({ status: 201, type: DepositReceiptFields, description: 'It was recorded.' })
  @ApiResponse({
    status: 200,
    type: DepositReceiptFields,
    description: 'Recorded before: the first receipt.',
  })
  @ApiResponse({ status: 400, description: 'validation_failed, with every field', ...PROBLEM })
  @ApiResponse({ status: 409, description: 'id_already_used, with the fields that differ', ...PROBLEM })
  @ApiResponse({
    status: 503,
    description:
      'store_unavailable, clock_out_of_step, projections_behind or database_unavailable, with Retry-After',
    ...PROBLEM,
  })
  async record(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DepositOutcome['receipt']> {
    const asked = fieldsIn(RecordDeposit, request);
    const sender = plainSenderOf(request);
    const outcome = await this.deposits.record(asked, sender);
    await this.reconciliation.reconcile(sender);
    return receiptAnswer(reply, outcome);
  }
}
