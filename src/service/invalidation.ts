// From what happened to the log of changes: which tags it touches, and how.
import type { ChangeJournal } from "../cache/change-log.ts";
import { faultName } from "../ground/deadline.ts";
import type { Change, Invalidate } from "../resources/change.ts";
import type { Report } from "../ground/runtime.ts";
import { tagsTouchedBy } from "../resources/tags.ts";

export function createInvalidation(journal: Pick<ChangeJournal, "append">, report: Report): Invalidate {
  return async (change) => {
    try {
      return await journal.append({
        tags: tagsTouchedBy(change),
        kind: kindOf(change),
        ...(change.hasEnded && { hasEnded: true }),
      });
    } catch (error) {
      report({ type: "changes.failed", operation: "append", reason: faultName(error) });
      return undefined;
    }
  };
}

function kindOf({ about, isHard }: Change): "changed" | "purged" | "hidden" {
  if (about !== "purge") return "changed";
  return isHard ? "hidden" : "purged";
}
