import type { Redis } from "ioredis";

/** What Redis's one working thread has spent, ms of CPU: whatever else the machine does is no part of it. */
export async function cpuOf(connection: Redis): Promise<number> {
  const told = await connection.info("cpu");
  return (fieldOf(told, "used_cpu_user_main_thread") + fieldOf(told, "used_cpu_sys_main_thread")) * 1000;
}

/** Bytes that count against `maxmemory`. */
export async function memoryOf(connection: Redis): Promise<number> {
  const told = await connection.info("memory");
  return fieldOf(told, "used_memory") - fieldOf(told, "mem_not_counted_for_evict");
}

function fieldOf(told: string, name: string): number {
  const found = new RegExp(`^${name}:([\\d.]+)`, "m").exec(told)?.[1];
  if (found === undefined) throw new Error(`redis-server: INFO does not tell ${name}`);
  return Number(found);
}
