const SHA256_BASE64 = /^[A-Za-z0-9+/]{43}=$/;

/** A SHA-256 digest from base64; undefined when the text is anything else, where Node would skip what it cannot read. */
export function base64Digest(text: string): Buffer | undefined {
  return SHA256_BASE64.test(text) ? Buffer.from(text, 'base64') : undefined;
}
