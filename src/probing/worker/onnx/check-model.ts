import { ProbelogError } from '../../../errors/index.js';
import { MODEL_LIMITS } from './limits.js';
import { type Calls, type OnnxFunction, type OnnxModel, type Operator, operatorKey } from './model.js';
import { MICROSOFT_DOMAIN, MICROSOFT_OPERATORS, STANDARD_DOMAINS } from './operator-sets.js';

type Functions = ReadonlyMap<string, OnnxFunction>;

/**
 * Refuses operators that ONNX Runtime does not have, or that no classifier needs, and functions that hide what is
 * called: under the name of an operator of ONNX Runtime's, in circles, or multiplied until they fill the memory.
 *
 * @throws ProbelogError MODEL_UNSUPPORTED, MODEL_MALFORMED
 */
export function checkModel({ calls, functions }: OnnxModel): void {
  const own = functionsByKey(functions);
  checkCalls(calls, own);
  for (const made of functions) checkCalls(made.calls, own);
  checkExpansion(calls, own);
}

function functionsByKey(functions: readonly OnnxFunction[]): Functions {
  const own = new Map<string, OnnxFunction>();
  for (const made of functions) {
    const { domain, name } = made.operator;
    const key = operatorKey(made.operator);
    if (STANDARD_DOMAINS.has(domain) || domain === MICROSOFT_DOMAIN)
      throw malformed(made.where, `the function "${name}" takes the place of an operator of "${domain}".`);
    if (own.has(key)) throw malformed(made.where, `there are two functions "${name}" of "${domain}".`);
    own.set(key, made);
  }
  return own;
}

function checkCalls(calls: Calls, own: Functions): void {
  for (const [key, { operator, where }] of calls) {
    if (own.has(key) || isAllowed(operator)) continue;
    const { domain, name } = operator;
    throw new ProbelogError(
      'MODEL_UNSUPPORTED',
      `${where}: the operator "${name}" of the operator set "${domain}" is not one that is run here.`,
      { where, operator: name, domain },
    );
  }
}

function isAllowed({ domain, name }: Operator): boolean {
  return STANDARD_DOMAINS.has(domain) || (domain === MICROSOFT_DOMAIN && MICROSOFT_OPERATORS.has(name));
}

/** ONNX Runtime writes functions out where they are called: some that call each other twice are soon billions of nodes. */
function checkExpansion(calls: Calls, own: Functions): void {
  const sizes = new Map<string, number>();
  const under = new Set<string>();
  const size = (of: Calls): number => {
    let nodes = 0;
    for (const [key, { times, where }] of of) {
      nodes += times * sizeOf(key, where);
      if (nodes > MODEL_LIMITS.nodes)
        throw malformed(where, `written out, the functions are more than ${MODEL_LIMITS.nodes} nodes.`);
    }
    return nodes;
  };
  const sizeOf = (key: string, where: string): number => {
    const made = own.get(key);
    if (!made) return 1;
    const known = sizes.get(key);
    if (known !== undefined) return known;
    if (under.has(key)) throw malformed(where, 'the function calls itself.');
    if (under.size > MODEL_LIMITS.depth) throw malformed(where, 'functions call each other too deeply.');
    under.add(key);
    const nodes = size(made.calls);
    under.delete(key);
    sizes.set(key, nodes);
    return nodes;
  };
  size(calls);
  for (const { operator, where } of own.values()) sizeOf(operatorKey(operator), where);
}

function malformed(where: string, what: string): ProbelogError {
  return new ProbelogError('MODEL_MALFORMED', `${where}: ${what}`, { where });
}
