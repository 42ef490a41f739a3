import assert from "node:assert/strict";
import { test } from "node:test";
import { codeElement, element, escapeText, fragment } from "./markup.ts";

test("text and attributes cannot become tags", () => {
  const hostile = `"><script>alert('1')</script>&`;
  const { markup } = element("p", { title: hostile }, hostile);
  assert.equal(
    markup,
    `<p title="${escapeText(hostile)}">&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;</p>`,
  );
});

test("characters that XML forbids are replaced, others kept", () => {
  assert.equal(escapeText("a\u0000\u0007b\uD800c µ😀"), "a\uFFFD\uFFFDb\uFFFDc µ😀");
});

test("null and false attributes and null children leave nothing", () => {
  assert.equal(
    element("p", { a: null, b: false, c: true, d: 1.23456 }, null, fragment("x", 2, ["y"])).markup,
    '<p c="" d="1.23">x2y</p>',
  );
});

test("code cannot close the element it stands in", () => {
  assert.ok(!codeElement("script", {}, 'let a = "</script>";').markup.slice(0, -9).includes("</script>"));
});
