import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import { maxDirectivesRule } from '@escape.tech/graphql-armor-max-directives';
import { type FieldNode, GraphQLError, type ValidationContext, type ValidationRule } from 'graphql';
import { ProbelogError } from '../../errors/index.js';
import type { OperationLimits } from './operation-limits.js';

/** What the shape of an operation may be, as rules for graphql's `validate`. */
export function limitRules({
  maxDepth,
  maxAliases,
  maxDirectives,
  introspection,
}: OperationLimits): ValidationRule[] {
  return [
    maxDepthRule({ n: maxDepth, flattenFragments: true, ...refusing('depth', maxDepth) }),
    maxAliasesRule({ n: maxAliases, ...refusing('aliases', maxAliases) }),
    maxDirectivesRule({ n: maxDirectives, ...refusing('directives', maxDirectives) }),
    ...(introspection ? [] : [noServiceRule]),
  ] as ValidationRule[];
}

/** A subgraph tells its schema by `_service` as others do by introspection. */
function noServiceRule(context: ValidationContext) {
  return {
    Field(node: FieldNode) {
      if (node.name.value !== '_service') return;
      context.reportError(new GraphQLError('This server does not tell its schema.', { nodes: node }));
    },
  };
}

/** The error of a limit that an operation goes beyond. */
export function tooComplex(limit: string, most: number, found?: number): ProbelogError {
  const message = `The operation goes beyond the limit of ${limit}, ${most}. Ask for less, or in several operations.`;
  return new ProbelogError('OPERATION_TOO_COMPLEX', message, { limit, most, found });
}

/** Our own error in place of the rule's, which has no code. */
function refusing(limit: string, most: number) {
  return {
    propagateOnRejection: false,
    onReject: [
      (context: ValidationContext | null) => {
        const originalError = tooComplex(limit, most);
        context?.reportError(new GraphQLError(originalError.message, { originalError }));
      },
    ],
  };
}
