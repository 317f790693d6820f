export { checkOperation } from './check-operation.js';
export { limitCost } from './limit-cost.js';
export type { OperationLimits } from './operation-limits.js';
export { limitRules } from './rules.js';
