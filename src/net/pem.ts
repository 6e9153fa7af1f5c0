import { X509Certificate } from 'node:crypto';

/** Returns true if the text is one certificate in PEM that can be parsed. */
export function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
