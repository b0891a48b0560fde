// What goes into an operation and what comes out of it, read off the types that are generated from the document.
import type { operations } from "./api.generated.ts";

type Id = keyof operations;

/** The query of an operation. A parameter that is undefined is not sent. */
export type Query<Operation extends Id> = operations[Operation] extends { parameters: { query?: infer Parameters } }
  ? { readonly [Name in keyof NonNullable<Parameters>]?: NonNullable<Parameters>[Name] | undefined }
  : never;

/** The page of an operation. */
export type Answer<Operation extends Id> = operations[Operation] extends {
  responses: { 200: { content: { "application/json": infer Page } } };
}
  ? Page
  : never;

/** A row of a list: its page has one array in `data`. */
export type Row<Operation extends Id> = RowOf<Answer<Operation>>;
type RowOf<Page> = Page extends { data: infer Data } ? Extract<Data[keyof Data], readonly unknown[]>[number] : never;
