import fc from "fast-check";
import { answersAnything } from "../../test/huawei/any-bytes.ts";
import { VOD } from "./service.ts";

const PROJECT = VOD.settings.projectId;
answersAnything(
  VOD,
  [
    `/v1/${PROJECT}/asset/refresh`,
    `/v1.0/${PROJECT}/asset/preheating?task_id=%`,
    `/v1/${PROJECT}/asset/refresh?task_id=%ff&task_id`,
  ],
  fc.oneof(
    fc.json().map((urls) => `{"urls":${urls}}`),
    fc.json().map((ids) => `{"asset_id_list":${ids}}`),
  ),
  /"(?:task_id|\w+_results)":/,
);
