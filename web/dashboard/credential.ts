// The credential that a person pasted, where the deployment wants one: kept for this tab, in `sessionStorage`, and gone with it. Where a
// browser keeps nothing, it lasts until the page is left.
const name = "rtk-credential";
let remembered: string | undefined;

export function credential(): string | undefined {
  try {
    return sessionStorage.getItem(name) ?? undefined;
  } catch {
    return remembered;
  }
}

/** `undefined` forgets it. False where it could not be kept for a reload. */
export function keepCredential(text: string | undefined): boolean {
  remembered = text;
  try {
    if (text === undefined) sessionStorage.removeItem(name);
    else sessionStorage.setItem(name, text);
    return true;
  } catch {
    return false;
  }
}
