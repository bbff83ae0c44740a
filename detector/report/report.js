"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("scripted");

  // A page that was opened from a file may have no store, or may not use it.
  const store = {
    get(key) { try { return localStorage.getItem(key); } catch { return null; } },
    set(key, value) { try { localStorage.setItem(key, value); return true; } catch { return false; } },
    drop(key) { try { localStorage.removeItem(key); } catch { /* there was none */ } },
  };
  const THEMES = ["system", "light", "dark"];
  let theme = THEMES.includes(store.get("detector-theme")) ? store.get("detector-theme") : "system";
  const dress = () => { if (theme === "system") delete root.dataset.theme; else root.dataset.theme = theme; };
  dress();

  const $ = (id) => document.getElementById(id);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const made = (name, content, attributes = {}) => {
    const element = document.createElement(name);
    if (content !== undefined) element.textContent = content;
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const fold = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replaceAll("đ", "d");
  const CALLED = {
    exact_copy: "exact copy", near_copy: "edited copy", excerpt: "excerpt",
    translation: "translation", same_event: "same event",
  };

  // What a person is asked first: whether the relation that was found holds.
  const LEVELS = { translation: "syndication", same_event: "event" };
  const AS = { duplicate: "article", syndication: "article", event: "event" };

  document.addEventListener("DOMContentLoaded", () => {
    const mark = `detector-decisions-${document.body.dataset.mark}`;
    let data = null;
    const shownData = () => (data ??= JSON.parse($("data").textContent));

    // Theme
    const named = () => { $("theme").lastElementChild.textContent = theme; };
    named();
    $("theme").addEventListener("click", () => {
      theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
      store.set("detector-theme", theme);
      dress();
      named();
    });

    // Languages by name, where the browser knows it
    try {
      const names = new Intl.DisplayNames(["en"], { type: "language" });
      for (const cell of all("[data-language]")) cell.textContent = names.of(cell.dataset.language);
    } catch { /* the code says it as well */ }

    // Sorting: words up first, numbers down first; what is empty stays last.
    const cellValue = (row, column) => {
      const cell = row.cells[column];
      const text = cell.dataset.v ?? cell.textContent.trim();
      if (!cell.classList.contains("num")) return fold(text);
      return text === "" ? null : Number.parseFloat(text.replaceAll(",", ""));
    };
    const sortBy = (table, column, down) => {
      const body = table.tBodies[0];
      const rows = [...body.rows].map((row) => [cellValue(row, column), row]);
      rows.sort(([x], [y]) => {
        if (x === null || y === null) return (x === null) - (y === null);
        const order = typeof x === "string" ? x.localeCompare(y) : x - y;
        return down ? -order : order;
      });
      body.append(...rows.map(([, row]) => row));
    };
    for (const table of all("table.sortable")) {
      all("thead th", table).forEach((head, column) => {
        if (head.querySelector(".unseen")) return;
        const button = made("button", head.textContent, { type: "button" });
        head.replaceChildren(button);
        button.addEventListener("click", () => {
          const numeric = head.classList.contains("num");
          const now = head.getAttribute("aria-sort");
          const down = now ? now === "ascending" : numeric;
          for (const other of all("thead th", table)) other.removeAttribute("aria-sort");
          head.setAttribute("aria-sort", down ? "descending" : "ascending");
          sortBy(table, column, down);
        });
      });
    }

    // Long tables begin short.
    const LONG = 15;
    const SHORT = 12; // rows that the style sheet leaves
    const brief = [];
    for (const table of all("table.sortable")) {
      const count = table.tBodies[0].rows.length;
      if (count <= LONG) continue;
      const button = made("button", `Show all ${count} rows`, {
        type: "button", class: "all", "aria-expanded": "false", "data-printed": `${SHORT} of ${count} rows`,
      });
      table.classList.add("brief");
      (table.closest(".wide") ?? table).after(button);
      brief.push([table, button]);
      button.addEventListener("click", () => {
        const short = table.classList.toggle("brief");
        button.textContent = short ? `Show all ${count} rows` : "Show fewer";
        button.setAttribute("aria-expanded", String(!short));
        button.dataset.printed = short ? `${SHORT} of ${count} rows` : "";
      });
    }

    for (const button of all("button.unfold")) {
      const clusters = all("details", button.closest("section"));
      const named = () => {
        button.textContent = clusters.every((one) => one.open) ? "Close all" : "Open all";
      };
      button.addEventListener("click", () => {
        const open = !clusters.every((one) => one.open);
        for (const one of clusters) one.open = open;
        named();
      });
      for (const one of clusters) one.addEventListener("toggle", named);
    }

    // Search and filters
    const findable = all("[data-find]");
    const texts = new Map();
    const textOf = (element) => {
      if (!texts.has(element)) texts.set(element, fold(`${element.textContent} ${element.dataset.id ?? ""}`));
      return texts.get(element);
    };
    const decisions = new Map();
    const keyOf = (pair) => JSON.stringify([pair.a, pair.b]);
    const decided = (row) => decisions.has(keyOf(shownData().pairs[Number(row.dataset.row)]));
    const filter = () => {
      const words = fold($("find").value).split(/\s+/).filter(Boolean);
      const relation = $("relation").value;
      const crossing = $("crossing").value;
      const undecided = $("undecided").checked;
      let found = 0;
      let shown = 0;
      let pairs = 0;
      for (const element of findable) {
        const hit = !words.length || words.every((word) => textOf(element).includes(word));
        let kept = hit;
        if (element.dataset.relation) {
          kept = hit && (!relation || element.dataset.relation === relation)
            && (!crossing || element.dataset.crossing === crossing)
            && (!undecided || !decided(element));
          pairs += 1;
          shown += kept;
        }
        element.hidden = !kept;
        found += hit;
      }
      // A search shows all that it finds, however far down.
      for (const [table, button] of brief) {
        const narrowed = words.length > 0 || (table.id === "t-pairs" && (relation || crossing || undecided));
        table.classList.toggle("brief", !narrowed && button.getAttribute("aria-expanded") === "false");
        button.hidden = Boolean(narrowed);
      }
      $("found").textContent = words.length ? `${found} of ${findable.length} rows and clusters` : "";
      $("shown").textContent = pairs ? `${shown} of ${pairs} pairs` : "";
    };
    let waiting = 0;
    $("find").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(filter, 120); });
    for (const id of ["relation", "crossing", "undecided"]) $(id).addEventListener("change", filter);
    $("filters").addEventListener("submit", (event) => event.preventDefault());

    // Decisions
    let exported = true;
    let stored = true;
    const remember = () => {
      stored = store.set(mark, JSON.stringify([...decisions.values()]));
    };
    const told = () => {
      const list = $("decisions");
      list.replaceChildren();
      const heads = shownData().articles;
      const places = new Map(shownData().pairs.map((pair, number) => [keyOf(pair), [pair, number]]));
      for (const [key, decision] of decisions) {
        const item = made("li");
        const [pair, number] = places.get(key) ?? [null, -1];
        const title = (side) => (pair ? heads[pair[side]].title : decision[side === "l" ? "a" : "b"]);
        item.append(`${decision.same ? "Same" : "Not the same"} ${AS[decision.level] ?? ""}: `, made("bdi", title("l")), " / ", made("bdi", title("r")));
        if (decision.note) item.append(" (", made("bdi", decision.note), ")");
        if (number >= 0) {
          item.append(" ", made("button", "Compare", { type: "button", class: "compare", "data-pair": number }));
        }
        list.append(item);
      }
      const count = decisions.size;
      $("export").disabled = $("forget").disabled = !count;
      $("counted").textContent = count ? `${count} decision${count > 1 ? "s" : ""}${exported ? ", exported" : ""}.` : "None yet.";
      for (const row of all("[data-row]")) {
        const decision = decisions.get(keyOf(shownData().pairs[Number(row.dataset.row)]));
        row.classList.toggle("decided", Boolean(decision));
        row.classList.toggle("against", Boolean(decision) && !decision.same);
      }
    };
    const decide = (pair, same) => {
      const key = keyOf(pair);
      if (decisions.get(key)?.same === same) decisions.delete(key);
      else {
        const decision = { a: pair.a, b: pair.b, same, level: $("level").value, relation: pair.relation, score: pair.score };
        const note = $("note").value.trim();
        if (note) decision.note = note;
        decisions.set(key, decision);
      }
      exported = false;
      remember();
      told();
    };
    try {
      for (const decision of JSON.parse(store.get(mark) ?? "[]")) decisions.set(keyOf(decision), decision);
    } catch { store.drop(mark); }
    if (decisions.size) told();
    $("export").addEventListener("click", () => {
      const lines = [...decisions.values()].map((decision) => `${JSON.stringify(decision)}\n`);
      const link = made("a", "", { download: "decisions.jsonl" });
      link.href = URL.createObjectURL(new Blob(lines, { type: "application/x-ndjson" }));
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
      exported = true;
      told();
    });
    $("forget").addEventListener("click", () => {
      decisions.clear();
      exported = true;
      store.drop(mark);
      told();
      $("find").focus();
    });
    window.addEventListener("beforeunload", (event) => {
      if (!exported && !stored) event.preventDefault();
    });

    // Side by side
    const dialog = $("side");
    let current = -1;
    let order = [];
    const lit = (link, on) => {
      for (const element of all(`[data-link="${link}"]`, dialog)) element.classList.toggle("lit", on);
    };
    const KINDS = { edit: "mark", only: "mark", rest: "span", same: "mark" };
    const filled = (head, marks, role) => {
      const title = made("h3", head.title, { lang: head.lang, dir: "auto" });
      const where = made("p", [head.source, head.when, head.lang].filter(Boolean).join(" · "), { class: "where" });
      if (head.url) {
        const link = made("a", "open the page", { rel: "noopener noreferrer", target: "_blank" });
        link.href = head.url;
        where.append(" · ", link);
      }
      const text = made("div", undefined, { class: "text", lang: head.lang, dir: "auto" });
      if (head.text === undefined) {
        text.append(made("p", "The text of this article is not at hand.", { class: "gap" }));
        return [made("p", role, { class: "role" }), title, where, text];
      }
      const points = Array.from(head.text);
      const part = (start, end) => points.slice(start, end).join("");
      let at = 0;
      if (head.before) text.append(made("span", `${head.before.toLocaleString("en")} characters before this\n\n`, { class: "gap" }));
      for (const [start, end, kind, link] of marks) {
        text.append(part(at, start));
        const element = made(KINDS[kind], part(start, end), { class: kind });
        if (link >= 0) {
          element.dataset.link = link;
          element.prepend(made("sup", String(link + 1)));
          element.addEventListener("mouseenter", () => lit(link, true));
          element.addEventListener("mouseleave", () => lit(link, false));
          element.addEventListener("click", () => {
            const others = all(`[data-link="${link}"]`, dialog).filter((other) => other !== element);
            others[0]?.scrollIntoView({ block: "center" });
          });
        }
        text.append(element);
        at = end;
      }
      text.append(part(at));
      if (head.after) text.append(made("span", `\n\n${head.after.toLocaleString("en")} more characters`, { class: "gap" }));
      return [made("p", role, { class: "role" }), title, where, text];
    };
    const HOW = {
      edits: "Marked: words that the other text has not. A bar marks a longer stretch. Pale text lies around the shared article.",
      sentences: "Marked: sentences that say the same in both languages, numbered alike. Choose one to see its counterpart.",
      passages: "Marked: passages that both texts have word for word, numbered alike. Choose one to see its counterpart.",
      "": "No passage is shared word for word, or none is recorded.",
    };
    const country = (place) => {
      try {
        return /^[A-Z]{2}$/.test(place) ? new Intl.DisplayNames(["en"], { type: "region" }).of(place) : place;
      } catch { return place; }
    };
    const listed = (kind, values) => (kind === "places" ? values.map(country) : values).join(", ");
    const fact = (list, name, value, conflict) => {
      list.append(made("dt", name), made("dd", value, conflict ? { class: "conflict" } : {}));
    };
    const pressed = (pair) => {
      const decision = decisions.get(keyOf(pair));
      $("same").setAttribute("aria-pressed", String(decision?.same === true));
      $("apart").setAttribute("aria-pressed", String(decision?.same === false));
    };
    const show = (number) => {
      const pair = shownData().pairs[number];
      current = number;
      const [left, right] = [shownData().articles[pair.l], shownData().articles[pair.r]];
      const called = CALLED[pair.relation] ?? pair.relation;
      $("side-title").textContent = `${called[0].toUpperCase()}${called.slice(1)}, score ${pair.score.toFixed(2)}`;
      const first = pair.first ? `Original: ${left.source || left.title}, ${Math.round(pair.confidence * 100)}% sure.`
        : pair.relation === "same_event" ? "Two reports of one event." : "Which came first is unknown.";
      $("side-sum").textContent = `${first}${pair.own ? " Both were published by one source." : ""}`;
      $("side-why").replaceChildren(...pair.why.map((reason) => made("li", reason)));
      const facts = $("side-facts");
      facts.replaceChildren();
      for (const [kind, one, other] of pair.apart) {
        fact(facts, kind === "exchanged" ? "exchanged words" : `different ${kind}`, `${listed(kind, one)} / ${listed(kind, other)}`, true);
      }
      for (const [kind, values] of pair.agree) fact(facts, `same ${kind}`, listed(kind, values), false);
      const alike = pair.how === "edits" && !pair.marks.some((side) => side.some(([, , kind]) => kind !== "rest"));
      $("side-key").textContent = alike ? "The shared article has the same words in both texts. Pale text lies around it." : HOW[pair.how];
      $("left").replaceChildren(...filled(left, pair.marks[0], pair.first ? "Original" : "One"));
      $("right").replaceChildren(...filled(right, pair.marks[1], pair.first ? "What became of it" : "The other"));
      $("level").value = decisions.get(keyOf(pair))?.level ?? LEVELS[pair.relation] ?? "duplicate";
      $("note").value = decisions.get(keyOf(pair))?.note ?? "";
      pressed(pair);
      const at = order.indexOf(number);
      $("before").disabled = at <= 0;
      $("after").disabled = at < 0 || at >= order.length - 1;
      if (!dialog.open) dialog.showModal();
      dialog.scrollTop = 0;
      $("side-title").focus();
    };
    document.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-pair]");
      if (!button) return;
      const list = button.closest("table, ol, ul");
      order = all("button[data-pair]", list).filter((other) => !other.closest("[hidden]")).map((other) => Number(other.dataset.pair));
      show(Number(button.dataset.pair));
    });
    const step = (by) => { const at = order.indexOf(current) + by; if (order[at] !== undefined) show(order[at]); };
    $("before").addEventListener("click", () => step(-1));
    $("after").addEventListener("click", () => step(1));
    $("close").addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", filter);
    for (const [id, same] of [["same", true], ["apart", false]]) {
      $(id).addEventListener("click", () => {
        const pair = shownData().pairs[current];
        decide(pair, same);
        pressed(pair);
      });
    }
    const amended = (change) => {
      const decision = decisions.get(keyOf(shownData().pairs[current]));
      if (!decision) return;
      change(decision);
      exported = false;
      remember();
      told();
    };
    $("note").addEventListener("change", () => amended((decision) => {
      const note = $("note").value.trim();
      if (note) decision.note = note; else delete decision.note;
    }));
    $("level").addEventListener("change", () => amended((decision) => { decision.level = $("level").value; }));

    // A cluster that is linked to opens; paper shows as open what the screen does.
    const opened = () => {
      const target = location.hash.length > 1 && $(location.hash.slice(1));
      if (target && target.tagName === "DETAILS") { target.open = true; target.scrollIntoView(); }
    };
    window.addEventListener("hashchange", opened);
    opened();
    filter();
  });
})();
