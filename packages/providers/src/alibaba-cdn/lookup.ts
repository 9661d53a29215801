import { lookupIn } from "../shared/alibaba/task-list.ts";
import { cdnHost } from "./api-host.ts";
import { CDN_VERSION } from "./encode.ts";
import { PAGE_SIZE, TASK_LIST } from "./table.ts";

/** H:91158: `file`, `directory`, `regex`, `preload`; a block is no purge. */
export const cdnLookup: ReturnType<typeof lookupIn> = lookupIn({
  call: TASK_LIST,
  version: CDN_VERSION,
  pageSize: PAGE_SIZE,
  pollCall: "DescribeRefreshTaskById",
  host: cdnHost,
  types: ["file", "directory", "regex", "preload"],
});
