import { Post, applyDecorators } from '@nestjs/common';
import {
  ApiBody,
  ApiExtraModels,
  ApiHeader,
  ApiOperation,
  ApiParam,
  ApiResponse,
  OmitType,
} from '@nestjs/swagger';
import { PROBLEM, ProblemFields } from '../http/problem-fields.js';
import type { AccountRequest } from './account-request.js';
import { ReceiptFields } from './receipt-fields.js';

/** A path that takes a command, and how OpenAPI describes it: the body is the command less what the path holds. */
export function CommandRoute(
  path: string,
  commandClass: new () => AccountRequest,
  summary: string,
): MethodDecorator & PropertyDecorator {
  const params = [...path.matchAll(/:(\w+)/g)].map((match) => match[1]!);
  const body = OmitType(commandClass, params as never[]);
  Object.defineProperty(body, 'name', { value: commandClass.name });
  return applyDecorators(
    Post(path),
    ApiExtraModels(ReceiptFields, ProblemFields),
    ApiOperation({ summary, operationId: commandClass.name }),
    ...params.map((name) => ApiParam({ name, type: String })),
    ApiBody({ type: body }),
    ApiHeader({ name: 'X-Actor', required: false, description: 'Who sends it.' }),
    ApiHeader({
      name: 'If-Match',
      required: false,
      description: 'The revision the account must be at, quoted.',
    }),
    ApiResponse({ status: 201, type: ReceiptFields, description: 'Events were appended.' }),
    ApiResponse({ status: 200, type: ReceiptFields, description: 'Carried out before: the first receipt.' }),
    ApiResponse({ status: 400, description: 'validation_failed, with every field', ...PROBLEM }),
    ApiResponse({ status: 404, description: 'account_not_found', ...PROBLEM }),
    ApiResponse({ status: 409, description: 'id_already_used, with the fields that differ', ...PROBLEM }),
    ApiResponse({ status: 412, description: 'revision_mismatch', ...PROBLEM }),
    ApiResponse({
      status: 422,
      description: 'A rule said no, the code says which; or event_too_large for the event store.',
      ...PROBLEM,
    }),
    ApiResponse({
      status: 500,
      description: 'event_log_damaged: events of this account are missing; or internal_error',
      ...PROBLEM,
    }),
    ApiResponse({
      status: 503,
      description: 'store_unavailable, account_busy or clock_out_of_step, with Retry-After',
      ...PROBLEM,
    }),
  );
}
