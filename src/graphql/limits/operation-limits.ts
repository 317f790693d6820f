/** How much one operation may ask for. */
export interface OperationLimits {
  maxDepth: number;
  maxAliases: number;
  maxDirectives: number;
  maxTokens: number;
  maxCost: number;
  /** Whether it may ask for the schema. */
  introspection: boolean;
}
