/** What one operation may contain and cost. Each limit is a setting; docs/limits.md describes them. */
export interface OperationLimits {
  maxDepth: number;
  maxAliases: number;
  maxDirectives: number;
  maxTokens: number;
  maxCost: number;
  /** Whether clients may read the schema. */
  introspection: boolean;
}
