// Comforts for those who have them: names while typing, a button that copies, and the search of a site kept as files.
// Every page works without this; it talks to nobody but the site it came from.
"use strict";
(() => {
  const fold = text => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const make = (tag, text, parts) => {
    const element = Object.assign(document.createElement(tag), parts);
    if (text) element.textContent = text;
    return element;
  };

  // Names while typing: a combobox with a list below it.
  const suggest = (input, source, choose) => {
    const list = make("ul", "", { id: input.id + "-names", className: "names", hidden: true });
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Names");
    input.after(list);
    for (const [name, value] of Object.entries({
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
    })) input.setAttribute(name, value);
    let at = -1, asked = 0, waiting;
    const options = () => [...list.children];
    const show = open => {
      list.hidden = !open;
      input.setAttribute("aria-expanded", String(open));
      if (!open) mark(-1);
    };
    const mark = to => {
      at = to;
      options().forEach((option, index) => option.setAttribute("aria-selected", String(index === at)));
      if (at < 0) input.removeAttribute("aria-activedescendant");
      else input.setAttribute("aria-activedescendant", options()[at].id);
    };
    const look = async () => {
      const typed = input.value.trim(), mine = ++asked;
      const names = typed.length < 2 || typed.startsWith("/") ? [] : await source(typed).catch(() => []);
      if (mine !== asked) return; // something else was typed meanwhile
      list.replaceChildren(...names.map(({ name, what, page }, index) => {
        const option = make("li", "", { id: `${list.id}-${index}` });
        option.setAttribute("role", "option");
        option.append(make("span", name), make("span", what, { className: "soft small" }));
        option.dataset.page = page;
        option.dataset.name = name;
        return option;
      }));
      show(names.length > 0 && document.activeElement === input);
      mark(-1);
    };
    input.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(look, 120); });
    input.addEventListener("keydown", event => {
      const many = options().length;
      if (list.hidden || !many) return;
      if (event.key === "ArrowDown") mark((at + 1) % many);
      else if (event.key === "ArrowUp") mark((at < 1 ? many : at) - 1);
      else if (event.key === "Escape") show(false);
      else if (event.key === "Enter" && at >= 0) { choose(options()[at].dataset); show(false); }
      else return;
      event.preventDefault();
    });
    // Before the input loses the focus, and with it the list.
    list.addEventListener("mousedown", event => {
      const option = event.target.closest("li");
      if (option) { event.preventDefault(); choose(option.dataset); show(false); }
    });
    input.addEventListener("blur", () => show(false));
  };

  for (const input of document.querySelectorAll("input[data-suggest]")) {
    const fill = "fill" in input.dataset;
    suggest(input, async typed => {
      const answer = await fetch(`${input.dataset.suggest}?q=${encodeURIComponent(typed)}`);
      if (!answer.ok) return [];
      const { names } = await answer.json();
      // Where a name is filled in, only things have one that can be.
      const wanted = fill ? names.filter(({ what }) => what === "project" || what === "entry") : names;
      return wanted.map(one => ({ ...one, page: fill ? "" : input.dataset.root + one.page.slice(1) }));
    }, ({ name, page }) => { if (fill) input.value = name; else location.href = page; });
  }

  // Something to be taken along, such as the address of a feed.
  if (navigator.clipboard) for (const text of document.querySelectorAll("[data-copy]")) {
    const button = make("button", "Copy", { type: "button", className: "copy" });
    button.append(make("span", " " + text.dataset.copy, { className: "unseen" }));
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(text.textContent);
      button.firstChild.textContent = "Copied";
      setTimeout(() => { button.firstChild.textContent = "Copy"; }, 2000);
    });
    text.after(button);
  }

  // A site kept as files: everything listed lies in a script beside the page, since files may not read files.
  const place = document.querySelector("[data-index]");
  if (place) {
    const form = document.querySelector("form.search"), input = form.querySelector("input");
    const score = (row, words) => {
      const name = fold(row[0]), all = name + " " + fold(row[2]), whole = words.join(" ");
      if (!words.every(word => all.includes(word))) return 0;
      if (name === whole || name.endsWith("/" + whole)) return 5;
      if (name.startsWith(whole) || name.includes("/" + whole)) return 4;
      return words.every(word => name.includes(word)) ? 3 : 1;
    };
    const row = ([name, url, text, catalog, page]) => {
      const item = make("li"), first = make("p", "", { className: "found" });
      const link = make("a", name, { className: "name", href: url || catalog[1], rel: "nofollow noopener" });
      first.append(link);
      if (page) first.append(" ", make("a", "all about it", { className: "small", href: page }));
      const last = make("p", "", { className: "facts" }), where = make("a", catalog[0], { href: catalog[1] });
      last.append(make("span", "In "), where);
      item.append(first, ...(text ? [make("p", text)] : []), last);
      return item;
    };
    const find = () => {
      const words = fold(input.value).split(/\s+/).filter(Boolean);
      const { catalogs, entries } = window.whimbrel;
      const found = words.length === 0 ? [] : entries.map(entry => [score(entry, words), entry])
        .filter(([fit]) => fit > 0).sort(([a], [b]) => b - a);
      const list = make("ul", "", { className: "entries" });
      list.append(...found.slice(0, 50).map(([, [name, url, text, at, page]]) => row([name, url, text, catalogs[at], page])));
      const many = found.length === 1 ? "1 thing found." : `${found.length} things found.`;
      place.replaceChildren(...(words.length ? [make("p", many, { className: "soft" }), list] : []));
    };
    document.head.append(make("script", "", { src: place.dataset.index, onload: () => {
      form.hidden = false;
      input.value = new URLSearchParams(location.search).get("q") || "";
      input.addEventListener("input", find);
      form.addEventListener("submit", event => { event.preventDefault(); find(); });
      find();
    } }));
  }
})();
