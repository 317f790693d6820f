/**
 * The schemes of the URIs of versions in registries, each with its registry's name for people. Sources are parsed by this
 * table, model files from these schemes can be fetched again, and a reader of src/registries must have one of them.
 */
export const REGISTRY_SCHEMES = {
  mlflow: 'MLflow',
  hf: 'the Hugging Face Hub',
} as const;

/** A scheme in {@link REGISTRY_SCHEMES}. */
export type RegistryScheme = keyof typeof REGISTRY_SCHEMES;

/** Whether a registry has this scheme. */
export function isRegistryScheme(scheme: string): scheme is RegistryScheme {
  return Object.hasOwn(REGISTRY_SCHEMES, scheme);
}
