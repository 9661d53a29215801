import { createRequire } from "node:module";

/*
 * The SDKs are CommonJS with a `default` of their own, which Node and Vitest import differently; required, they look
 * the same to both, and to the type checker.
 */
const require = createRequire(import.meta.url);

type CdnSdk = typeof import("@alicloud/cdn20180510", { with: { "resolution-mode": "require" }});
type CoreSdk = typeof import("@alicloud/openapi-core", { with: { "resolution-mode": "require" }});
type PopSdk = typeof import("@alicloud/pop-core", { with: { "resolution-mode": "require" }});
type Dara = typeof import("@darabonba/typescript", { with: { "resolution-mode": "require" }});

/** One class for each operation of the CDN. */
export const cdnSdk: CdnSdk = require("@alicloud/cdn20180510");
/** The generic client under all of the vendor's newer packages. */
export const coreSdk: CoreSdk = require("@alicloud/openapi-core");
/** The older generic client; it knows the old signature only. */
export const popSdk: PopSdk = require("@alicloud/pop-core");
export const dara: Dara = require("@darabonba/typescript");
