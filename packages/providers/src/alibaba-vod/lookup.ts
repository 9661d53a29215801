import { lookupIn } from "../shared/alibaba/task-list.ts";
import { vodHost } from "./api-host.ts";
import { VOD_VERSION } from "./encode.ts";
import { PAGE_SIZE, TASK_LIST } from "./table.ts";

/** Of the URL-based operations alone: no list tells the jobs of RefreshMediaPlayUrls by media id or time. */
export const vodLookup: ReturnType<typeof lookupIn> = lookupIn({
  call: TASK_LIST,
  version: VOD_VERSION,
  pageSize: PAGE_SIZE,
  pollCall: TASK_LIST,
  host: vodHost,
  types: ["file", "directory", "preload"],
});
