// What keeps people from using a page: our own reading of the rules of WCAG that a program can check.
const bad = [];
const tell = (rule, element) =>
  bad.push(`${rule}: ${element.outerHTML.replace(/\s+/g, " ").slice(0, 120)}`);
const all = selector => [...document.querySelectorAll(selector)];
const seen = element => element.getClientRects().length > 0;
const text = ids => (ids || "").split(/\s+/).map(id => document.getElementById(id)?.textContent || "").join(" ").trim();

// The page as a whole.
const page = document.documentElement;
if (!page.lang) tell("the language of the page is not said", page);
if (!document.title.trim()) tell("the window has no title", page);
for (const [part, many] of [["main", 1], ["h1", 1], ["body > header", 1], ["body > footer", 1]])
  if (all(part).length !== many) tell(`${all(part).length} times ${part}`, page);
const first = document.querySelector("a[href]");
if (first?.getAttribute("href") !== "#main") tell("the first link does not lead to the content", first || page);

// Names: of everything one can press, fill or look at.
const name = e => (e.getAttribute("aria-label") || text(e.getAttribute("aria-labelledby"))
  || [...(e.labels || [])].map(label => label.textContent).join(" ")
  || e.textContent || [...e.querySelectorAll("img[alt]")].map(img => img.alt).join(" ")).trim();
for (const e of all("a[href], button, input:not([type=hidden]), select, textarea, summary, [role=option]"))
  if (!name(e)) tell("nobody can tell what this is called", e);
for (const e of all("input:not([type=hidden]), select, textarea"))
  if (!e.labels.length && !e.getAttribute("aria-label")) tell("a field without a label", e);
for (const e of all("img")) if (!e.hasAttribute("alt")) tell("a picture without words", e);
for (const e of all("svg"))
  if (e.getAttribute("aria-hidden") !== "true"
    && (e.getAttribute("role") !== "img" || !(e.getAttribute("aria-label") || text(e.getAttribute("aria-labelledby")))))
    tell("a drawing without words", e);
for (const e of all("fieldset")) if (!e.querySelector(":scope > legend")?.textContent.trim()) tell("a group without a name", e);
for (const e of all("nav, aside, section, [role=region], [role=group], form[role=search] ~ form"))
  if (e.matches("nav, [role=region], [role=group]") && !e.getAttribute("aria-label") && !text(e.getAttribute("aria-labelledby")))
    tell("a part without a name", e);

// What refers to something refers to something that is there, once.
for (const attribute of ["aria-labelledby", "aria-controls", "aria-describedby", "aria-activedescendant", "for"])
  for (const e of all(`[${attribute}]`))
    for (const id of e.getAttribute(attribute).split(/\s+/))
      if (!document.getElementById(id)) tell(`${attribute} refers to nothing`, e);
const ids = all("[id]").map(e => e.id);
for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at))) tell(`twice the id ${id}`, document.getElementById(id));
for (const e of all("a[href^='#']")) if (!document.getElementById(e.hash.slice(1))) tell("a link to nowhere on the page", e);

// Order and structure.
let level = 0;
for (const e of all("h1, h2, h3, h4, h5, h6")) {
  const next = Number(e.tagName[1]);
  if (next > level + 1) tell(`after a heading of level ${level}`, e);
  if (!e.textContent.trim()) tell("an empty heading", e);
  level = next;
}
for (const e of all("ul > :not(li), ol > :not(li)")) tell("no item of the list", e);
for (const e of all("dl > :not(dt, dd, div)")) tell("no part of the list", e);
for (const e of all("li")) if (!e.closest("ul, ol")) tell("an item without a list", e);
for (const e of all("th")) if (!e.getAttribute("scope")) tell("a heading of a table for nobody knows what", e);
for (const e of all("table")) if (!e.querySelector("th")) tell("a table without headings", e);
for (const e of all("[tabindex]")) if (e.tabIndex > 0) tell("jumps the order of the keyboard", e);
for (const e of all("*"))
  if (seen(e) && /(auto|scroll)/.test(getComputedStyle(e).overflowX) && e.scrollWidth > e.clientWidth + 1
    && e.tabIndex < 0 && !e.querySelector("a, button, input")) tell("cannot be scrolled with the keyboard", e);

// What is pressed with a finger is large enough (24 pixels, unless it stands within a line).
if (innerWidth < 600)
  for (const e of all("button, select, input:not([type=hidden], [type=checkbox]), .top nav a, .feeds a, .pager a")) {
    const { width, height } = e.getBoundingClientRect();
    if (seen(e) && (width < 24 || height < 24)) tell(`only ${Math.round(width)} by ${Math.round(height)} large`, e);
  }
return bad;
