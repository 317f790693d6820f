/**
 * ONNX Runtime otherwise writes a device id and a database of events (file names, graph names, texts of errors) into the
 * cache folder of the user, and sends them to its maker. It reads this when it is loaded.
 */
const NO_TELEMETRY = { ORT_DISABLE_TELEMETRY: '1' };

/**
 * The environment of a child process: nothing of ours but the named variables. Our secrets stay here, and no library reports
 * to anyone from there.
 */
export function childEnvironment(variables: readonly string[]): NodeJS.ProcessEnv {
  const { env } = process;
  const seen = variables.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]));
  return { ...Object.fromEntries(seen), ...NO_TELEMETRY };
}
