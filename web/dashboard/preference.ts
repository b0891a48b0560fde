// What a person chose and wants to find again: columns, the app. Kept in `localStorage`; where a browser keeps nothing, for as long as
// the page is open. Nothing about meetings is ever kept.
const prefix = "rtk-";
const remembered = new Map<string, string>();

export function preference(name: string): string | undefined {
  try {
    return localStorage.getItem(prefix + name) ?? undefined;
  } catch {
    return remembered.get(name);
  }
}

export function keepPreference(name: string, text: string): void {
  remembered.set(name, text);
  try {
    localStorage.setItem(prefix + name, text);
  } catch {
    // Kept above, until the page is left.
  }
}

/** Whether this browser keeps anything at all. */
export function keepsAnything(): boolean {
  try {
    localStorage.setItem(`${prefix}probe`, "");
    localStorage.removeItem(`${prefix}probe`);
    return true;
  } catch {
    return false;
  }
}
