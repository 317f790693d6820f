import { z } from 'zod';
import {
  commaList,
  headerSecret,
  headerSecretFile,
  nonEmptyList,
  secretFile,
  secretList,
  serverUrl,
  textFile,
} from './formats.js';
import { option } from './option.js';

/** Settings of MLflow. */
export const MLFLOW_OPTIONS = {
  mlflowSecrets: option(
    {
      variable: 'PROBELOG_MLFLOW_SECRETS',
      description: 'Secrets of MLflow webhooks; several may be valid at once. Unset: the receiver is off.',
      allowed: 'comma-separated secrets',
      secret: true,
    },
    secretList().optional(),
  ),
  mlflowSecretsFile: option(
    {
      variable: 'PROBELOG_MLFLOW_SECRETS_FILE',
      description: 'File with more secrets, in addition to PROBELOG_MLFLOW_SECRETS or instead of it.',
      allowed: 'the path of a readable file with comma-separated secrets',
      secret: true,
    },
    secretFile().optional(),
  ),
  mlflowUrl: option(
    {
      variable: 'PROBELOG_MLFLOW_URL',
      description: 'MLflow tracking server to read models from; it may have a private address. Unset: none.',
      allowed: 'an http(s) URL without user and password, such as https://mlflow.example.org',
    },
    serverUrl().optional(),
  ),
  mlflowToken: option(
    {
      variable: 'PROBELOG_MLFLOW_TOKEN',
      description: 'Bearer token for the MLflow server; sent to that server only.',
      allowed: 'printable ASCII',
      secret: true,
    },
    headerSecret().optional(),
  ),
  mlflowTokenFile: option(
    {
      variable: 'PROBELOG_MLFLOW_TOKEN_FILE',
      description: 'File with the token, instead of PROBELOG_MLFLOW_TOKEN.',
      allowed: 'the path of a readable file with one token',
      secret: true,
    },
    headerSecretFile().optional(),
  ),
  mlflowWorkspaces: option(
    {
      variable: 'PROBELOG_MLFLOW_WORKSPACES',
      description: 'Workspaces that a sweep lists, on a server with workspaces. Unset: the default one.',
      allowed: 'comma-separated names; `default` is the default workspace',
    },
    commaList().optional(),
  ),
  mlflowModels: option(
    {
      variable: 'PROBELOG_MLFLOW_MODELS',
      description: 'Only models of MLflow with these names are taken. Unset: all.',
      allowed: 'comma-separated names, where * stands for any text',
    },
    nonEmptyList().optional(),
  ),
  mlflowTags: option(
    {
      variable: 'PROBELOG_MLFLOW_TAGS',
      description: 'Only versions with one of these tags are taken. Unset: all.',
      allowed: 'comma-separated key or key=value',
    },
    nonEmptyList().optional(),
  ),
  mlflowAliases: option(
    {
      variable: 'PROBELOG_MLFLOW_ALIASES',
      description: 'Only versions with one of these aliases are taken, such as champion. Unset: all.',
      allowed: 'comma-separated aliases, without @',
    },
    nonEmptyList().optional(),
  ),
  mlflowUsername: option(
    {
      variable: 'PROBELOG_MLFLOW_USERNAME',
      description: 'User name for the MLflow server (basic authentication), if there is no token.',
      allowed: 'a user name without a colon',
    },
    z
      .string()
      .regex(/^[^:]+$/)
      .optional(),
  ),
  mlflowPassword: option(
    {
      variable: 'PROBELOG_MLFLOW_PASSWORD',
      description: 'Password of that user.',
      allowed: 'any text',
      secret: true,
    },
    z.string().optional(),
  ),
  mlflowPasswordFile: option(
    {
      variable: 'PROBELOG_MLFLOW_PASSWORD_FILE',
      description: 'File with the password, instead of PROBELOG_MLFLOW_PASSWORD.',
      allowed: 'the path of a readable file with one password',
      secret: true,
    },
    textFile().optional(),
  ),
};
