// Searches the index of the site in the browser; no server is asked.
"use strict";
(function () {
  const box = document.getElementById("q");
  const list = document.getElementById("hits");
  if (!box || !list || !window.ENTWARD_INDEX) return;
  const root = box.parentElement.dataset.root;
  const SHOWN = 20;

  // The same words as the program's own search makes of a text.
  function words(text) {
    return (text.replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2").toLowerCase().match(/[\p{L}\p{N}]{2,}/gu) || [])
      .map((word) => (word.length > 3 && word.endsWith("s") && !word.endsWith("ss") ? word.slice(0, -1) : word));
  }

  const entries = window.ENTWARD_INDEX.map(([title, path, kind, text]) => ({
    title, path, kind, plain: title.toLowerCase(), inTitle: words(title), inText: text ? text.split(" ") : [],
  }));

  function fit(entry, asked) {
    const weigh = (found, weight) => {
      if (found.includes(asked)) return weight;
      return found.some((word) => word.startsWith(asked)) ? weight * 0.5 : 0;
    };
    return weigh(entry.inTitle, 6) + weigh(entry.inText, 3);
  }

  function search(text) {
    const asked = words(text);
    const plain = text.trim().toLowerCase();
    if (!asked.length) return [];
    const found = [];
    for (const entry of entries) {
      let score = entry.plain === plain ? 20 : 0;
      let has = 0;
      for (const word of asked) {
        const fits = fit(entry, word);
        score += fits;
        has += fits > 0 ? 1 : 0;
      }
      if (has) found.push({ entry, score: (score * has) / asked.length - entry.inTitle.length * 0.05 + (entry.inText.length ? 2 : 0) });
    }
    return found.sort((left, right) => right.score - left.score).slice(0, SHOWN);
  }

  function show() {
    const text = box.value;
    list.replaceChildren();
    list.hidden = text.trim() === "";
    if (list.hidden) return;
    const found = search(text);
    for (const { entry } of found) {
      const link = document.createElement("a");
      link.href = root + entry.path;
      const title = document.createElement("span");
      title.textContent = entry.title;
      const kind = document.createElement("span");
      kind.className = "of";
      kind.textContent = entry.kind;
      link.append(title, kind);
      const item = document.createElement("li");
      item.append(link);
      list.append(item);
    }
    if (!found.length) {
      const none = document.createElement("li");
      none.className = "none";
      none.textContent = "Nothing has these words.";
      list.append(none);
    }
  }

  box.addEventListener("input", show);
  document.addEventListener("keydown", (event) => {
    const links = Array.from(list.querySelectorAll("a"));
    const at = links.indexOf(document.activeElement);
    if (event.key === "/" && document.activeElement !== box) {
      event.preventDefault();
      box.focus();
    } else if (event.key === "Escape") {
      list.hidden = true;
      box.focus();
    } else if (event.key === "ArrowDown" && links.length && (document.activeElement === box || at >= 0)) {
      event.preventDefault();
      links[Math.min(at + 1, links.length - 1)].focus();
    } else if (event.key === "ArrowUp" && at >= 0) {
      event.preventDefault();
      (links[at - 1] || box).focus();
    } else if (event.key === "Enter" && document.activeElement === box && links.length) {
      links[0].click();
    }
  });
  document.addEventListener("click", (event) => {
    if (!box.parentElement.contains(event.target)) list.hidden = true;
  });
  // A link may bring its question along: index.html#q=mailbox
  const asked = new URLSearchParams(location.hash.slice(1)).get("q");
  if (asked) {
    box.value = asked;
    show();
  }
})();
