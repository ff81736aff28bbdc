import { Controller, Param, Post, Req, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiExtraModels,
  ApiHeader,
  ApiOperation,
  ApiParam,
  ApiProperty,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { receiptAnswer } from '../../commands/receipt-answer.js';
import { validationFailed } from '../../http/problem.js';
import { PROBLEM, ProblemFields } from '../../http/problem-fields.js';
import { idFault } from '../../http/value-fields.js';
import { type BookingOutcome, ControlBookings } from '../posting/control-bookings.js';
import { AGAINST_FIELDS, BookControlEntryFields } from './book-control-entry-fields.js';
import { fieldsIn } from './fields-in.js';
import { plainSenderOf } from './plain-sender.js';

class ControlEventFields {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ example: 'ControlEntryBooked' })
  type!: string;
}

/** How OpenAPI describes the receipt of an entry. */
class ControlEntryReceiptFields {
  @ApiProperty({ example: '1512345678.1234567893' })
  controlAccountId!: string;

  @ApiProperty({ example: 'interest-2026-01' })
  entryId!: string;

  @ApiProperty({ description: "Of the control account's stream." })
  revision!: number;

  @ApiProperty({ description: 'Opaque; for ?waitFor= of queries.' })
  position!: string;

  @ApiProperty({ type: [ControlEventFields] })
  events!: ControlEventFields[];

  @ApiProperty({ example: 'USD' })
  currency!: string;

  @ApiProperty({ format: 'date' })
  effectiveOn!: string;
}

const DESCRIPTION = `
What a payer keeps back beside the claims, or is owed, stands on a control account (GL account \`Assets:PayerControl\`)
until somebody books it to where it belongs. The amount is signed as that of the other entries: positive is debited to the
control account and credited to the place in \`against\`, negative the other way round.

- Interest that a payer paid (L6 of -5.50, so that -5.50 stands there): \`5.50\` against \`interest\`.
- A penalty or fee of 10.00 that it kept: \`-10.00\` against \`penalty\`.
- A takeback (WO) of 100.00 for a payment that was reversed by hand: the reversal put the money back on the clearing
  account of the remittance that the payment came with, so \`-100.00\` against \`remittance\`, with that one's id.
- What was settled by a check outside of any 835: against \`cash\`. What is given up: against \`write_off\`.

Nothing is edited: an entry is taken back by one of the opposite amount under another id. The balance may turn its sign;
what answers it may come later.
`;

const EXAMPLES = {
  interest: {
    summary: 'Interest that the payer paid',
    value: {
      entryId: 'interest-2026-01',
      amount: '5.50',
      against: { place: 'interest' },
      reason: 'late payment interest of January',
    },
  },
  takeback: {
    summary: 'A takeback that meets a payment which was reversed by hand',
    value: {
      entryId: 'wo-94060555410000',
      amount: '-100.00',
      against: { place: 'remittance', remittanceId: '5f3a9c0b6d1e4f27a8b9c0d1e2f30415', claim: 1 },
      reason: 'taken back by the payer, reversed on the account',
      reference: '94060555410000',
    },
  },
};

/** The door for entries that people book on control accounts. */
@Controller('v1/control-accounts')
@ApiTags('remittances')
@ApiExtraModels(ProblemFields, ControlEntryReceiptFields, ...(AGAINST_FIELDS as never[]))
export class ControlAccountsController {
  constructor(private readonly bookings: ControlBookings) {}

  @Post(':controlAccountId/entries')
  @ApiOperation({
    summary: 'Book money between a control account and where it belongs',
    operationId: 'BookControlEntry',
    description: DESCRIPTION.trim(),
  })
  @ApiParam({ name: 'controlAccountId', type: String, example: '1512345678.1234567893' })
  @ApiBody({ type: BookControlEntryFields, examples: EXAMPLES })
  @ApiHeader({ name: 'X-Actor', required: false, description: 'Who sends it.' })
  @ApiResponse({ status: 201, type: ControlEntryReceiptFields, description: 'It was booked.' })
  @ApiResponse({
    status: 200,
    type: ControlEntryReceiptFields,
    description: 'Booked before: the first receipt.',
  })
  @ApiResponse({ status: 400, description: 'validation_failed, with every field', ...PROBLEM })
  @ApiResponse({ status: 404, description: 'control_account_not_found', ...PROBLEM })
  @ApiResponse({ status: 409, description: 'id_already_used, with the fields that differ', ...PROBLEM })
  @ApiResponse({
    status: 422,
    description:
      'currency_not_on_control_account, remittance_not_found, remittance_not_accepted, claim_not_found, payer_differs, ' +
      'currency_differs or entry_before_remittance',
    ...PROBLEM,
  })
  @ApiResponse({
    status: 503,
    description: 'store_unavailable or clock_out_of_step, with Retry-After',
    ...PROBLEM,
  })
  async book(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('controlAccountId') controlAccountId: string,
  ): Promise<BookingOutcome['receipt']> {
    const message = idFault(controlAccountId);
    if (message !== undefined) throw validationFailed([{ field: 'controlAccountId', message }]);
    const asked = fieldsIn(BookControlEntryFields, request);
    return receiptAnswer(reply, await this.bookings.book(controlAccountId, asked, plainSenderOf(request)));
  }
}
