import { describe, expect, it } from "vitest";
import { brief, configOf, FULL, problemsOf } from "./loading.ts";

const redisOf = (redis: object) => configOf({ ...FULL, redis }).redis;
const faultsOf = (redis: object): readonly string[] => brief(problemsOf({ ...FULL, redis }));

const PLAIN = { prefix: "purgeline", username: null, password: null, tls: null };

describe("where Redis is", () => {
  it("is read from a URL, with its user, password, database and TLS", () => {
    expect(redisOf({ url: "redis://localhost" })).toEqual({
      kind: "single",
      host: "localhost",
      port: 6379,
      db: 0,
      ...PLAIN,
    });
    expect(redisOf({ url: "rediss://me:p%40ss@[::1]:7000/3" })).toEqual({
      kind: "single",
      host: "::1",
      port: 7000,
      db: 3,
      prefix: "purgeline",
      username: "me",
      password: "p@ss",
      tls: { ca: null, cert: null, key: null, serverName: null },
    });
  });

  it("takes a password of any characters beside the URL", () => {
    expect(redisOf({ url: "redis://h", password: "p@/#:" })).toMatchObject({ host: "h", password: "p@/#:" });
  });

  it("is read from sentinels and the name of their group", () => {
    const sentinels = ["a:26379", "redis://b:26380", { host: "c", port: 26381 }];
    expect(redisOf({ sentinels, name: "main", db: 4 })).toEqual({
      kind: "sentinel",
      sentinels: [
        { host: "a", port: 26379 },
        { host: "b", port: 26380 },
        { host: "c", port: 26381 },
      ],
      name: "main",
      db: 4,
      sentinelUsername: null,
      sentinelPassword: null,
      ...PLAIN,
    });
  });

  it("is read from the nodes of a cluster", () => {
    expect(redisOf({ cluster: ["a:7000", "rediss://b:7001"], prefix: "x" })).toMatchObject({
      kind: "cluster",
      nodes: [
        { host: "a", port: 7000 },
        { host: "b", port: 7001 },
      ],
      prefix: "x",
      tls: { ca: null },
    });
  });

  it.each([
    ["no way at all", { prefix: "x" }, ["redis: required"]],
    ["two ways", { url: "redis://h", cluster: ["a:1"] }, ["redis: conflict"]],
    ["sentinels without a name", { sentinels: ["a:1"] }, ["redis.name: required"]],
    ["a name without sentinels", { url: "redis://h", name: "n" }, ["redis.name: conflict"]],
    ["an empty list", { cluster: [] }, ["redis.cluster: invalid-value"]],
    ["a database of a cluster", { cluster: ["a:1"], db: 1 }, ["redis.db: conflict"]],
    ["two passwords", { url: "redis://u:p@h", password: "x" }, ["redis.password: conflict"]],
    ["two databases", { url: "redis://h/1", db: 1 }, ["redis.db: conflict"]],
    ["TLS both on and off", { url: "rediss://h", tls: false }, ["redis.tls: conflict"]],
    ["half a client certificate", { url: "redis://h", tls: { cert: "PEM" } }, ["redis.tls: required"]],
    ["a cluster node with a password", { cluster: ["redis://u:p@a:1"] }, ["redis.cluster.0: invalid-value"]],
  ])("is refused with %s", (_, redis, expected) => {
    expect(faultsOf(redis)).toEqual(expected);
  });

  it.each([
    "http://h",
    "h:6379",
    "redis://",
    "redis://h:99999",
    "redis://h/x",
    "redis://h/1?family=6",
    "redis://u:%zz@h",
    "redis://u:p/w@h",
  ])("is refused as the URL %s", (url) => {
    expect(faultsOf({ url })).toEqual(["redis.url: invalid-value"]);
  });

  it.each(["a{b}", "a:b", "", "a b", "x".repeat(65)])("is refused with the prefix %j", (prefix) => {
    expect(faultsOf({ url: "redis://h", prefix })).toEqual(["redis.prefix: invalid-value"]);
  });
});
