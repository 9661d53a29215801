import type { Credentials, Lane, LimitOverrides } from "@purgeline/core";
import { afterEach, expect } from "vitest";
import { KEYS, type Played, playAccount, type Service, taskOf } from "./play-account.ts";

/** Plays accounts of a service for the tests of a file, each until its test's end. */
export function playing(
  service: Service,
): (credentials?: Credentials, change?: Partial<LimitOverrides>) => Promise<Played> {
  const running: Played[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map(({ simulators }) => simulators.close()));
  });
  return async (credentials = KEYS, change = {}) => {
    const played = await playAccount(service, credentials, change);
    running.push(played);
    return played;
  };
}

/** A submit, a query that comes too early, and one that tells every item's good end. */
export async function expectConfirmed(played: Played, lane: Lane, items: readonly string[]): Promise<void> {
  const { simulators, submit, poll, ends } = played;
  simulators.faults.add({ kind: "lazy-status", times: 1 });
  const task = taskOf(await submit(lane, items));
  expect(await poll(task), "still under way").toMatchObject({ tasks: [{ rows: [], next: [task] }] });
  const answer = await poll(task);
  expect(answer).toMatchObject({ tasks: [{ next: [] }] });
  expect(ends(items, answer)).toEqual(items.map(() => "confirmed"));
}
