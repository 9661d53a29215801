import { type Credentials, cutUrls, type Failure } from "@purgeline/core";

const MASK = "***";
/** Shorter ones would blot out ordinary words, and no provider's key is that short. */
const SHORTEST_SECRET = 6;

/**
 * The provider's words without what they quote of ours. Alibaba answers a wrong signature with the
 * string that it signed, keys and all, and others name the URL at fault with its query; these words
 * go to receipts, logs and `/v1/accounts`, to people who may see neither.
 */
export function discreet(failure: Failure, credentials: Credentials, token: string | null): Failure {
  const secrets = [...secretsOf(credentials), token]
    .filter((secret) => secret !== null)
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .flatMap((secret) => [secret, encodeURIComponent(secret)]);
  const clean = (text: string): string =>
    cutUrls(secrets.reduce((rest, secret) => rest.replaceAll(secret, MASK), text));
  return { ...failure, code: clean(failure.code), message: clean(failure.message) };
}

function secretsOf(credentials: Credentials): readonly (string | null)[] {
  switch (credentials.kind) {
    case "keys":
      return [credentials.accessKeyId, credentials.accessKeySecret, credentials.securityToken];
    case "token":
      return [credentials.token];
    case "iam":
      return "password" in credentials
        ? [credentials.password]
        : [credentials.accessKeyId, credentials.accessKeySecret];
    default:
      return credentials satisfies never;
  }
}
