// Registers an element once: the dashboard and `/elements.js` may meet on one page.
export function define(name: string, element: CustomElementConstructor): void {
  if (!customElements.get(name)) customElements.define(name, element);
}
