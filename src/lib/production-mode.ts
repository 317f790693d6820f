/**
 * Makes graphql and Apollo Server, which read the variable when they are loaded, run as in production unless NODE_ENV says
 * otherwise. Else graphql looks for a second copy of itself at each value of an operation: more than half of the time that a long
 * list takes.
 */
export function preferProductionMode(): void {
  process.env.NODE_ENV ??= 'production';
}
