import assert from "node:assert/strict";
import { test } from "node:test";
import { pattern } from "./sites.mjs";

const check = (text, path, expected) => assert.equal(pattern(text).test(path), expected, `${text} on ${path}`);

test("a pattern without a slash is a name in any folder", () => {
  check("print.html", "print.html", true);
  check("print.html", "guide/print.html", true);
  check("print.html", "guide/blueprint.html", false);
  check("genindex*.html", "genindex-A.html", true);
});

test("a pattern with a slash starts at the folder, and one that ends with a slash is a folder", () => {
  check("ja/", "ja/hello.html", true);
  check("ja/", "guide/ja/hello.html", true);
  check("guide/ja/", "guide/ja/hello.html", true);
  check("guide/ja/", "other/guide/ja/hello.html", false);
  check("_*/", "_sources/a.html", true);
  check("std/keyword.*.html", "std/keyword.as.html", true);
  check("std/keyword.*.html", "std/keyword/as.html", false);
});
