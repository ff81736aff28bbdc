import { Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiExtraModels,
  ApiOperation,
  ApiParam,
  ApiQuery,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Position } from '../../event-store/event-store.js';
import { checkFields } from '../../http/check-fields.js';
import { X12_TYPES } from '../../http/fastify-edge.js';
import { type ProblemError, problemError, validationFailed } from '../../http/problem.js';
import { PROBLEM, ProblemFields } from '../../http/problem-fields.js';
import { idFault } from '../../http/value-fields.js';
import type { FieldError } from '../../ledger/rejection.js';
import { STOPPING } from '../../stopping.js';
import type { FileSummary, RemittanceSummary } from '../posting/import-summary.js';
import type { ResolvedClaim } from '../posting/resolve-claim.js';
import { Remittances } from '../remittances.js';
import type { SegmentText } from '../claim-text.js';
import { EXAMPLE_FILE } from './example-file.js';
import { fieldsIn } from './fields-in.js';
import { ImportQuestion } from './import-question.js';
import { ResolveClaimFields } from './resolve-claim-fields.js';
import { plainSenderOf } from './plain-sender.js';
import { sentFile } from './sent-file.js';

const IMPORT = `
The file is the body, as \`application/edi-x12\` or \`text/plain\`, of any size up to 512 MB. It is kept first, then checked
as a whole, then posted, and answered when every transaction (ST) in it is posted or held: \`201\` when anything was
appended, \`200\` when all of it had come before. Sending it again is safe, and goes on where a run was cut off.

A transaction that does not balance is \`held\` with the differences in \`findings\`. A claim that cannot be posted is
suspended, and stands in \`needs\` with what it needs; what it was paid stands on \`Assets:RemittanceClearing\`. The
\`position\` is for \`?waitFor=\` of the queries.
`;

/** An answer with the place in the log that `?waitFor=` of a query wants to know all of it. */
type AtPosition<T> = T & { position?: Position };

/** The doors for payers' remittances. */
@Controller('v1/remittances')
@ApiTags('remittances')
@ApiExtraModels(ProblemFields)
export class RemittancesController {
  constructor(
    private readonly remittances: Remittances,
    @Inject(STOPPING) private readonly stopping: AbortController,
  ) {}

