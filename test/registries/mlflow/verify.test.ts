import { describe, expect, it } from 'vitest';
import { mlflow } from '../../../src/registries/mlflow/index.js';
import { testSignedMessages } from '../signed-message-faults.js';
import { mlflowHeaders, pythonJson } from '../signing.js';

/** The published vector. */
const BODY =
  '{"entity": "model_version", "action": "created", "timestamp": "2025-07-31T08:27:32.080217+00:00", "data": {"name": "example_model", "version": "1", "source": "models:/123", "run_id": "abcd1234abcd5678", "tags": {"example_key": "example_value"}, "description": "An example model version"}}';
const HEADERS = {
  'x-mlflow-delivery-id': '3f2a6c1e-8a55-4f0e-9d0c-2f6c7a1b9e10',
  'x-mlflow-timestamp': '1753950452',
  'x-mlflow-signature': 'v1,J0PGQF62n3Q3h/oR6PtWKpC5NuNyqqQdYaXHxkG90Fs=',
};
const CREDENTIALS = { secrets: ['your-secret-key'], tokens: [] };
const THEN = new Date(1_753_950_452_000);

describe('a delivery of MLflow', () => {
  it('is verified as published', () => {
    expect(Buffer.byteLength(BODY)).toBe(288);
    expect(mlflow.verify(Buffer.from(BODY), HEADERS, CREDENTIALS, THEN)).toEqual({
      deliveryId: '3f2a6c1e-8a55-4f0e-9d0c-2f6c7a1b9e10',
    });
  });

  it('is compared by bytes, not by parsed value', () => {
    const compact = JSON.stringify(JSON.parse(BODY));
    expect(pythonJson(JSON.parse(compact))).toBe(BODY);
    expect(() => mlflow.verify(Buffer.from(compact), HEADERS, CREDENTIALS, THEN)).toThrow(
      expect.objectContaining({ code: 'SIGNATURE_INVALID' }),
    );
  });

  it('may be signed with a secret that is not ASCII', () => {
    const headers = mlflowHeaders(BODY, 'Schlüssel 🔑', 'id', THEN);
    const credentials = { secrets: ['Schlüssel 🔑'], tokens: [] };
    expect(mlflow.verify(Buffer.from(BODY), headers, credentials, THEN)).toEqual({ deliveryId: 'id' });
  });

  testSignedMessages({
    registry: mlflow,
    names: {
      id: 'x-mlflow-delivery-id',
      timestamp: 'x-mlflow-timestamp',
      signature: 'x-mlflow-signature',
    },
    secrets: ['your-secret-key', 'another-secret-key'],
    sign: mlflowHeaders,
  });
});
