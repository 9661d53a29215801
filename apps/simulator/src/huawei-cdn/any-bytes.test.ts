import fc from "fast-check";
import { answersAnything } from "../../test/huawei/any-bytes.ts";
import { CDN } from "./service.ts";

answersAnything(
  CDN,
  [
    "/v1.0/cdn/content/refresh-tasks",
    "/v1.0/cdn/content/preheating-tasks?enterprise_project_id=%",
    "/v1.0/cdn/historytasks/%ff/detail?page_size=0",
    "/v1.0/cdn/historytasks/1/detail",
    "/v1.0/cdn/quota",
  ],
  fc.oneof(
    fc.json().map((task) => `{"refresh_task":${task}}`),
    fc.json().map((urls) => `{"refresh_task":{"urls":${urls}}}`),
    fc.json().map((urls) => `{"preheating_task":{"urls":${urls}}}`),
  ),
  /"(?:refresh_task|preheating_task|quotas|total)":/,
);