  @Post()
  @ApiOperation({
    summary: 'Post a file of remittance advices (X12 835)',
    operationId: 'ImportRemittances',
    description: IMPORT.trim(),
  })
  @ApiQuery({ type: ImportQuestion })
  @ApiConsumes(...X12_TYPES)
  @ApiBody({
    required: true,
    schema: { type: 'string', example: EXAMPLE_FILE },
    description: `The bytes of the file, as ${X12_TYPES.join(' or ')}.`,
  })
  @ApiResponse({ status: 201, description: 'Something was posted, held or suspended: the summary.' })
  @ApiResponse({ status: 200, description: 'All of it had come before, or nothing was to be kept.' })
  @ApiResponse({ status: 400, description: 'validation_failed, body_cut_off', ...PROBLEM })
  @ApiResponse({ status: 413, description: 'body_too_large', ...PROBLEM })
  @ApiResponse({ status: 415, description: 'unsupported_media_type', ...PROBLEM })
  @ApiResponse({ status: 422, description: 'no_remittance_in_file, with what was found', ...PROBLEM })
  @ApiResponse({
    status: 503,
    description: 'store_unavailable, documents_unavailable, service_stopping …',
    ...PROBLEM,
  })
  async receive(
    @Req() request: FastifyRequest,
    @Query() parameters: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AtPosition<FileSummary>> {
    const asked = checkFields(ImportQuestion, { ...(parameters as object) });
    if ('errors' in asked) throw validationFailed(asked.errors);
    const sender = plainSenderOf(request);
    const file = sentFile(request);
    const { createAccounts, dryRun } = asked.checked;
    await using importing = await (dryRun === 'true'
      ? this.remittances.dryRun()
      : this.remittances.forReal());
    const { signal } = this.stopping;
    const options = { createAccounts: createAccounts === 'true', sender, signal };
    const summary = await importing.importFile(file, options).catch((error: unknown) => {
      throw error === signal.reason ? stops() : error;
    });
    if (summary.remittances.length === 0) {
      throw problemError(
        'no_remittance_in_file',
        422,
        'The file has no remittance advice (ST*835) that could be read.',
        { findings: summary.findings },
      );
    }
    const isAppended = dryRun !== 'true' && summary.remittances.some(hasAppended);
    void reply.status(isAppended ? 201 : 200);
    return await this.atPosition(summary);
  }

  @Post(':remittanceId/claims/:claim/resolution')
  @ApiOperation({
    summary: 'Say what becomes of a claim that was suspended or held',
    operationId: 'ResolveClaim',
  })
  @ApiParam({ name: 'remittanceId', type: String })
  @ApiParam({ name: 'claim', type: Number, description: 'Its number within the remittance, from 1.' })
  @ApiBody({ type: ResolveClaimFields })
  @ApiResponse({ status: 201, description: 'It was carried out.' })
  @ApiResponse({ status: 200, description: 'Carried out before.' })
  @ApiResponse({ status: 404, description: 'remittance_not_found or claim_not_found', ...PROBLEM })
  @ApiResponse({ status: 409, description: 'id_already_used', ...PROBLEM })
  @ApiResponse({ status: 422, description: 'claim_not_suspended or resolution_not_possible', ...PROBLEM })
  async resolve(
    @Req() request: FastifyRequest,
    @Param('remittanceId') remittanceId: string,
    @Param('claim') claim: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AtPosition<ResolvedClaim>> {
    const place = placeOf(remittanceId, claim);
    const asked = fieldsIn(ResolveClaimFields, request);
    const resolved = await this.remittances.resolveClaim(
      place.remittanceId,
      place.claim,
      asked,
      plainSenderOf(request),
    );
    void reply.status(resolved.appended ? 201 : 200);
    return this.atPosition(resolved);
  }

  @Get(':remittanceId/claims/:claim/text')
  @ApiOperation({
    summary: 'The segments of a claim as they stand in the file',
    operationId: 'GetClaimText',
    description: 'They hold names. 410 when the file was erased.',
  })
  @ApiParam({ name: 'remittanceId', type: String })
  @ApiParam({ name: 'claim', type: Number })
  @ApiResponse({ status: 200, description: 'Each segment with its number within the file.' })
  @ApiResponse({ status: 404, description: 'remittance_not_found or claim_not_found', ...PROBLEM })
  @ApiResponse({ status: 410, description: 'text_erased', ...PROBLEM })
  text(
    @Param('remittanceId') remittanceId: string,
    @Param('claim') claim: string,
  ): Promise<{ segments: SegmentText[] }> {
    const place = placeOf(remittanceId, claim);
    return this.remittances.textOf(place.remittanceId, place.claim);
  }

  @Delete(':remittanceId/text')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Erase the file that a remittance came in',
    operationId: 'EraseText',
    description:
      'For good, with all remittances of that file. The ledger keeps amounts, codes and numbers; it can be rebuilt and ' +
      'proved as before. A remittance that is not posted to its end cannot be gone on with: 422.',
  })
  @ApiParam({ name: 'remittanceId', type: String })
  @ApiResponse({ status: 204, description: 'Erased, or erased before.' })
  @ApiResponse({ status: 404, description: 'remittance_not_found', ...PROBLEM })
  @ApiResponse({ status: 422, description: 'remittance_not_completed', ...PROBLEM })
  async erase(@Param('remittanceId') remittanceId: string): Promise<void> {
    await this.remittances.eraseText(idIn(remittanceId));
  }

  private async atPosition<T>(answer: T): Promise<AtPosition<T>> {
    const position = await this.remittances.position();
    return { ...answer, ...(position !== undefined && { position }) };
  }
}

/** Whether importing a transaction has recorded anything. */
function hasAppended({ outcome, receivedBefore }: RemittanceSummary): boolean {
  return outcome === 'posted' || (outcome === 'held' && !receivedBefore);
}

function stops(): ProblemError {
  return problemError(
    'service_stopping',
    503,
    'The service stops. Send the file again: what is posted of it stays, and the rest follows.',
  );
}

function idIn(remittanceId: string): string {
  const message = idFault(remittanceId);
  if (message !== undefined) throw validationFailed([{ field: 'remittanceId', message }]);
  return remittanceId;
}

function placeOf(remittanceId: string, claim: string): { remittanceId: string; claim: number } {
  const errors: FieldError[] = [];
  const message = idFault(remittanceId);
  if (message !== undefined) errors.push({ field: 'remittanceId', message });
  if (!/^[1-9]\d{0,8}$/.test(claim))
    errors.push({ field: 'claim', message: 'must be a whole number from 1' });
  if (errors.length > 0) throw validationFailed(errors);
  return { remittanceId, claim: Number(claim) };
}
