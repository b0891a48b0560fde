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

/** A row of a list: `data` is the rows, or has them in one array. */
export type Row<Operation extends Id> = RowIn<Answer<Operation>>;
type RowIn<Page> = Page extends { data: infer Data }
  ? Data extends readonly (infer Item)[]
    ? Item
    : Extract<Data[keyof Data], readonly unknown[]>[number]
  : never;
