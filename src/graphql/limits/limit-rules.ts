import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import { maxDirectivesRule } from '@escape.tech/graphql-armor-max-directives';
import { type FieldNode, GraphQLError, type ValidationContext, type ValidationRule } from 'graphql';
import { ProbelogError } from '../../errors/index.js';
import type { OperationLimits } from './operation-limits.js';

/** The limits on an operation's shape, as rules for graphql's `validate`. */
export function limitRules({
  maxDepth,
  maxAliases,
  maxDirectives,
  introspection,
}: OperationLimits): ValidationRule[] {
  return [
    maxDepthRule({ n: maxDepth, flattenFragments: true, ...reporting('depth', maxDepth) }),
    maxAliasesRule({ n: maxAliases, ...reporting('aliases', maxAliases) }),
    maxDirectivesRule({ n: maxDirectives, ...reporting('directives', maxDirectives) }),
    ...(introspection ? [] : [noServiceRule]),
  ] as ValidationRule[];
}

/** `_service` of a subgraph returns the schema, as introspection does. */
function noServiceRule(context: ValidationContext) {
  return {
    Field(node: FieldNode) {
      if (node.name.value !== '_service') return;
      const message = 'This server does not show its schema.';
      context.reportError(new GraphQLError(message, { nodes: node }));
    },
  };
}

/** The error for an operation beyond a limit. @param found the operation's own value, where it is known */
export function tooComplex(limit: string, max: number, found?: number): ProbelogError {
  const message = `The operation exceeds the ${limit} limit of ${max}. Ask for less, or split it into several operations.`;
  return new ProbelogError('OPERATION_TOO_COMPLEX', message, { limit, most: max, found });
}

/** Replaces the rule's error, which has no code, with ours. */
function reporting(limit: string, max: number) {
  return {
    propagateOnRejection: false,
    onReject: [
      (context: ValidationContext | null) => {
        const originalError = tooComplex(limit, max);
        context?.reportError(new GraphQLError(originalError.message, { originalError }));
      },
    ],
  };
}
