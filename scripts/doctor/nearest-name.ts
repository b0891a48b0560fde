// Which name somebody meant who wrote another.

/** Names of earlier versions. */
const formerNames: Readonly<Record<string, string>> = { CLIENT_MISSES_PER_MINUTE: "CLIENT_BUDGET_PERCENT" };

/** The name that was meant, by its letters or else by its words; undefined where none is near. */
export function nearestName(written: string, names: readonly string[]): string | undefined {
  const name = written.toUpperCase().replaceAll("-", "_");
  const former = Object.hasOwn(formerNames, name) ? formerNames[name] : undefined;
  return former ?? misspelledName(name, names) ?? nearestByWords(name, names);
}

/** The name with the fewest letters changed: one of five at most, rounded up. */
export function misspelledName(written: string, names: readonly string[]): string | undefined {
  const distances = names.map((name) => ({ name, distance: changesBetween(written, name) }));
  const [nearest] = distances.toSorted((one, other) => one.distance - other.distance);
  return nearest && nearest.distance <= Math.ceil(written.length / 5) ? nearest.name : undefined;
}

/** The name with most words in common, where a word counts the more the fewer names have it. */
function nearestByWords(written: string, names: readonly string[]): string | undefined {
  const wordsOf = (name: string) => new Set(name.split("_").map((word) => word.replace(/S$/, "")));
  const frequency = new Map<string, number>();
  for (const name of names) for (const word of wordsOf(name)) frequency.set(word, (frequency.get(word) ?? 0) + 1);
  const words = wordsOf(written);
  const scores = names.map((name) => {
    const shared = [...wordsOf(name)].filter((word) => words.has(word));
    return { name, score: shared.reduce((sum, word) => sum + 1 / (frequency.get(word) ?? 1), 0) };
  });
  const [best] = scores.toSorted((one, other) => other.score - one.score);
  return best && best.score >= 0.5 ? best.name : undefined;
}

/** How many letters must be put in, taken out or replaced (Levenshtein). */
function changesBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, place) => place);
  for (let place = 0; place < one.length; place += 1) {
    const next = [place + 1];
    for (let column = 0; column < other.length; column += 1) {
      const replaced = (row[column] ?? 0) + (one[place] === other[column] ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
