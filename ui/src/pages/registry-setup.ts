/** What connects a registry. docs/registries says the same; a test compares them. */
interface RegistrySetup {
  /** Settings that hold what its senders share with this server. */
  secrets: string[];
  /** The setting that lets sweeps list it; null where they cannot. */
  listing: string | null;
  /** What to paste there. @param url address of its webhooks here */
  paste(url: string): string;
}

/** By name of the registry. */
export const REGISTRY_SETUPS: Readonly<Record<string, RegistrySetup>> = {
  mlflow: {
    secrets: ['PROBELOG_MLFLOW_SECRETS'],
    listing: 'PROBELOG_MLFLOW_URL',
    paste: (url) => `from mlflow import MlflowClient

MlflowClient().create_webhook(
    name="probelog",
    url="${url}",
    events=[
        "model_version.created",
        "model_version_tag.set",
        "model_version_tag.deleted",
        "model_version_alias.created",
        "model_version_alias.deleted",
    ],
    secret="mlflow-secret",
)`,
  },
  huggingface: {
    secrets: ['PROBELOG_HUGGINGFACE_SECRETS'],
    listing: 'PROBELOG_HUGGINGFACE_REPOSITORIES',
    paste: (url) => `from huggingface_hub import create_webhook

create_webhook(
    url="${url}",
    watched=[{"type": "org", "name": "my-org"}],
    domains=["repo"],
    secret="hub-secret",
)`,
  },
  wandb: {
    secrets: ['PROBELOG_WANDB_SECRETS', 'PROBELOG_WANDB_TOKENS'],
    listing: null,
    paste: () => `{
  "event_type": "\${event_type}",
  "event_author": "\${event_author}",
  "alias": "\${alias}",
  "artifact_version": "\${artifact_version}",
  "artifact_version_string": "\${artifact_version_string}",
  "artifact_collection_name": "\${artifact_collection_name}",
  "project_name": "\${project_name}",
  "entity_name": "\${entity_name}",
  "url": "https://models.example.org/\${artifact_collection_name}/\${artifact_version_string}.onnx"
}`,
  },
  standard: {
    secrets: ['PROBELOG_STANDARD_SECRETS'],
    listing: null,
    paste: () => `{
  "type": "model.version.created",
  "timestamp": "2026-11-24T12:00:00Z",
  "data": {
    "name": "resnet20",
    "version": "1",
    "url": "https://models.example.org/resnet20.onnx",
    "sha256": "optional: 64 hexadecimal digits",
    "labels": ["optional", "one for each output"]
  }
}`,
  },
};
