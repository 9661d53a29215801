export const CALLBACK_KEY = "key-of-the-callbacks";

const ACCOUNTS: Readonly<Record<string, string>> = {
  ali: `
    provider: alibaba-cdn
    credentials: { accessKeyId: ali-id, accessKeySecret: ali-secret }
    hosts: [both.example.com, ali.example.com]
    quota: { url: 1000000, prefetch: 1000000 }
    limits: { pollEveryMs: 500, calls: { RefreshObjectCaches: { perSecond: 1 } }, lanes: { purge-url: { batch: 2 } } }`,
  tc: `
    provider: tencent-cdn
    credentials: { accessKeyId: tc-id, accessKeySecret: tc-secret }
    hosts: [both.example.com, tc.example.com]
    quota: { url: 1000000, prefetch: 1000000 }`,
  hw: `
    provider: huawei-vod
    region: cn-north-4
    projectId: 0a1b2c
    credentials: { iam: { endpoint: "http://127.0.0.3:0", domain: d, user: u, password: hw-password } }
    hosts: [hw.example.com]`,
  long: `
    provider: alibaba-cdn
    credentials: { accessKeyId: long-id, accessKeySecret: long-secret }
    hosts: [long.example.com]
    quota: { url: 1000000 }`,
  film: `
    provider: alibaba-vod
    region: cn-shanghai
    credentials: { accessKeyId: film-id, accessKeySecret: film-secret, callbackKey: ${CALLBACK_KEY} }`,
};

/** Each on a loopback address of its own; nothing waits for company. */
export function accountsYaml(names: readonly string[]): string {
  const addresses = Object.keys(ACCOUNTS);
  return names
    .map((name) => {
      const endpoint = `http://127.0.0.${addresses.indexOf(name) + 1}:0`;
      const coalesce = "coalesce: { quietMs: 0, maxWaitMs: 0 }";
      return `  - name: ${name}\n    endpoint: ${endpoint}\n    ${coalesce}${ACCOUNTS[name] ?? ""}\n`;
    })
    .join("");
}
