import { Get, applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiOperation, ApiParam, ApiResponse } from '@nestjs/swagger';
import { PROBLEM, ProblemFields } from '../../http/problem-fields.js';

interface Described {
  summary: string;
  operationId: string;
  description?: string;
  /** An answer, which also says what fields there are and of what kind. */
  example: object;
  /** Other media types beside JSON. */
  also?: readonly string[];
  /** The media type of the example, where it is not JSON. */
  mediaType?: string;
  /** Codes of 404, where a path has parameters and is not about an account. */
  notFound?: string;
}

/** A path that answers a question, and how OpenAPI describes it. */
export function QueryRoute(path: string, described: Described): MethodDecorator {
  const { summary, operationId, description, example, also = [], mediaType = 'application/json' } = described;
  const { notFound = 'account_not_found' } = described;
  const params = [...path.matchAll(/:(\w+)/g)].map((match) => match[1]!);
  return applyDecorators(
    Get(path),
    ApiExtraModels(ProblemFields),
    ApiOperation({ summary, operationId, ...(description !== undefined && { description }) }),
    ...params.map((name) => ApiParam({ name, type: String })),
    ApiResponse({
      status: 200,
      description:
        'The answer. Amounts are decimal strings in their currency, and no figure adds two currencies.',
      content: {
        [mediaType]: { schema: schemaLike(example), example },
        ...Object.fromEntries(also.map((type) => [type, { schema: { type: 'string' as const } }])),
      },
    }),
    ApiResponse({ status: 400, description: 'validation_failed, with every parameter', ...PROBLEM }),
    ...(params.length === 0 ? [] : [ApiResponse({ status: 404, description: notFound, ...PROBLEM })]),
    ApiResponse({
      status: 503,
      description:
        'report_does_not_tie with the difference, projections_behind, read_models_not_ready, read_models_of_another_log or ' +
        'database_unavailable; with Retry-After',
      ...PROBLEM,
    }),
  );
}

/** The schema that an example is one of; items of a list may each show other fields. */
function schemaLike(example: unknown): object {
  if (example === null) return { nullable: true };
  if (Array.isArray(example)) {
    const [first] = example as unknown[];
    const all = typeof first === 'object' ? (Object.assign({}, ...(example as object[])) as object) : first;
    return { type: 'array', items: first === undefined ? {} : schemaLike(all) };
  }
  if (typeof example === 'object') {
    const properties = Object.entries(example).map(([name, value]) => [name, schemaLike(value)]);
    return { type: 'object', properties: Object.fromEntries(properties) as object };
  }
  return { type: typeof example === 'number' ? 'integer' : typeof example };
}
