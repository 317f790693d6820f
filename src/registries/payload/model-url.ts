import { z } from 'zod';

/** Where a model file is. Credentials in a URL would be stored and shown with it. */
export const modelUrl = z
  .string()
  .max(4_096)
  .refine(isModelUrl, 'is neither an http(s) URL without user and password nor s3://bucket/key');

function isModelUrl(text: string): boolean {
  if (/^s3:\/\/[^/]+\/./.test(text)) return true;
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === '' && password === '';
}
