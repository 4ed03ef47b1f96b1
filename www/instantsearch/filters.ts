/** Reads `facetFilters`, `numericFilters` and `filters` of a request. */

import { type Comparison, type Condition, refused } from "../src/condition.js";

/** A list of conditions that must all hold; a list within it holds if one of its own does, and has no further lists in it. */
export type Listed = string | readonly Listed[];

/** `["section:guide", ["tags:io", "tags:-net"]]`: a value with `-` before it is one that a page doesn't have, `\-` is a dash. */
export function facetFilters(listed: Listed): Condition {
  return list(listed, (text) => {
    const colon = text.indexOf(":");
    if (colon < 1) throw refused(`facetFilters holds ${JSON.stringify(text)}: write "field:value"`);
    const field = text.slice(0, colon);
    const value = text.slice(colon + 1);
    if (value.startsWith("-")) return { not: { field, is: "=", value: value.slice(1) } };
    return { field, is: "=", value: value.replace(/^\\-/, "-") };
  });
}

/** `["year>=2020", ["price<10", "price:90 TO 99"]]`. */
export function numericFilters(listed: Listed): Condition {
  return list(listed, (text) => {
    const range = /^(.+?)\s*:\s*(\S+)\s+TO\s+(\S+)$/.exec(text.trim());
    if (range) return between(range[1]!, range[2]!, range[3]!);
    const compared = /^(.+?)\s*(<=|>=|!=|<|>|=)\s*(\S+)$/.exec(text.trim());
    if (!compared) throw refused(`numericFilters holds ${JSON.stringify(text)}: write "field>=number" or "field:from TO to"`);
    return comparison(compared[1]!, compared[2]!, compared[3]!);
  });
}

/**
 * `section:guide AND (year >= 2020 OR tags:"a b") AND NOT draft:true`.
 *
 * ```text
 * either   := both ("OR" both)*
 * both     := one ("AND" one)*
 * one      := "NOT" one | "(" either ")" | field ":" value | field ":" value "TO" value | field compared value
 * compared := "<" | "<=" | "=" | "!=" | ">=" | ">"
 * ```
 */
export function filterText(text: string): Condition {
  const tokens = split(text);
  let at = 0;
  const expected = (what: string) => {
    const found = tokens[at];
    return refused(`filters: ${what} is expected ${found === undefined ? "at the end" : `in place of ${JSON.stringify(found.text)}`} of ${text}`);
  };
  const isNext = (word: string) => tokens[at]?.text === word && !tokens[at]?.quoted;
  const take = (word: string) => isNext(word) && at++ >= 0;
  const name = (what: string): string => {
    const token = tokens[at];
    if (!token || (!token.quoted && /^([()]|[<>=!:]+|AND|OR|NOT|TO)$/.test(token.text))) throw expected(what);
    at++;
    return token.text;
  };
  const several = (word: string, part: () => Condition): Condition[] => {
    const parts = [part()];
    while (take(word)) parts.push(part());
    return parts;
  };
  const either = (): Condition => ({ any: several("OR", () => ({ all: several("AND", one) })) });
  const one = (): Condition => {
    if (take("NOT")) return { not: one() };
    if (take("(")) {
      const inner = either();
      if (!take(")")) throw expected(`")"`);
      return inner;
    }
    const field = name("a field");
    const operator = tokens[at]?.quoted ? undefined : tokens[at]?.text;
    if (operator === undefined || !/^([<>]=?|!?=|:)$/.test(operator)) throw expected(`":" or a comparison`);
    at++;
    const value = name("a value");
    if (operator !== ":") return comparison(field, operator, value);
    return take("TO") ? between(field, value, name("the range's end")) : { field, is: "=", value };
  };
  const condition = either();
  if (at < tokens.length) throw expected("AND or OR");
  return condition;
}

interface Token {
  text: string;
  quoted: boolean;
}

function split(text: string): Token[] {
  const token = /\s*(?:"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'|([()]|[<>]=?|!?=|:|(?:(?!!=)[^\s()<>=:"'])+))/y;
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  while (token.lastIndex < end) {
    const from = token.lastIndex;
    const found = token.exec(text);
    if (!found) throw refused(`filters: what begins at ${JSON.stringify(text.slice(from).trimStart().slice(0, 20))} does not end, in ${text}`);
    const quoted = found[1] ?? found[2];
    tokens.push(quoted === undefined ? { text: found[3]!, quoted: false } : { text: quoted.replace(/\\(.)/g, "$1"), quoted: true });
  }
  return tokens;
}

function list(listed: Listed, read: (text: string) => Condition): Condition {
  const each = typeof listed === "string" ? listed.split(",") : listed.filter((one) => one.length > 0);
  const single = (one: Listed): Condition => {
    if (typeof one === "string") return read(one);
    throw refused(`a list of filters lies too deep: ${JSON.stringify(listed)}; write it as filters, with AND and OR`);
  };
  return { all: each.map((one) => (typeof one === "string" ? read(one) : { any: one.map(single) })) };
}

function comparison(field: string, operator: string, value: string): Condition {
  if (operator === "!=") return { not: { field, is: "=", value } };
  return { field, is: operator as Comparison, value };
}

function between(field: string, from: string, to: string): Condition {
  return { all: [{ field, is: ">=", value: from }, { field, is: "<=", value: to }] };
}
