// Every regular expression in `src` runs in time linear in its input, whatever the input: checked by an analyser, pattern by pattern.
//
// Patterns are found in the syntax trees. One that is put together at run time could hold a caller's words, so `RegExp` may only be
// given what can be worked out from constants of the same file.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { check } from "recheck";
import ts from "typescript";

const source = path.join(import.meta.dirname, "../../src");

type Pattern = { place: string; pattern: string; flags: string };

/** The text of a constant expression: literals, templates, sums, and names of such constants in the same file. */
function textOf(node: ts.Node | undefined, constants: ReadonlyMap<string, ts.Expression>): string | undefined {
  if (!node) return undefined;
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isIdentifier(node)) return textOf(constants.get(node.text), constants);
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const [left, right] = [textOf(node.left, constants), textOf(node.right, constants)];
    return left === undefined || right === undefined ? undefined : left + right;
  }
  if (!ts.isTemplateExpression(node)) return undefined;
  let text = node.head.text;
  for (const span of node.templateSpans) {
    const value = textOf(span.expression, constants);
    if (value === undefined) return undefined;
    text += value + span.literal.text;
  }
  return text;
}

/** All patterns of a file, and the places of those that can't be worked out. */
function patternsOf(name: string, text: string): { patterns: Pattern[]; unknown: string[] } {
  const tree = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  const constants = new Map<string, ts.Expression>();
  for (const statement of tree.statements) {
    if (!ts.isVariableStatement(statement) || (statement.declarationList.flags & ts.NodeFlags.Const) === 0) continue;
    for (const { name: declared, initializer } of statement.declarationList.declarations) {
      if (ts.isIdentifier(declared) && initializer) constants.set(declared.text, initializer);
    }
  }
  const patterns: Pattern[] = [];
  const unknown: string[] = [];
  const visit = (node: ts.Node) => {
    const place = `${name}:${tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
    if (node.kind === ts.SyntaxKind.RegularExpressionLiteral) {
      const end = node.getText().lastIndexOf("/");
      patterns.push({ place, pattern: node.getText().slice(1, end), flags: node.getText().slice(end + 1) });
    }
    if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.getText() === "RegExp") {
      const [pattern, flags] = node.arguments ?? [];
      const [patternText, flagsText] = [textOf(pattern, constants), flags ? textOf(flags, constants) : ""];
      if (patternText === undefined || flagsText === undefined) unknown.push(place);
      else patterns.push({ place, pattern: patternText, flags: flagsText });
    } else if (ts.isIdentifier(node) && node.text === "RegExp" && !isCalled(node)) unknown.push(place);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return { patterns, unknown };
}

/** By its own name, or as a type or on the right of `instanceof`, where no pattern is made. */
function isCalled({ parent }: ts.Node): boolean {
  if (ts.isBinaryExpression(parent)) return parent.operatorToken.kind === ts.SyntaxKind.InstanceOfKeyword;
  return ts.isNewExpression(parent) || ts.isCallExpression(parent) || ts.isTypeReferenceNode(parent);
}

/** Real time is limited only for the whole, and far off, so that a busy machine finds what an idle one does in seconds. */
const timeoutMs = 200_000;
const verdictOn = async ({ pattern, flags }: Pattern) =>
  (await check(pattern, flags, { timeout: timeoutMs, attackTimeout: null, incubationTimeout: null })).status;

const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
const perFile = files.map((file) => patternsOf(file, readFileSync(path.join(source, file), "utf8")));
const patterns = perFile.flatMap((file) => file.patterns);
/** Each once, at the first place where it stands. */
const distinct = new Map(patterns.toReversed().map((found) => [`/${found.pattern}/${found.flags}`, found]));

describe("row 100: regular expressions", () => {
  it("row 100: are found, all of them", () => {
    expect(patterns.length).toBeGreaterThan(50);
    expect(patterns.map(({ place }) => place.split(":", 1)[0])).toContain("ground/timestamp.ts");
  });

  it("row 100: are never put together from what is not known beforehand", () => {
    expect(perFile.flatMap((file) => file.unknown)).toEqual([]);
  });

  it.each([...distinct.values()])(
    "row 100: take linear time, $place /$pattern/$flags",
    async (pattern) => {
      expect(await verdictOn(pattern)).toBe("safe");
    },
    timeoutMs,
  );

  it("row 100: would be told from slow ones, however they are written", async () => {
    const { patterns: slow, unknown } = patternsOf(
      "slow.ts",
      'const DIGITS = "\\\\d+";\nconst a = /^(\\d+-?)+$/;\nconst b = new RegExp(`^(${DIGITS}-?)+$`);\nconst c = RegExp(a.source + input);\nconst R = RegExp;',
    );
    expect(await Promise.all(slow.map(verdictOn))).toEqual(["vulnerable", "vulnerable"]);
    expect(unknown).toEqual(["slow.ts:4", "slow.ts:5"]);
  });
});
