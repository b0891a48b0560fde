// Where a question is asked: an operation's path with its ids filled in, and the query.

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

const placeholder = /\{\w+\}/g;

/** How many ids a path takes. */
export const idCountOf = (template: string): number => template.match(placeholder)?.length ?? 0;

/** Throws a TypeError for an id that would lead to another path: empty, or a dot segment, which no escape saves. */
export function pathOf(template: string, ids: readonly string[]): string {
  let place = 0;
  return template.replaceAll(placeholder, (name) => {
    const id = ids[place++] ?? "";
    if (/^\.*$/.test(id)) throw new TypeError(`${name} can't be "${id}"`);
    return encodeURIComponent(id);
  });
}

/** In the order of the names, so that a question has one address. What is undefined is left out. */
export function searchOf(query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  search.sort();
  return given.length > 0 ? `?${search.toString()}` : "";
}
