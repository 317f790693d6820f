import { ProbelogError } from '../../../errors/index.js';
import { MODEL_LIMITS } from './limits.js';
import { type Calls, type OnnxFunction, type OnnxModel, type Operator, operatorKey } from './model.js';
import { MICROSOFT_DOMAIN, MICROSOFT_OPERATORS, NCHWC_DOMAIN, STANDARD_DOMAINS } from './operator-sets.js';

/** The first operator set whose operators ONNX Runtime has. */
const MIN_OPSET = 7;

type Functions = ReadonlyMap<string, OnnxFunction>;

/**
 * Rejects operators that ONNX Runtime does not have or no classifier needs. Also rejects functions that hide what is
 * called: with the name of an ONNX Runtime operator, recursively, or nested so that they expand until memory is full.
 *
 * @throws ProbelogError MODEL_UNSUPPORTED, MODEL_MALFORMED
 */
export function checkModel({ opset, calls, functions }: OnnxModel): void {
  if (opset > 0 && opset < MIN_OPSET)
    throw new ProbelogError(
      'MODEL_UNSUPPORTED',
      `The model uses operator set ${opset}; ONNX Runtime needs ${MIN_OPSET} or later. Convert it with onnx.version_converter.convert_version, or export it again.`,
      { opset },
    );
  const byKey = functionsByKey(functions);
  checkCalls(calls, byKey);
  for (const definition of functions) checkCalls(definition.calls, byKey);
  checkExpansion(calls, byKey);
}

const NCHWC_HINT =
  ' The model was saved after it was optimized for one kind of CPU (NCHWc layout). Save it without layout optimization: graph optimization level "extended" or lower.';

function functionsByKey(functions: readonly OnnxFunction[]): Functions {
  const byKey = new Map<string, OnnxFunction>();
  for (const definition of functions) {
    const { domain, name } = definition.operator;
    const key = operatorKey(definition.operator);
    if (STANDARD_DOMAINS.has(domain) || domain === MICROSOFT_DOMAIN)
      throw malformed(
        definition.where,
        `the function "${name}" takes the place of an operator of "${domain}".`,
      );
    if (byKey.has(key))
      throw malformed(definition.where, `there are two functions "${name}" of "${domain}".`);
    byKey.set(key, definition);
  }
  return byKey;
}

function checkCalls(calls: Calls, functions: Functions): void {
  for (const [key, { operator, where }] of calls) {
    if (functions.has(key) || isAllowed(operator)) continue;
    const { domain, name } = operator;
    const hint = domain === NCHWC_DOMAIN ? NCHWC_HINT : '';
    throw new ProbelogError(
      'MODEL_UNSUPPORTED',
      `${where}: the operator "${name}" of the operator set "${domain}" is not allowed.${hint}`,
      { where, operator: name, domain },
    );
  }
}

function isAllowed({ domain, name }: Operator): boolean {
  return STANDARD_DOMAINS.has(domain) || (domain === MICROSOFT_DOMAIN && MICROSOFT_OPERATORS.has(name));
}

/** ONNX Runtime inlines functions. A few nested functions that call each other twice expand to billions of nodes. */
function checkExpansion(calls: Calls, functions: Functions): void {
  const sizes = new Map<string, number>();
  const callStack = new Set<string>();
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
    const definition = functions.get(key);
    if (!definition) return 1;
    const known = sizes.get(key);
    if (known !== undefined) return known;
    if (callStack.has(key)) throw malformed(where, 'the function calls itself.');
    if (callStack.size > MODEL_LIMITS.depth) throw malformed(where, 'functions call each other too deeply.');
    callStack.add(key);
    const nodes = size(definition.calls);
    callStack.delete(key);
    sizes.set(key, nodes);
    return nodes;
  };
  size(calls);
  for (const { operator, where } of functions.values()) sizeOf(operatorKey(operator), where);
}

function malformed(where: string, what: string): ProbelogError {
  return new ProbelogError('MODEL_MALFORMED', `${where}: ${what}`, { where });
}
