import type { Cover } from "@purgeline/core";
import { softBy, underDirectory } from "../under-directory.ts";

/** Force=false is the soft purge of directories; files have no other than the hard one (H:91164). */
export const UNDER_DIRECTORY: { readonly coveredBy: readonly Cover[] } = underDirectory({
  Force: softBy("false"),
});
