// What is known of changes, by tag: the last place in the log at which each tag was touched. Pure data; `change-log.ts` says how it is
// kept and followed.
//
// A tag is a function of a question ("every list of this app", "whatever is about this thing"), never of a page's content, so that an
// entry carries no list of what is on it. At most 10,000 tags are kept. What is forgotten raises a floor below which every page counts
// as touched, so that a bounded memory can make a page stale but never fresh.

/** Positions in the log; 0 where nothing of the kind is known. Every later change has a larger one. They follow the clock in milliseconds. */
export type Marks = {
  /** Something happened there: read again. */
  changed: number;
  /** As `changed`, for what closed long ago as well. */
  purged: number;
  /** No page from before may be shown. */
  hidden: number;
  /** Something ended there; what is told of it settles for some minutes. */
  ended: number;
};

export type Touch = { tags: readonly string[]; kind: "changed" | "purged" | "hidden"; hasEnded?: true | undefined };

/** All that is newer than some position. Plain data. `floor` and `hiddenFloor` hold for every tag. */
export type Changes = {
  head: number;
  floor: number;
  hiddenFloor: number;
  touched: readonly (Marks & { tag: string })[];
};

/** What a page is about. `closesAt` (epoch milliseconds): from then on only a purge touches it. */
export type Subject = { tags?: readonly string[] | undefined; closesAt?: number | undefined };

/** A page is fresh only if its position is `freshFrom` or later, and may be shown only from `shownFrom` on. */
export type Bounds = { freshFrom: number; shownFrom: number };

export const unbounded: Bounds = { freshFrom: 0, shownFrom: 0 };

export type ChangeMarks = {
  /** The last position that is known of. */
  head(): number;
  boundsOf(subject: Subject): Bounds;
  /** The last change, and the last end of something, that touched a subject; 0 where none did. */
  lastOf(subject: Subject): { changedAt: number; endedAt: number };
  /** Touches tags at a position later than every earlier one. */
  touch(touch: Touch, position: number): void;
  since(position: number): Changes;
  /** Takes in what another place knows. */
  merge(changes: Changes): void;
};

const tagsMax = 10_000;
const none: Marks = { changed: 0, purged: 0, hidden: 0, ended: 0 };

/** `floor`: the position at which the log begins; nothing is known of what happened before. */
export function createChangeMarks(begin: { floor: number }): ChangeMarks {
  /** The tag that was touched last comes last. */
  const byTag = new Map<string, Marks>();
  let { floor } = begin;
  let hiddenFloor = 0;
  let head = floor;

  function put(tag: string, marks: Marks): void {
    byTag.delete(tag);
    byTag.set(tag, marks);
  }

  function forgetOldest(): void {
    for (const [tag, marks] of byTag) {
      if (byTag.size <= tagsMax) return;
      byTag.delete(tag);
      floor = Math.max(floor, newestOf(marks));
      hiddenFloor = Math.max(hiddenFloor, marks.hidden);
    }
  }

  return {
    head: () => head,

    boundsOf({ tags = [], closesAt = Number.POSITIVE_INFINITY }) {
      let changed = 0;
      let purged = floor;
      let hidden = hiddenFloor;
      for (const tag of tags) {
        const marks = byTag.get(tag);
        if (!marks) continue;
        changed = Math.max(changed, marks.changed);
        purged = Math.max(purged, marks.purged);
        hidden = Math.max(hidden, marks.hidden);
      }
      return { freshFrom: Math.max(Math.min(changed, closesAt), purged, hidden), shownFrom: hidden };
    },

    lastOf({ tags = [] }) {
      let changedAt = 0;
      let endedAt = 0;
      for (const tag of tags) {
        const marks = byTag.get(tag) ?? none;
        changedAt = Math.max(changedAt, marks.changed);
        endedAt = Math.max(endedAt, marks.ended);
      }
      return { changedAt, endedAt };
    },

    touch({ tags, kind, hasEnded }, position) {
      head = Math.max(head, position);
      for (const tag of tags) {
        const marks = byTag.get(tag) ?? none;
        put(tag, { ...marks, [kind]: position, ...(hasEnded && { ended: position }) });
      }
      forgetOldest();
    },

    since(position) {
      const touched = [...byTag].filter(([, marks]) => newestOf(marks) > position);
      return { head, floor, hiddenFloor, touched: touched.map(([tag, marks]) => ({ tag, ...marks })) };
    },

    merge(changes) {
      floor = Math.max(floor, changes.floor);
      hiddenFloor = Math.max(hiddenFloor, changes.hiddenFloor);
      head = Math.max(head, changes.head);
      for (const { tag, changed, purged, hidden, ended } of changes.touched) {
        const marks = byTag.get(tag) ?? none;
        put(tag, {
          changed: Math.max(marks.changed, changed),
          purged: Math.max(marks.purged, purged),
          hidden: Math.max(marks.hidden, hidden),
          ended: Math.max(marks.ended, ended),
        });
      }
      forgetOldest();
    },
  };
}

/** An end is a change. */
const newestOf = ({ changed, purged, hidden }: Marks) => Math.max(changed, purged, hidden);
