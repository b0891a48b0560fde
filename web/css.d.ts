/** A style sheet as text, for an adopted sheet: `web` has no inline style. */
declare module "*.css" {
  const text: string;
  export default text;
}
