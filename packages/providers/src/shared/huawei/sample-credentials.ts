import type { Credentials } from "@purgeline/core";

/** Invented accounts for the tests, one for each kind of credentials. */
export const KEYS: Credentials = {
  kind: "keys",
  accessKeyId: "AKEXAMPLE0000000001",
  accessKeySecret: "sKexample0123456789abcdefghijABCDEFGHIJ01",
  securityToken: null,
};
export const TOKEN: Credentials = { kind: "token", token: "MIIexample-fixed-token" };
export const IAM_KEYS: Credentials = {
  kind: "iam",
  endpoint: "https://iam.cn-north-4.myhuaweicloud.com",
  accessKeyId: "AKEXAMPLE0000000001",
  accessKeySecret: "sKexample0123456789abcdefghijABCDEFGHIJ01",
};
export const IAM: Credentials = {
  kind: "iam",
  endpoint: "https://iam.cn-north-4.myhuaweicloud.com",
  domain: "example-domain",
  user: "purger",
  password: "example-password",
};
