import { createHash } from "node:crypto";
import type { Answer, PlayedAccount, Visit } from "../kernel/index.ts";
import type { TaskRow } from "../kernel/tasks.ts";
import { answered, jsonReply } from "../shared/huawei/replies.ts";
import { illegalField, vodError } from "./replies.ts";

interface Query {
  readonly list: string;
  /** The call whose tasks it knows. */
  readonly about: string;
  /** The refresh table has its words in capitals, the preheating page in small letters. */
  word(status: Word): string;
}

type Word = "processing" | "succeed" | "failed";

const QUERIES: Readonly<Record<string, Query>> = {
  ShowRefreshResult: {
    list: "refresh_results",
    about: "RefreshAsset",
    word: (status) => status.toUpperCase(),
  },
  ShowPreheatingAsset: {
    list: "preheating_results",
    about: "CreatePreheatingAsset",
    word: (status) => status,
  },
};

const WORDS: Readonly<Record<TaskRow["status"], Word>> = {
  processing: "processing",
  succeeded: "succeed",
  failed: "failed",
};

/** ShowRefreshResult and ShowPreheatingAsset: one task by its id, one row per URL. */
export function answerQuery({ request, call }: Visit, account: PlayedAccount): Answer {
  const query = QUERIES[call ?? ""];
  const id = new URLSearchParams(request.query).get("task_id") ?? "";
  if (query === undefined || id === "") return illegalField("task_id");
  const task = account.tasks.get(id, call ?? "");
  // What the provider answers to a task that it does not know is unpublished.
  if (task === null || task.call !== query.about) {
    return vodError(400, "VOD.10062", "The resource does not exist.");
  }
  const rows = task.rows.flatMap((row) => urlsOf(row, account.settings.name));
  const results = rows.map(({ url, status }) => ({ url, status: query.word(status) }));
  return { ...answered(jsonReply(200, { [query.list]: results })), taskIds: [id] };
}

/** An asset has several URLs, its source and a transcoded one; of a failing asset one fails. */
function urlsOf(row: TaskRow, account: string): readonly { readonly url: string; readonly status: Word }[] {
  const status = WORDS[row.status];
  if (row.note.lane !== "purge-media" && row.note.lane !== "prefetch-media") {
    return [{ url: row.item, status }];
  }
  const file = createHash("md5").update(row.item).digest("hex");
  const folder = `https://vod-${account}.example.com/asset/${row.item}`;
  return [
    { url: `${folder}/${file}.mp4`, status: status === "failed" ? "succeed" : status },
    { url: `${folder}/play_video/${file}_H.264_480X270_HEAACV1_300.mp4`, status },
  ];
}
